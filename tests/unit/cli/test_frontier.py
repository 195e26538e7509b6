"""``isocost frontier``, as a user calls it."""

import json
import sys

import pytest

from doubles.capability_tables import csv_text
from isocost.cli import main


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "frontier", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def capability(tmp_path):
    path = tmp_path / "capability.csv"
    path.write_text(csv_text())
    return path


@pytest.fixture
def units(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("unit,cost,speed\na,1,20\nb,2,20\nc,3,50\n")
    return path


def test_capability_as_text_page_and_json(isocost, capability, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = isocost(capability, "--preset", "capability", "--scenario", "imdb", "-o", page)
    assert (status, err) == (0, "")
    assert out.startswith("On the frontier most often: quick and 1 more by raw runtime")
    assert "imdb\n  raw runtime" in out
    assert out.endswith(f"page: {page}\n")
    assert page.read_text().startswith("<!DOCTYPE html>")
    status, out, err = isocost(capability, "--preset", "capability", "--dominance", "strict", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["assumptions"][0]["value"] == "strict"


def test_units_by_inputs_and_outputs(isocost, units):
    status, out, err = isocost(units, "--inputs", "cost", "--outputs", "speed")
    assert (status, err) == (0, "")
    assert out.startswith("2 of 3 units are on the frontier by cost (lower is better), speed (higher")
    _, out, _ = isocost(units, "--inputs", "cost", "--outputs", "speed", "--dominance", "weak", "--json")
    assert all(unit["on_frontier"] for unit in json.loads(out)["tables"]["units"])


def test_columns_can_be_renamed_and_rows_chosen(isocost, units):
    status, out, _ = isocost(
        units, "--map", "cost=usd", "--inputs", "usd", "--where", "speed=20", "--name", "unit"
    )
    assert status == 0
    assert out.startswith("1 of 2 units is on the frontier by usd (lower is better), strict dominance: a.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "a frontier needs columns to compare by: give --inputs a,b and --outputs c"),
        (["--preset", "x"], "--preset must be capability, got 'x'"),
        (["--preset", "capability", "--inputs", "cost"], "--inputs does not go with --preset capability"),
        (["--inputs", "cost", "--metrics", "x"], "--metrics goes with --preset capability only"),
        (["--inputs", "cost", "--dominance", "x"], "--dominance must be weak or strict, got 'x'"),
        (["--inputs", "cost,"], "--inputs 'cost,' names an empty column"),
        (["--inputs", "cost", "--where", "unit"], "--where 'unit' has not the form COLUMN=VALUE"),
        (["--inputs", "cost", "--map", "a=b", "--map", "a=c"], "--map is given twice for 'a'"),
        (["--inputs", "cost", "--where", "unit=z"], "has no row with unit=z: unit holds a, b, c"),
        (["--preset", "capability"], "has no column 'scenario' for the scenario"),
    ],
)
def test_mistakes_end_with_one_sentence(isocost, units, arguments, sentence):
    status, out, err = isocost(units, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert sentence in err


def test_an_unknown_scenario_and_a_page_nowhere(isocost, capability, tmp_path):
    status, _, err = isocost(capability, "--preset", "capability", "--scenario", "x")
    assert status == 2
    assert "has no scenario 'x' (it has: boolq, imdb); name one of them" in err
    status, _, err = isocost(capability, "--preset", "capability", "-o", tmp_path / "absent" / "page.html")
    assert status == 2
    assert "page.html: No such file or directory; name another file with --output" in err
