"""``isocost frontier --json`` gives the published scores of the textbook tables."""

import csv
import json
import sys
from pathlib import Path

import pytest

from isocost.cli import main

DATA = Path(__file__).parents[2].parent / "shared/data/frontier_textbook"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the textbook tables are not at hand")

SITES = "charnes1981_program_follow_through.csv"


@pytest.fixture
def told(capsys, monkeypatch):
    def run(file, *arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "frontier", str(DATA / file), *arguments, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return json.loads(capsys.readouterr().out)["tables"]

    return run


def published(file):
    with (DATA / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("returns", ["crs", "vrs", "drs", "irs", "fdh"])
@pytest.mark.parametrize(("orientation", "short"), [("input", "in"), ("output", "out")])
def test_seventy_sites(told, returns, orientation, short):
    method = ["--method", "fdh"] if returns == "fdh" else ["--method", "dea", "--rts", returns]
    columns = ["--inputs", "x1,x2,x3,x4,x5", "--outputs", "y1,y2,y3", "--name", "firm"]
    units = told(SITES, *columns, *method, "--orientation", orientation)["units"]
    wanted = {row["firm"]: float(row[f"eff_{returns}_{short}"]) for row in published(SITES)}
    assert {unit["name"]: unit["score"] for unit in units} == pytest.approx(wanted, abs=1e-9)


def test_malmquist_of_five_firms(told):
    file = "coelli_deap_eg4_malmquist.csv"
    columns = ["--inputs", "x", "--outputs", "y", "--date", "year", "--method", "dea"]
    changes = told(file, *columns, "--orientation", "output")["changes"]
    found = {(row["to"], row["name"]): row for row in changes}
    names = {"effch": "efficiency", "techch": "technical", "pech": "pure", "sech": "scale", "tfpch": "total"}
    rows = [row for row in published(file) if row["tfpch"]]
    assert rows
    for row in rows:
        for theirs, ours in names.items():
            assert found[row["year"], row["firm"]][ours] == pytest.approx(float(row[theirs]), abs=6e-4)


def test_stochastic_frontier_of_sixty_firms(told):
    columns = ["--inputs", "capital,labour", "--outputs", "output", "--method", "sfa"]
    tables = told("sfa_front41_60firms.csv", *columns)
    assert tables["tests"][0]["statistic"] == pytest.approx(2.8392, abs=6e-5)
    assert tables["tests"][0]["p_value"] == pytest.approx(0.046, abs=5e-4)
    # Coelli 1996, A Guide to FRONTIER Version 4.1, CEPA Working Paper 96/07
    mean = sum(unit["score"] for unit in tables["units"]) / 60
    assert mean == pytest.approx(0.74056772, abs=5e-6)
