from __future__ import annotations

import re

import numpy as np
import pytest

from doubles.other_models import SIZES, cells_of
from isocost.core.errors import InputError
from isocost.runtime import RuntimeSamples, fit_runtime
from isocost.runtime.rows import rows_of
from isocost.runtime.tile import estimated_tile

DENSE = tuple(range(64, 1600, 96))


def profile_of(prompts: tuple[int, ...], prefill: np.ndarray) -> RuntimeSamples:
    p, o = np.repeat(prompts, 2), np.tile([1, 9], len(prompts))
    return RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=np.repeat(prefill, 2) + 0.02 * (o - 1),
        block=np.zeros(len(p), dtype=np.int64),
    )


@pytest.mark.parametrize("tile", [64, 128, 256, 512])
def test_a_staircase_tells_its_tile(tile: int) -> None:
    steps = 0.05 + 1e-4 * tile * np.ceil(np.array(DENSE) / tile)
    assert estimated_tile(rows_of(profile_of(DENSE, steps))) == tile


def test_a_straight_line_has_no_tile() -> None:
    assert estimated_tile(rows_of(profile_of(DENSE, 0.05 + 1e-4 * np.array(DENSE)))) is None


def test_noise_is_seldom_taken_for_a_staircase() -> None:
    rng = np.random.default_rng(0)
    line = 0.05 + 1e-4 * np.array(DENSE)
    found = [
        estimated_tile(rows_of(profile_of(DENSE, line * np.exp(0.02 * rng.standard_normal(len(DENSE))))))
        for _ in range(200)
    ]
    # six tiles are tried, each at 5 %, and a gain of a quarter is asked for besides
    assert sum(tile is not None for tile in found) < 20


def test_few_prompt_sizes_cannot_tell() -> None:
    few = (1, 128, 129, 256, 257, 384)  # four inner sizes
    steps = 0.05 + 1e-4 * 128 * np.ceil(np.array(few) / 128)
    assert estimated_tile(rows_of(profile_of(few, steps))) is None


def test_the_fit_takes_the_estimated_or_the_given_tile() -> None:
    sizes = tuple((p, o) for p in SIZES for o in (1, 9))
    assert fit_runtime(cells_of(sizes), deployment="d", seed=0, tile_tokens="estimate").tile_tokens == 128
    assert fit_runtime(cells_of(sizes), deployment="d", seed=0, tile_tokens=64).tile_tokens == 64
    assert fit_runtime(cells_of(sizes), deployment="d", seed=0).tile_tokens is None


def test_a_tile_of_one_token_is_refused() -> None:
    sentence = "a tile of the prefill staircase has at least 2 tokens, such as 128, got 1"
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        fit_runtime(cells_of(((1, 1), (1, 9), (64, 1))), deployment="d", seed=0, tile_tokens=1)
