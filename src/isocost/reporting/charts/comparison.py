"""Ratios of two stacks as a forest plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    CUT_NOTE,
    NAME_LIMIT,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    extent,
    plot_frame,
    point,
    tick_labels,
)
from isocost.reporting.format import bracket, decimals, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import drawing, group, segment, text, x_axis
from isocost.studies.compared import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.reporting.markup import Markup
    from isocost.statistics import Ratio
    from isocost.studies.compared import CompareReport

    Row = tuple[str, Ratio | None]

__all__ = ["forest_figure"]

ROW = 24.0
MOST_ROWS = 60


def forest_figure(report: CompareReport) -> Figure:
    """Draw all ratios with their intervals, the means over models first; the line at 1 is no difference."""
    rows = _rows(report)
    shown = rows[:MOST_ROWS]
    ratios = [ratio for _, ratio in shown if ratio is not None]
    cut = extent([ratio.estimate for ratio in ratios])[1]
    margin = None if report.gate is None else 1 + report.gate.margin
    notes = [
        "Diamonds: means; discs: what they are means of; horizontal lines: 95 % intervals.",
        "Right of 1 B takes more.",
    ]
    if margin is not None:
        notes.append(f"Coloured line: the gate, at {margin:g}, on {report.headline.label}.")
    if len(rows) > len(shown):
        notes.append(f"{len(rows) - len(shown)} more rows are in the table.")
    return Figure(
        key="ratios",
        title="B over A",
        subtitle="ratio, logarithmic scale; " + f"A: {shorten(report.baseline, NAME_LIMIT)}, "
        f"B: {shorten(report.other, NAME_LIMIT)}",
        panels=(
            Panel(title="", drawings=tuple(_draw(shown, margin, width=width) for width in (WIDE, NARROW))),
        ),
        notes=(*notes, *([CUT_NOTE] if cut else [])),
    )


def _rows(report: CompareReport) -> list[Row]:
    """Return headings (no ratio) and ratios; of several models only the means of each."""
    if len(report.models) == 1:
        return [(each.label, each) for each in report.models[0].ratios if _once(each)]
    rows: list[Row] = [("all models", None), *((each.label, each) for each in report.means if _once(each))]
    for model in report.models:
        rows.append((model.model, None))
        rows += [(each.label, each) for each in model.ratios if each.key in METRICS and _once(each)]
    return rows


def _once(ratio: Ratio) -> bool:
    """Leave out throughput, whose way is the other one: its time stands there."""
    return ratio.better == "lower"


def _draw(rows: Sequence[Row], margin: float | None, *, width: float) -> Markup:
    left = 260.0 if width > NARROW else 150.0
    height = ROW * len(rows) + 60
    frame = plot_frame(width, height, left=left, right=20.0)
    ends = extent([ratio.estimate for _, ratio in rows if ratio is not None])[0]
    low, high = range_of([*ends, 1.0, margin or 1.0], log=True)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=True)
    labels = tick_labels(x.ticks())
    marks = [_row(row, number, frame.top, x) for number, row in enumerate(rows)]
    gate = [] if margin is None else [segment(x.at(margin), frame.top, x.at(margin), frame.bottom, "bound")]
    return drawing(
        width,
        height,
        title="Ratios of B over A",
        description="One row a ratio, with its 95 % interval; a line marks 1, no difference.",
        key=f"ratios-{width:.0f}",
        body=[
            *(segment(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid") for tick in labels),
            segment(x.at(1.0), frame.top, x.at(1.0), frame.bottom, "base"),
            *gate,
            x_axis(x, frame, labels.__getitem__, tuple(labels)),
            *marks,
        ],
    )


def _row(row: Row, number: int, top: float, x: Scale) -> Markup:
    name, ratio = row
    y = top + ROW * (number + 0.5)
    limit = int((x.start - 14) / 7.4)
    if ratio is None:
        return text(0.0, y + 4, shorten(name, limit + 8), "chosen")
    mean = ratio.key in METRICS
    seen = ratio.estimate
    digits = min(decimals(seen.value, seen.low, seen.high), 3)
    tip = f"{name}: {grouped(seen.value, digits)} {bracket(seen.low, seen.high, digits)}".strip()
    whiskers = (
        []
        if seen.low is None or seen.high is None
        else [segment(x.at(seen.low), y, x.at(seen.high), y, "whisker")]
    )
    series = Series(number=0 if mean else 1, name=name)
    label = text(x.start - 10, y + 4, shorten(name, limit), "tick", anchor="end")
    mark = point("diamond" if mean else "circle", (x.at(seen.value), y), 5.0 if mean else 3.6, "full", tip)
    return group(series.kind, label, *whiskers, mark)
