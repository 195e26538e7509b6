"""Laws of the readers: the same result however the bytes are split, and no crash on any bytes."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.measurement.answer import Answer
from isocost.measurement.dialect import read_chunk
from isocost.measurement.event_stream import EventStreamParser
from isocost.measurement.wire import ResponseParser

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
many = settings(max_examples=300, deadline=None)

cuts = st.lists(st.integers(0, 400), max_size=12)
line = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=12)
noise = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"data: ",
                b"data:",
                b"data",
                b"\r",
                b"\n",
                b"\r\n",
                b":",
                b"a",
                b"\xef\xbb\xbf",
                b"id: 1",
                b"\xc3",
            ]
        ),
        max_size=30,
    ).map(b"".join),
)
framing = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK\r\n",
                b"HTTP/1.1 100 Continue\r\n\r\n",
                b"Content-Length: 5\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"\r\n",
                b"5\r\nabcde\r\n",
                b"0\r\n",
                b"3;x=y\r\nabc\r\n",
                b"abcde",
                b"ZZ",
                b"\r",
                b"\n",
                b"Trailer: x\r\n",
                b"HTTP/1.0 404 No\r\n",
            ]
        ),
        max_size=12,
    ).map(b"".join),
)


def pieces(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(data)) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def read_events(parts: list[bytes]) -> tuple[list[bytes], str | None]:
    parser = EventStreamParser()
    return [found for part in parts for found in parser.feed(part)], parser.error


def read_answer(parts: list[bytes]) -> tuple[bytes, dict[str, Any]]:
    parser = ResponseParser()
    payload = b"".join(parser.feed(part) for part in parts)
    parser.end()
    state = {name: getattr(parser, name) for name in ("status", "headers", "error", "complete", "surplus")}
    return payload, state


@many
@given(data=noise, places=cuts)
def test_events_do_not_depend_on_the_split(data: bytes, places: list[int]) -> None:
    whole = read_events([data])
    assert read_events(pieces(data, places)) == whole
    assert read_events([data[place : place + 1] for place in range(len(data))]) == whole


@many
@given(
    events=st.lists(st.lists(line, min_size=1, max_size=3), max_size=5),
    ends=st.lists(st.sampled_from(["\r\n", "\n", "\r"]), min_size=1, max_size=3),
    places=cuts,
)
def test_written_events_are_read_back(events: list[list[str]], ends: list[str], places: list[int]) -> None:
    text = ""
    for number, lines in enumerate(events):
        end = ends[number % len(ends)]
        text += f": a comment{end}event: x{end}" + "".join(f"data: {one}{end}" for one in lines) + end
    found, error = read_events(pieces(text.encode(), places))
    assert error is None
    assert found == ["\n".join(lines).encode() for lines in events]


@many
@given(data=framing, places=cuts)
def test_framing_does_not_depend_on_the_split(data: bytes, places: list[int]) -> None:
    whole = read_answer([data])
    assert read_answer(pieces(data, places)) == whole
    assert read_answer([data[place : place + 1] for place in range(len(data))]) == whole


@many
@given(parts=st.lists(st.binary(min_size=1, max_size=40), max_size=8), places=cuts)
def test_written_chunks_are_read_back(parts: list[bytes], places: list[int]) -> None:
    body = b"".join(b"%X\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    payload, state = read_answer(pieces(CHUNKED + body, places))
    assert payload == b"".join(parts)
    assert state["complete"]
    assert state["error"] is None


texts = st.one_of(
    st.text(max_size=6), st.sampled_from(['"', "\\", '","finish_reason":"stop', "é", " a", "", "\u2028"])
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "text", "content", "usage", "error", "finish_reason", "object"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@many
@given(said=st.lists(st.tuples(texts, st.sampled_from([None, None, None, "stop"])), max_size=12))
def test_recognising_chunks_alike_changes_nothing(said: list[tuple[str, str | None]]) -> None:
    events = [
        json.dumps({"id": "x", "choices": [{"index": 0, "text": text, "finish_reason": end}]}).encode()
        for text, end in said
    ]
    head = ResponseParser()
    head.feed(CHUNKED)
    answer = Answer(10_000)
    for number, data in enumerate(events):
        answer.take(b"data: %b\n\n" % data, float(number), head)
    # the other route: every chunk parsed by itself
    chunks = [read_chunk(data) for data in events]
    assert answer.chunk_at_s == [float(number) for number, chunk in enumerate(chunks) if chunk.output]
    ends = [chunk.finish_reason for chunk in chunks if chunk.finish_reason is not None]
    assert answer.finish_reason == (ends[-1] if ends else None)


@many
@given(document=documents)
def test_any_json_is_read_or_refused(document: Any) -> None:
    try:
        chunk = read_chunk(json.dumps(document).encode())
    except ValueError:
        assert not isinstance(document, dict)
    else:
        assert isinstance(chunk.output, bool)


@many
@given(data=framing, places=cuts)
def test_an_answer_of_any_bytes_is_judged(data: bytes, places: list[int]) -> None:
    head, answer = ResponseParser(), Answer(100)
    for number, part in enumerate(pieces(CHUNKED + data, places)):
        payload = head.feed(part)
        if payload:
            answer.take(payload, float(number), head)
    head.end()
    answer.settle_last_chunk()
    assert answer.verdict(head).outcome is not None
