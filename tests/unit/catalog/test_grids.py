"""Grids of ecologits: its own table read by another way, and what is said where it is absent."""

import json
import sys
from importlib.metadata import version
from importlib.resources import files

import pytest

from isocost.catalog import grid_intensity, grid_zones, grids
from isocost.core.errors import CatalogError, MissingExtraError


def test_intensities_are_those_of_the_file():
    pytest.importorskip("ecologits", reason="the extra [carbon] is not installed")
    path = files("ecologits") / "data" / "electricity_mixes.json"
    if not path.is_file():
        pytest.skip("this version of ecologits keeps its table elsewhere")
    rows = {row["name"]: row["gwp"] for row in json.loads(path.read_text())["electricity_mixes"]}
    assert set(grid_zones()) == set(rows)
    for zone in ("FRA", "DEU", "USA", "WOR"):
        found = grid_intensity(zone)
        assert found.value == pytest.approx(1000 * rows[zone])
        assert found.source == f"electricity mix of {zone}, ecologits {version('ecologits')}"
        assert (found.unit, found.published, found.is_exact) == ("gCO2e/kWh", True, True)
    assert grid_intensity("fra") == grid_intensity("FRA")


def test_an_unknown_zone_names_the_nearest():
    pytest.importorskip("ecologits", reason="the extra [carbon] is not installed")
    with pytest.raises(CatalogError) as raised:
        grid_intensity("FRX")
    told = str(raised.value)
    assert told.startswith(
        "ecologits knows no grid 'FRX': give an ISO 3166-1 alpha-3 code such as FRA, DEU, USA or WOR "
        "(nearest: "
    )
    assert "FRA" in told.split("nearest")[1]
    assert told.endswith("or the intensity itself: --grid 350g/kWh")


def test_without_the_extra_one_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ecologits.electricity_mix_repository", None)
    grids._table.cache_clear()
    with pytest.raises(MissingExtraError) as raised:
        grid_intensity("FRA")
    assert str(raised.value) == (
        "a grid by its code (without it: --grid 350g/kWh) needs the extra [carbon]: "
        "pip install 'isocost[carbon]'"
    )
    grids._table.cache_clear()
