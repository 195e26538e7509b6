"""The readers of events and answers once more, as plainly as can be: whole bytes in, nothing kept between."""

from __future__ import annotations

from dataclasses import dataclass

_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEX = frozenset(b"0123456789abcdefABCDEF")


def naive_lines(data: bytes) -> tuple[list[bytes], bytes]:
    """Split at CRLF, LF and CR, byte by byte; return the lines that ended, and the rest."""
    lines, line, place = [], bytearray(), 0
    while place < len(data):
        byte = data[place]
        place += 1
        if byte in b"\r\n":
            if byte == 13 and data[place : place + 1] == b"\n":
                place += 1
            lines.append(bytes(line))
            line.clear()
        else:
            line.append(byte)
    return lines, bytes(line)


def naive_events(data: bytes, longest: int) -> tuple[list[bytes], bool]:
    """Return the data of each event, and whether a line or an event was too long.

    The steps of the HTML standard, section 9.2.6 (interpreting an event stream), in its own order.
    """
    lines, rest = naive_lines(data.removeprefix(b"\xef\xbb\xbf"))
    events, buffer = [], b""
    for line in lines:
        if len(line) > longest:
            return events, True
        if not line:
            if buffer:
                events.append(buffer[:-1])
            buffer = b""
            continue
        if line[0] == ord(":"):
            continue
        name, colon, value = line.partition(b":")
        if name == b"data":
            buffer += (value[1:] if colon and value[:1] == b" " else value) + b"\n"
            if len(buffer) > longest:
                return events, True
    return events, len(rest) > longest


@dataclass(frozen=True)
class NaiveAnswer:
    """What an answer is, read at once: `state` is done, cut or broken."""

    state: str
    status: int | None = None
    payload: bytes = b""
    surplus: bool = False


def naive_answer(data: bytes) -> NaiveAnswer:
    """Read one HTTP answer after which the connection was closed (RFC 9112, sections 4 to 7)."""
    while True:
        if data[:5] != b"HTTP/"[: len(data)]:
            return NaiveAnswer("broken")
        head, blank, rest = data.partition(b"\r\n\r\n")
        if not blank:
            return NaiveAnswer("cut")
        first, *others = head.split(b"\r\n")
        status, headers = _status(first), _fields(others)
        if status is None or headers is None:
            return NaiveAnswer("broken")
        if not 100 <= status < 200 or status == 101:
            return _body(status, headers, rest)
        data = rest


def _status(line: bytes) -> int | None:
    version, _, after = line.partition(b" ")
    code, reason = after[:3], after[3:]
    good = version in (b"HTTP/1.0", b"HTTP/1.1") and len(code) == 3 and all(48 <= one <= 57 for one in code)
    if not good or not 49 <= code[0] <= 53 or (reason and reason[:1] != b" ") or _has_line_end(reason):
        return None
    return int(code)


def _fields(lines: list[bytes]) -> dict[bytes, list[bytes]] | None:
    fields: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or not _TOKEN.issuperset(name) or _has_line_end(value) or 0 in value:
            return None
        fields.setdefault(name.lower(), []).append(value.strip(b" \t"))
    return fields


def _has_line_end(text: bytes) -> bool:
    return 10 in text or 13 in text


def _body(status: int, headers: dict[bytes, list[bytes]], rest: bytes) -> NaiveAnswer:
    codings, lengths = headers.get(b"transfer-encoding"), headers.get(b"content-length")
    if status in (204, 205, 304):
        return NaiveAnswer("done", status, b"", bool(rest))
    if codings and b", ".join(codings):
        if b", ".join(codings).lower().strip() != b"chunked":
            return NaiveAnswer("broken", status)
        return _chunks(status, rest)
    if lengths is None:
        return NaiveAnswer("done", status, rest)
    told = {one.strip() for one in b", ".join(lengths).decode("latin-1").split(",")}
    value = told.pop()
    if told or not value or len(value) > 15 or not all(sign in "0123456789" for sign in value):
        return NaiveAnswer("broken", status)
    size = int(value)
    return NaiveAnswer("cut" if len(rest) < size else "done", status, rest[:size], len(rest) > size)


def _chunks(status: int, rest: bytes) -> NaiveAnswer:
    payload = b""
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return NaiveAnswer("cut", status, payload)
        size = _size(line)
        if size is None:
            return NaiveAnswer("broken", status, payload)
        if size == 0:
            return _trailers(status, payload, rest)
        payload += rest[:size]
        after, end, beyond = rest[size:].partition(b"\r\n")
        if len(rest) < size or not end:
            return NaiveAnswer("cut", status, payload)
        if after:
            return NaiveAnswer("broken", status, payload)
        rest = beyond


def _size(line: bytes) -> int | None:
    number, semicolon, extension = line.partition(b";")
    digits = number.rstrip(b" \t")
    good = 1 <= len(digits) <= 15 and _HEX.issuperset(digits)
    return int(digits, 16) if good and not (semicolon and _has_line_end(extension)) else None


def _trailers(status: int, payload: bytes, rest: bytes) -> NaiveAnswer:
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return NaiveAnswer("cut", status, payload)
        if not line:
            return NaiveAnswer("done", status, payload, bool(rest))
