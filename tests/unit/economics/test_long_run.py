"""Long-run costs by hand, returns to scale with a known truth, the minimum efficient scale."""

from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.service_level import parse_service_level
from isocost.economics import (
    ScaleUnit,
    cost_curve,
    highest_rate,
    long_run_average_cost,
    long_run_cost,
    minimum_efficient_scale,
    planning_marginal_cost,
    replicas,
    returns_to_scale,
)

REPLICA = {
    "capacity_per_s": 2.5,
    "fixed_usd_per_second": 0.001,
    "usd_per_token": 1e-8,
    "output_tokens": 200.0,
}


def test_replicas_come_whole() -> None:
    # 0.1 * 3 / 0.1 is 3.0000000000000004 in floating point: still three replicas
    assert [int(replicas(rate, 2.5)) for rate in (0.0, 1e-6, 2.5, 2.5001, 5.0)] == [0, 1, 1, 2, 2]
    assert int(replicas(0.1 * 3, 0.1)) == 3


def test_costs_by_hand() -> None:
    # 6/s take 3 replicas: 3 * 0.001 + 1e-8 * 200 * 6 = 3.012e-3 USD/s, over 1,200 tokens/s 2.51e-6
    assert long_run_cost(6.0, **REPLICA) == pytest.approx(3.012e-3)
    assert long_run_average_cost(6.0, **REPLICA) == pytest.approx(2.51e-6)
    assert planning_marginal_cost(**REPLICA) == pytest.approx(0.001 / 2.5 + 2e-6)


def test_the_sawtooth_comes_down_to_its_floor_at_each_full_step() -> None:
    floor = 0.001 / (2.5 * 200) + 1e-8
    rates = np.linspace(0.1, 25, 997)
    assert (long_run_average_cost(rates, **REPLICA) >= floor * (1 - 1e-12)).all()
    np.testing.assert_allclose(long_run_average_cost(2.5 * np.arange(1, 8), **REPLICA), floor)


def test_a_capacity_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="a rate of at least 0 and a capacity above 0 are needed"):
        replicas(1.0, 0.0)


def families(slope: float, noise: float, seed: int, count: int = 12) -> list[ScaleUnit]:
    rng = np.random.default_rng(seed)
    return [
        ScaleUnit(
            family=str(family),
            scale=n,
            capacity=float(np.exp(family + slope * np.log(n) + noise * rng.normal())),
        )
        for family in range(count)
        for n in (1, 2, 4, 8)
    ]


def test_exact_families_give_their_slope_whatever_their_level() -> None:
    found = returns_to_scale(families(0.85, 0.0, 0))
    assert found is not None
    assert found.value == pytest.approx(0.85)
    assert (found.low, found.high) == (pytest.approx(0.85), pytest.approx(0.85))


def test_intervals_of_the_returns_to_scale_cover_the_truth() -> None:
    # nominal .95; 400 simulations have a standard error of .011
    told = [returns_to_scale(families(0.85, 0.1, seed)) for seed in range(400)]
    hits = [
        e is not None and e.low is not None and e.high is not None and e.low <= 0.85 <= e.high for e in told
    ]
    assert 0.91 <= np.mean(hits) <= 0.98


def test_families_that_share_a_cluster_count_once() -> None:
    units = families(0.85, 0.1, 0)
    paired = returns_to_scale([replace(unit, cluster=str(int(unit.family) // 2)) for unit in units])
    assert paired is not None
    assert paired.n == 6


def test_one_size_tells_nothing_and_two_families_no_interval() -> None:
    assert returns_to_scale([ScaleUnit(family="a", scale=1, capacity=5.0)]) is None
    few = returns_to_scale(families(0.85, 0.1, 0, count=2))
    assert few is not None
    assert few.low is None
    with pytest.raises(InputError, match="sizes and capacities above 0"):
        returns_to_scale([ScaleUnit(family="a", scale=0, capacity=5.0)])


SPEEDS = {1: 50.0, 2: 90.0, 4: 150.0, 8: 196.0, 16: 200.0}


def test_the_least_level_near_the_least_cost() -> None:
    # 200 tokens/s cost the least; 196 are 2 % dearer, 150 a third: so 8, within 5 %, is efficient already
    points = [point(b, x * (1 + 0.002 * r), repeat=r) for b, x in SPEEDS.items() for r in range(3)]
    levels = cost_curve(points, price=None).levels
    scale = minimum_efficient_scale(levels)
    assert scale is not None
    assert scale.load == Load(concurrency=8)
    assert scale.share is not None
    assert scale.share > 0.9
    exact = minimum_efficient_scale(levels, tolerance=0.0)
    assert exact is not None
    assert exact.load == Load(concurrency=16)


def test_service_levels_bound_what_is_feasible() -> None:
    points = [point(b, x, ttft={95.0: 0.1 * b}, spread=None) for b, x in SPEEDS.items()]
    promised = [parse_service_level("ttft.p95=500ms")]
    levels = cost_curve(points, price=None, service_levels=promised).levels
    scale = minimum_efficient_scale(levels)
    assert scale is not None
    assert (scale.load, scale.low, scale.share) == (Load(concurrency=4), None, None)
    rate = highest_rate(levels)
    assert rate is not None
    assert rate.value == pytest.approx(150 / 32)
    none = cost_curve(points, price=None, service_levels=[parse_service_level("ttft.p95=1ms")]).levels
    assert (minimum_efficient_scale(none), highest_rate(none)) == (None, None)


@pytest.mark.parametrize("tolerance", [-0.1, float("nan")])
def test_a_tolerance_that_is_none_is_refused(tolerance: float) -> None:
    with pytest.raises(InputError, match="tolerance must be a fraction of at least 0"):
        minimum_efficient_scale(cost_curve([point(1, 50.0)], price=None).levels, tolerance=tolerance)
