"""Refusals as servers word them, and what is said instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from isocost.measurement.dialect import Dialect
from isocost.measurement.rewording import reworded

FULL = Dialect(model="m", endpoint_type="chat")


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (  # OpenAI, newer models
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            {"length_key": "max_completion_tokens"},
        ),
        (  # OpenAI, newer models
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value "
            "is supported.",
            {"greedy": False},
        ),
        ("Unexpected fields in the request: {'ignore_eos'}", {"ignore_eos": False}),  # transformers serve
        ("Unrecognized request argument supplied: ignore_eos", {"ignore_eos": False}),  # OpenAI
        ("stream_options: extra inputs are not permitted", {"usage_in_stream": False}),
        ("the prompt is empty", {}),
    ],
)
def test_what_a_refusal_names_is_said_otherwise(refusal: str, change: dict[str, object]) -> None:
    assert reworded(FULL, refusal) == replace(FULL, **change)  # type: ignore[arg-type]


def test_nothing_is_said_otherwise_twice() -> None:
    said = replace(FULL, length_key="max_completion_tokens", greedy=False, ignore_eos=False)
    for refusal in ("max_completion_tokens is too large", "temperature", "ignore_eos"):
        assert reworded(said, refusal) == said
