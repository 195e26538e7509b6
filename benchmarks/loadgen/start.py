"""``isocost measure load`` with the given words; prints the CPU seconds until its first request."""

from __future__ import annotations

import socket
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_spent_s: list[float] = []
_sendall = socket.socket.sendall


def _noting(self: socket.socket, data: ReadableBuffer, *flags: int) -> None:
    if not _spent_s:
        _spent_s.append(time.process_time())
    return _sendall(self, data, *flags)


def main() -> None:
    socket.socket.sendall = _noting  # type: ignore[method-assign,assignment]
    sys.argv[1:1] = ["measure", "load"]
    from isocost.cli import main as isocost  # noqa: PLC0415 - counted: it is part of starting

    try:
        isocost()
    finally:
        print(_spent_s[0])


if __name__ == "__main__":
    main()
