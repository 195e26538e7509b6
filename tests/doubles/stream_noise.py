"""Bytes that a reader of streams may meet, made out of plain bytes; and the checks that must hold for all."""

from __future__ import annotations

from itertools import pairwise

from doubles.naive_readers import naive_answer, naive_events
from isocost.measurement import event_stream
from isocost.measurement.answer import Answer
from isocost.measurement.event_stream import EventStreamParser
from isocost.measurement.wire import ResponseParser

LONGEST = 48  # in place of a megabyte, so that the limits are met too
EVENT_WORDS = (
    b"data: ", b"data:", b"data", b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r", b":", b": ping", b"a", b" ",
    b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xbf", b"id: 1", b"event: x", b"retry", b"[DONE]", b"{", b"}", b'"',
    b"\xc3", b"\xa9", b"\xe6\x97\xa5", b"\x00", b"dat", b"x" * 15, b"data: {}\n\n", b"data: [DONE]\n\n",
    b'data: {"choices":[{"text":"a"}]}\n\n',
)  # fmt: skip
WIRE_WORDS = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404 No\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 304\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: x\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Connection: close\r\n", b"\r\n",
    b"\r\n\r\n", b"5\r\nabcde\r\n", b"5\r\n", b"abcde", b"0\r\n", b"0\r\n\r\n", b"3;x=y\r\nabc\r\n", b"3 ",
    b";", b"a", b"F", b"ZZ", b"\r", b"\n", b" ", b":", b"Trailer: x\r\n", b"\x00", b"HTTP/",
    b"ffffffffffffffff\r\n",
)  # fmt: skip
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWER_HEADS = (
    b"", STREAM_HEAD, b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
)  # fmt: skip


def spelled(choices: bytes, words: tuple[bytes, ...]) -> bytes:
    """Return a word for each byte; of 0 to 7 raw bytes among them."""
    return b"".join(words[byte & 31] if byte < 248 else bytes([byte]) for byte in choices)


def split(data: bytes, places: bytes) -> list[bytes]:
    """Cut `data` at up to as many places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def read_events(parts: list[bytes]) -> tuple[list[bytes], bool]:
    """Read events piece by piece: their data, and whether it was given up."""
    parser = EventStreamParser()
    return [found for part in parts for found in parser.feed(part)], parser.error is not None


def check_events(data: bytes, places: bytes) -> None:
    """The same events for every split, and those that a naive reader finds."""
    usual, event_stream.MAX_LINE = event_stream.MAX_LINE, LONGEST
    try:
        expected = naive_events(data, LONGEST)
        for parts in ([data], split(data, places), [data[at : at + 1] for at in range(len(data))]):
            assert read_events(parts) == expected, (data, parts)
    finally:
        event_stream.MAX_LINE = usual


def read_answer(parts: list[bytes]) -> tuple[str, int | None, bytes, bool, object]:
    """Read an answer piece by piece: how it ended, and what it says."""
    parser, answer = ResponseParser(), Answer(4)
    payload = bytearray()
    for part in parts:
        found = parser.feed(part)
        payload += found
        if found:
            answer.take(found, 0.0, parser)
    parser.end()
    answer.settle_last_chunk()
    state = "done" if parser.complete else "cut" if parser.cut_off else "broken"
    surplus = parser.surplus and parser.complete
    said = (answer.verdict(parser), len(answer.chunk_at_s), answer.usage, answer.finish_reason)
    return state, parser.status, bytes(payload), surplus, said


def check_answer(data: bytes, places: bytes) -> None:
    """The same answer for every split, framed as a naive reader frames it, and always with a verdict."""
    naive = naive_answer(data)
    whole = read_answer([data])
    assert whole[:4] == (naive.state, naive.status, naive.payload, naive.surplus), data
    for parts in (split(data, places), [data[at : at + 1] for at in range(len(data))]):
        assert read_answer(parts) == whole, (data, parts)
