from __future__ import annotations

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples
from isocost.runtime.rows import medians_of, rows_of, snapped


def test_cells_and_their_times_to_first_token_become_rows() -> None:
    samples = RuntimeSamples(
        input_tokens=np.array([1, 1, 8, 1]),
        output_tokens=np.array([1, 5, 1, 5]),
        runtime_s=np.array([1.0, 5.0, 8.0, 7.0]),
        block=np.array([3, 3, 3, 9]),
        ttft_s=np.array([1.0, 1.5, 8.0, np.nan]),
    )
    rows = rows_of(samples)
    assert rows.input_tokens.tolist() == [1, 1, 8, 1]
    assert rows.output_tokens.tolist() == [1, 5, 1, 1]  # the last one is the time to first token of (1, 5)
    assert rows.cell.tolist() == [0, 1, 2, 1]
    assert rows.direct.tolist() == [True, True, True, False]
    assert rows.blocks == 2
    assert rows.by_block[0].tolist() == [1, 5, 8, 1.5]
    assert rows.by_block[1].tolist() == pytest.approx([np.nan, 7, np.nan, np.nan], nan_ok=True)
    assert rows.medians.tolist() == [1, 6, 8, 1.5]


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


def test_prompts_of_nearly_one_size_are_one_size() -> None:
    sizes = np.array([1, 2, 510, 512, 513, 600])
    samples = RuntimeSamples(
        input_tokens=sizes,
        output_tokens=np.ones(6, dtype=np.int64),
        runtime_s=np.ones(6),
        block=np.zeros(6, int),
    )
    assert snapped(samples).input_tokens.tolist() == [1, 2, 512, 512, 512, 600]
