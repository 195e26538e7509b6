"""Energy in words, tables, pictures and rows."""

import re

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import study_report
from isocost.core.estimate import Estimate
from isocost.reporting import envelope, html_page, terminal_text
from isocost.reporting.boundaries import amount_of_energy
from isocost.reporting.charts import energy_figure
from isocost.reporting.energy import energy_rows, energy_tables
from isocost.studies.energy import EnergyQuestion, with_energy


def powered(**facts):
    asked = EnergyQuestion(power_w=40.0, grid="100..300g/kWh", accelerator="h100", count=1)
    return with_energy(study_report(**facts), asked)


def test_every_level_has_a_row_and_every_boundary_a_column():
    report = powered()
    inside, wide = energy_tables(report)
    told = [(column.title, column.unit) for column in inside.columns]
    assert [title for title, unit in told if unit == "J per output token"] == [
        "At the accelerators",
        "At the server",
        "At the facility",
    ]
    assert wide.title == "Energy and carbon at the facility"
    assert "gCO2e per M output" in [column.unit for column in wide.columns]
    for table in (inside, wide):
        assert all(len(row) == len(table.columns) for _, rows in table.groups for row in rows)
        assert len(energy_rows(report)["energy"]) == sum(len(rows) for _, rows in table.groups) == 20


def test_a_column_that_nobody_fills_is_left_out():
    tables = energy_tables(with_energy(study_report(), EnergyQuestion(power_w=40.0)))
    units = [column.unit for table in tables for column in table.columns]
    assert "kWh per M output" in units
    assert not any("CO2" in unit or "level below" in unit for unit in units)


def test_nothing_is_drawn_or_tabulated_without_power():
    report = study_report()
    assert (energy_figure(report), energy_tables(report), energy_rows(report)) == (None, [], {})
    assert "no power is known" in " ".join(terminal_text(report).split())
    assert "no power is known" not in terminal_text(powered())


def test_the_picture_sets_joules_beside_money_and_power():
    figure = energy_figure(powered())
    assert figure is not None
    assert [panel.title for panel in figure.panels] == ["Energy, J per output token", "Cost", "Power, W"]
    assert "at the accelerators" in figure.subtitle
    assert any("by arithmetic alone" in note for note in figure.notes)  # one power for all loads
    assert len(figure.legend) == 4
    # the costs can be priced anew, energies cannot
    assert [drawing.count("cost-tip") for panel in figure.panels for drawing in panel.drawings] == [0, 20, 0]


@pytest.mark.parametrize("facts", [{}, {"price": None}, {"stacks": 12}, {"names": NAMES[:4]}])
def test_pages_with_energy_stay_small_and_names_stay_text(facts):
    report = powered(**facts)
    page = html_page(report)
    assert len(page.encode()) < 300 * 1024
    assert 'id="energy"' in page or "left out of the page" in page
    assert not re.search(r"<(script|img|iframe)[^>]*(onerror|src)=", page)
    assert envelope(report)["tables"]["energy"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0551, "J/token", "0.0551 J"),
        (2500.0, "J/request", "2.50 kJ"),
        (5600.0, "W", "5.60 kW"),
        (61.2, "gCO2e/1M tokens", "61.2 gCO2e"),
        (0.6, "kWh/h", "0.600 kWh"),
    ],
)
def test_amounts_read_well(value, unit, text):
    assert amount_of_energy(Estimate(value=value, unit=unit, kind="measured", method="t")) == text
