"""Streams as real engines sent them, byte for byte, read to the counts that the engines gave.

Each file is the answer to a request for 4 tokens with ``ignore_eos`` and ``usage``: after a prompt of 6 ids
(completions), or of the text `` to be in it`` (chat). One event carries one token in all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isocost.core.observation import Outcome
from isocost.measurement.answer import Answer
from isocost.measurement.wire import ResponseParser

if TYPE_CHECKING:
    from isocost.measurement.answer import Verdict

RECORDED = Path(__file__).parent / "recorded"

# prompt tokens, cached tokens, tokens of each chunk; read off the files by eye
EXPECTED = {
    "llamacpp-2026.10.11549-completions": (6, 5, None),
    "llamacpp-2026.10.11549-chat": (15, 14, None),
    "vllm-0.32.0-completions": (6, None, None),
    "vllm-0.32.0-chat": (15, None, None),
    "vllm-0.32.0-completions-counted": (6, None, (1, 1, 1, 1)),
}

REFUSED = {
    "llamacpp-2026.10.11549-completions-too-long": (
        "HTTP 400: request (2048 tokens) exceeds the available context size (2048 tokens), try increasing it"
    ),
    "vllm-0.32.0-completions-too-long": (
        "HTTP 400: max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)"
    ),
}


def read(name: str, piece: int) -> tuple[Answer, ResponseParser, Verdict]:
    """Read a recorded answer in pieces of so many bytes, piece n arriving at second n."""
    answer, head = Answer(most_chunks=100), ResponseParser()
    data = (RECORDED / f"{name}.txt").read_bytes()
    for number, start in enumerate(range(0, len(data), piece)):
        payload = head.feed(data[start : start + piece])
        if payload:
            answer.take(payload, float(number), head)
    answer.settle_last_chunk()
    return answer, head, answer.verdict(head)


@pytest.mark.parametrize("piece", [1, 7, 100_000])
@pytest.mark.parametrize("name", EXPECTED)
def test_streams_of_real_engines_are_counted_as_they_count(name: str, piece: int) -> None:
    prompt, cached, chunk_tokens = EXPECTED[name]
    answer, head, verdict = read(name, piece)
    assert verdict.outcome is Outcome.OK
    assert head.complete
    assert len(answer.chunk_at_s) == 4
    assert answer.finish_reason == "length"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (prompt, 4)
    assert answer.usage.cached_tokens == cached
    assert answer.chunk_tokens == chunk_tokens


@pytest.mark.parametrize(("name", "detail"), REFUSED.items())
def test_refusals_of_real_engines_are_quoted(name: str, detail: str) -> None:
    _, head, verdict = read(name, 64)
    assert head.complete
    assert (verdict.outcome, verdict.detail) == (Outcome.HTTP_ERROR, detail)


def test_every_recorded_stream_is_judged() -> None:
    names = {path.stem for path in RECORDED.glob("*.txt")}
    assert names == {*EXPECTED, *REFUSED}
