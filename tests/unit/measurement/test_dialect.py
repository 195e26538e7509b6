"""Payloads as the servers' documentation shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from isocost.measurement.dialect import Chunk, Dialect, Usage, read_chunk, read_error, request_body


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
