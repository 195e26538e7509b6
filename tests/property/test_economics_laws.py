"""Laws of cost curves and of the batch technology."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.sweeps import point
from isocost.core.money import HourlyPrice
from isocost.core.operating_point import OperatingPoint
from isocost.core.service_level import parse_service_level
from isocost.economics import CostCurve, cost_curve, fit_step_time, fit_technology, step_time

SPEEDS = st.floats(1.0, 1e4)
SWEEPS = st.lists(st.tuples(SPEEDS, st.floats(0.01, 10.0)), min_size=1, max_size=5)
PRICES = st.floats(0.01, 100.0)


@pytest.fixture(autouse=True, scope="module")
def few_draws() -> Iterator[None]:
    """Draw few curves of the batch technology: its intervals have a test of their own below."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("isocost.economics.technology._DRAWS", 50)
        yield


def points_of(sweep: list[tuple[float, float]], repeats: int = 2) -> list[OperatingPoint]:
    return [
        point(2**i, speed * (1 + 0.01 * r), repeat=r, ttft={95.0: ttft})
        for i, (speed, ttft) in enumerate(sweep)
        for r in range(repeats)
    ]


def curve(sweep: list[tuple[float, float]], usd: float | None = None) -> CostCurve:
    price = None if usd is None else HourlyPrice(usd_per_hour=usd, source="s", date="2026-11-21")
    return cost_curve(points_of(sweep), price=price, service_levels=[parse_service_level("ttft.p95=1s")])


def told(estimate: Any) -> list[float]:
    return [estimate.low, estimate.value, estimate.high]


@settings(max_examples=25, deadline=None)
@given(sweep=SWEEPS, usd=PRICES, factor=st.sampled_from([0.5, 2.0, 10.0]))
def test_cost_is_proportional_to_price_and_the_zone_knows_no_price(
    sweep: list[tuple[float, float]], usd: float, factor: float
) -> None:
    one, other = curve(sweep, usd), curve(sweep, usd * factor)
    for here, there in zip(one.levels, other.levels, strict=True):
        for basis, cost in here.cost_per_million_tokens.items():
            np.testing.assert_allclose(
                told(there.cost_per_million_tokens[basis]), np.array(told(cost)) * factor, rtol=1e-9
            )
    assert one.zone == other.zone == curve(sweep).zone


@settings(max_examples=25, deadline=None)
@given(sweep=SWEEPS)
def test_the_zone_is_what_it_says(sweep: list[tuple[float, float]]) -> None:
    result = curve(sweep)
    zone = result.zone
    costs = {level.load: level.machine_seconds_per_million.value for level in result.levels}
    assert costs[zone.cheapest] == min(costs.values())
    qualified = [level.load for level in result.levels if not level.unmet]
    assert (zone.best is None) == (not qualified)
    assert set(zone.levels) == {
        load for load in qualified if costs[load] <= 1.05 * min(costs[at] for at in qualified)
    }
    chances = [level.probability_best for level in result.levels]
    total = sum(chance or 0.0 for chance in chances)
    assert total <= 1 + 1e-6 if qualified else total == 0  # no more than one level can be the cheapest


@settings(max_examples=25, deadline=None)
@given(sweep=SWEEPS)
def test_a_dearer_slower_level_more_leaves_the_zone_alone(sweep: list[tuple[float, float]]) -> None:
    before = curve(sweep)
    worst = min(speed for speed, _ in sweep) / 2
    after = curve([*sweep, (worst, 20.0)])
    assert replace(after.zone, premium=None) == replace(before.zone, premium=None)


@settings(max_examples=40, deadline=None)
@given(
    errors=st.lists(st.floats(-0.3, 0.3), min_size=5, max_size=5),
    seconds=st.floats(1e-3, 1e3),
    streams=st.sampled_from([0.5, 3.0, 100.0]),
)
def test_the_fitted_curve_does_not_depend_on_units(
    errors: list[float], seconds: float, streams: float
) -> None:
    levels = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    steps = (0.02 + 0.004 * levels) * np.exp(errors)
    fitted = step_time(levels, fit_step_time(levels, steps))
    scaled = step_time(levels * streams, fit_step_time(levels * streams, steps * seconds))
    np.testing.assert_allclose(scaled, fitted * seconds, rtol=1e-4)
    assert (np.diff(fitted) >= -1e-12).all()


def covered(levels: tuple[int, ...], repeats: int, noise: float, runs: int) -> Any:
    """Share of simulated sweeps whose interval holds the true returns, for each level."""
    a, k, g = 0.02, 0.002, 0.8
    hits = np.zeros(len(levels))
    for run in range(runs):
        rng = np.random.default_rng([run, repeats])
        sweep = {b: list(b / (a + k * b**g) * np.exp(noise * rng.normal(size=repeats))) for b in levels}
        technology = fit_technology(sweep, seed=run)
        assert technology is not None
        for i, (b, told) in enumerate(technology.returns):
            truth = a * 1.0 / (a + k * b**g) + (1 - g) * k * b**g / (a + k * b**g)  # 1 - b t'/t
            hits[i] += told.low is not None and told.high is not None and told.low <= truth <= told.high
    return hits / runs


@pytest.mark.parametrize(
    ("levels", "repeats"), [((1, 2, 4, 8), 3), ((1, 2, 4, 8, 16), 1), ((1, 2, 4, 8, 16), 3)]
)
def test_intervals_of_the_returns_cover_the_truth(
    levels: tuple[int, ...], repeats: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nominal .95; 100 simulations have a standard error of .022, so .88 is more than three of them below
    monkeypatch.setattr("isocost.economics.technology._DRAWS", 300)
    assert covered(levels, repeats, 0.03, 100).min() >= 0.88
