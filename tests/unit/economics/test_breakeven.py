"""Break-even over joint draws: against closed forms, and cell by cell."""

import math

import numpy as np
import pytest

from isocost.economics import (
    OwnHour,
    Sides,
    answer_of,
    at_load,
    break_even_load,
    break_even_surface,
)
from isocost.statistics import Draws

SIZE = 4000
EVEN = (np.arange(SIZE) + 0.5) / SIZE


def draws(value, samples=None, unit="USD/h"):
    seen = np.full(SIZE, value) if samples is None else samples
    return Draws(value=value, samples=seen, unit=unit, kind="assumed", method="by hand")


def sides(*, standing=2.0, used=0.0, other=10.0, capacity=100.0, rates=0.01, by_hours=False, samples=None):
    told = samples or {}
    return Sides(
        own=OwnHour(standing=draws(standing, told.get("standing")), used=draws(used, told.get("used"))),
        other=draws(other, told.get("other")),
        capacity=draws(capacity, told.get("capacity"), "tokens/s"),
        requests_per_token=None if rates is None else draws(rates, unit="requests/token"),
        by_hours=by_hours,
    )


def test_break_even_by_hand():
    found = break_even_load(sides(standing=2.0, used=1.0, other=5.0))
    # 2 / (5 - 1) of 100 tokens/s, of 1 request/s
    assert found.utilization.value == 0.5
    assert found.tokens_per_second.value == 50.0
    assert found.requests_per_second.value == 0.5
    assert found.own_full.value == 3.0
    assert found.hourly_price.value == 4.0
    assert found.price_factor.value == pytest.approx(0.6)
    assert (found.answer, found.never) == ("own", 0.0)
    assert found.windows == ()


def test_the_interval_is_that_of_the_closed_form():
    # K uniform on [1, 3], A = 10: the share is uniform on [.1, .3]
    found = break_even_load(sides(samples={"standing": 1 + 2 * EVEN}))
    assert found.utilization.low == pytest.approx(0.1 + 0.2 * 0.025, abs=1e-4)
    assert found.utilization.high == pytest.approx(0.1 + 0.2 * 0.975, abs=1e-4)


def test_a_shared_throughput_cancels():
    """An API bills what is served: how fast one replica is does not move the break-even load."""
    speed = 100 * np.exp(0.3 * np.random.default_rng(1).standard_normal(SIZE))
    found = break_even_load(sides(samples={"capacity": speed, "other": speed / 10}))
    assert found.tokens_per_second.low == pytest.approx(20.0)
    assert found.tokens_per_second.high == pytest.approx(20.0)
    assert found.utilization.high - found.utilization.low > 0.1


def test_prices_that_move_together_are_compared_jointly():
    """Own is 4 % cheaper; a price of +-10 % that both share does not blur it, one of its own does."""
    price = 0.9 + 0.2 * EVEN
    shared = break_even_load(
        sides(standing=0.96, other=1.0, samples={"standing": 0.96 * price, "other": price})
    )
    apart = break_even_load(
        sides(standing=0.96, other=1.0, samples={"standing": 0.96 * price, "other": price[::-1]})
    )
    assert (shared.answer, apart.answer) == ("own", "undecided")


def test_never_is_told_as_such():
    found = break_even_load(sides(standing=20.0, other=10.0))
    assert (found.answer, found.utilization.value, found.never) == ("other", 2.0, 1.0)
    assert found.always_from is None
    hopeless = break_even_load(sides(used=11.0, other=10.0))
    assert hopeless.utilization is None
    assert hopeless.requests_per_second is None


def test_an_alternative_for_nothing_is_never_dearer():
    found = break_even_load(sides(other=0.0))
    assert (found.answer, found.utilization, found.price_factor) == ("other", None, None)


def test_without_a_price_the_hour_still_has_a_worth():
    bare = Sides(own=None, other=draws(10.0), capacity=draws(100.0, unit="tokens/s"))
    found = break_even_load(bare)
    assert (found.answer, found.utilization, found.own_full) == (None, None, None)
    assert found.hourly_price.value == 10.0
    assert found.capacity_requests_per_second is None
    assert at_load(bare, 0.5) is None
    assert break_even_surface(bare, shares=[0.5], factors=[1.0], varied="own") is None


def test_without_an_interval_of_the_throughput_none_is_made_up():
    unknown = np.full(SIZE, math.nan)
    found = break_even_load(sides(samples={"capacity": unknown, "other": unknown}))
    assert (found.answer, found.never) == ("own", None)
    assert not found.utilization.has_interval
    here = at_load(sides(samples={"capacity": unknown}), 0.5)
    assert (here.answer, here.probability_own) == ("own", None)


@pytest.mark.parametrize(
    ("share", "replicas", "own", "other", "answer"),
    [(0.1, 1, 2.0, 1.0, "other"), (0.5, 1, 2.0, 5.0, "own"), (1.5, 2, 4.0, 15.0, "own")],
)
def test_both_sides_at_a_load(share, replicas, own, other, answer):
    found = at_load(sides(), share)
    assert (found.replicas, found.answer) == (replicas, answer)
    assert (found.own_per_hour.value, found.other_per_hour.value) == pytest.approx((own, other))


@pytest.mark.parametrize(
    ("below", "expected"), [(1.0, "own"), (0.98, "own"), (0.5, "undecided"), (0.02, "other")]
)
def test_who_is_cheaper_flips_inside_the_interval_only(below, expected):
    difference = np.where(below > EVEN, -1.0, 1.0)
    assert answer_of(-1.0, difference) == (expected, pytest.approx(below, abs=1e-3))


@pytest.mark.parametrize("varied", ["own", "other"])
@pytest.mark.parametrize("by_hours", [False, True])
def test_the_surface_cell_by_cell(varied, by_hours):
    """Each cell anew, in plain loops over the draws."""
    rng = np.random.default_rng(7)
    samples = {
        "standing": rng.uniform(1.5, 2.5, SIZE),
        "used": rng.uniform(0.5, 1.5, SIZE),
        "other": rng.uniform(4.0, 6.0, SIZE),
        "capacity": rng.uniform(90.0, 110.0, SIZE),
    }
    both = sides(used=1.0, other=5.0, by_hours=by_hours, samples=samples)
    shares, factors = [0.2, 0.45, 0.55, 0.98, 1.4], [0.5, 1.0, 1.6]
    found = break_even_surface(both, shares=shares, factors=factors, varied=varied)
    for factor, row in zip(factors, found.cells, strict=True):
        mine, theirs = (factor, 1.0) if varied == "own" else (1.0, factor)
        for share, cell in zip(shares, row, strict=True):
            cheaper = 0
            for k, v, a, x in zip(*samples.values(), strict=True):
                u = share if by_hours else share * 100.0 / x
                cheaper += mine * (k * math.ceil(u) + v * u) < theirs * a * u
            rate = cheaper / SIZE
            assert cell == ("own" if rate >= 0.975 else "other" if rate <= 0.025 else "undecided")
    assert {cell for row in found.cells for cell in row} == {"own", "other", "undecided"}


def test_the_line_of_the_surface_carries_its_interval():
    found = break_even_surface(
        sides(samples={"standing": 1 + 2 * EVEN}), shares=[0.1, 0.2], factors=[1.0, 2.0], varied="own"
    )
    # K / A of 1 request/s: .2 at the price, .4 at twice
    assert found.line == pytest.approx((0.2, 0.4))
    assert [load.unit for load in found.loads] == ["requests/s", "requests/s"]
    assert (found.loads[1].low, found.loads[1].high) == pytest.approx((0.21, 0.59), abs=1e-3)
