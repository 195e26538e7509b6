from __future__ import annotations

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples
from isocost.runtime.rows import medians_of, rounding_s, rows_of, snapped


def test_cells_and_parts_of_their_requests_become_rows() -> None:
    samples = RuntimeSamples(
        input_tokens=np.array([1, 1, 8, 1]),
        output_tokens=np.array([1, 5, 1, 5]),
        runtime_s=np.array([1.0, 5.0, 8.0, 7.0]),
        block=np.array([3, 3, 3, 9]),
        ttft_s=np.array([1.0, 1.5, 8.0, np.nan]),
        second_s=np.array([np.nan, 2.5, np.nan, 3.0]),
    )
    rows = rows_of(samples)
    # the cells (1, 1), (1, 5), (8, 1); then of (1, 5):
    # to the first token, from it to the fifth, from it to the second
    assert rows.input_tokens.tolist() == [1, 1, 8, 1, 1, 1]
    assert rows.output_tokens.tolist() == [1, 5, 1, 1, 5, 2]
    assert rows.since.tolist() == [0, 0, 0, 0, 1, 1]
    assert rows.cell.tolist() == [0, 1, 2, 1, 1, 1]
    assert rows.direct.tolist() == [True, True, True, False, False, False]
    assert rows.blocks == 2
    assert rows.by_block[0].tolist() == [1, 5, 8, 1.5, 3.5, 1]
    # the second (1, 5) does not know its first token, so neither its parts
    nan = float("nan")
    assert rows.by_block[1].tolist() == pytest.approx([nan, 7, nan, nan, nan, nan], nan_ok=True)
    assert rows.medians.tolist() == [1, 6, 8, 1.5, 3.5, 1]


def test_medians_pass_over_what_is_missing() -> None:
    nan = float("nan")
    table = np.array([[[1.0, nan, nan], [9.0, 4.0, nan], [2.0, 6.0, nan]]])
    assert medians_of(table)[0].tolist() == pytest.approx([2, 5, nan], nan_ok=True)


def test_several_requests_of_a_cell_in_one_block_give_their_median() -> None:
    samples = RuntimeSamples(
        input_tokens=np.ones(3, dtype=np.int64),
        output_tokens=np.ones(3, dtype=np.int64),
        runtime_s=np.array([5.0, 1.0, 2.0]),
        block=np.zeros(3, dtype=np.int64),
    )
    assert rows_of(samples).by_block.tolist() == [[2.0]]


def test_very_many_repeats_are_taken_together() -> None:
    ones = np.ones(250, dtype=np.int64)
    samples = RuntimeSamples(
        input_tokens=ones, output_tokens=ones, runtime_s=np.arange(1.0, 251.0), block=np.arange(250)
    )
    rows = rows_of(samples)
    assert rows.blocks == 100
    assert rows.by_block[0, 0] == 2  # repeats 0, 1 and 2 took 1, 2 and 3 s
    assert rows.medians[0] == pytest.approx(125.75)  # groups have 2, 4.5, 7, ..., 249.5: (2 + 249.5) / 2


def test_prompts_of_nearly_one_size_are_one_size() -> None:
    sizes = np.array([1, 2, 510, 512, 513, 600])
    samples = RuntimeSamples(
        input_tokens=sizes,
        output_tokens=np.ones(6, dtype=np.int64),
        runtime_s=np.ones(6),
        block=np.zeros(6, int),
    )
    assert snapped(samples).input_tokens.tolist() == [1, 2, 512, 512, 512, 600]


def test_times_tell_what_they_were_rounded_to() -> None:
    assert rounding_s(np.array([0.021, 0.35, 1.2, np.nan])) == 0.001
    assert rounding_s(np.array([0.0213, 0.35])) == 0.0001
    assert rounding_s(np.array([0.5, 1.0])) == 0.1
    assert rounding_s(np.array([0.02131415, 0.35])) == 0.0
