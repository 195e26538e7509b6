"""Strict reading of one HTTP/1.1 answer: bytes in, payload out; no sockets."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

__all__ = ["MAX_HEAD", "ResponseParser"]

MAX_HEAD = 65_536
"""Longest head (status line and headers, or trailers) that is read, bytes."""
_MAX_SIZE_LINE = 1_024
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\x00]*)")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?")
_PLAIN_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})\r\n")
_NO_BODY = frozenset({204, 205, 304})
_LONGEST_KEPT_HEAD = 2_048

_State = Literal["head", "size", "chunk", "chunk end", "trailer", "length", "close", "done", "broken"]


class _Head(NamedTuple):
    """What a head says; shared by all answers that have the same one."""

    status: int
    minor: int
    headers: dict[str, str]
    content_type: str
    state: _State
    left: int


class ResponseParser:
    r"""Reads one answer piece by piece; the same whatever way the bytes are split.

    After each `feed`, look at `complete` and `error`. Nothing is ever raised on what a server sends.

    Attributes
    ----------
    status : int or None
        Status of the final answer; ``None`` until its head was read.
    headers : dict of str to str
        Names in lower case; values of a repeated header are joined by commas.
    complete : bool
        Whether the body ended as its framing says.
    content_type : str
        In lower case and without parameters; empty until known.
    error : str or None
        What is wrong with the bytes; nothing is read after it.
    cut_off : bool
        Whether the connection closed before the answer ended.
    surplus : bool
        Whether bytes followed the end of the answer.

    Examples
    --------
    >>> parser = ResponseParser()
    >>> parser.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    b'hi'
    >>> parser.status, parser.complete
    (200, True)
    """

    __slots__ = (
        "_buffer",
        "_left",
        "_minor",
        "_state",
        "content_type",
        "cut_off",
        "error",
        "headers",
        "status",
        "surplus",
    )

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.error: str | None = None
        self.content_type = ""
        self.cut_off = False
        self.surplus = False
        self._state: _State = "head"
        self._buffer = bytearray()
        self._left = 0
        self._minor = 1

    @property
    def complete(self) -> bool:
        """Whether the body ended as its framing says."""
        return self._state == "done"

    @property
    def chunked(self) -> bool:
        """Whether the body comes in chunks, so that only its last bytes can end it."""
        return self._state in ("size", "chunk", "chunk end", "trailer")

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request after this answer."""
        connection = self.headers.get("connection", "").lower()
        keeps = "keep-alive" in connection if self._minor == 0 else "close" not in connection
        return self.complete and keeps and not self.surplus

    def feed(self, data: bytes) -> bytes:
        """Return the part of the body that `data` carries, possibly empty."""
        if self._state == "size" and not self._buffer:
            found = _PLAIN_SIZE.match(data)  # one whole chunk in one piece: by far the most frequent
            if found is not None:
                start = found.end()
                size = int(found[1], 16)
                if size and len(data) == start + size + 2 and data.endswith(b"\r\n"):
                    return data[start:-2]
        self._buffer += data
        payload = bytearray()
        while self._step(payload):
            pass
        return bytes(payload)

    def end(self) -> None:
        """Tell that the connection was closed: an end for some bodies, an error for the others."""
        if self._state == "close":
            self._state = "done"
        elif self._state not in ("done", "broken"):
            self._break("the connection closed before the answer ended")
            self.cut_off = True

    def _break(self, error: str) -> bool:
        self.error = error
        self._state = "broken"
        self._buffer.clear()
        return False

    def _step(self, payload: bytearray) -> bool:
        """Go as far as the next mark; return whether there may be more to do."""
        if self._state == "size":
            self._take_whole_chunks(payload)
        state = self._state
        if state in ("head", "size", "chunk end", "trailer"):
            return self._step_line(state)
        if state in ("chunk", "length"):
            return self._step_body(payload)
        if state == "close":
            payload += self._buffer
        elif state == "done" and self._buffer:
            self.surplus = True
        self._buffer.clear()
        return False

    def _take_whole_chunks(self, payload: bytearray) -> None:
        """Take what is there as a whole and written plainly, as nearly all chunks are."""
        buffer, start = self._buffer, 0
        while (found := _PLAIN_SIZE.match(buffer, start)) is not None:
            begin = found.end()
            end = begin + int(found[1], 16)
            if buffer[end : end + 2] != b"\r\n":
                break
            start = end + 2
            if end == begin:  # the last one; what follows its two line ends is no trailer
                self._state = "done"
                break
            payload += buffer[begin:end]
        del buffer[:start]

    def _step_body(self, payload: bytearray) -> bool:
        taken = self._buffer[: self._left]
        payload += taken
        del self._buffer[: len(taken)]
        self._left -= len(taken)
        if self._left:
            return False
        self._state = "chunk end" if self._state == "chunk" else "done"
        return True

    def _step_line(self, state: _State) -> bool:
        if state == "head":
            return self._step_head()
        limit = MAX_HEAD if state == "trailer" else _MAX_SIZE_LINE
        end = self._buffer.find(b"\r\n")
        if end < 0 or end > limit:
            too_long = len(self._buffer) > limit + 1 or end > limit
            return self._break(f"a {state} line longer than {limit} bytes") if too_long else False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        if state == "size":
            return self._size(line)
        if state == "chunk end":
            self._state = "size"
            return True if not line else self._break("a chunk longer than its size says")
        self._left += end + 2
        if self._left > MAX_HEAD:
            return self._break(f"trailers longer than {MAX_HEAD} bytes")
        if not line:
            self._state = "done"
        return True

    def _size(self, line: bytes) -> bool:
        found = _SIZE.fullmatch(line)
        if found is None:
            return self._break("a chunk without a valid size")
        self._left = int(found[1], 16)
        self._state = "chunk" if self._left else "trailer"
        return True

    def _step_head(self) -> bool:
        if not b"HTTP/".startswith(self._buffer[:5]):
            return self._break("an answer that does not start with an HTTP/1.1 status line")
        end = self._buffer.find(b"\r\n\r\n")
        if end > MAX_HEAD or (end < 0 and len(self._buffer) > MAX_HEAD + 3):
            return self._break(f"a head longer than {MAX_HEAD} bytes")
        if end < 0:
            return False
        text = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return self._take_head(_known_head(text) if end <= _LONGEST_KEPT_HEAD else _read_head(text))

    def _take_head(self, head: _Head | str) -> bool:
        if isinstance(head, str):
            return self._break(head)
        if 100 <= head.status < 200 and head.status != 101:
            return True  # an interim answer: the real one follows
        self.status, self._minor, self.headers, self.content_type, self._state, self._left = head
        return True


def _read_head(text: bytes) -> _Head | str:
    """Return what a head says, or what is wrong with it."""
    lines = text.split(b"\r\n")
    found = _STATUS.fullmatch(lines[0])
    if found is None:
        return "an answer that does not start with an HTTP/1.1 status line"
    headers = _headers(lines[1:])
    if headers is None:
        return "a malformed header line"
    status = int(found[2])
    framing = _framing(status, headers)
    if isinstance(framing, str):
        return framing
    content_type = headers.get("content-type", "").split(";")[0].strip().lower()
    return _Head(status, int(found[1]), headers, content_type, *framing)


_known_head = lru_cache(maxsize=64)(_read_head)


def _framing(status: int, headers: dict[str, str]) -> tuple[_State, int] | str:
    """Return how the body comes and how long it is, or what is wrong with that."""
    coding = headers.get("transfer-encoding", "").strip().lower()
    length = headers.get("content-length")
    interim = status < 200 and status != 101
    if status in _NO_BODY or interim:
        return "done", 0
    if coding:
        return (
            ("size", 0)
            if coding == "chunked"
            else f"a transfer coding that was not asked for: {coding[:40]!r}"
        )
    if length is None:
        return "close", 0
    lengths = {part.strip() for part in length.split(",")}
    value = lengths.pop()
    if lengths or not re.fullmatch(r"[0-9]{1,15}", value):
        return f"an invalid content-length: {length[:40]!r}"
    return ("length" if int(value) else "done"), int(value)


def _headers(lines: list[bytes]) -> dict[str, str] | None:
    headers: dict[str, str] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found is None:
            return None
        name = found[1].decode("ascii").lower()
        value = found[2].rstrip(b" \t").decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
