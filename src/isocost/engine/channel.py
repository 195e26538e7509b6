"""Messages between our processes: JSON objects behind their length, over a pair of sockets."""

from __future__ import annotations

import json
import select
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    import socket

__all__ = ["Channel", "Message", "encode", "read_message"]

Message = dict[str, Any]
_LENGTH = struct.Struct("<I")
_PIECE = 1 << 16


def encode(message: Message) -> bytes:
    r"""Bytes of one message.

    Examples
    --------
    >>> encode({"a": 1})
    b'\x07\x00\x00\x00{"a":1}'
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Next message of a stream; ``asyncio.IncompleteReadError`` at its end."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    message: Message = json.loads(await reader.readexactly(length))
    return message


class Channel:
    """The end of a socket pair that a process without an event loop holds.

    Parameters
    ----------
    connection : socket.socket
        A connected stream socket.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        self._connection = connection
        self._buffer = bytearray()

    def send(self, message: Message) -> None:
        """Send `message`, waiting while the other side is slow."""
        self._connection.sendall(encode(message))

    def receive(self, timeout_s: float) -> Message | None:
        """Next message, or ``None`` when none came within `timeout_s`.

        Raises
        ------
        EOFError
            If the other side is gone.
        """
        message = self._whole()
        while message is None:
            if not select.select([self._connection], [], [], timeout_s)[0]:
                return None
            piece = self._connection.recv(_PIECE)
            if not piece:
                raise EOFError("the other side has closed the channel")
            self._buffer += piece
            message = self._whole()
        return message

    def close(self) -> None:
        """Close the socket; the other side reads the end."""
        self._connection.close()

    def _whole(self) -> Message | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        end = _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0]
        if len(self._buffer) < end:
            return None
        message: Message = json.loads(bytes(self._buffer[_LENGTH.size : end]))
        del self._buffer[:end]
        return message
