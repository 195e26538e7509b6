import numpy as np
import pytest

from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.money import HourlyPrice
from isocost.economics import break_even, break_even_utilization, hourly_cost, price_draws
from isocost.statistics import summarise


def given(
    value: float, low: float | None = None, high: float | None = None, shape: str = "triangular"
) -> Assumed:
    return Assumed(value=value, low=low, high=high, unit="", source="test", date="", shape=shape)  # type: ignore[arg-type]


def plain(**changes: Assumed) -> dict[str, Assumed]:
    values = {
        "purchase_price": 8760.0, "lifetime_years": 1.0, "utilization": 0.5, "full_power_w": 0.0, "pue": 1.0,
        "electricity": 0.0, "maintenance_rate": 0.0,
    }  # fmt: skip
    return {**{name: given(value) for name, value in values.items()}, **changes}


def rent(usd: float, low: float | None = None, high: float | None = None):
    return price_draws(
        HourlyPrice(usd_per_hour=usd, low=low, high=high, source="test", date="2026-11-21"), seed=0
    )


def test_exact_assumptions_give_an_exact_cost() -> None:
    total = summarise(hourly_cost(plain(), formula="published").total)
    assert (total.low, total.value, total.high) == (2.0, 2.0, 2.0)


def test_a_range_becomes_an_interval() -> None:
    # price uniform on [4380, 13140]: 2 * U(.5, 1.5) = U(1, 3), middle 95 %: [1.05, 2.95]
    cost = hourly_cost(plain(purchase_price=given(8760, 4380, 13140, "uniform")), formula="published")
    total = summarise(cost.total)
    assert total.value == 2.0
    assert (total.low, total.high) == pytest.approx((1.05, 2.95), abs=0.03)
    assert sum(part.samples for part in cost.parts.values()) == pytest.approx(cost.total.samples)


def test_the_seed_decides_the_draws() -> None:
    ranged = plain(purchase_price=given(8760, 4000, 12000))
    one, same, other = (hourly_cost(ranged, formula="full", seed=seed).total.samples for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_costs_that_share_an_assumption_share_its_draws() -> None:
    # two machines on the same uncertain electricity: the difference is their fixed difference in every world
    shared = {"electricity": given(0.1, 0.05, 0.3), "full_power_w": given(500.0)}
    a = hourly_cost(plain(**shared), formula="published").total.samples
    b = hourly_cost(plain(**shared, purchase_price=given(17520.0)), formula="published").total.samples
    np.testing.assert_allclose(b - a, 2.0)


def test_an_end_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match=r"utilization must be above 0 and at most 1, got 1\.2"):
        hourly_cost(plain(utilization=given(0.5, 0.4, 1.2)), formula="published")


def test_break_even_of_the_full_formula_by_hand() -> None:
    # calendar 1 USD/h; serving .6, idle .2 USD/h. At rent 1.6: (1 + .2) / (1.6 - .6 + .2) = 1;
    # at 3.0: 1.2 / 2.6
    values = {
        "purchase_price": 8760.0, "lifetime_years": 1.0, "utilization": 0.5, "full_power_w": 600.0,
        "idle_power_w": 200.0, "pue": 1.0, "electricity": 1.0, "maintenance_rate": 0.0,
    }  # fmt: skip
    found = break_even_utilization(values, np.array([1.6, 3.0, 0.39, 0.3]), reading="full")
    np.testing.assert_allclose(found, [1.0, 1.2 / 2.6, np.inf, np.inf])


def test_at_the_break_even_owning_costs_the_rent() -> None:
    values = {name: each.value for name, each in plain(full_power_w=given(500.0)).items()}
    values |= {"electricity": 0.2, "idle_power_w": 80.0, "staff_per_year": 400.0, "cost_of_capital": 0.07}
    used = break_even_utilization(values, 3.0, reading="full", boundary="all-in")
    exact = {name: given(value) for name, value in {**values, "utilization": used}.items()}
    assert hourly_cost(exact, formula="full", boundary="all-in").total.value == pytest.approx(3.0)


def test_the_probability_is_counted_over_joint_draws() -> None:
    # owning costs 2; rent uniform on [1, 5]: cheaper in 3 of 4 draws
    assumed = plain()
    cost = hourly_cost(assumed, formula="published")
    found = break_even(assumed, cost, rent(3.0, 1.0, 5.0), reading="published")
    assert found.probability == pytest.approx(0.75, abs=0.02)
    assert found.utilization.value == pytest.approx(1 / 3)


def test_a_negative_rent_is_refused() -> None:
    values = {name: each.value for name, each in plain().items()}
    with pytest.raises(InputError, match=r"the rent must be at least 0 per hour, got -1.0"):
        break_even_utilization(values, -1.0, reading="published")
