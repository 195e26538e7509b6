"""Laws of the price of waiting."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.sweeps import point
from isocost.core.money import HourlyPrice
from isocost.economics import cost_curve, cost_with_waiting

PRICE = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21")
SPEEDS = st.lists(st.floats(10.0, 1e4), min_size=6, max_size=6)


def sweep(speeds):
    return [
        point(b, x, repeat=i % 2) for i, (b, x) in enumerate(zip((1, 1, 8, 8, 64, 64), speeds, strict=True))
    ]


@settings(max_examples=30, deadline=None)
@given(speeds=SPEEDS)
def test_waiting_that_costs_nothing_changes_nothing(speeds):
    plain = cost_curve(sweep(speeds), price=PRICE)
    free = cost_curve(sweep(speeds), price=PRICE, waiting_usd_per_second=0.0)
    assert (free.zone.best, free.zone.levels) == (plain.zone.best, plain.zone.levels)
    for with_it, without in zip(free.levels, plain.levels, strict=True):
        assert with_it.probability_best == pytest.approx(without.probability_best, abs=1e-6)
        assert with_it.waiting.cost_per_million_tokens.value == pytest.approx(
            without.cost_per_million_tokens["output"].value
        )


@settings(max_examples=30, deadline=None)
@given(speeds=SPEEDS)
def test_waiting_that_costs_everything_picks_the_least_residence(speeds):
    curve = cost_curve(sweep(speeds), price=PRICE, waiting_usd_per_second=1e9)
    residence = {level.load: level.waiting.residence_s.value for level in curve.levels}
    assert residence[curve.zone.best] == pytest.approx(min(residence.values()), rel=1e-9)


@given(
    seconds=st.floats(1.0, 1e6),
    usd=st.floats(0.0, 10.0),
    w=st.floats(0.0, 1.0),
    inside=st.floats(0.0, 1e4),
    factor=st.floats(0.01, 100.0),
)
def test_the_currency_does_not_matter(seconds, usd, w, inside, factor):
    once = cost_with_waiting(seconds, usd, w, inside)
    assert cost_with_waiting(seconds, usd * factor, w * factor, inside) == pytest.approx(once * factor)


@settings(max_examples=20, deadline=None)
@given(speeds=SPEEDS, w=st.floats(0.0, 1e-2), more=st.floats(1.0, 50.0))
def test_dearer_waiting_never_lengthens_the_residence_at_the_best_level(speeds, w, more):
    found = []
    for each in (w, w * more):
        curve = cost_curve(sweep(speeds), price=replace(PRICE, usd_per_hour=1.0), waiting_usd_per_second=each)
        found.append(curve.level_at(curve.zone.best).waiting.residence_s.value)
    assert found[1] <= found[0] * (1 + 1e-9)
