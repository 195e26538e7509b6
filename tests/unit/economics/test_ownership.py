from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics import PARAMETERS, capital_recovery_factor, hourly_parts

# one accelerator of 8,760 USD for two years, used half of its hours
PLAIN = {
    "purchase_price": 8760.0, "lifetime_years": 2.0, "utilization": 0.5, "full_power_w": 1000.0, "pue": 1.5,
    "electricity": 0.1, "maintenance_rate": 0.1,
}  # fmt: skip
FULL = {
    **PLAIN, "residual_share": 0.2, "cost_of_capital": 0.1, "idle_power_w": 100.0, "load": 0.5,
    "server_price": 876.0, "network_price": 438.0, "server_power_w": 200.0, "rack_per_kw_month": 73.0,
    "staff_per_year": 87.6,
}  # fmt: skip


def test_the_published_formula_by_hand() -> None:
    # 8760 / (2 * 8760 * .5) = 1; 8760 * .1 / 8760 = .1; 1 kW * 1.5 * .1 = .15
    parts = hourly_parts(PLAIN, formula="published")
    assert parts == pytest.approx({"depreciation": 1.0, "maintenance": 0.1, "power": 0.15})


def test_the_full_formula_by_hand() -> None:
    # 10 % for two years: 1 USD today is repaid by .1 / (1 - 1.1^-2) = .57619 a year.
    # 1 USD/h of price (8760 / 8760): depreciation .8 / 2 = .4; annuity .8 * .57619 + .2 * .1 = .480952.
    # Everything by the calendar is doubled, since half of the hours are used.
    parts = hourly_parts(FULL, formula="full", boundary="all-in")
    annuity = 0.8 * 0.1 / (1 - 1.1**-2) + 0.02
    expected = {
        "depreciation": 0.8,
        "cost of capital": 2 * (annuity - 0.4),
        "maintenance": 0.2,
        "power": 0.55 * 1.5 * 0.1,  # 100 W + half of the way to 1000 W
        "idle power": 0.1 * 1.5 * 0.1,  # one idle hour for each hour of use
        "server": 2 * (0.1 * annuity + 0.01),
        "network": 2 * (0.05 * annuity + 0.005),
        "server power": 2 * 0.2 * 1.5 * 0.1,
        "rack": 2 * 1.2 * 73 * 12 / 8760,
        "staff": 2 * 0.01,
    }
    assert parts == pytest.approx(expected)


def test_the_boundary_accelerator_is_a_part_of_all_in() -> None:
    inner = hourly_parts(FULL, formula="full", boundary="accelerator")
    whole = hourly_parts(FULL, formula="full", boundary="all-in")
    assert set(whole) - set(inner) == {"server", "network", "server power", "rack", "staff"}
    assert inner == {name: whole[name] for name in inner}


def test_what_is_absent_is_not_counted_rather_than_zero() -> None:
    assert set(hourly_parts(PLAIN, formula="full", boundary="all-in")) == {
        "depreciation", "maintenance", "power",
    }  # fmt: skip


def test_arrays_give_arrays() -> None:
    used = np.array([0.25, 0.5, 1.0])
    parts = hourly_parts({**FULL, "utilization": used}, formula="full", boundary="all-in")
    np.testing.assert_allclose(parts["depreciation"], 0.4 / used)


def test_capital_recovery_at_no_interest_is_straight_line() -> None:
    np.testing.assert_allclose(capital_recovery_factor(np.array([0.0, 0.1]), 2.0), [0.5, 0.1 / (1 - 1.1**-2)])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"utilization": 0.0}, "utilization must be above 0 and at most 1, got 0"),
        ({"utilization": 1.2}, "utilization must be above 0 and at most 1, got 1.2"),
        ({"utilization": np.array([0.5, 1.2])}, "utilization must be above 0 and at most 1, got 1.2"),
        ({"lifetime_years": 0.0}, "lifetime_years must be above 0, got 0"),
        ({"pue": 0.9}, "pue must be at least 1, got 0.9"),
        ({"purchase_price": -1.0}, "purchase_price must be at least 0, got -1"),
        ({"electricity": float("nan")}, "electricity must be at least 0, got nan"),
        ({"price": 1.0}, f"there is no parameter price; there are {', '.join(PARAMETERS)}"),
        ({"load": 0.5}, "load is no part of the published formula; take the full one (--formula full)"),
    ],
)
def test_a_parameter_out_of_range_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        hourly_parts({**PLAIN, **change}, formula="published")
    assert str(caught.value) == sentence


def test_a_missing_parameter_is_named() -> None:
    values = {name: value for name, value in PLAIN.items() if name not in ("pue", "electricity")}
    with pytest.raises(InputError, match="needs pue, electricity too; give a value for each"):
        hourly_parts(values, formula="full")


def test_the_published_formula_knows_one_boundary() -> None:
    with pytest.raises(InputError, match="knows the accelerator alone"):
        hourly_parts(PLAIN, formula="published", boundary="all-in")


def test_capital_recovery_refuses_what_is_no_life() -> None:
    with pytest.raises(InputError, match="lifetime_years must be above 0"):
        capital_recovery_factor(0.1, 0.0)
    with pytest.raises(InputError, match="annual_rate must be at least 0"):
        capital_recovery_factor(-0.1, 1.0)
