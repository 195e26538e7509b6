from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.runtime import interleave, profile_cells


def test_the_seven_points_of_the_method_at_its_own_size() -> None:
    sizes = [(1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1), (1920, 32)]
    assert profile_cells(1920, 64) == tuple(RequestShape(p, o) for p, o in sizes)


def test_they_scale_with_the_engine() -> None:
    # 480 * 2/15 = 64, 4/15 = 128, 8/15 = 256
    assert [shape.input_tokens for shape in profile_cells(480, 32)] == [1, 1, 64, 128, 256, 480, 480]


@pytest.mark.parametrize("longest", [(16, 4), (17, 5), (100, 4), (32_768, 1024)])
def test_no_cell_is_profiled_twice(longest: tuple[int, int]) -> None:
    assert len(set(profile_cells(*longest))) == 7


def test_too_short_lengths_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        profile_cells(15, 4)
    assert str(raised.value) == (
        "a profile needs at least 16 input and 4 output tokens to see prefill and decode, got 15 and 4"
    )


def test_each_block_has_every_cell_once_in_random_order() -> None:
    cells = profile_cells(1920, 64)
    order = interleave(cells, 20, np.random.default_rng(1))
    blocks = [order[start : start + 7] for start in range(0, 140, 7)]
    assert all(Counter(block) == Counter(cells) for block in blocks)
    assert len(set(blocks)) > 10


def test_repeats_of_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="a profile needs cells and at least 1 repeat, got 0 and 3"):
        interleave([], 3, np.random.default_rng(1))
