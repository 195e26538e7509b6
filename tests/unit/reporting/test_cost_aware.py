import pytest

from isocost.core.estimate import Estimate
from isocost.core.money import USD, Currency, HourlyPrice
from isocost.reporting.cost_aware import (
    cost_assumptions,
    cost_aware_object,
    cost_lines,
    cost_text,
    energy_text,
)
from isocost.runtime import CostAware

EURO = Currency(code="EUR", per_usd=0.5, date="2026-11-20", source="a bank")
COST = Estimate(value=0.2, low=0.19, high=0.21, unit="USD/request", kind="published", method="t")
ENERGY = Estimate(value=900.0, low=800.0, high=1000.0, unit="J/request", kind="assumed", method="t")
POWER = Estimate(value=300.0, unit="W", kind="assumed", method="t", source="a guess")
PRICE = HourlyPrice(usd_per_hour=3.6, source="a list\x1b[31m", date="2023-05")
COSTS = CostAware(accelerator_s=None, cost=COST, energy=ENERGY, price=PRICE, power=POWER)
NOTHING = CostAware(accelerator_s=None, cost=None, energy=None, price=None, power=None)


def test_costs_are_shown_in_the_currency_asked_for():
    assert cost_text(COST) == "$0.200 [0.190, 0.210]"
    assert cost_text(COST, EURO) == "0.100 EUR [0.095, 0.105]"
    assert cost_text(None, EURO) == "unknown"


def test_energy_turns_to_kilojoules_from_a_thousand_on():
    assert energy_text(ENERGY) == "900 J [800, 1,000]"
    assert energy_text(None) == "unknown"


def test_lines_tell_price_power_and_rate_and_carry_no_control_characters():
    lines = cost_lines(COSTS, EURO)
    assert [line.split()[0] for line in lines] == ["cost", "energy", "rate"]
    assert "0.100 EUR [0.095, 0.105] a request, alone: $3.60/h, a list" in lines[0]
    assert "\x1b" not in "".join(lines)
    assert lines[1].endswith("alone: 300 W, a guess")
    assert lines[2].endswith("0.5 EUR for one USD, a bank, 2026-11-20")


def test_what_is_unknown_has_no_line_and_is_null():
    assert cost_lines(None, EURO) == []
    assert cost_lines(NOTHING, USD) == []
    assert cost_aware_object(None, USD) is None
    assert set(cost_aware_object(NOTHING, USD).values()) == {None}
    assert cost_assumptions(NOTHING, USD, "x") == []


def test_objects_hold_costs_in_the_currency_and_the_price_in_usd():
    found = cost_aware_object(COSTS, EURO)
    assert (found["cost"]["value"], found["cost"]["unit"]) == (pytest.approx(0.1), "EUR/request")
    assert found["price"]["usd_per_hour"] == 3.6
    assert [each["name"] for each in cost_assumptions(COSTS, EURO, "x")] == [
        "price of x", "power of x", "exchange rate",
    ]  # fmt: skip
