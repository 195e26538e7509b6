import json

import pytest

from isocost.reporting import unit_json, unit_text
from isocost.studies.units import unit_report


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("name,cost_usd,speed\na,1,20\nb,2,20\nc,3,50\nd,4,40\ne,,1\n")
    return unit_report(path, inputs=["cost_usd"], outputs=["speed"])


def test_text_names_who_dominates(report):
    assert unit_text(report).splitlines() == [
        "2 of 4 units are on the frontier by cost_usd (lower is better), speed (higher is better), "
        "strict dominance: a, c.",
        "",
        "Units",
        "Unit         cost_usd             speed  Frontier",
        "      lower is better  higher is better",
        "a               $1.00              20.0  on it",
        "b               $2.00              20.0  dominated by a",
        "c               $3.00              50.0  on it",
        "d               $4.00              40.0  dominated by c",
        "! one row was left out: a value is missing",
    ]


def test_json_holds_axes_and_units(report):
    found = json.loads(unit_json(report))
    assert found["tables"]["axes"][0] == {"name": "cost_usd", "unit": "USD", "better": "lower"}
    assert [unit["dominated_by"] for unit in found["tables"]["units"]] == [[], ["a"], [], ["c"]]
    assert found["warnings"] == [
        {"code": "rows-left-out", "text": "one row was left out: a value is missing"}
    ]
    assert found["verdict"]["state"] == "compared"
