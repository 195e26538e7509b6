"""What the pipeline would not refuse is refused before."""

from __future__ import annotations

import pytest

from isocost.engine.limits import Limits, Refusal

LIMITS = Limits(vocabulary_size=10, context_length=8, kv_cache_tokens=8)
NARROW = Limits(vocabulary_size=10, context_length=8, kv_cache_tokens=6)


@pytest.mark.parametrize(
    ("limits", "prompt", "asked", "length"),
    [
        (LIMITS, [0, 9], 6, 6),  # 2 + 6 = 8
        (LIMITS, [1] * 7, None, 1),
        (NARROW, [1] * 2, None, 4),  # 6 - 2
    ],
)
def test_what_fits(limits: Limits, prompt: list[int], asked: int | None, length: int) -> None:
    assert limits.answer_length(prompt, asked) == length


@pytest.mark.parametrize(
    ("limits", "prompt", "asked", "message"),
    [
        (LIMITS, [], 1, "the prompt is empty; it needs at least one token"),
        (LIMITS, [3, 10], 1, "token id 10 is out of range; the vocabulary has ids 0 to 9"),
        (
            LIMITS,
            [1, 2],
            7,
            "this model's maximum context length is 8 tokens; the request asks for 9 "
            "(2 in the prompt, 7 in the answer)",
        ),
        (
            LIMITS,
            [1] * 8,
            None,
            "this model's maximum context length is 8 tokens; the request asks for 9 "
            "(8 in the prompt, 1 in the answer)",
        ),
        (
            NARROW,
            [1] * 3,
            4,
            "the KV cache holds 6 tokens; the request needs 7 (3 in the prompt, 4 in the answer)",
        ),
    ],
)
def test_what_does_not_fit(limits: Limits, prompt: list[int], asked: int | None, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        limits.answer_length(prompt, asked)
    assert str(caught.value) == message
