"""A server of known timing with its own log: the truth that our stopwatch is held against.

Raw sockets, one thread, its own process. The first token leaves ``--first`` seconds after the request was
read, each further one ``--gap`` seconds after the one before. ``GET /log`` returns, for each request, when
it was read and when each chunk was handed to the kernel, on the machine's monotonic clock; ``GET /sizes`` its
prompt's length. With ``--slots K`` at most K requests are answered at a time and others wait in line; with
``--stall-at A --stall-for S`` nothing at all is done for S seconds, once, A seconds after the first request
in the log.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def _event(document: str) -> bytes:
    data = f"data: {document}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


_TOKEN = _event(
    '{"id":"cmpl-5f0c6a9d0c9f4b6c","object":"text_completion","created":1790000000,"model":"truth",'
    '"choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":null}],"usage":null}'
)
_LAST = _event(
    '{"id":"cmpl-5f0c6a9d0c9f4b6c","object":"text_completion","created":1790000000,"model":"truth",'
    '"choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":"length"}],"usage":null}'
)


def _ending(prompt_tokens: int, tokens: int) -> bytes:
    usage = f'{{"prompt_tokens":{prompt_tokens},"completion_tokens":{tokens}}}'
    document = f'{{"id":"cmpl-5f0c6a9d0c9f4b6c","choices":[],"usage":{usage}}}'
    return _event(document) + _event("[DONE]") + b"0\r\n\r\n"


class _Client:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.received = b""
        self.log: list[float] = []
        self.left = 0
        self.prompt_tokens = 0
        self.tokens = 0


class _Server:
    def __init__(
        self, listener: socket.socket, first_s: float, gap_s: float, slots: int | None = None
    ) -> None:
        self.slots = slots
        self.busy = 0
        self.line: deque[_Client] = deque()
        self.stall: tuple[float, float] | None = None
        self.listener = listener
        self.first_s, self.gap_s = first_s, gap_s
        self.epoll = select.epoll()
        self.epoll.register(listener, select.EPOLLIN)
        self.clients: dict[int, _Client] = {}
        self.first: deque[tuple[float, _Client]] = deque()
        self.later: deque[tuple[float, _Client]] = deque()
        self.logs: list[list[float]] = []
        self.sizes: list[int] = []

    def run(self) -> None:
        while True:
            due = min([queue[0][0] for queue in (self.first, self.later) if queue], default=None)
            wait = 0.2 if due is None else max(due - time.monotonic(), 0.0)
            if os.getppid() == 1:
                return
            for fd, _ in self.epoll.poll(wait):
                if fd == self.listener.fileno():
                    self._accept()
                else:
                    self._read(self.clients[fd])
            self._send_due(self.first)
            self._send_due(self.later)
            self._stall_if_due()

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self.listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.clients[connection.fileno()] = _Client(connection)
                self.epoll.register(connection, select.EPOLLIN)
        except BlockingIOError:
            return

    def _read(self, client: _Client) -> None:
        try:
            data = client.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            del self.clients[client.socket.fileno()]
            client.socket.close()
            client.left = -1
            return
        client.received += data
        head, blank, rest = client.received.partition(b"\r\n\r\n")
        if not blank:
            return
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if len(rest) < length:
            return
        client.received = rest[length:]
        self._answer(client, head.split(b" ", 2)[1].decode(), rest[:length])

    def _answer(self, client: _Client, path: str, body: bytes) -> None:
        if path == "/log":
            self._reply(client, json.dumps(self.logs))
        elif path == "/sizes":
            self._reply(client, json.dumps(self.sizes))
        elif path == "/forget":
            self.logs.clear()
            self.sizes.clear()
            self._reply(client, "{}")
        elif path == "/v1/models":
            self._reply(client, '{"data": [{"id": "truth", "owned_by": "truth", "max_model_len": 100000}]}')
        elif path == "/v1/completions":
            self._begin(client, json.loads(body))
        else:
            self._reply(client, '{"error": {"message": "no such path"}}', status="404 Not Found")

    def _reply(self, client: _Client, text: str, status: str = "200 OK") -> None:
        content = text.encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        client.socket.setblocking(True)
        client.socket.sendall(head.encode() + content)
        client.socket.setblocking(False)

    def _begin(self, client: _Client, body: dict[str, object]) -> None:
        now = time.monotonic()
        prompt = body["prompt"]
        client.prompt_tokens = len(prompt) if isinstance(prompt, list) else len(str(prompt).split())
        client.tokens = client.left = int(str(body["max_tokens"]))
        client.log = [now]
        self.logs.append(client.log)
        self.sizes.append(client.prompt_tokens)
        if self.slots is None or self.busy < self.slots:
            self.busy += 1
            self.first.append((now + self.first_s, client))
        else:
            self.line.append(client)

    def _free_slot(self) -> None:
        if self.line:
            self.first.append((time.monotonic() + self.first_s, self.line.popleft()))
        else:
            self.busy -= 1

    def _stall_if_due(self) -> None:
        if self.stall and self.logs and time.monotonic() > self.logs[0][0] + self.stall[0]:
            time.sleep(self.stall[1])
            self.stall = None

    def _send_due(self, queue: deque[tuple[float, _Client]]) -> None:
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            due, client = queue.popleft()
            if client.left < 1:
                self._free_slot()
                continue
            start = _HEAD if client.left == client.tokens else b""
            client.left -= 1
            last = client.left == 0
            data = start + (_LAST + _ending(client.prompt_tokens, client.tokens) if last else _TOKEN)
            now = time.monotonic()
            try:
                client.socket.send(data)
            except OSError:
                client.left = 0
                self._free_slot()
                continue
            client.log.append(now)
            if last:
                self._free_slot()
            else:
                self.later.append((max(due, now - self.gap_s / 2) + self.gap_s, client))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=float, default=0.05)
    parser.add_argument("--gap", type=float, default=0.02)
    parser.add_argument("--cpu", type=int, default=None)
    parser.add_argument("--slots", type=int, default=None)
    parser.add_argument("--stall-at", type=float, default=None)
    parser.add_argument("--stall-for", type=float, default=0.0)
    options = parser.parse_args()
    if options.cpu is not None:
        os.sched_setaffinity(0, {options.cpu})
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    listener.setblocking(False)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server = _Server(listener, options.first, options.gap, options.slots)
    if options.stall_at is not None:
        server.stall = (options.stall_at, options.stall_for)
    server.run()


@dataclass(frozen=True)
class RunningTruth:
    """Address and log of a truth server that runs."""

    url: str
    process: subprocess.Popen[str]

    def log(self) -> list[list[float]]:
        with urllib.request.urlopen(f"{self.url}/log", timeout=60) as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def sizes(self) -> list[int]:
        with urllib.request.urlopen(f"{self.url}/sizes", timeout=60) as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def answering(self, size: int) -> int:
        """Return how many requests came whose prompts have at least so many tokens."""
        return sum(each >= size for each in self.sizes())

    def forget(self) -> None:
        with urllib.request.urlopen(f"{self.url}/forget", timeout=60):  # noqa: S310 - our own server
            return


@contextmanager
def running_truth(*options: str) -> Iterator[RunningTruth]:
    """Start the server in its own process; always stop it."""
    command = [sys.executable, str(Path(__file__)), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield RunningTruth(url=f"http://127.0.0.1:{port}", process=process)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
