"""Payloads as the servers' documentation shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from isocost.core.errors import InputError
from isocost.measurement.dialect import Chunk, Dialect, Usage, read_chunk, read_error, request_body
from isocost.measurement.usage import read_usage


def read(document: Any) -> Chunk:
    return read_chunk(json.dumps(document).encode())


def delta(finish: str | None = None, **said: Any) -> dict[str, Any]:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": said, "finish_reason": finish}],
    }


def text(said: str, finish: str | None = None) -> dict[str, Any]:
    return {"object": "text_completion", "choices": [{"index": 0, "text": said, "finish_reason": finish}]}


@pytest.mark.parametrize(
    ("document", "output"),
    [
        (text(" a"), True),
        (text(""), True),  # a special token, or half a character
        (text(" a", "length"), True),  # vLLM: the last token and the reason together
        (text("", "length"), False),  # llama.cpp: only the reason
        (delta(role="assistant", content=""), False),  # the opening
        (delta(role="assistant", content="a"), True),
        (delta(content="a"), True),
        (delta(content=""), True),
        (delta("stop"), False),
        (delta(reasoning_content="hm"), True),
        (delta(reasoning="hm"), True),
        (delta(tool_calls=[{"index": 0, "function": {"arguments": "{"}}]), True),
        (delta(content=None), False),
        ({"choices": []}, False),
        ({"choices": [], "usage": {"completion_tokens": 3}}, False),
        ({"choices": "?"}, False),
        ({"choices": [3]}, False),
    ],
)
def test_which_chunks_carry_output(document: Any, output: bool) -> None:
    assert read(document).output is output


def test_usage_with_details() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 12},
    }
    assert read({"choices": [], "usage": usage}).usage == Usage(100, 20, 64, 12)


@pytest.mark.parametrize("count", [-1, 2.5, "7", True, None])
def test_counts_that_are_none_are_unknown(count: Any) -> None:
    assert (
        read({"choices": [], "usage": {"prompt_tokens": count, "prompt_tokens_details": None}}).usage
        == Usage()
    )


def test_tokens_that_are_listed_are_counted() -> None:
    choice = {"text": "abc", "token_ids": [5, 6, 7]}
    assert read({"choices": [choice]}).tokens == 3


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"error": {"message": "m", "type": "t", "code": 400}}, "m"),  # OpenAI, vLLM, llama.cpp
        ({"error": {"type": "t"}}, "t"),
        ({"error": "plain"}, "plain"),
        ({"object": "error", "message": "older vLLM"}, "older vLLM"),
        ({"detail": "Not Found"}, "Not Found"),  # FastAPI
        ({"error": None, "choices": []}, None),
        ({"choices": []}, None),
    ],
)
def test_errors_of_every_shape(document: Any, said: str | None) -> None:
    assert read_error(document) == said


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_chunk(data)


def test_bodies() -> None:
    chat = request_body(Dialect(model="m", endpoint_type="chat", extra={"top_k": 1}), "Hi", output_tokens=9)
    assert chat == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 9,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "ignore_eos": True,
        "top_k": 1,
    }
    plain = Dialect(model="m", ignore_eos=False, usage_in_stream=False)
    assert request_body(plain, [1, 2], output_tokens=9) == {
        "model": "m",
        "prompt": [1, 2],
        "max_tokens": 9,
        "temperature": 0,
        "stream": True,
    }


def test_body_of_a_response() -> None:
    asked = Dialect(model="m", endpoint_type="responses")
    assert request_body(asked, "Hi", output_tokens=9) == {
        "model": "m",
        "input": "Hi",
        "max_output_tokens": 9,
        "temperature": 0,
        "stream": True,
        "ignore_eos": True,
    }


def test_body_for_models_that_choose_their_own_temperature() -> None:
    asked = Dialect(
        model="m",
        endpoint_type="chat",
        ignore_eos=False,
        usage_in_stream=False,
        length_key="max_completion_tokens",
        greedy=False,
    )
    assert request_body(asked, "Hi", output_tokens=9) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_completion_tokens": 9,
        "stream": True,
    }


@pytest.mark.parametrize(("name", "value"), [("n", 2), ("best_of", 3), ("n", "2")])
def test_several_answers_to_one_request_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^extra field '{name}' asks for {value!r} answers to one request"):
        Dialect(model="m", extra={name: value})


def test_one_answer_may_be_asked_for() -> None:
    assert Dialect(model="m", extra={"n": 1}).extra == {"n": 1}


@pytest.mark.parametrize(
    ("document", "tokens"),
    [
        ({"text": "ab", "logprobs": {"tokens": ["a", "b"]}}, 2),  # completions
        ({"delta": {"content": "ab"}, "logprobs": {"content": [{}, {}, {}]}}, 3),  # chat
        ({"text": "ab", "logprobs": None, "token_ids": None}, None),
        ({"text": "ab", "logprobs": {"tokens": []}}, None),
        ({"text": "ab", "logprobs": {"tokens": 2}}, None),
    ],
)
def test_tokens_listed_with_their_probabilities_are_counted(document: Any, tokens: int | None) -> None:
    assert read({"choices": [document]}).tokens == tokens


@pytest.mark.parametrize(
    ("said", "reasoning"),
    [
        ({"reasoning_content": "hm"}, True),
        ({"reasoning": ""}, True),  # half a character of it
        ({"reasoning": None, "content": "a"}, False),
        ({"reasoning": "hm", "content": "a"}, False),
        ({"reasoning_content": None, "content": None, "tool_calls": [{"index": 0}]}, False),
    ],
)
def test_reasoning_is_told_from_the_answer(said: Any, reasoning: bool) -> None:
    assert read(delta(**said)).reasoning is reasoning


@pytest.mark.parametrize("choices", [[{"index": 1, "text": "b"}], [{"text": "a"}, {"index": 1, "text": "b"}]])
def test_a_second_answer_in_the_stream_is_an_error(choices: Any) -> None:
    assert read({"choices": choices}).error == "more than one answer (n); one was asked for"


@pytest.mark.parametrize(
    ("event", "output", "reasoning"),
    [
        ({"type": "response.output_text.delta", "delta": "a"}, True, False),
        ({"type": "response.output_text.delta", "delta": ""}, True, False),
        ({"type": "response.output_text.done", "text": "a"}, False, False),
        ({"type": "response.refusal.delta", "delta": "no"}, True, False),
        ({"type": "response.reasoning_text.delta", "delta": "hm"}, True, True),
        ({"type": "response.reasoning_summary_text.delta", "delta": "hm"}, True, True),
        ({"type": "response.function_call_arguments.delta", "delta": "{"}, True, False),
        ({"type": "response.custom_tool_call_input.delta", "delta": "x"}, True, False),
        ({"type": "response.output_audio.delta", "delta": "AAAA"}, False, False),
        ({"type": "response.audio.transcript.delta", "delta": "Hi"}, False, False),
        ({"type": "response.output_text.delta", "delta": None}, False, False),
        ({"type": "response.output_item.added", "item": {}}, False, False),
    ],
)
def test_which_events_of_a_response_carry_output(event: Any, output: bool, reasoning: bool) -> None:
    assert (read(event).output, read(event).reasoning) == (output, reasoning)


@pytest.mark.parametrize(
    ("kind", "response", "finish"),
    [
        ("completed", {"status": "completed"}, "stop"),
        ("completed", {}, "stop"),
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ("incomplete", {"incomplete_details": None}, "length"),
        ("incomplete", {"incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ("cancelled", {"status": "cancelled"}, "abort"),
        ("completed", "?", "stop"),
    ],
)
def test_how_a_response_ends_is_said_in_the_words_of_chat(kind: str, response: Any, finish: str) -> None:
    assert read({"type": f"response.{kind}", "response": response}).finish_reason == finish


def test_a_failed_response_says_why() -> None:
    assert read({"type": "response.failed", "response": {"error": {"message": "m"}}}).error == "m"
    assert (
        read({"type": "response.failed", "response": {}}).error == "a response that failed without a message"
    )
    assert read({"type": "error", "message": "m", "code": None}).error == "m"


@pytest.mark.parametrize("absurd", [10**9 + 1, 2**63, 10**30, -1, True, 3.0, "3", None])
def test_counts_that_no_answer_has_are_not_believed(absurd: Any) -> None:
    usage = {
        "prompt_tokens": absurd,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": absurd},
        "completion_tokens_details": {"reasoning_tokens": absurd},
    }
    assert read_usage(usage) == Usage(output_tokens=3)
