"""The pictures of production units: planes of two quantities, scores, changes between dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.estimate import Estimate
from isocost.frontier import Frontier, FrontierUnit
from isocost.reporting.charts import (
    Figure,
    InputPrices,
    Plane,
    ProductivityParts,
    Score,
    linked_figure,
    malmquist_figure,
    plane_figure,
    score_figure,
)
from isocost.reporting.unit_tables import shown_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.frontier import ProductivityChange
    from isocost.reporting.charts.frontier_lines import Shape
    from isocost.studies.scored_units import ScoredUnit
    from isocost.studies.units import UnitReport

__all__ = ["frontier_figures"]

MOST = 1_000
"""Units that are drawn."""
SCORES = 60
"""Scores that are drawn, a row each."""


def frontier_figures(report: UnitReport) -> Iterator[Figure]:
    """Yield the pictures of a report, in the order of the page.

    Parameters
    ----------
    report : UnitReport

    Yields
    ------
    Figure
    """
    if report.scoring.changes:
        for number, each in enumerate(report.scoring.changes):
            parts = [_parts(unit) for unit in each.units[:MOST]]
            yield malmquist_figure(parts, before=each.before, after=each.after, key=f"changes-{number}")
        return
    yield from _planes(report)
    scores = _scores(report)
    if scores is not None:
        yield scores


def _planes(report: UnitReport) -> Iterator[Figure]:
    rows = shown_rows(report, MOST)
    count = len(report.table.axes)
    if count < 2 or any(report.units[row].on_frontier is None for row in rows):
        return
    frontier = Frontier(axes=report.table.axes, units=tuple(_unit(report, row) for row in rows))
    notes = (
        [] if len(rows) == len(report.units) else [f"{len(rows):,} of {len(report.units):,} units are drawn."]
    )
    if count == 2:
        yield plane_figure(
            Plane(
                key="plane",
                title="Units and their frontier",
                frontier=frontier,
                shape=_shape(report),
                notes=tuple(notes),
            )
        )
    elif count == 3:
        yield linked_figure(frontier, key="planes", title="Units by three quantities", notes=notes)
    prices = _input_prices(report)
    if prices is not None and count > 2:
        note = "Lines of equal cost compare units of the same output."
        yield plane_figure(
            Plane(
                key="inputs",
                title="Inputs at these prices",
                frontier=frontier,
                shape=None,
                prices=prices,
                notes=(*notes, note),
            )
        )


def _input_prices(report: UnitReport) -> InputPrices | None:
    """Prices of two inputs, where units make the same output; else lines of equal cost mislead."""
    table = report.table
    if len(table.inputs) != 2 or len(table.outputs) != 1 or table.bads:
        return None
    if not {axis.name for axis in table.inputs} <= set(report.question.prices):
        return None
    if np.ptp(table.values[:, 2]) > 0:
        return None
    across, up = (report.question.prices[axis.name] for axis in table.inputs)
    return InputPrices(x=across, y=up)


def _shape(report: UnitReport) -> Shape | None:
    """Return how the frontier of two quantities runs: in steps, mixed, or (scaled, partial) not drawn so."""
    if report.question.technology == "vrs" and report.question.method == "dea":
        return "hull"
    return "staircase" if report.question.method in ("pareto", "fdh") else None


def _unit(report: UnitReport, row: int) -> FrontierUnit:
    unit = report.units[row]
    return FrontierUnit(
        name=unit.name,
        group=unit.group or "units",
        values=report.table.estimates(row),
        on_frontier=bool(unit.on_frontier),
        dominated_by=unit.dominated_by,
    )


def _scores(report: UnitReport) -> Figure | None:
    towards = report.question.towards(report.table)
    if towards == "directional" or all(unit.score is None for unit in report.units):
        return None
    units = [report.units[row] for row in shown_rows(report, SCORES)]
    notes = (
        []
        if len(units) == len(report.units)
        else [f"{len(units)} of {len(report.units):,} scores are drawn."]
    )
    if report.scoring.bootstrap is not None:
        notes.append("Dots are corrected for bias, with their 95 % intervals.")
    technology = {"sfa": "stochastic", "order-m": "order-m", "pareto": "FDH"}
    return score_figure(
        [_score(unit) for unit in units],
        orientation="output" if towards == "output" and report.question.method != "sfa" else "input",
        technology=technology.get(report.question.method, report.question.technology.upper()),
        notes=notes,
    )


def _score(unit: ScoredUnit) -> Score:
    plain = (
        None
        if unit.score is None
        else Estimate(value=unit.score, unit="1", kind="fitted", method="as computed")
    )
    peers = ", ".join(f"{peer.name} {peer.weight:.2f}" for peer in unit.peers[:3] if peer.name != unit.name)
    return Score(
        name=unit.name,
        value=unit.interval or plain,
        group=unit.group or "",
        notes=(f"peers: {peers}",) if peers else (),
    )


def _parts(unit: ProductivityChange) -> ProductivityParts:
    efficiency, technical, index = (
        Estimate(value=value, unit="1", kind="fitted", method="Malmquist, constant returns")
        for value in (unit.efficiency, unit.technical, unit.total)
    )
    return ProductivityParts(name=unit.name, efficiency=efficiency, technical=technical, index=index)
