"""The knee, against queues whose greatest power is known."""

from __future__ import annotations

import numpy as np
import pytest

from isocost.core.estimate import Estimate
from isocost.statistics.knee import knee_of


def residences(rates: list[float], slots: int, *, spread: float = 0.0) -> list[Estimate]:
    """Mean residence in M/M/k by Erlang's formula, mean service 1 s, with an interval of that half-width."""
    told = []
    for rate in rates:
        blocked = 1.0
        for number in range(1, slots + 1):
            blocked = rate * blocked / (number + rate * blocked)
        waiting = slots * blocked / (slots - rate * (1 - blocked))
        value = 1 + waiting / (slots - rate)
        told.append(
            Estimate(
                value=value,
                low=value * (1 - spread),
                high=value * (1 + spread),
                unit="s",
                kind="simulated",
                method="Erlang",
            )
        )
    return told


def power_peak(slots: int) -> float:
    grid = np.linspace(0.01, slots - 0.01, 5000).tolist()
    return float(
        grid[int(np.argmax([r / e.value for r, e in zip(grid, residences(grid, slots), strict=True)]))]
    )


@pytest.mark.parametrize("slots", [1, 4, 32])
def test_the_interval_holds_the_greatest_power(slots: int) -> None:
    rates = [share * slots for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94, 0.98)]
    told = knee_of(rates, residences(rates, slots), overloaded=slots * 1.02).rate
    assert told is not None
    assert told.low is not None
    assert told.high is not None
    assert told.low <= power_peak(slots) <= told.high


def test_of_one_line_it_lies_at_half_the_capacity() -> None:
    assert power_peak(1) == pytest.approx(0.5, abs=0.005)  # d(L(1 - L)) = 0 at 1/2; Kleinrock 1979


def test_leaving_out_a_rate_moves_it_within_its_interval() -> None:
    rates = [share * 4 for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94)]
    whole = knee_of(rates, residences(rates, 4), overloaded=4.1).rate
    assert whole is not None
    assert whole.low is not None
    assert whole.high is not None
    for left_out in rates:
        rest = [rate for rate in rates if rate != left_out]
        told = knee_of(rest, residences(rest, 4), overloaded=4.1).rate
        assert told is not None
        assert whole.low <= told.value <= whole.high


def test_noise_widens_it() -> None:
    rates = [share * 4 for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94)]
    exact = knee_of(rates, residences(rates, 4), overloaded=4.1).rate
    noisy = knee_of(rates, residences(rates, 4, spread=0.5), overloaded=4.1).rate
    assert exact is not None
    assert exact.high is not None
    assert exact.low is not None
    assert noisy is None or (noisy.high or 0) - (noisy.low or 0) > exact.high - exact.low


def test_where_power_still_rises_at_the_highest_rate_it_cannot_be_told() -> None:
    rates = [0.4, 0.8, 1.2, 1.6]
    told = knee_of(rates, residences(rates, 4))
    assert told.rate is None
    assert told.why == "latency still rises less than the rate at the highest rate in a steady state"


def test_few_rates_tell_none() -> None:
    assert knee_of([1.0], residences([1.0], 4)).why == "1 rates in a steady state; it takes at least 4"
