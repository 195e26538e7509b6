"""Each way in which a server can misbehave within an answer, and the name under which it must be recorded."""

from __future__ import annotations

from dataclasses import dataclass

from doubles.bad_weather import (
    END,
    STREAM,
    Close,
    Forever,
    Reset,
    Sleep,
    Step,
    answer,
    chunk,
    event,
    json_reply,
    token,
    usage,
)
from isocost.core.observation import Outcome

CANARY = "sk-canary-4711-never-to-be-seen"
TIMEOUT_S = 0.5
DONE = chunk(b"data: [DONE]\n\n")
_PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
_OLD = _PLAIN.replace(b"1.1", b"1.0")
_HTML = STREAM.replace(b"text/event-stream", b"text/html")
_GZIP = STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
_WHOLE = event({"choices": [{"text": " a", "finish_reason": "length"}]})
_IN_STREAM_ERROR = chunk(event({"error": {"message": "out of memory", "code": 500}}))
_SPLIT = chunk('data: {"choices":[{"text":"日本","finish_reason":"length"}]}\n\n'.encode())
_LATE = f"no end within {TIMEOUT_S:g} s"


@dataclass(frozen=True)
class Case:
    """What the server does, and what must be recorded: outcome, part of the detail, status, chunks."""

    steps: list[Step]
    outcome: Outcome = Outcome.OK
    detail: str | None = None
    status: int | None = 200
    chunks: int | None = None


def _error(status: str, message: str, *headers: str, detail: str | None = None) -> Case:
    steps = json_reply(status, {"error": {"message": message}}, *headers)
    code = int(status[:3])
    return Case(steps, Outcome.HTTP_ERROR, detail or f"HTTP {code}: {message}", code)


def _cut(steps: list[Step], detail: str, status: int | None = 200, chunks: int | None = None) -> Case:
    return Case(steps, Outcome.CUT_OFF, detail, status, chunks)


def _late(steps: list[Step], status: int | None = 200, chunks: int | None = None) -> Case:
    return Case(steps, Outcome.TIMED_OUT, _LATE, status, chunks)


def _wrong(steps: list[Step], detail: str, status: int | None = 200) -> Case:
    return Case(steps, Outcome.PROTOCOL, detail, status)


def _bytewise(data: bytes, pause_s: float = 0.0) -> list[Step]:
    """Send byte by byte."""
    steps: list[Step] = []
    for place in range(len(data)):
        steps += [data[place : place + 1], Sleep(pause_s)]
    return steps


def _with_line_ends(ends: bytes) -> list[Step]:
    """Stream three tokens with other ends of lines."""
    parts = [event({"choices": [{"text": " a", "finish_reason": end}]}) for end in (None, None, "length")]
    return [
        STREAM,
        *(chunk(part.replace(b"\n", ends)) for part in parts),
        chunk(b"data: [DONE]" + 2 * ends),
        END,
    ]


STATUSES: dict[str, Case] = {
    "401": _error("401 Unauthorized", f"bad key {CANARY}", detail="HTTP 401: bad key ***"),
    "403": _error("403 Forbidden", "not yours"),
    "404": _error("404 Not Found", "no model 'x'"),
    "408": _error("408 Request Timeout", "too slow"),
    "429 with Retry-After": _error(
        "429 Too Many Requests",
        "slow down",
        "Retry-After: 7",
        detail="HTTP 429: slow down (retry after 7 s)",
    ),
    "429 without Retry-After": _error("429 Too Many Requests", "slow down"),
    "500": _error("500 Oops", "engine died"),
    "502": _error("502 Bad Gateway", "upstream broke"),
    "503": _error("503 Service Unavailable", "loading"),
    "503 that closes": Case(
        [b"HTTP/1.1 503 No\r\nConnection: close\r\n\r\nbusy\x1b[31m\nnow", Close()],
        Outcome.HTTP_ERROR,
        "HTTP 503: busy [31m now",
        503,
    ),
    "504": _error("504 Gateway Timeout", "upstream slept"),
    "redirect": Case(
        [b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"],
        Outcome.HTTP_ERROR,
        "HTTP 302: a redirect, not followed, to http://elsewhere.example/",
        302,
    ),
}
BREAKS: dict[str, Case] = {
    "reset before the answer": _cut([Reset()], "Connection reset by peer", None, 0),
    "reset inside the head": _cut([STREAM[:30], Sleep(0.01), Reset()], "Connection reset by peer", None, 0),
    "reset between chunks": _cut([STREAM, token(), Reset()], "Connection reset by peer", 200, 1),
    "reset inside a chunk": _cut(
        [STREAM, token(), token()[:20], Sleep(0.01), Reset()], "reset by peer", 200, 1
    ),
    "closed before the answer": _cut([Close()], "closed before the answer ended", None, 0),
    "closed inside a chunk": _cut([STREAM, token(), token()[:20], Close()], "closed before", 200, 1),
    "truncated chunked body": _cut([STREAM, token(), DONE, Close()], "closed before", 200, 1),
    "truncated event": _cut([STREAM, token(), chunk(_WHOLE[:-9]), END], "without a finish reason", 200, 1),
    "ended without a finish reason": _cut([STREAM, token(), END], "without a finish reason", 200, 1),
    "until close, reset": _cut([_PLAIN, _WHOLE, Reset()], "Connection reset by peer"),
}
STALLS: dict[str, Case] = {
    "silence": _late([Sleep(TIMEOUT_S + 0.2)], None, 0),
    "stall before the first token": _late([STREAM, Sleep(TIMEOUT_S + 0.2)], 200, 0),
    "stall after the first token": _late([STREAM, token(), Sleep(TIMEOUT_S + 0.2)], 200, 1),
    "trickle without end": _late([STREAM, Forever(b"1\r\n:\r\n", 0.02)], 200, 0),
    "trickle of the head": _late(_bytewise(STREAM[:60], 0.02), None, 0),
    "endless comments": _late([STREAM, Forever(chunk(b": ping\n\n" * 900), 0.001)], 200, 0),
    "endless page": _late([_HTML, Forever(chunk(b"<p>" * 20_000), 0.001)], 200, 0),
}
ENDLESS: dict[str, Case] = {
    "endless stream": _wrong([STREAM, Forever(token() * 50)], "goes on after 1048 chunks"),
    "endless line": _wrong([STREAM, Forever(chunk(b"x" * 60_000))], "a line longer than 1048576 bytes"),
    "endless event": _wrong(
        [STREAM, Forever(chunk(b"data: " + b"x" * 60_000 + b"\n"))], "an event longer than"
    ),
    "endless head": _wrong([b"HTTP/1.1 200 OK\r\n", Forever(b"X: y\r\n" * 999)], "65536", None),
    "a line of 10 MB": _wrong([STREAM, chunk(b"data: " + b"x" * 10_000_000 + b"\n\n"), DONE, END], "1048576"),
    "a chunk of 10 MB": _wrong([STREAM, chunk(event({"x": "y" * 10_000_000})), DONE, END], "1048576"),
}
MALFORMED: dict[str, Case] = {
    "wrong content type": _wrong(json_reply("200 OK", {}), "no event stream but 'application/json'"),
    "a page for people": _wrong([_HTML, chunk(b"<html>log in"), END], "no event stream but 'text/html'"),
    "invalid JSON": _wrong([STREAM, chunk(b"data: {oops\n\n"), DONE, END], "no JSON"),
    "JSON that is no object": _wrong([STREAM, chunk(b"data: 3\n\n"), DONE, END], "int instead of an object"),
    "JSON nested without end": _wrong([STREAM, chunk(b"data: " + b"[" * 99_999 + b"\n\n"), END], "no JSON"),
    "invalid UTF-8": _wrong([STREAM, chunk(b'data: {"x":"\xff"}\n\n'), DONE, END], "no JSON: 'utf-8'"),
    "gzip": _wrong([_GZIP, token(finish="stop"), END], "a compressed answer that was not asked for: 'gzip'"),
    "no HTTP": _wrong([b"SSH-2.0-OpenSSH\r\n", Close()], "status line", None),
    "a chunk of the wrong size": _wrong([STREAM, b"3\r\nabcdef\r\n"], "longer than its size"),
    "a chunk without a size": _wrong([STREAM, b"xyz\r\nabc\r\n"], "without a valid size"),
    "an error in the stream": Case(
        [STREAM, token(), _IN_STREAM_ERROR, DONE, END],
        Outcome.HTTP_ERROR,
        "an error in the stream: out of memory",
        200,
        1,
    ),
}
UNUSUAL: dict[str, Case] = {
    "one byte at a time": Case([STREAM, *_bytewise(chunk(_WHOLE) + DONE + END)], chunks=1),
    "split characters": Case([STREAM, *_bytewise(_SPLIT), DONE + END], chunks=1),
    "HTTP/1.0 until close": Case([_OLD, _WHOLE, Close()], chunks=1),
    "until close": Case([_PLAIN, _WHOLE, Close()], chunks=1),
    "an empty answer": Case([STREAM, usage(4, 0), DONE, END], chunks=0),
    "bytes after the end": Case([*answer(1)[:-1], token(finish="stop") + END + b"more"], chunks=1),
    "lines that end with CRLF": Case(_with_line_ends(b"\r\n"), chunks=3),
    "lines that end with CR": Case(_with_line_ends(b"\r"), chunks=3),
    "CRLF split between packets": Case(
        [STREAM, chunk(_WHOLE.replace(b"\n\n", b"\r\n\r")), chunk(b"\n"), DONE, END], chunks=1
    ),
    "comments and keep-alives": Case(
        [STREAM, chunk(b": ping\n\n"), token(), chunk(b":\n\n\n"), token(finish="stop"), DONE, END], chunks=2
    ),
    "other fields": Case(
        [STREAM, chunk(b"event: x\nid: 3\nretry: 9\n" + _WHOLE), chunk(b"data\n\n"), DONE, END], chunks=1
    ),
    "twice [DONE]": Case([STREAM, token(finish="stop"), DONE, DONE, END], chunks=1),
    "an interim answer": Case([b"HTTP/1.1 100 Continue\r\n\r\n", *answer(2)], chunks=2),
}
CASES: dict[str, Case] = {**STATUSES, **BREAKS, **STALLS, **ENDLESS, **MALFORMED, **UNUSUAL}
