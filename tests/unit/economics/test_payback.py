"""Payback times by hand."""

import math

import pytest

from isocost.core.errors import InputError
from isocost.economics import HOURS_PER_MONTH, capital, hourly_parts, payback_months, running_cost

VALUES = {
    "purchase_price": 25e3,
    "lifetime_years": 4.0,
    "utilization": 0.6,
    "full_power_w": 700.0,
    "idle_power_w": 100.0,
    "pue": 1.3,
    "electricity": 0.1,
    "maintenance_rate": 0.05,
    "server_price": 6e3,
    "server_power_w": 300.0,
    "rack_per_kw_month": 150.0,
    "staff_per_year": 876.0,
}


def test_what_stands_eats_the_saving():
    # 730 h x (0.5 x (6 - 1) - 1) = 1095 USD a month
    found = payback_months(1095.0, saved=6.0, used=1.0, standing=1.0, load_share=0.5)
    assert found == pytest.approx(1.0)
    assert payback_months(1095.0, saved=6.0, used=1.0, standing=1.0, load_share=0.2) == math.inf


def test_hours_of_use_count_and_standing_hours_all():
    # 100 h x 5 less 730 h x 0.5
    assert payback_months(135.0, saved=5.0, standing=0.5, hours_per_month=100) == pytest.approx(1.0)


def test_what_is_unknown_is_not_never():
    assert math.isnan(payback_months(1.0, saved=math.nan))


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, math.nan])
def test_a_load_is_a_share_of_full_use(share):
    with pytest.raises(InputError, match="the load must be above 0 and at most 1 of full use"):
        payback_months(1.0, saved=1.0, load_share=share)


@pytest.mark.parametrize("hours", [0.0, 731.0, math.nan])
def test_a_month_has_so_many_hours(hours):
    with pytest.raises(InputError, match="a month has 730 hours at most"):
        payback_months(1.0, saved=1.0, hours_per_month=hours)


def test_running_cost_by_hand():
    standing, used = running_cost(VALUES, formula="full", boundary="all-in")
    energy = 1.3 * 0.1 / 1000
    # repair of 31,000 USD, the server's and the idle accelerator's power, room for 1 kW, people
    assert standing == pytest.approx(
        31e3 * 0.05 / 8760 + (300 + 100) * energy + 1.0 * 150 * 12 / 8760 + 876 / 8760
    )
    assert used == pytest.approx(600 * energy)
    assert capital(VALUES, boundary="all-in") == 31e3
    assert capital(VALUES) == 25e3


@pytest.mark.parametrize("boundary", ["accelerator", "all-in"])
def test_running_cost_and_capital_make_the_whole_hour(boundary):
    """The full hour around the clock is what runs, and the purchase by straight line."""
    bare = {name: value for name, value in VALUES.items() if name != "cost_of_capital"}
    standing, used = running_cost(bare, formula="full", boundary=boundary)
    whole = sum(hourly_parts({**bare, "utilization": 1.0}, formula="full", boundary=boundary).values())
    assert standing + used + capital(bare, boundary=boundary) / (4 * 8760) == pytest.approx(whole)


def test_a_month_is_a_twelfth_of_a_year():
    assert HOURS_PER_MONTH == 730.0
