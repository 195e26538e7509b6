"""The hourly cost of an accelerator: the figures of arXiv 2510.26136 (METHOD 4), and a foreign estimate."""

import csv
import json
import sys
from pathlib import Path

import pytest

from isocost.catalog import owned_machine
from isocost.cli import main
from isocost.economics import READINGS, break_even_utilization, hourly_parts
from isocost.studies.hourly import HourlyQuestion, hourly_report

DERIVED = Path(__file__).parents[2].parent / "shared/data/zhuang2025/derived.csv"
PER_USD = 7.09


@pytest.fixture
def a800() -> dict[str, float]:
    return {name: each.value for name, each in owned_machine("a800-owned").parameters.items()}


def test_the_published_example_part_by_part() -> None:
    report = hourly_report("a800-owned")
    # 120000 / (3 * 8760 * 7.09); 0.4 * 1.5 * 1.0 / 7.09; 120000 * 0.03 / (8760 * 7.09)
    expected = {"depreciation": 0.6440, "power": 0.0846, "maintenance": 0.0580}
    assert {name: round(part.value, 4) for name, part in report.parts.items()} == expected
    assert round(report.total.value, 4) == 0.7866
    assert report.total.low < 0.7866 < report.total.high


def test_utilization_divides_depreciation_alone() -> None:
    report = hourly_report("a800-owned", HourlyQuestion(changes={"utilization": "0.9"}))
    assert round(report.total.value, 3) == 0.858


@pytest.mark.parametrize(("rent", "expected"), [(2.82, (24.1, 25.7, 27.9)), (5.64, (11.7, 12.6, 13.9))])
def test_the_three_readings_of_the_break_even(
    a800: dict[str, float], rent: float, expected: tuple[float, ...]
) -> None:
    found = [100 * break_even_utilization(a800, rent * PER_USD, reading=each) for each in READINGS]
    assert tuple(round(each, 1) for each in found) == expected


def test_the_figures_derived_from_the_published_ones(a800: dict[str, float]) -> None:
    if not DERIVED.exists():
        pytest.skip(
            "the figures derived from arXiv 2510.26136 are not here; they are not part of the project"
        )
    with DERIVED.open(encoding="utf-8") as file:
        derived = {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}

    def total(utilization: float) -> float:
        return sum(hourly_parts({**a800, "utilization": utilization}, formula="published").values()) / PER_USD

    for utilization in (1, 0.9, 0.8, 0.7, 0.5, 0.3):
        assert total(utilization) == pytest.approx(derived[f"hourly cost at u={utilization:g}"], abs=1e-6)
    for rent in ("2.82", "5.64"):
        found = break_even_utilization(a800, float(rent) * PER_USD, reading="published")
        assert found == pytest.approx(derived[f"own-vs-cloud break-even utilization at {rent}"], abs=1e-6)


@pytest.mark.parametrize(
    ("machine", "neocloud"),
    [("h100-owned", 1.69), ("h200-owned", 1.74), ("b200-owned", 2.34), ("mi300x-owned", 1.40)],
)
def test_a_foreign_estimate_of_owning_lies_in_our_interval(machine: str, neocloud: float) -> None:
    """Total cost of ownership per hour of a large neocloud, by SemiAnalysis.

    InferenceX-app, packages/app/src/lib/constants.ts@0c8d2792, `costn`: of the calendar, so utilization 1.
    """
    total = hourly_report(machine, HourlyQuestion(changes={"utilization": "1"})).total
    assert total.low < neocloud < total.high


def test_the_command_prints_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "isocost",
        "hourly-cost",
        "--machine",
        "a800-owned",
        "--rent",
        "2.82",
        "--rent",
        "5.64",
        "--json",
    ]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    result = json.loads(capsys.readouterr().out)
    rows = [(row["price_per_hour"], row["reading"], row) for row in result["tables"]["rents"]]
    found = {(rent, name): round(100 * row["break_even_utilization"]["value"], 1) for rent, name, row in rows}
    assert found == {
        (2.82, "published"): 24.1,
        (2.82, "maintenance by the calendar"): 25.7,
        (2.82, "power by the calendar"): 27.9,
        (5.64, "published"): 11.7,
        (5.64, "maintenance by the calendar"): 12.6,
        (5.64, "power by the calendar"): 13.9,
    }
