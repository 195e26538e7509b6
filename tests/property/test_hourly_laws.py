"""Laws of the hourly cost."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.core.assumed import Assumed
from isocost.core.money import Currency
from isocost.economics import (
    PARAMETERS,
    READINGS,
    break_even_utilization,
    capital_recovery_factor,
    hourly_cost,
    hourly_parts,
)
from isocost.statistics import quantiles_of, summarise

VALUES = st.fixed_dictionaries(
    {
        "purchase_price": st.floats(1.0, 1e6),
        "lifetime_years": st.floats(0.5, 10.0),
        "utilization": st.floats(0.05, 1.0),
        "full_power_w": st.floats(100.0, 2000.0),
        "pue": st.floats(1.0, 2.5),
        "electricity": st.floats(0.0, 2.0),
        "maintenance_rate": st.floats(0.0, 0.2),
    }
)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "residual_share": st.floats(0.0, 1.0),
        "cost_of_capital": st.floats(0.0, 0.4),
        "idle_power_w": st.floats(0.0, 100.0),
        "load": st.floats(0.0, 1.0),
        "server_price": st.floats(0.0, 1e5),
        "network_price": st.floats(0.0, 1e4),
        "server_power_w": st.floats(0.0, 1e3),
        "rack_per_kw_month": st.floats(0.0, 500.0),
        "staff_per_year": st.floats(0.0, 1e4),
    },
)
DEARER = ("purchase_price", "full_power_w", "pue", "electricity", "maintenance_rate", "cost_of_capital",
          "server_price", "network_price", "server_power_w", "rack_per_kw_month", "staff_per_year",
          "load")  # fmt: skip


def total(values: dict[str, Any]) -> Any:
    return sum(hourly_parts(values, formula="full", boundary="all-in").values())


@settings(max_examples=50, deadline=None)
@given(values=VALUES, more=MORE, name=st.sampled_from(DEARER), factor=st.floats(1.0, 2.0))
def test_the_total_rises_with_every_price_power_and_rate(
    values: dict[str, float], more: dict[str, float], name: str, factor: float
) -> None:
    both = {**values, **more}
    if name not in both:
        return
    raised = {**both, name: min(both[name] * factor, PARAMETERS[name].most)}
    assert total(raised) >= total(both) * (1 - 1e-12)


@settings(max_examples=50, deadline=None)
@given(values=VALUES, more=MORE, used=st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 1.0)))
def test_the_total_falls_with_utilization_and_residual_value(
    values: dict[str, float], more: dict[str, float], used: tuple[float, float]
) -> None:
    little, much = sorted(used)
    both = {**values, **more}
    assert total({**both, "utilization": much}) <= total({**both, "utilization": little}) * (1 + 1e-12)
    assert total({**both, "residual_share": much}) <= total({**both, "residual_share": little}) * (1 + 1e-12)


@settings(max_examples=50, deadline=None)
@given(years=st.floats(0.5, 30.0), rate=st.floats(0.0, 1.0))
def test_capital_recovery_repays_the_price_and_tends_to_the_straight_line(years: float, rate: float) -> None:
    whole = float(round(years))
    if whole >= 1:  # what is paid at the end of each year is worth the price today
        paid = capital_recovery_factor(rate, whole) * (1 + rate) ** -np.arange(1, whole + 1)
        assert paid.sum() == pytest.approx(1.0)
    assert capital_recovery_factor(rate, years) >= 1 / years * (1 - 1e-9)
    assert capital_recovery_factor(1e-9, years) == pytest.approx(1 / years, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(values=VALUES, factor=st.floats(0.01, 200.0))
def test_the_total_is_proportional_to_the_currency(values: dict[str, float], factor: float) -> None:
    money = [name for name in values if PARAMETERS[name].money]
    scaled = {name: value * factor if name in money else value for name, value in values.items()}
    assert total(scaled) == pytest.approx(total(values) * factor)


@settings(max_examples=50, deadline=None)
@given(rate=st.floats(1e-3, 1e5), amount=st.floats(0.0, 1e9))
def test_currencies_invert(rate: float, amount: float) -> None:
    money = Currency(code="XXX", per_usd=rate, date="2026-11-21", source="test")
    assert money.from_usd(money.to_usd(amount)) == pytest.approx(amount, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(values=VALUES, rents=st.tuples(st.floats(0.1, 100.0), st.floats(0.1, 100.0)))
def test_a_dearer_rent_and_a_friendlier_reading_lower_the_break_even(
    values: dict[str, float], rents: tuple[float, float]
) -> None:
    cheap, dear = sorted(rents)
    found = [break_even_utilization(values, np.array([cheap, dear]), reading=each) for each in READINGS]
    for each in found:
        assert each[1] <= each[0]
    for strict, easy in zip(found[1:], found, strict=False):  # where it is below 1, more paid in idle hours
        inside = (strict <= 1) & (easy <= 1)
        assert (strict[inside] >= easy[inside] * (1 - 1e-9)).all()


@settings(max_examples=25, deadline=None)
@given(low=st.floats(0.1, 1.0), rise=st.floats(0.01, 1.0), fall=st.floats(0.01, 1.0), seed=st.integers(0, 99))
def test_draws_stay_in_their_range_and_quantiles_rise(
    low: float, rise: float, fall: float, seed: int
) -> None:
    ranged = Assumed(value=low + rise, low=low, high=low + rise + fall, unit="1", source="test", date="")
    found = quantiles_of(ranged, np.linspace(0, 1, 101))
    assert (np.diff(found) >= 0).all()
    assert (found[0], found[-1]) == pytest.approx(ranged.ends)
    # the share below the most likely value is its place in the range
    assert np.mean(found < ranged.value) == pytest.approx(rise / (rise + fall), abs=0.02)
    values = {"purchase_price": 100.0, "lifetime_years": 2.0, "full_power_w": 10.0, "pue": 1.1,
              "electricity": 0.1, "maintenance_rate": 0.1, "utilization": 0.5}  # fmt: skip
    exact = {k: Assumed(value=v, unit="", source="test", date="") for k, v in values.items()}
    cost = hourly_cost({**exact, "lifetime_years": ranged}, formula="published", seed=seed)
    ends = [
        sum(hourly_parts({**values, "lifetime_years": end}, formula="published").values())
        for end in ranged.ends
    ]
    told = summarise(cost.total)
    assert told.low is not None
    assert told.high is not None
    assert ends[1] * (1 - 1e-9) <= told.low <= told.high <= ends[0] * (1 + 1e-9)
