"""A frontier of production units as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.format import estimate_text
from isocost.reporting.markup import clean, shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from isocost.frontier import FrontierUnit
    from isocost.studies.units import UnitReport

__all__ = ["unit_sentence", "unit_text"]

NAME_LIMIT = 42
FEW = 8
"""Names in a sentence, at most."""


def unit_text(report: UnitReport, *, width: int = 100) -> str:
    """Write the verdict, then a line for each unit: its values, and who dominates it."""
    columns = [Column(title="Unit", numeric=False)]
    columns += [Column(title=axis.name, unit=f"{axis.better} is better") for axis in report.frontier.axes]
    columns.append(Column(title="Frontier", numeric=False))
    rows = tuple(_row(unit) for unit in report.frontier.units)
    table = Table(title="Units", columns=tuple(columns), groups=(("", rows),))
    notes = [f"! {clean(shorten(caution.text, 400))}" for caution in report.cautions]
    return "\n".join([unit_sentence(report), "", *table_lines(table, width=width), *notes])


def unit_sentence(report: UnitReport) -> str:
    """Say in one sentence who is undominated, by what."""
    ahead = [shorten(unit.name, NAME_LIMIT) for unit in report.frontier.units if unit.on_frontier]
    named = ", ".join(ahead[:FEW]) + (f" and {len(ahead) - FEW} more" if len(ahead) > FEW else "")
    by = ", ".join(f"{axis.name} ({axis.better} is better)" for axis in report.frontier.axes)
    count = f"{len(ahead)} of {len(report.frontier.units)} units"
    verb = "is" if len(ahead) == 1 else "are"
    return clean(f"{count} {verb} on the frontier by {by}, {report.frontier.dominance} dominance: {named}.")


def _row(unit: FrontierUnit) -> tuple[str, ...]:
    by = unit.dominated_by
    more = f" and {len(by) - 1} more" if len(by) > 1 else ""
    state = "on it" if unit.on_frontier else f"dominated by {shorten(by[0], 24)}{more}"
    return shorten(unit.name, NAME_LIMIT), *(estimate_text(value) for value in unit.values), state
