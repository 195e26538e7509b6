from __future__ import annotations

import itertools

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples
from isocost.runtime.rows import drawn_in, medians_of, resolution_s, rows_of, snapped


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
    assert rows.times.tolist() == [1, 6, 8, 1.5, 3.5, 1]


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
    assert rows.times[0] == pytest.approx(125.75)  # groups have 2, 4.5, 7, ..., 249.5: (2 + 249.5) / 2


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
    rng = np.random.default_rng(0)
    exact = rng.uniform(0.01, 0.5, 40)
    assert resolution_s(np.round(exact, 3)) == 0.001
    assert resolution_s(3 * np.round(exact, 3)) == 0.003  # a runtime scale of 3
    assert resolution_s(exact) == 0
    assert resolution_s(np.array([0.02, 0.03, 0.05])) == 0  # too few to tell


def test_repeats_far_from_the_others_are_set_aside() -> None:
    table = np.array([[1.0, 5.0, 2.0], [1.01, 5.1, 2.0], [0.99, 15.0, 2.01], [1.02, 5.05, np.nan]])
    kept = drawn_in(table, 0.0)
    assert np.argwhere(np.isnan(kept)).tolist() == [[2, 1], [3, 2]]
    assert drawn_in(table[:2], 0.0).tolist() == table[:2].tolist()  # which of two is off?


def test_the_location_is_tukeys_bisquare() -> None:
    from scipy.optimize import brentq

    rng = np.random.default_rng(0)
    table = np.exp(0.02 * rng.standard_normal((9, 5)))
    pairs = [abs(a - b) / np.median(row) for row in table.T for a, b in itertools.combinations(row, 2)]
    scale = 4.685 * 2.2219 * np.sort(pairs)[(len(pairs) - 1) // 4]

    def slope(place: float, row: np.ndarray) -> float:
        apart = (row - place) / (scale * np.median(row))
        return float((apart * np.maximum(1 - apart**2, 0) ** 2).sum())

    by_root = [brentq(slope, row.min(), row.max(), args=(row,)) for row in table.T]
    assert np.nanmean(drawn_in(table, 0.0), axis=0) == pytest.approx(by_root, rel=1e-6)


def test_slow_repeats_move_the_location_less_than_the_median() -> None:
    # two in five are slowed, by 10 % on average: what a busy machine does
    rng = np.random.default_rng(0)
    squares = np.zeros(2)
    for _ in range(200):
        slow = (rng.random((15, 7)) < 0.4) * rng.exponential(0.1, (15, 7))
        table = (1 + 0.01 * rng.standard_normal((15, 7))) * (1 + slow)
        found = np.nanmean(drawn_in(table, 0.0), axis=0)
        squares += ((found - 1) ** 2).sum(), ((np.median(table, axis=0) - 1) ** 2).sum()
    assert squares[0] < squares[1]


def test_two_clusters_leave_a_location() -> None:
    table = np.array([[1.0, 1.0], [1.001, 1.002], [5.0, 1.001], [5.001, 0.999]])
    assert 1 <= np.nanmean(drawn_in(table, 0.0), axis=0)[0] <= 5.001


def test_one_step_of_rounding_is_not_far() -> None:
    steady = np.full((9, 4), 0.012)
    steady[3, 1] = 0.013
    assert np.isfinite(drawn_in(steady, 0.001)).all()


def test_repeats_without_influence_are_counted() -> None:
    samples = RuntimeSamples(
        input_tokens=np.ones(5, dtype=np.int64),
        output_tokens=np.ones(5, dtype=np.int64),
        runtime_s=np.array([1.0, 1.03, 1.01, 0.98, 9.0]),
        block=np.arange(5),
    )
    rows = rows_of(samples)
    assert rows.times.tolist() == pytest.approx([1.005], abs=0.002)
    assert (rows.counts.tolist(), rows.set_aside) == ([4], 1)
