"""Requests of the OpenAI API, read into records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.engine.request import ApiError, parse_body, parse_generation, parse_tokenize

if TYPE_CHECKING:
    from collections.abc import Callable


def test_defaults_are_those_of_the_api() -> None:
    request = parse_generation({"prompt": "x"}, chat=False)
    assert request.prompt == {"text": "x"}
    assert (request.stream, request.include_usage) == (False, False)
    assert request.sampling == {
        "max_tokens": 16,
        "min_tokens": 0,
        "ignore_eos": False,
        "temperature": 1.0,
        "top_p": 1.0,
        "seed": None,
    }
    chat = parse_generation({"messages": [{"role": "user", "content": "x"}]}, chat=True)
    assert chat.sampling["max_tokens"] is None


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("x", {"text": "x"}),
        (["x"], {"text": "x"}),
        ([1, 2], {"ids": [1, 2]}),
        ([[1, 2]], {"ids": [1, 2]}),
    ],
)
def test_prompts_as_text_or_ids(prompt: object, read: object) -> None:
    assert parse_generation({"prompt": prompt}, chat=False).prompt == read


def test_what_means_nothing_is_let_pass() -> None:
    body = {"prompt": "x", "stop": None, "logprobs": None, "echo": False, "n": 1, "user": "me", "tools": []}
    assert parse_generation(body, chat=False).prompt == {"text": "x"}


def test_max_tokens_by_both_names() -> None:
    def longest(**body: object) -> object:
        return parse_generation({"prompt": "x", **body}, chat=False).sampling["max_tokens"]

    assert longest(max_completion_tokens=7) == 7
    assert longest(max_tokens=5, max_completion_tokens=7) == 5


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"prompt": [1.5]}, "prompt must be a text or a list of token ids, one prompt a request"),
        ({"prompt": [True]}, "prompt must be a text or a list of token ids, one prompt a request"),
        ({"prompt": "x", "seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"prompt": "x", "top_p": 0}, "top_p must be a number from 1e-06 to 1, got 0"),
        ({"prompt": "x", "stream_options": 3}, "stream_options must be an object"),
        ({"prompt": "x", "logprobs": 3}, "logprobs is not supported by the embedded engine"),
        ({"prompt": "x", "best_of": 3}, "best_of must be 1 for the embedded engine"),
    ],
)
def test_refusals(body: dict[str, object], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_generation(body, chat=False)
    assert (str(caught.value), caught.value.status) == (message, 400)


def refusal(read: Callable[[], object]) -> ApiError | None:
    try:
        read()
    except ApiError as error:
        return error
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["prompt", "messages", "max_tokens", "temperature", "stream", "stream_options", "n"])


@given(st.dictionaries(FIELDS, JSON), st.booleans())
def test_any_json_is_read_or_refused(body: dict[str, object], chat: bool) -> None:
    def read() -> None:
        parse_generation(parse_body(json.dumps(body).encode(), model="m"), chat=chat)
        parse_tokenize(body)

    error = refusal(read)
    assert error is None or (error.status == 400 and error.body["error"]["message"])


@given(st.binary())
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    error = refusal(lambda: parse_body(raw, model="m"))
    assert error is None or error.status in (400, 404)


def test_deeply_nested_json_is_refused() -> None:
    with pytest.raises(ApiError, match=r"^the body is not valid JSON"):
        parse_body(b"[" * 200_000, model="m")
