"""Machines by name, by number, and from a file."""

from pathlib import Path

import pytest

from isocost.catalog import owned_machine
from isocost.core.errors import CatalogError, InputError
from isocost.core.money import Currency
from isocost.studies.hourly import HourlyQuestion, hourly_report, machine_price
from isocost.studies.machine import find_machine, in_usd

OURS = """\
name: our-h100
base: h100-owned
currency: EUR
rate: 0.5
date: 2026-11-01
parameters:
  purchase_price: 20000
  electricity: {value: 0.2, low: 0.1, high: 0.3, source: our contract, date: 2026-10-01, shape: uniform}
"""


def write(folder: Path, text: str) -> str:
    path = folder / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_number_in_front_is_how_many() -> None:
    eight = find_machine("8xh100-owned")
    assert (eight.count, eight.profile.name, eight.name) == (8, "h100-owned", "8 x h100-owned")
    assert find_machine("cloud-2core").count == 1
    one, many = machine_price("h100-owned"), machine_price("8xh100-owned")
    assert many.usd_per_hour == pytest.approx(8 * one.usd_per_hour)
    assert one.samples is not None
    assert many.samples == pytest.approx(8 * one.samples)


def test_a_file_goes_on_from_its_base_in_its_own_currency(tmp_path: Path) -> None:
    found = find_machine(write(tmp_path, OURS))
    parameters, base = found.profile.parameters, owned_machine("h100-owned").parameters
    assert found.name == "our-h100"
    assert found.currency == Currency(code="EUR", per_usd=0.5, date="2026-11-01", source="ours.yaml")
    # half a euro a dollar: 3,500 USD of network are 1,750 EUR
    assert parameters["network_price"].value == base["network_price"].value / 2
    assert parameters["network_price"].unit == "EUR"
    assert parameters["pue"] == base["pue"]
    price, power = parameters["purchase_price"], parameters["electricity"]
    assert (price.value, price.is_exact, price.source, price.date) == (
        20000.0,
        True,
        "ours.yaml",
        "2026-11-01",
    )
    assert (power.ends, power.shape, power.source) == ((0.1, 0.3), "uniform", "our contract")
    assert in_usd(parameters, found.currency)["purchase_price"].value == 40000.0


def test_amounts_are_shown_at_the_rate_of_the_file(tmp_path: Path) -> None:
    machine = write(tmp_path, OURS)
    report = hourly_report(machine, HourlyQuestion(changes={}, currency="eur"))
    assert report.currency == report.machine.currency
    assert hourly_report(machine).currency.code == "USD"


def test_a_file_without_base_needs_all_that_the_formula_needs(tmp_path: Path) -> None:
    machine = write(tmp_path, "parameters: {purchase_price: 100, lifetime_years: 1, utilization: 1}\n")
    with pytest.raises(InputError) as caught:
        hourly_report(machine)
    assert str(caught.value) == (
        "the hourly cost needs full_power_w, pue, electricity, maintenance_rate too; give a value for each"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("parameters: {price: 1}\n", "ours.yaml: there is no parameter price; there are purchase_price, "),
        ("colour: red\n", "ours.yaml, line 1: there is no key colour; check its spelling"),
        (
            "parameters: {pue: {value: 1.5, low: 2, high: 3}}\n",
            "ours.yaml, parameter pue: the value 1.5 lies ",
        ),
        ("formula: other\n", "ours.yaml, line 1, key formula: "),
        ("rate: 0\ncurrency: EUR\n", "the rate of EUR per USD must be above 0, got 0.0"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        find_machine(write(tmp_path, text))
    assert sentence in str(caught.value)


def test_unknown_names_are_catalogue_errors(tmp_path: Path) -> None:
    for name in ("nope", "8xnope"):
        with pytest.raises(CatalogError, match="no machine named 'nope'"):
            find_machine(name)
    with pytest.raises(CatalogError, match="no machine named 'nope'"):
        find_machine(write(tmp_path, "base: nope\n"))
    with pytest.raises(CatalogError, match="no rate of 'XYZ'"):
        find_machine(write(tmp_path, "currency: XYZ\n"))
