"""A server that misbehaves on purpose: each answer is a script of what to do on the socket."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


@dataclass(frozen=True)
class Sleep:
    seconds: float


@dataclass(frozen=True)
class Reset:
    """Break the connection with a reset."""


@dataclass(frozen=True)
class Close:
    """Close the connection in an orderly way."""


@dataclass(frozen=True)
class Forever:
    """Send the same bytes again and again until the peer has had enough."""

    data: bytes
    pause_s: float = 0.0


Step = bytes | Sleep | Reset | Close | Forever


def chunk(payload: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def event(document: Any) -> bytes:
    return b"data: %b\n\n" % json.dumps(document).encode()


def token(text: str = " word", finish: str | None = None) -> bytes:
    return chunk(event({"choices": [{"index": 0, "text": text, "finish_reason": finish}]}))


def usage(prompt: int, completion: int) -> bytes:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return chunk(event({"choices": [], "usage": counts}))


def answer(tokens: int = 3) -> list[Step]:
    """Stream `tokens` tokens as a healthy server does."""
    body = [token() for _ in range(tokens - 1)]
    return [STREAM, *body, token(finish="length") + usage(4, tokens) + chunk(b"data: [DONE]\n\n") + END]


def json_reply(status: str, document: Any, *headers: str) -> list[Step]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        *headers,
        f"Content-Length: {len(content)}",
    ]
    return ["\r\n".join(lines).encode() + b"\r\n\r\n" + content]


MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "double"}]}


@dataclass
class Weather:
    """A running double: where it listens and what it was asked."""

    port: int
    listener: socket.socket
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    sent: list[tuple[Any, list[tuple[float, float]]]] = field(default_factory=list)
    """Body of each request, and the instants before and after each piece of its answer was sent."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def die(self) -> None:
        """Stop listening and reset every connection, as a killed process does."""
        _quietly(lambda: self.listener.shutdown(socket.SHUT_RDWR))
        self.listener.close()
        for connection in list(self.connections):
            _reset(connection)


@contextmanager
def bad_weather(
    script: Callable[[int, str, Any], Sequence[Step]], tls: ssl.SSLContext | None = None
) -> Iterator[Weather]:
    """Serve on a free port; ``script(n, path, body)`` says what to do on the nth request, from 0."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    weather = Weather(port=listener.getsockname()[1], listener=listener)
    threads: list[threading.Thread] = []
    accepting = threading.Thread(target=_accept, args=(weather, script, threads, tls))
    accepting.start()
    try:
        yield weather
    finally:
        weather.die()
        accepting.join()
        for thread in threads:
            thread.join(5)


def _accept(
    weather: Weather, script: Any, threads: list[threading.Thread], tls: ssl.SSLContext | None
) -> None:
    while True:
        try:
            connection, _ = weather.listener.accept()
        except OSError:
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        weather.connections.append(connection)
        thread = threading.Thread(target=_serve, args=(weather, connection, script, tls))
        threads.append(thread)
        thread.start()


def _serve(weather: Weather, connection: socket.socket, script: Any, tls: ssl.SSLContext | None) -> None:
    received = b""
    try:
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
            weather.connections.append(connection)
        while True:
            request, received = _next_request(connection, received)
            if request is None:
                break
            number = len(weather.requests)
            weather.requests.append(request)
            sent: list[tuple[float, float]] = []
            weather.sent.append((request[2], sent))
            for step in script(number, request[0], request[2]):
                if not _do(connection, step, sent):
                    return
    except OSError:
        pass
    finally:
        connection.close()


def _next_request(
    connection: socket.socket, received: bytes
) -> tuple[tuple[str, dict[str, str], Any] | None, bytes]:
    while True:
        head, blank, rest = received.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if blank and len(rest) >= length:
            lines = head.decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines[1:])
            body = json.loads(rest[:length]) if length else None
            return (lines[0].split(" ")[1], headers, body), rest[length:]
        data = connection.recv(65_536)
        if not data:
            return None, b""
        received += data


def _do(connection: socket.socket, step: Step, sent: list[tuple[float, float]]) -> bool:
    if isinstance(step, bytes):
        before = time.monotonic()
        connection.sendall(step)
        sent.append((before, time.monotonic()))
        time.sleep(0.002 if len(step) > 1 else 0.0005)  # so that each step arrives by itself
    elif isinstance(step, Sleep):
        time.sleep(step.seconds)
    elif isinstance(step, Forever):
        while True:
            connection.sendall(step.data)
            time.sleep(step.pause_s)
    elif isinstance(step, Reset):
        _reset(connection)
        return False
    else:
        return False
    return True


def _reset(connection: socket.socket) -> None:
    _quietly(lambda: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)))
    _quietly(lambda: connection.shutdown(socket.SHUT_RD))
    _quietly(connection.close)


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except OSError:
        return
