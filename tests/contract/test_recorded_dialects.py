"""Streams of servers replayed over a socket: what isocost records is what they say.

``tests/doubles/recordings/README.md`` tells which were recorded from the real server and which were written
after its documentation. What is expected here was read off the files by eye.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import Close, bad_weather
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome, ServerTimes
from isocost.measurement import Dialect, HttpTarget, resolve_address
from isocost.measurement.answer import Answer
from isocost.measurement.wire import ResponseParser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from doubles.bad_weather import Step, Weather

RECORDINGS = Path(__file__).parent.parent / "doubles" / "recordings"
ONES = (1,) * 6


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a recording says: chunks with output, tokens, tokens by chunk, and why it ended."""

    chunks: int
    into: int | None
    out: int | None
    finish: str
    cached: int | None = None
    reasoning: int | None = None
    by_chunk: tuple[int, ...] | None = None
    counted_by: str | None = "usage"


VLLM, LLAMA, SERVE = "vllm-0.32.0", "llamacpp-2026.10.11549", "transformers-5.23.0"
ANSWERS = {
    f"{VLLM}/completions": Said(chunks=6, into=4, out=6, cached=0, finish="length"),
    f"{VLLM}/completions-without-usage": Said(
        chunks=6, into=None, out=6, finish="length", counted_by="chunks"
    ),
    f"{VLLM}/completions-ids": Said(chunks=6, into=4, out=6, cached=0, by_chunk=ONES, finish="length"),
    f"{VLLM}/completions-logprobs": Said(chunks=6, into=4, out=6, cached=0, by_chunk=ONES, finish="length"),
    f"{VLLM}/completions-growing-usage": Said(
        chunks=6, into=4, out=6, cached=0, by_chunk=ONES, finish="length"
    ),
    # two tokens make no text of their own: they are in the chunk after them
    f"{VLLM}/chat": Said(chunks=4, into=23, out=6, cached=0, finish="length"),
    f"{VLLM}/chat-growing-usage": Said(
        chunks=4, into=23, out=6, cached=0, by_chunk=(1, 1, 3, 1), finish="length"
    ),
    f"{VLLM}/chat-logprobs": Said(chunks=4, into=23, out=6, cached=0, by_chunk=(1, 1, 3, 1), finish="length"),
    # usage says reasoning_tokens 0, since the model never opened its reasoning
    f"{VLLM}/chat-reasoning": Said(chunks=6, into=23, out=6, cached=0, reasoning=6, finish="length"),
    f"{VLLM}/chat-tools": Said(chunks=5, into=23, out=48, cached=0, finish="stop"),
    f"{VLLM}/responses": Said(chunks=2, into=23, out=6, cached=0, reasoning=0, finish="length"),
    f"{VLLM}/responses-reasoning": Said(chunks=6, into=23, out=6, cached=0, reasoning=6, finish="length"),
    f"{VLLM}/responses-tools": Said(chunks=4, into=23, out=64, cached=0, reasoning=0, finish="length"),
    f"{LLAMA}/completions": Said(chunks=6, into=4, out=6, cached=0, finish="length"),
    f"{LLAMA}/completions-timings": Said(chunks=6, into=4, out=6, cached=3, by_chunk=ONES, finish="length"),
    f"{LLAMA}/completions-logprobs": Said(chunks=6, into=4, out=6, cached=3, by_chunk=ONES, finish="length"),
    f"{LLAMA}/chat": Said(chunks=6, into=37, out=6, cached=0, finish="length"),
    f"{LLAMA}/chat-logprobs": Said(chunks=6, into=37, out=6, cached=36, by_chunk=ONES, finish="length"),
    f"{LLAMA}/chat-reasoning": Said(chunks=6, into=43, out=6, cached=0, reasoning=6, finish="length"),
    # llama.cpp calls a response completed though its length was reached
    f"{LLAMA}/responses": Said(chunks=6, into=37, out=6, cached=36, finish="stop"),
    f"{LLAMA}/responses-reasoning": Said(chunks=6, into=43, out=6, cached=42, reasoning=6, finish="stop"),
    # five chunks of text and six tokens: the empty end is taken for the sixth
    f"{SERVE}/completions": Said(chunks=6, into=4, out=6, finish="length"),
    f"{SERVE}/completions-without-usage": Said(chunks=6, into=4, out=6, finish="length"),
    f"{SERVE}/chat": Said(chunks=4, into=23, out=6, finish="length"),
    f"{SERVE}/chat-two-answers": Said(chunks=4, into=23, out=6, finish="length"),  # it sends one
    f"{SERVE}/responses": Said(chunks=4, into=23, out=6, cached=0, reasoning=0, finish="stop"),
    "documented-openai/chat": Said(chunks=2, into=11, out=67, cached=0, reasoning=64, finish="stop"),
    # where one token more was counted than came, it is taken for the one that ended the answer
    "documented-openai/chat-refusal": Said(chunks=3, into=20, out=3, cached=0, reasoning=0, finish="stop"),
    "documented-openai/chat-content-filter": Said(
        chunks=1, into=20, out=1, cached=0, reasoning=0, finish="content_filter"
    ),
    "documented-openai/chat-empty": Said(chunks=0, into=9, out=0, cached=0, reasoning=0, finish="stop"),
    "documented-openai/chat-audio": Said(chunks=0, into=9, out=5, cached=0, reasoning=0, finish="stop"),
    "documented-openai/chat-tools": Said(
        chunks=4, into=58, out=14, cached=0, reasoning=0, finish="tool_calls"
    ),
    "documented-openai/chat-function": Said(
        chunks=2, into=58, out=6, cached=0, reasoning=0, finish="function_call"
    ),
    "documented-openai/responses": Said(chunks=5, into=36, out=131, cached=0, reasoning=128, finish="stop"),
    "documented-openai/responses-tools": Said(
        chunks=2, into=60, out=18, cached=0, reasoning=0, finish="stop"
    ),
    "documented-openai/responses-incomplete": Said(
        chunks=1, into=36, out=16, cached=32, reasoning=0, finish="length"
    ),
    "documented-openai/responses-content-filter": Said(
        chunks=2, into=36, out=2, cached=0, reasoning=0, finish="content_filter"
    ),
    "documented-sglang/chat": Said(chunks=5, into=12, out=5, cached=8, reasoning=2, finish="stop"),
    "documented-sglang/completions-growing-usage": Said(
        chunks=2, into=4, out=3, reasoning=0, by_chunk=(1, 2), finish="length"
    ),
    "documented-tgi/chat": Said(chunks=3, into=9, out=3, finish="length"),
    "documented-tgi/chat-eos": Said(chunks=2, into=9, out=2, finish="stop"),
    "documented-ollama/chat": Said(chunks=4, into=26, out=4, reasoning=1, finish="stop"),
    "documented-ollama/chat-tools": Said(chunks=1, into=170, out=18, finish="tool_calls"),
    "documented-ollama/completions": Said(chunks=1, into=5, out=1, finish="length"),
    "documented-llamacpp/chat-tools": Said(chunks=3, into=310, out=20, cached=300, finish="tool_calls"),
}
FAILURES = {
    f"{VLLM}/completions-too-long": "HTTP 400: This model's maximum context length is 2048 tokens.",
    f"{VLLM}/chat-two-answers": "HTTP 400: n must be 1 when using greedy sampling, got 2.",
    f"{LLAMA}/completions-too-long": "HTTP 400: request (3995 tokens) exceeds the available context size",
    f"{LLAMA}/chat-two-answers": "an error in the stream: more than one answer (n); one was asked for",
    f"{SERVE}/completions-unknown-field": "HTTP 422: Unexpected fields in the request: {'ignore_eos'}",
    "documented-openai/responses-failed": "an error in the stream: The model failed to generate a response.",
    "documented-openai/responses-error": "an error in the stream: Rate limit reached.",
    "documented-tgi/chat-overloaded": "an error in the stream: Model is overloaded",
}
TIMES = {
    f"{VLLM}/chat": ServerTimes(
        queue_s=8.48969975777436e-05, prefill_s=0.008416066000791034, decode_s=0.02244511900062207
    ),
    f"{VLLM}/responses": ServerTimes(
        queue_s=3.3279997296631336e-05, prefill_s=0.006079913000576198, decode_s=0.02103008999984013
    ),
    f"{LLAMA}/chat": ServerTimes(prefill_s=0.027932, decode_s=0.011554),
    f"{LLAMA}/responses": ServerTimes(prefill_s=0.002366, decode_s=0.010971),
    f"{SERVE}/chat": None,
    "documented-openai/chat": None,
}
PIECES = (97, 1_000_000)


def replay(number: int, path: str, body: Any) -> Sequence[Step]:
    """Send the recording that a request names, in pieces of the size that it names."""
    data = (RECORDINGS / f"{body['replay']}.http").read_bytes()
    size = body["piece"]
    return [*(data[start : start + size] for start in range(0, len(data), size)), Close()]


@pytest.fixture(scope="module")
def server() -> Iterator[Weather]:
    with bad_weather(replay) as weather:
        yield weather


def recorded(server: Weather, name: str, piece: int = 1_000_000) -> Observation:
    kind: Any = name.split("/")[1].split("-", maxsplit=1)[0]
    target = HttpTarget(
        address=resolve_address(server.url),
        dialect=Dialect(model="m", endpoint_type=kind, extra={"replay": name, "piece": piece}),
        keeps_connections=False,
    )
    rows: list[Observation] = []
    plan = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(4, 6),), indices=(0,))
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows[0]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", ANSWERS)
def test_tokens_are_counted_as_the_server_counts(server: Weather, name: str, piece: int) -> None:
    seen = recorded(server, name, piece)
    assert (seen.outcome, seen.detail) == (Outcome.OK, None)
    found = Said(
        chunks=len(seen.chunk_at_s),
        into=seen.input_tokens,
        out=seen.output_tokens,
        finish=str(seen.finish_reason),
        cached=seen.cached_tokens,
        reasoning=seen.reasoning_tokens,
        by_chunk=seen.chunk_tokens,
        counted_by=seen.counted_by,
    )
    assert found == ANSWERS[name]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", FAILURES)
def test_refusals_and_failures_are_quoted(server: Weather, name: str, piece: int) -> None:
    seen = recorded(server, name, piece)
    assert seen.outcome is Outcome.HTTP_ERROR
    assert str(seen.detail).startswith(FAILURES[name])


@pytest.mark.parametrize("name", TIMES)
def test_what_a_server_says_of_its_own_time_is_kept(server: Weather, name: str) -> None:
    assert recorded(server, name).server == TIMES[name]


@pytest.mark.parametrize("name", ANSWERS)
def test_any_split_of_the_bytes_says_the_same(name: str) -> None:
    data = (RECORDINGS / f"{name}.http").read_bytes()
    said = []
    for size in (1, 2, 1_000_000):
        answer, head = Answer(most_chunks=1_000), ResponseParser()
        for start in range(0, len(data), size):
            payload = head.feed(data[start : start + size])
            if payload:
                answer.take(payload, 1.0, head)
        head.end()
        answer.settle_last_chunk()
        said.append(
            (answer.chunk_at_s, answer.usage, answer.chunk_tokens, answer.times, answer.verdict(head))
        )
    assert said[0] == said[1] == said[2]


def test_every_recording_is_judged() -> None:
    there = {f"{path.parent.name}/{path.stem}" for path in RECORDINGS.glob("*/*.http")}
    assert there == {*ANSWERS, *FAILURES}
