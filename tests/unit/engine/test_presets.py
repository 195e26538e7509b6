"""The presets keep their sizes; what cannot be built is refused."""

from __future__ import annotations

from typing import Any

import pytest

from isocost.architecture import LlamaDimensions
from isocost.core.errors import InputError
from isocost.engine.presets import PRESETS, custom


def dimensions(**change: Any) -> LlamaDimensions:
    usual = {
        "layers": 2,
        "hidden_size": 64,
        "heads": 2,
        "kv_heads": 1,
        "head_size": 32,
        "intermediate_size": 128,
        "vocabulary_size": 512,
    }
    return LlamaDimensions(**{**usual, **change})


def test_presets_have_the_promised_sizes() -> None:
    assert PRESETS["tiny"].parameters == pytest.approx(16e6, rel=0.03)
    assert PRESETS["small"].parameters == pytest.approx(80e6, rel=0.03)


def test_presets_hold_the_longest_profiled_request() -> None:
    assert all(preset.context_length >= 512 + 64 for preset in PRESETS.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"hidden_size": 96},
            "hidden_size must be heads x head_size for the embedded engine, got 96 and 2 x 32",
        ),
        (
            {"heads": 64, "kv_heads": 1, "head_size": 1},
            "head_size must be even for rotary positions, got 1",
        ),
        (
            {"intermediate_size": 100},
            "hidden_size and intermediate_size must be multiples of 32, the block of Q8_0, got 64 and 100",
        ),
        (
            {"vocabulary_size": 256},
            "vocabulary_size must be at least 257 (every byte and the end of a text), got 256",
        ),
    ],
)
def test_refuses_what_the_engine_cannot_build(change: dict[str, int], message: str) -> None:
    with pytest.raises(InputError) as caught:
        custom(dimensions(**change))
    assert str(caught.value) == message


def test_refuses_no_context() -> None:
    with pytest.raises(InputError, match=r"^context_length must be at least 1 token, got 0$"):
        custom(dimensions(), context_length=0)
