"""Laws of the break-even."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isocost.core.token_price import TokenPrice
from isocost.economics import (
    api_cost,
    break_even_share,
    break_even_utilization,
    cheaper_from,
    own_cost,
    payback_months,
    standing_and_used,
)
from isocost.economics.hourly import READINGS

AMOUNT = st.floats(1e-3, 1e3)


@given(AMOUNT, st.floats(0.0, 100.0), AMOUNT)
def test_at_the_break_even_both_sides_are_alike(standing, used, other):
    share = break_even_share(standing, used, other)
    assume(share < 1 - 1e-9)
    assert float(own_cost(share, standing, used)) == pytest.approx(other * share, rel=1e-9)
    assert float(own_cost(0.5 * share, standing, used)) > other * 0.5 * share
    above = (1 + share) / 2
    assert float(own_cost(above, standing, used)) < other * above


@given(AMOUNT, st.floats(0.0, 100.0), AMOUNT, st.floats(0.01, 100.0))
def test_the_currency_does_not_matter(standing, used, other, factor):
    assume(abs(other - used) > 1e-6 * other)
    here = break_even_share(standing, used, other)
    there = break_even_share(factor * standing, factor * used, factor * other)
    assert there == pytest.approx(here, rel=1e-6)


@given(AMOUNT, st.floats(0.0, 100.0), AMOUNT, st.floats(1.0, 50.0))
def test_beyond_the_last_window_no_load_is_dearer(standing, used, other, beyond):
    share = break_even_share(standing, used, other)
    start = cheaper_from(share)
    assume(start is not None and start < 900)
    load = start * (1 + 1e-9) + beyond - 1
    assert float(own_cost(load, standing, used)) <= other * load * (1 + 1e-9)


@given(AMOUNT, AMOUNT, st.floats(0.01, 1.0))
def test_without_standing_cost_payback_is_inverse_to_the_load(price, saved, share):
    full = payback_months(price, saved=saved)
    assert payback_months(price, saved=saved, load_share=share) == pytest.approx(full / share)


@given(AMOUNT, AMOUNT, AMOUNT, st.floats(0.01, 0.99))
def test_less_load_never_pays_sooner(price, saved, standing, share):
    full = payback_months(price, saved=saved, standing=standing)
    assert payback_months(price, saved=saved, standing=standing, load_share=share) >= full


@given(
    st.floats(0.0, 100.0),
    st.floats(0.0, 100.0),
    st.floats(0.0, 1.0),
    st.floats(1.0, 1e5),
    st.floats(1.0, 1e5),
)
def test_an_api_bills_in_proportion_and_no_more_for_what_is_cached(listed, output, ratio, asked, told):
    price = TokenPrice(
        name="api", input_usd=listed, output_usd=output, cached_usd=ratio * listed, source="law", date=""
    )
    bare = api_cost(price, input_tokens=asked, output_tokens=told)
    assert api_cost(price, input_tokens=2 * asked, output_tokens=2 * told) == pytest.approx(2 * bare)
    assert api_cost(price, input_tokens=asked, output_tokens=told, cached_share=0.7) <= bare * (1 + 1e-12)


@given(st.floats(100.0, 1e6), st.floats(50.0, 2000.0), st.floats(0.0, 1.0), st.floats(0.1, 100.0))
def test_the_two_parts_of_an_hour_give_the_utilization_of_old(price, power, electricity, rent):
    """Against the formula of the three readings, (C + I) / (R - A + I), written out."""
    values = {
        "purchase_price": price, "lifetime_years": 3.0, "utilization": 1.0, "full_power_w": power,
        "pue": 1.5, "electricity": electricity, "maintenance_rate": 0.03,
    }  # fmt: skip
    capital, repair, energy = price / 26280, price * 0.03 / 8760, power / 1000 * 1.5 * electricity
    parts = {
        "published": (capital, energy + repair),
        "maintenance by the calendar": (capital + repair, energy),
        "power by the calendar": (capital + repair + energy, 0.0),
    }
    for reading in READINGS:
        assert standing_and_used(values, reading=reading) == pytest.approx(parts[reading])
        calendar, used = parts[reading]
        expected = calendar / (rent - used) if rent > used else np.inf
        assume(abs(rent - used) > 1e-9 * rent)
        assert break_even_utilization(values, rent, reading=reading) == pytest.approx(expected, rel=1e-6)
