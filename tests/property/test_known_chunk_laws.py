"""Laws of what is recognised without being read again: it says what a reading would say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.core.load import RequestShape
from isocost.measurement.dialect import Dialect, read_chunk, request_body
from isocost.measurement.known_chunk import read_known_chunk
from isocost.measurement.prompts import IdPrompts, TextPrompts
from isocost.measurement.request import RequestWriter

many = settings(max_examples=300, deadline=None)

chunks = st.fixed_dictionaries(
    {"id": st.text(max_size=8)},
    optional={
        "choices": st.lists(
            st.fixed_dictionaries(
                {"index": st.just(0), "text": st.text(max_size=6)},
                optional={"finish_reason": st.sampled_from([None, "stop", "length"])},
            ),
            max_size=1,
        ),
        "usage": st.fixed_dictionaries({"completion_tokens": st.integers(0, 9)}),
        "error": st.text(max_size=4),
    },
)


def said_by(read: Any, data: bytes) -> Any:
    try:
        return read(data)
    except ValueError as error:
        return type(error)


@many
@given(chunk=chunks, other=st.text(max_size=8), spaced=st.booleans(), escaped=st.booleans())
def test_a_known_chunk_says_what_a_reading_says(
    chunk: dict[str, Any], other: str, spaced: bool, escaped: bool
) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    for name in (chunk["id"], other):
        text = json.dumps({**chunk, "id": name}, separators=separators, ensure_ascii=escaped)
        data = text.encode("utf-8", "surrogatepass")
        assert said_by(read_known_chunk, data) == said_by(read_chunk, data)


@many
@given(rest=st.binary(max_size=40))
def test_whatever_follows_an_id_is_read_as_it_stands(rest: bytes) -> None:
    for start in (b'{"id":"a', b'{"id":"b\\', b'{"id":"'):
        assert said_by(read_known_chunk, start + rest) == said_by(read_chunk, start + rest)


extras = st.dictionaries(
    st.sampled_from(["prompt", "stop", "top_p", "messages", "max_tokens"]), st.text(max_size=6)
)


@many
@given(
    prompt=st.sampled_from(
        [TextPrompts(), TextPrompts(words=('say "hi"', "été")), IdPrompts(ids=(3, 70_000, 9))]
    ),
    chat=st.booleans(),
    extra=extras,
    tokens=st.integers(1, 3),
    index=st.integers(0, 9),
)
def test_a_body_is_what_the_dialect_words(
    prompt: Any, chat: bool, extra: dict[str, str], tokens: int, index: int
) -> None:
    dialect = Dialect(model="m", endpoint_type="chat" if chat else "completions", extra=extra)
    writer = RequestWriter(head=b"POST / HTTP/1.1", dialect=dialect, prompts=prompt)
    wire = writer.write(index, RequestShape(5, tokens), seed=1, warmup=False).wire
    body = wire.partition(b"\r\n\r\n")[2]
    wanted = request_body(dialect, prompt.prompt(5, seed=1, index=index, warmup=False), output_tokens=tokens)
    assert json.loads(body) == wanted
    assert b"Content-Length: %d\r\n" % len(body) in wire
