"""Production units as text and JSON."""

import json
from dataclasses import replace

import pytest

from isocost.core.errors import InputError
from isocost.exchange.unit_table import UnitColumns
from isocost.reporting import frontier_page, unit_json, unit_text
from isocost.studies.unit_question import UnitQuestion
from isocost.studies.unit_sources import UnitSource
from isocost.studies.units import unit_report


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("name,cost_usd,speed\na,1,20\nb,2,20\nc,3,50\nd,4,40\ne,,1\nf,9,55\ng,8,45\n")
    return UnitSource(paths=(path,), columns=UnitColumns(inputs=("cost_usd",), outputs=("speed",)))


@pytest.fixture
def report(source):
    return unit_report(source)


def test_text_names_who_dominates_and_what_is_possible(report):
    assert unit_text(report).splitlines() == [
        "3 of 6 units are on the frontier by cost_usd (lower is better), speed (higher is better), "
        "strict dominance: a, c, f. Most is possible for g, all else as good: 62.5 % cheaper, see c.",
        "Score: Farrell, input, against single units (fdh): which share of what should be little would do; "
        "1 is efficient, less is worse; n = 6.",
        "",
        "Units",
        "Unit         cost_usd             speed  Score  Frontier",
        "      lower is better  higher is better",
        "a               $1.00              20.0      1  on it",
        "b               $2.00              20.0    0.5  dominated by a (50 % cheaper)",
        "c               $3.00              50.0      1  on it",
        "d               $4.00              40.0   0.75  dominated by c (25 % cheaper)",
        "f               $9.00              55.0      1  on it",
        "g               $8.00              45.0  0.375  dominated by c (62.5 % cheaper)",
        "! one row was left out: a value is missing (e)",
    ]


def test_json_holds_axes_and_units(report):
    found = json.loads(unit_json(report))
    assert found["tables"]["axes"][0] == {
        "name": "cost_usd",
        "unit": "USD",
        "better": "lower",
        "ratio": False,
    }
    units = found["tables"]["units"]
    assert [unit["dominated_by"] for unit in units] == [[], ["a"], [], ["c"], [], ["c"]]
    assert [unit["score"] for unit in units] == pytest.approx([1, 0.5, 1, 0.75, 1, 0.375])
    assert units[1]["improvements"] == [{"axis": "cost_usd", "possible": 1.0, "share": 0.5, "see": "a"}]
    assert found["warnings"] == [
        {"code": "rows-left-out", "text": "one row was left out: a value is missing (e)"}
    ]
    assert found["verdict"]["state"] == "compared"


def test_every_method_says_how_to_read_its_scores(source):
    for method, words in (
        ("fdh", "no mixing of units, input-oriented"),
        ("dea", "variable returns, input-oriented"),
        ("order-m", "against the expected best of 25 others"),
        ("sfa", "least cost"),
    ):
        kind = "cost" if method == "sfa" else None
        report = unit_report(source, UnitQuestion(method=method, kind=kind))
        text = unit_text(report)
        assert words in text or "No efficiency can be told" in text
        assert json.loads(unit_json(report))["tables"]["units"][0]["name"] == "a"
        assert frontier_page(report).startswith("<!DOCTYPE html>")


def test_a_share_as_order_is_told_as_order_alpha(source):
    text = unit_text(unit_report(source, UnitQuestion(method="order-m", order=0.9)))
    assert "surpass the order-alpha frontier" in text
    assert "against what a share of 0.1 of the others surpasses (order-alpha, alpha = 0.9)" in text
    assert "order-m" not in text


def test_the_last_digits_of_a_solver_are_no_median(source):
    report = unit_report(source, UnitQuestion(method="dea"))
    tiny = replace(report, units=tuple(replace(unit, score=2.24e-17) for unit in report.units))
    assert "The median score is 0." in unit_text(tiny)


def test_a_value_without_logarithm_is_named_by_its_unit(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("name,cost_usd,speed\n" + "".join(f"u{i},{i},{i + 1}\n" for i in range(12)))
    source = UnitSource(paths=(path,), columns=UnitColumns(inputs=("cost_usd",), outputs=("speed",)))
    with pytest.raises(InputError, match="cost_usd of u0 is 0, and --method sfa takes logarithms"):
        unit_report(source, UnitQuestion(method="sfa"))
