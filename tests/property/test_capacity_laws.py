"""Laws of capacity: the mix against brute force and an integer program; whole steps; sums."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isocost.economics import CapacityPlan, CapacityPrices, Reserve, plan_capacity, replicas_needed
from isocost.statistics import Draws
from isocost.workload import LoadInterval

WORLDS = 20
RATES = st.lists(st.one_of(st.just(0.0), st.floats(0.01, 5.0)), min_size=1, max_size=4).filter(any)
PRICE = st.one_of(st.none(), st.floats(0.2, 4.0))
API = st.one_of(st.none(), st.floats(1e-5, 2e-3))
RESERVE = st.builds(Reserve, replicas=st.integers(0, 2), share=st.one_of(st.just(0.0), st.floats(0.0, 0.9)))


def exact(value: float | None) -> Draws | None:
    if value is None:
        return None
    return Draws(value=value, samples=np.full(WORLDS, value), unit="1", kind="assumed", method="given")


def rate(value: float, seed: int = 0) -> Draws:
    samples = value * np.exp(0.1 * np.random.default_rng(seed).standard_normal(WORLDS))
    return Draws(value=value, samples=samples, unit="requests/s", kind="measured", method="made up", n=3)


def day(rates: list[float]) -> list[LoadInterval]:
    """Parts of the day of unequal length."""
    weights = np.arange(1, len(rates) + 1)
    edges = np.concatenate([[0], np.cumsum(weights)]) / weights.sum() * 24
    return [
        LoadInterval(start_h=a, end_h=b, requests=each * 3600 * (b - a))
        for a, b, each in zip(edges[:-1], edges[1:], rates, strict=True)
    ]


def plan(rates: list[float], q: float, reserve: Reserve, **prices: float | None) -> CapacityPlan:
    offered = CapacityPrices(**{name: exact(value) for name, value in prices.items()})
    return plan_capacity(day(rates), rate(q), prices=offered, reserve=reserve)


def in_reserve(carrying: int, reserve: Reserve) -> int:
    return 0 if carrying == 0 else reserve.replicas + math.ceil(reserve.share * carrying - 1e-9)


def brute_force(rates: list[float], q: float, reserve: Reserve, prices: dict[str, float | None]) -> float:
    """The least cost over all whole numbers of owned, reserved, on-demand and carrying replicas."""
    top = [max(math.ceil(each / q - 1e-9), 1) for each in rates]
    most = max(each + in_reserve(each, reserve) for each in top)
    owned, reserved, hourly, api = (prices[name] for name in ("owned", "reserved", "on_demand", "api"))
    least = math.inf
    for own, more in product(
        range(most + 1 if owned is not None else 1), range(most + 1 if reserved is not None else 1)
    ):
        if own + more > most:
            continue
        cost = 24 * (own * (owned or 0.0) + more * (reserved or 0.0))
        for part, enough in zip(day(rates), top, strict=True):
            ways = []
            for carrying in range(enough + 1):
                beside = max(carrying + in_reserve(carrying, reserve) - own - more, 0)
                over = max(part.requests - carrying * q * 3600 * part.hours, 0.0)
                short = carrying < enough
                if (beside and hourly is None) or (short and api is None):
                    continue
                ways.append(beside * (hourly or 0.0) * part.hours + (over * (api or 0.0) if short else 0.0))
            cost += min(ways, default=math.inf)
        least = min(least, cost)
    return least


@settings(max_examples=150, deadline=None)
@given(
    rates=RATES, q=st.floats(0.8, 3.0), reserve=RESERVE, owned=PRICE, reserved=PRICE, hourly=PRICE, api=API
)
def test_no_whole_numbers_of_replicas_cost_less(
    rates: list[float],
    q: float,
    reserve: Reserve,
    owned: float | None,
    reserved: float | None,
    hourly: float | None,
    api: float | None,
) -> None:
    prices = {"owned": owned, "reserved": reserved, "on_demand": hourly, "api": api}
    assume(any(price is not None for price in prices.values()))
    mix = plan(rates, q, reserve, **prices).mix
    assert mix is not None
    assert mix.cost_per_day.value == pytest.approx(brute_force(rates, q, reserve, prices), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    rates=st.lists(st.floats(0.1, 40.0), min_size=1, max_size=6),
    q=st.floats(0.8, 3.0),
    base=st.floats(0.2, 4.0),
    hourly=st.floats(0.2, 4.0),
    api=st.floats(1e-5, 2e-3),
)
def test_an_integer_program_finds_the_same_cost(
    rates: list[float], q: float, base: float, hourly: float, api: float
) -> None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    parts = day(rates)
    n = len(parts)
    # unknown: base, then per part replicas on demand and requests/s to the API; capacity + API >= load
    cost = [24 * base, *(hourly * each.hours for each in parts), *(api * 3600 * each.hours for each in parts)]
    rows = np.zeros((n, 1 + 2 * n))
    rows[:, 0] = q
    for i in range(n):
        rows[i, 1 + i], rows[i, 1 + n + i] = q, 1.0
    found: Any = milp(
        cost,
        constraints=LinearConstraint(rows, lb=[each.requests_per_second for each in parts]),
        integrality=[1] * (1 + n) + [0] * n,
        bounds=Bounds(0, np.inf),
        options={"mip_rel_gap": 1e-9},
    )
    mix = plan(rates, q, Reserve(), reserved=base, on_demand=hourly, api=api).mix
    assert mix is not None
    assert mix.cost_per_day.value == pytest.approx(found.fun, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(rates=RATES, q=st.floats(0.3, 3.0), reserve=RESERVE, base=st.floats(0.2, 4.0), hourly=PRICE, api=API)
def test_the_mix_costs_no_more_than_any_kind_alone_and_its_parts_are_the_bill(
    rates: list[float], q: float, reserve: Reserve, base: float, hourly: float | None, api: float | None
) -> None:
    found = plan(rates, q, reserve, owned=base, on_demand=hourly, api=api)
    mix = found.mix
    assert mix is not None
    total = mix.cost_per_day.value
    assert all(each.extra.value >= -1e-9 * total for each in mix.alternatives)
    assert math.fsum(each.allocation.value for each in mix.allocations) == pytest.approx(total, rel=1e-12)
    assert math.fsum(each.usage.value for each in mix.allocations) == pytest.approx(
        mix.usage_per_day.value, rel=1e-9, abs=1e-12
    )
    assert math.fsum(sum(each.costs.values()) for each in found.intervals) == pytest.approx(total, rel=1e-12)
    assert mix.usage_per_day.value + mix.idle_per_day.value == pytest.approx(total, rel=1e-9)
    carried = [each.load.requests - each.api_requests for each in found.intervals]
    room = [(each.base + each.on_demand) * q * 3600 * each.load.hours for each in found.intervals]
    assert all(have >= 0.999999 * want - 1e-6 for have, want in zip(room, carried, strict=True))
    assert all(0 <= each.utilization <= 1 + 1e-9 for each in found.intervals)


@settings(max_examples=60, deadline=None)
@given(rates=RATES, q=st.floats(0.3, 3.0), reserve=RESERVE, base=PRICE, hourly=PRICE, api=API,
       factor=st.floats(1.0, 4.0))  # fmt: skip
def test_more_requests_never_cost_less(
    rates: list[float],
    q: float,
    reserve: Reserve,
    base: float | None,
    hourly: float | None,
    api: float | None,
    factor: float,
) -> None:
    assume(base is not None or hourly is not None or api is not None)
    prices = {"owned": base, "on_demand": hourly, "api": api}
    before, after = (plan([each * scale for each in rates], q, reserve, **prices) for scale in (1.0, factor))
    assert before.mix is not None
    assert after.mix is not None
    assert after.mix.cost_per_day.value >= before.mix.cost_per_day.value * (1 - 1e-9)
    assert all(b.needed <= a.needed for b, a in zip(before.intervals, after.intervals, strict=True))


@settings(max_examples=100, deadline=None)
@given(load=st.floats(0.0, 1e4), q=st.floats(0.1, 100.0), reserve=RESERVE)
def test_replicas_are_the_fewest_whole_ones_that_carry_the_load_with_their_reserve(
    load: float, q: float, reserve: Reserve
) -> None:
    found = int(replicas_needed(load, q, reserve=reserve))
    carrying = next(n for n in range(1, found + 1) if n + in_reserve(n, reserve) == found)
    assert carrying * q >= load * (1 - 1e-6)
    assert carrying == 1 or (carrying - 1) * q < load * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(rates=RATES, q=st.floats(0.3, 3.0), base=st.floats(0.2, 4.0), hourly=st.floats(0.2, 4.0))
def test_an_offer_more_never_makes_the_day_dearer(
    rates: list[float], q: float, base: float, hourly: float
) -> None:
    both = plan(rates, q, Reserve(), reserved=base, on_demand=hourly).mix
    one = plan(rates, q, Reserve(), on_demand=hourly).mix
    assert both is not None
    assert one is not None
    assert both.cost_per_day.value <= one.cost_per_day.value * (1 + 1e-9)
