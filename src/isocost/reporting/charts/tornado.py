"""What a cost hangs on: one bar an assumption, from the cost at one end of its range to that at the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import NARROW, WIDE, Figure, Panel, tick_labels
from isocost.reporting.format import decimals, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale
from isocost.reporting.svg import Frame, drawing, group, rectangle, segment, text, text_width, x_axis

if TYPE_CHECKING:
    from isocost.economics import Influence, Sensitivity
    from isocost.reporting.markup import Markup
    from isocost.studies.report import StudyReport

__all__ = ["tornado_figure"]

ROW, BAR = 30.0, 16.0
MOST = 12
"""Bars drawn; what hardly matters stands in the table."""
_NAME = 26


def tornado_figure(report: StudyReport) -> Figure | None:
    """Draw what the recommended cost hangs on, widest first; ``None`` where nothing has a range."""
    found = report.sensitivity
    if found is None or not found.found.influences:
        return None
    unit = "USD" if found.unit.startswith("USD") else "machine-seconds"
    return Figure(
        key="tornado",
        title="What the cost hangs on",
        subtitle=f"{unit} per million output tokens of {shorten(found.deployment, 42)} at "
        f"{found.load.label}, one assumption moved at a time",
        panels=(
            Panel(
                title="", drawings=tuple(_draw(found.found, unit, width=width) for width in (WIDE, NARROW))
            ),
        ),
        notes=(
            "Each bar goes from the cost at the lower end of an assumption's range (hollow) to that at the "
            "upper end, all others held; the upright line is the cost as reported. The ranges decide: one "
            "too narrow makes a number look harmless. At the price of the report, whatever is tried above.",
        ),
    )


def _draw(found: Sensitivity, unit: str, *, width: float) -> Markup:
    rows = sorted(found.influences, key=lambda each: -each.swing)[:MOST]
    labels = max(text_width(shorten(each.name, _NAME)) for each in rows) + 12
    frame = Frame(left=labels, right=width - 16, top=8, bottom=16 + ROW * len(rows))
    ends = [end for each in rows for end in (each.at_low, each.at_high)] + [found.value]
    air = 0.16 * (max(ends) - min(ends)) or abs(found.value) * 0.1 or 1.0
    scale = Scale(low=max(min(ends) - air, 0.0), high=max(ends) + air, start=frame.left, end=frame.right)
    ticks = scale.ticks(6 if width > NARROW else 3)
    names = tick_labels(ticks, dollars=unit == "USD")
    middle = scale.at(found.value)
    return drawing(
        width,
        frame.bottom + 30,
        title="What the cost hangs on, one assumption at a time",
        description="; ".join(_told(each, unit) for each in rows),
        key=f"tornado-{width:.0f}",
        body=[
            *(segment(scale.at(tick), frame.top, scale.at(tick), frame.bottom, "grid") for tick in ticks),
            x_axis(scale, frame, names.__getitem__, ticks),
            *(
                _bar(each, scale, frame.top + ROW * (number + 0.5), middle, unit)
                for number, each in enumerate(rows)
            ),
            segment(middle, frame.top, middle, frame.bottom, "base"),
        ],
    )


def _bar(each: Influence, scale: Scale, place: float, middle: float, unit: str) -> Markup:
    """Draw both halves: the part toward the cost at the lower end hollow, the other full."""
    low, high = scale.at(each.at_low), scale.at(each.at_high)
    digits = decimals(min(each.at_low, each.at_high))
    halves = [
        group(
            kind,
            rectangle(min(end, middle), place - BAR / 2, abs(end - middle), BAR, "mark"),
        )
        for kind, end in (("open s0", low), ("s0", high))
    ]
    amounts = [
        text(x + 6, place + 4, grouped(value, digits), "label")
        if x >= middle
        else text(x - 6, place + 4, grouped(value, digits), "label", anchor="end")
        for x, value in ((low, each.at_low), (high, each.at_high))
        if abs(x - middle) > 1
    ]
    name = text(scale.start - 8, place + 4, shorten(each.name, _NAME), "tick", anchor="end")
    return group(None, *halves, *amounts, name, tip=_told(each, unit))


def _told(each: Influence, unit: str) -> str:
    low, high = each.assumed.ends
    return (
        f"{each.name} from {low:.4g} to {high:.4g} {each.assumed.unit}: {each.at_low:.4g} to "
        f"{each.at_high:.4g} {unit}"
    )
