"""The end of a sweep beside its beginning."""

from __future__ import annotations

import math

import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.anchor import anchor_ratio


def speed(value: float, half: float | None = None) -> Estimate:
    low, high = (None, None) if half is None else (value - half, value + half)
    return Estimate(value=value, low=low, high=high, unit="tokens/s", kind="measured", method="made up", n=10)


def test_the_interval_is_that_of_one_more_value_of_a_sample() -> None:
    # logs 0 and .02 scatter with variance 2e-4, one degree: t = 12.706, times sqrt(2e-4 (1 + 1/2))
    ratio = anchor_ratio(speed(100.0), [speed(100.0), speed(100.0 * math.exp(0.02))])
    half = 12.706 * math.sqrt(2e-4 * 1.5)
    assert ratio.value == pytest.approx(math.exp(-0.01))
    assert ratio.low == pytest.approx(math.exp(-0.01 - half), rel=1e-3)
    assert ratio.high == pytest.approx(math.exp(-0.01 + half), rel=1e-3)
    assert ratio.n == 3


def test_other_levels_tell_how_repeats_scatter() -> None:
    mine = [speed(100.0), speed(102.0)]
    others = [[speed(value), speed(1.02 * value), speed(1.01 * value)] for value in (200.0, 300.0, 400.0)]
    alone, together = anchor_ratio(speed(90.0), mine), anchor_ratio(speed(90.0), mine, others=others)
    assert alone.high is not None
    assert alone.high > 1  # one degree of freedom proves nothing
    assert together.high is not None
    assert together.high < 1


def test_runs_that_are_themselves_uncertain_prove_less() -> None:
    sure = anchor_ratio(speed(90.0), [speed(100.0), speed(100.0)])
    unsure = anchor_ratio(speed(90.0, 9.0), [speed(100.0, 10.0), speed(100.0, 10.0)])
    assert sure.high is not None
    assert unsure.high is not None
    assert sure.high < 1 < unsure.high  # hypot(.1, .1 / sqrt 2) = .122 about log .9 = -.105


def test_one_run_each_without_intervals_tells_no_interval() -> None:
    ratio = anchor_ratio(speed(90.0), [speed(100.0)])
    assert (ratio.value, ratio.low, ratio.high) == (pytest.approx(0.9), None, None)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match=r"a throughput must be above 0, got 0\.0"):
        anchor_ratio(speed(0.0), [speed(1.0)])
    with pytest.raises(InputError, match="a level needs at least one operating point"):
        anchor_ratio(speed(1.0), [])
