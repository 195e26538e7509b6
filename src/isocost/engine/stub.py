"""A stand-in for an engine: answers at once in tokens of known number and pace, never the limit itself.

It computes nothing and knows no more of HTTP than it takes to stream a completion. What a client can carry on
this machine is measured against it, in a process of its own.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from isocost.engine.channel import Channel
from isocost.engine.child import adopt, await_ready, orphaned, start

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["main", "running_stub"]

MODEL = "stub"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKENS = re.compile(rb'"max_tokens": *(\d+)')
_LOOK_S = 0.5
_LONGEST_START_S = 20.0


def _event(document: str) -> bytes:
    data = f"data: {document}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


_TOKEN = _event('{"choices":[{"index":0,"text":" token","finish_reason":null}]}')
_LAST = _event('{"choices":[{"index":0,"text":" token","finish_reason":"length"}]}')


def _ending(tokens: int) -> bytes:
    usage = f'{{"choices":[],"usage":{{"prompt_tokens":1,"completion_tokens":{tokens}}}}}'
    return _event(usage) + _event("[DONE]") + b"0\r\n\r\n"


class _Connection(asyncio.Protocol):
    """One connection: a request at a time, answered token by token by the `_Ticker`."""

    def __init__(self, ticker: _Ticker) -> None:
        self.ticker = ticker
        self.received = b""
        self.transport: asyncio.Transport | None = None
        self.left = self.tokens = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer a request as soon as it is whole."""
        self.received += data
        head, found, rest = self.received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or self.transport is None or len(rest) < int(length[1] if length else 0):
            return
        self.received = b""
        wanted = _TOKENS.search(rest)
        self.left = self.tokens = int(wanted[1]) if wanted else 1
        self.transport.write(_HEAD + self.next_token())
        if self.left:
            self.ticker.streams.add(self)

    def next_token(self) -> bytes:
        """Return the next token of the answer, and its end behind the last."""
        self.left -= 1
        return _TOKEN if self.left else _LAST + _ending(self.tokens)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the stream."""
        self.ticker.streams.discard(self)
        self.transport = None


class _Ticker:
    """Writes a token to each stream once a gap."""

    def __init__(self, gap_s: float) -> None:
        self.gap_s = gap_s
        self.streams: set[_Connection] = set()

    async def run(self) -> None:
        """Tick until cancelled."""
        due = time.monotonic()
        while True:
            due = max(due + self.gap_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            for stream in list(self.streams):
                if stream.transport is not None:
                    stream.transport.write(stream.next_token())
                if not stream.left:
                    self.streams.discard(stream)


async def _serve(listener: socket.socket, gap_s: float, parent: int, control: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ticker = _Ticker(gap_s)
    server = await loop.create_server(lambda: _Connection(ticker), sock=listener)
    ticking = asyncio.create_task(ticker.run())
    control.setblocking(False)
    gone = asyncio.create_task(loop.sock_recv(control, 1))  # the parent closes its end
    while not gone.done() and not orphaned(parent):
        await asyncio.wait({gone}, timeout=_LOOK_S)
    ticking.cancel()
    server.close()


def main(arguments: list[str]) -> None:
    """Serve as the child of `running_stub`."""
    control, parent, settings = adopt(arguments)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    Channel(control).send({"port": listener.getsockname()[1]})
    with suppress(asyncio.CancelledError, ConnectionError):
        asyncio.run(_serve(listener, float(settings["gap_s"]), parent, control))


@contextmanager
def running_stub(*, gap_s: float = 0.02) -> Iterator[str]:
    """Run the stub in a process of its own, as long as the block.

    Parameters
    ----------
    gap_s : float
        Seconds between the tokens of an answer; the first comes at once.

    Yields
    ------
    str
        Its address.

    Raises
    ------
    MeasurementError
        If it cannot be started.
    """
    child = start("isocost.engine.stub", {"gap_s": gap_s})
    try:
        told = await_ready(child, what="the built-in stub", timeout_s=_LONGEST_START_S)
        yield f"http://127.0.0.1:{told['port']}"
    finally:
        child.end()
