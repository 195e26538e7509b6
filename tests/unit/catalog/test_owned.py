import datetime as dt

import pytest

from isocost.catalog import (
    accelerator_profile,
    currency_codes,
    currency_of,
    machine_names,
    machine_profile,
    owned_machine,
    owned_names,
)
from isocost.core.errors import CatalogError
from isocost.economics import PARAMETERS, check_values

WANTED = ("a800", "a100", "h100", "h200", "b200", "mi300x", "l40s", "rtx-4090")


@pytest.mark.parametrize("name", owned_names())
def test_what_has_no_source_is_an_assumption_with_a_range(name: str) -> None:
    machine = owned_machine(name)
    assert dt.date.fromisoformat(machine.date) <= dt.date(2026, 12, 31)
    for parameter, assumed in machine.parameters.items():
        assert assumed.unit.removeprefix(machine.currency) == PARAMETERS[parameter].unit
        assert assumed.published == (assumed.source != "assumption")
        assert assumed.published or not assumed.is_exact, f"{parameter} is neither sourced nor a range"
        if assumed.date:
            assert dt.date.fromisoformat(assumed.date) <= dt.date(2026, 12, 31)
    for end in (0, 1):
        ends = {parameter: each.ends[end] for parameter, each in machine.parameters.items()}
        check_values(ends, formula=machine.formula, boundary=machine.boundary)


@pytest.mark.parametrize("name", owned_names())
def test_each_owned_machine_has_a_rented_twin_of_the_same_accelerator(name: str) -> None:
    machine = owned_machine(name)
    assert machine.rented in machine_names()
    assert machine_profile(machine.rented).accelerator == machine.accelerator


def test_the_accelerators_that_people_ask_for_are_there_owned_and_rented() -> None:
    assert {f"{each}-owned" for each in WANTED} <= set(owned_names())
    assert {f"{each}-rented" for each in WANTED} <= set(machine_names())
    assert {"server-2core-owned"} <= set(owned_names())


def test_full_power_is_the_design_power_where_the_profile_is_silent() -> None:
    assert owned_machine("h100-owned").parameters["full_power_w"].value == accelerator_profile("h100").power_w


def test_an_unknown_owned_machine_names_the_nearest_of_both_kinds() -> None:
    with pytest.raises(CatalogError) as caught:
        owned_machine("h100")
    assert str(caught.value) == (
        "no machine named 'h100'; the catalogue has h100-owned, h100-rented, h200-owned. "
        "For any other machine give --price-per-hour, or a file of your own: --machine FILE.yaml"
    )


def test_rates_are_dated_and_sourced() -> None:
    for code in currency_codes():
        rate = currency_of(code.lower())
        assert rate.code == code
        assert rate.source
        assert code == "USD" or dt.date.fromisoformat(rate.date)
    # 1 EUR = 1.0389 USD on the last day of 2024
    assert 1 / currency_of("EUR").per_usd == pytest.approx(1.0389, rel=1e-4)
    # and 0.82918 GBP, 163.06 JPY, 0.9412 CHF
    crosses = {"GBP": 0.82918, "JPY": 163.06, "CHF": 0.9412}
    for code, per_euro in crosses.items():
        assert currency_of(code).per_usd == pytest.approx(per_euro / 1.0389, rel=1e-4)


def test_a_currency_without_rate_says_how_to_give_one() -> None:
    with pytest.raises(CatalogError) as caught:
        currency_of("xyz")
    assert str(caught.value) == (
        "the catalogue has no rate of 'xyz', only of USD, CNY, EUR, GBP, JPY, CHF; "
        "give one per US dollar: --rate XYZ=NUMBER"
    )
