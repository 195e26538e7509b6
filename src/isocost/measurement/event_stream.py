"""Reading of server-sent events: payload in, the data of each event out; no sockets."""

from __future__ import annotations

import re

__all__ = ["MAX_LINE", "EventStreamParser"]

MAX_LINE = 1_048_576
"""Longest line, and longest data of one event, that is read, bytes."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"


class EventStreamParser:
    r"""Reads ``text/event-stream`` piece by piece; the same whatever way the bytes are split.

    Follows the HTML standard, section 9.2.6: lines end with CRLF, LF or CR; lines that start with a
    colon are comments; data lines of one event are joined by line feeds; an event ends with an empty
    line; what is unfinished at the end of the stream is dropped.

    Attributes
    ----------
    error : str or None
        Set when a line or an event is too long; nothing is read after it.

    Examples
    --------
    >>> parser = EventStreamParser()
    >>> parser.feed(b"data: one\n"), parser.feed(b"\ndata: two\r\n\r\n")
    ([], [b'one', b'two'])
    """

    __slots__ = ("_after_cr", "_buffer", "_data", "_data_size", "_fresh", "_scanned", "error")

    def __init__(self) -> None:
        self.error: str | None = None
        self._buffer = bytearray()
        self._scanned = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._after_cr = False
        self._fresh = True

    def feed(self, payload: bytes) -> list[bytes]:
        """Return the data of the events that `payload` completes, in order."""
        if payload.startswith(b"data: ") and payload.endswith(b"\n\n") and self._between_events:
            events = _whole_events(payload)  # by far the most frequent
            if events is not None:
                self._fresh = self._after_cr = False
                return events
        return self._feed_slowly(payload)

    @property
    def _between_events(self) -> bool:
        return not (self._buffer or self._data or self.error)

    def _feed_slowly(self, payload: bytes) -> list[bytes]:
        events: list[bytes] = []
        if self.error is not None or not payload:
            return events
        if self._after_cr:
            self._after_cr = False
            payload = payload[1:] if payload.startswith(b"\n") else payload
        self._buffer += payload
        if self._fresh and not self._skip_mark():
            return events
        start = 0
        for end in _LINE_END.finditer(self._buffer, self._scanned):
            line = bytes(self._buffer[start : end.start()])
            start = end.end()
            self._take_line(line, events)
            if self.error is not None:
                return events
        self._after_cr = start == len(self._buffer) and self._buffer.endswith(b"\r")
        del self._buffer[:start]
        self._scanned = len(self._buffer)
        if self._scanned > MAX_LINE:
            self._break(f"a line longer than {MAX_LINE} bytes")
        return events

    def _skip_mark(self) -> bool:
        """Drop a byte order mark at the start; return whether the start is known."""
        if self._buffer.startswith(_BOM):
            del self._buffer[:3]
        elif len(self._buffer) < 3 and _BOM.startswith(self._buffer):
            return False
        self._fresh = False
        return True

    def _take_line(self, line: bytes, events: list[bytes]) -> None:
        if len(line) > MAX_LINE:
            self._break(f"a line longer than {MAX_LINE} bytes")
        elif not line:
            if self._data:
                events.append(b"\n".join(self._data))
            self._data, self._data_size = [], 0
        elif line == b"data" or line.startswith(b"data:"):
            value = line[5:]
            value = value[1:] if value.startswith(b" ") else value
            self._data.append(value)
            self._data_size += len(value) + 1
            if self._data_size > MAX_LINE:
                self._break(f"an event longer than {MAX_LINE} bytes")

    def _break(self, error: str) -> None:
        self.error = error
        self._buffer = bytearray()  # a new one: the old one is being searched
        self._data = []


def _whole_events(payload: bytes) -> list[bytes] | None:
    """Return the data of a payload of plain events, whole and of one line each; ``None`` if it is another."""
    if len(payload) > MAX_LINE or b"\r" in payload:
        return None
    events = payload[6:-2].split(b"\n\ndata: ")
    return events if payload.count(b"\n") == 2 * len(events) else None
