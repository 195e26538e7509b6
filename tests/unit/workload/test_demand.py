"""A day's requests: whole, without gaps, and spread as the curve says."""

import math

import pytest

from isocost.core.errors import InputError
from isocost.workload import FLAT, DayPart, DiurnalCurve, daily_load


def curve(*parts):
    return DiurnalCurve(
        parts=tuple(DayPart(start_h=a, end_h=b, share=s) for a, b, s in parts), source="made up"
    )


def test_a_day_is_spread_by_shares_and_rates_are_over_the_length_of_each_part():
    night, day = daily_load(100_000, curve((0, 8, 0.1), (8, 24, 0.9)))
    # 10,000 over 8 h and 90,000 over 16 h
    assert (night.requests_per_second, day.requests_per_second) == (
        pytest.approx(10_000 / 28_800),
        pytest.approx(90_000 / 57_600),
    )
    assert night.hours == 8


def test_flat_is_flat():
    assert FLAT.is_flat
    assert curve((0, 12, 0.5), (12, 24, 0.5)).is_flat
    assert not curve((0, 12, 0.4), (12, 24, 0.6)).is_flat
    assert [part.requests_per_second for part in daily_load(86_400.0)] == [1.0]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (((0, 12, 1.0),), "must follow one another"),
        (((1, 24, 1.0),), "must follow one another"),
        (((0, 12, 0.5), (13, 24, 0.5)), "must follow one another"),
        (((0, 13, 0.5), (12, 24, 0.5)), "must follow one another"),
        (((0, 24, 0.9),), "must add up to 1, got 0.9"),
        (((0, 12, -0.5), (12, 24, 1.5)), "at least 0"),
        (((0, 24, math.nan),), "at least 0"),
        ((), "must follow one another"),
    ],
)
def test_what_is_no_day_is_refused(parts, told):
    with pytest.raises(InputError, match=told):
        curve(*parts)


@pytest.mark.parametrize("volume", [0, -1.0, math.inf, math.nan])
def test_a_volume_must_be_above_0(volume):
    with pytest.raises(InputError, match="requests per day must be a number above 0"):
        daily_load(volume)
