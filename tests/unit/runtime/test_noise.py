from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeSamples
from isocost.runtime.noise import relative_noise, repeat_noise, residual_noise, rounding_left
from isocost.runtime.rows import rows_of


def repeated(table: list[list[float]]) -> RuntimeSamples:
    """Repeats in rows, sizes (1, 1), (2, 1), (3, 1) ... in columns."""
    times = np.array(table)
    blocks, cells = times.shape
    return RuntimeSamples(
        input_tokens=np.tile(100 * np.arange(1, cells + 1), blocks),
        output_tokens=np.ones(times.size, dtype=np.int64),
        runtime_s=times.ravel(),
        block=np.repeat(np.arange(blocks), cells),
    )


def test_scatter_is_pooled_over_sizes_by_hand() -> None:
    # deviations -+10 % of 1 s and -+20 % of pi s: (2 * .01 + 2 * .04) / 2 degrees of freedom = .05
    noise = repeat_noise(rows_of(repeated([[0.9, 1.2 * np.pi], [1.1, 0.8 * np.pi]])))
    assert noise is not None
    assert noise.relative == pytest.approx([0.05**0.5] * 2)
    assert noise.degrees.tolist() == [2]
    assert noise.variance_s2(np.array([1.0, 2.0])) == pytest.approx([0.05 / 2, 0.05 * 4 / 2])


def test_a_size_that_plainly_scatters_more_keeps_its_own() -> None:
    rng = np.random.default_rng(0)
    table = 1 + 0.01 * rng.standard_normal((8, 6))
    table[:, 2] = 1 + 0.2 * rng.standard_normal(8)
    noise = repeat_noise(rows_of(repeated(table.tolist())))
    assert noise is not None
    assert noise.relative[2] > 0.1
    assert noise.relative[[0, 1, 3, 4, 5]] == pytest.approx([0.01] * 5, rel=0.3)
    assert sorted(noise.degrees.tolist()) == [7, 35]


def test_what_a_block_shares_is_seen() -> None:
    rng = np.random.default_rng(0)
    alone = 1 + 0.01 * rng.standard_normal((40, 6))
    shared = alone * (1 + 0.03 * rng.standard_normal((40, 1)))
    none, most = (repeat_noise(rows_of(repeated(table.tolist()))) for table in (alone, shared))
    assert none is not None
    assert most is not None
    assert none.mood_share < 0.1
    assert most.mood_share == pytest.approx(0.9, abs=0.07)  # .03^2 of .03^2 + .01^2


def test_parts_of_a_request_go_together() -> None:
    rows = rows_of(profile(TrueRuntime(), repeats=60, noise=0.02))
    noise = repeat_noise(rows)
    assert noise is not None
    # the double moves all decode steps of a request alike, and the first token apart from them
    assert noise.correlation[2, 3] > 0.9
    assert abs(noise.correlation[1, 2]) < 0.3
    drawn = noise.disturbances_s(rows, rows.times, 4000, np.random.default_rng(0))
    rest, gap = (int(np.flatnonzero(rows.part == part)[0]) for part in (2, 3))
    assert np.corrcoef(drawn[:, rest], drawn[:, gap])[0, 1] > 0.9


def test_without_repeats_there_is_no_noise_of_repeats() -> None:
    assert repeat_noise(rows_of(repeated([[1.0, 2.0]]))) is None


def test_rounding_explains_what_it_can() -> None:
    times, spare = np.array([0.010, 0.500]), np.array([4.0, 4.0])
    # steady times, all alike after rounding: nothing is left to noise
    assert relative_noise(np.zeros(2), times, spare, 0.001, averaged=True)[0] == 0
    # 1 % of .5 s is 5 ms, far above a step of 1 ms; of .01 s it is hidden, and tells next to nothing
    squares = spare * np.array([0.0, 0.005**2])
    share, degrees = relative_noise(squares, times, spare, 0.001, averaged=True)
    assert share == pytest.approx(0.01, rel=0.05)
    assert 4 < degrees < 5


def test_rounding_that_noise_shakes_off_averages_away() -> None:
    # a million values rounded to 1, noise of .2: variance of the mean over the phase, simulated
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 1, 2000)
    means = np.round(phase[:, None] + 0.2 * rng.standard_normal((2000, 500))).mean(axis=1) - phase
    left = float(rounding_left(np.array([0.2]), 1.0)[0]) / 12
    assert means.var() - 0.2**2 / 500 == pytest.approx(left, rel=0.1)


def test_residuals_tell_noise_where_nothing_was_repeated() -> None:
    rows = rows_of(repeated([[1.0, 2.0, 3.0, 4.1]]))
    # residuals of 1, 0, 0 and 2.5 % on 2 spare rows: (.01^2 + .025^2) / 2
    noise = residual_noise(rows, np.array([0.01, 0, 0, 0.1]), np.array([1.0, 2.0, 3.0, 4.0]), 2)
    assert noise.relative[0] == pytest.approx((0.000725 / 2) ** 0.5)
    assert (noise.degrees.tolist(), noise.from_repeats) == ([2.0], False)


def test_draws_are_as_wide_as_students_t() -> None:
    rows = rows_of(repeated([[0.9, 1.2 * np.pi], [1.1, 0.8 * np.pi]]))
    noise = repeat_noise(rows)
    assert noise is not None
    drawn = replace(noise, mood_share=0.0).disturbances_s(
        rows, np.array([1.0, 1.0]), 40_000, np.random.default_rng(0)
    )
    # standard error .05^.5 / 2^.5; two degrees of freedom: 4.303 of them
    assert np.quantile(drawn[:, 0], 0.975) == pytest.approx(4.303 * (0.05 / 2) ** 0.5, rel=0.05)
