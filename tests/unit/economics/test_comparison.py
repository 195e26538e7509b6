"""Costs of two deployments are compared jointly."""

from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.errors import EstimationError
from isocost.core.estimate import Estimate
from isocost.core.money import HourlyPrice
from isocost.economics import compare_sweeps, cost_curve
from isocost.statistics import Draws


def curve(rate, price=None, *, noise=0.02, seed=0, loads=(1,), name="made-up"):
    """A sweep whose machine-seconds per million tokens are known to `noise`."""
    made = cost_curve([point(load, rate * load, repeat=r) for load in loads for r in (0, 1, 2)], price=price)
    rng = np.random.default_rng(seed)
    levels = []
    for level in made.levels:
        value = level.machine_seconds_per_million.value
        samples = value * np.exp(noise * rng.standard_normal(4000))
        draws = Draws(
            value=value, samples=samples, unit="s/1M tokens", kind="measured", method="made up", n=3
        )
        levels.append(replace(level, draws=draws))
    return replace(made, levels=tuple(levels), deployment=name)


def price(usd, source="list"):
    """A price known to 10 % (one standard deviation, uniform: a half-width of 17.32 %)."""
    return HourlyPrice(
        usd_per_hour=usd, source=source, date="2026-11-21", low=usd * (1 - 0.1732), high=usd * (1 + 0.1732)
    )


def test_a_shared_price_cancels():
    """A is 4 % cheaper, each throughput known to 2 %: P = Phi(log(1 / .96) / (.02 sqrt 2)) = .926."""
    a, b = curve(100 / 0.96, price(3.0), seed=1), curve(100.0, price(3.0), seed=2)
    shared = compare_sweeps(a, b)
    assert shared.priced
    assert shared.cost.probability_above == pytest.approx(0.92, abs=0.02)
    # from the separate intervals one would say Phi(.0408 / sqrt(2 * .02^2 + 2 * .1^2)) = .61
    apart = compare_sweeps(a, curve(100.0, price(3.0, source="another list"), seed=2))
    assert apart.cost.probability_above == pytest.approx(0.61, abs=0.03)


def test_levels_that_both_have_are_compared():
    a, b = curve(100.0, loads=(1, 2, 4)), curve(80.0, loads=(2, 4, 8), seed=1)
    found = compare_sweeps(a, b)
    assert not found.priced
    assert [ratio.key for ratio in found.of_costs] == ["cost at 2 concurrent", "cost at 4 concurrent"]
    assert found.cost.estimate.value == pytest.approx(1.25)  # 100 / 80
    assert found.throughput.estimate.value == pytest.approx(0.8)
    assert found.throughput.better == "higher"
    assert len(found.ratios) == 6
    with pytest.raises(EstimationError, match=r"at no load in common \(1 concurrent; 8 concurrent\)"):
        compare_sweeps(curve(100.0), curve(100.0, loads=(8,)))


def test_prices_count_only_where_both_are_known_and_above_zero():
    dear, cheap = curve(100.0, price(3.0)), curve(100.0, price(1.5), seed=1)
    assert compare_sweeps(dear, cheap).cost.estimate.value == pytest.approx(0.5)
    assert not compare_sweeps(dear, curve(100.0)).priced
    free = HourlyPrice(usd_per_hour=0.0, source="list", date="2026-11-21")
    assert not compare_sweeps(dear, curve(100.0, free)).priced


def test_a_level_without_draws_has_no_interval():
    bare = curve(100.0)
    bare = replace(bare, levels=tuple(replace(level, draws=None) for level in bare.levels))
    found = compare_sweeps(bare, curve(100.0))
    assert isinstance(found.cost.estimate, Estimate)
    assert (found.cost.estimate.low, found.cost.probability_above) == (None, None)
