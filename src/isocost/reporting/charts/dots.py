"""Estimates as dots with intervals, a row each: for comparing many by one number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.reporting.charts.axes import axis_numbers, axis_scale
from isocost.reporting.charts.figure import NAME_LIMIT, NARROW, WIDE, Figure, Panel, Series, plot_frame
from isocost.reporting.format import estimate_text
from isocost.reporting.markup import element, exact, shorten
from isocost.reporting.scales import Scale
from isocost.reporting.svg import drawing, marker, polyline, segment, text, text_width, x_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.reporting.svg import Frame

__all__ = ["DotRow", "Dots", "dot_figure"]

MOST_ROWS = 60
ROW = 24.0
AIR = 0.06
ARROW = 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """One row.

    Parameters
    ----------
    name : str
    value : Estimate or None
        ``None``: there is none, and `otherwise` says so.
    otherwise : str
        ``"unbounded"``.
    at_least : Estimate or None
        A lower bound, drawn as an arrow to the right where there is no value.
    group : str
        What its colour tells; ``""`` for one colour.
    notes : tuple of str
        More lines of the tooltip.
    """

    name: str
    value: Estimate | None
    otherwise: str = ""
    at_least: Estimate | None = None
    group: str = ""
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> Estimate | None:
        """The number at whose place its mark stands."""
        return self.value if self.value is not None else self.at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """A figure of dots.

    Parameters
    ----------
    key, title, subtitle : str
    quantity : str
        What is drawn, for the axis.
    rows : tuple of DotRow
        From top to bottom; one with a number at least. Beyond 60 they are counted.
    reference : tuple of (float, str)
        Numbers to mark by an upright line, with what they are.
    log : bool or None
        Whether the axis is logarithmic, which takes numbers above 0; ``None``: where they span decades.
    notes : tuple of str
    """

    key: str
    title: str
    subtitle: str
    quantity: str
    rows: tuple[DotRow, ...]
    reference: tuple[tuple[float, str], ...] = ()
    log: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    groups: dict[str, Series]
    names: int


def dot_figure(dots: Dots) -> Figure | None:
    """Draw rows of estimates with their intervals; ``None`` where no row has a number."""
    if all(row.shown is None for row in dots.rows):
        return None
    names = list(dict.fromkeys(row.group for row in dots.rows))
    groups = {
        name: Series(number=number, name=shorten(name, NAME_LIMIT)) for number, name in enumerate(names)
    }
    rest = len(dots.rows) - MOST_ROWS
    notes = [*dots.notes]
    if any(row.shown is not None and row.shown.has_interval for row in dots.rows):
        notes.insert(0, "Thin lines: 95 % intervals.")
    if any(row.value is None and row.at_least is not None for row in dots.rows):
        notes.append("Arrows: at least this much.")
    if rest > 0:
        notes.append(f"The first {MOST_ROWS} of {len(dots.rows)} rows; {rest} more are not drawn.")
    return Figure(
        key=dots.key,
        title=dots.title,
        subtitle=dots.subtitle,
        panels=(
            Panel(title="", drawings=tuple(_draw(dots, groups, width=width) for width in (WIDE, NARROW))),
        ),
        legend=tuple(groups.values()) if len(groups) > 1 else (),
        notes=tuple(notes),
        data=_data(dots),
    )


def _draw(dots: Dots, groups: dict[str, Series], *, width: float) -> Markup:
    rows = dots.rows[:MOST_ROWS]
    widest = max(text_width(row.name) for row in rows) + 16
    names = min(widest, 290.0 if width > NARROW else 150.0)
    top = 30.0 if dots.reference else 14.0
    height = top + ROW * len(rows) + 52
    frame = plot_frame(width, height - 8, left=names, top=top, right=22.0)
    plot = _Plot(
        frame=frame, x=_scale(dots, rows, frame), groups=groups, names=max(6, int((names - 12) / 7.3))
    )
    ticks = plot.x.ticks(6 if width > NARROW else 3)
    unit = next(row.shown.unit for row in rows if row.shown is not None)
    body = [
        *(segment(plot.x.at(tick), frame.top, plot.x.at(tick), frame.bottom, "grid") for tick in ticks),
        x_axis(plot.x, frame, axis_numbers(ticks, unit).__getitem__, ticks),
        text(frame.right, frame.bottom + 38, dots.quantity, "axis-title", anchor="end"),
        *(part for number, said in dots.reference for part in _reference(plot, number, said)),
        *(
            part
            for number, row in enumerate(rows)
            for part in _row(plot, row, number, frame.top + ROW * (number + 0.5))
        ),
    ]
    described = shorten("; ".join(f"{row.name} {_said(row)}" for row in rows), 400)
    return drawing(
        width, height, title=dots.title, description=described, key=f"{dots.key}-{width:.0f}", body=body
    )


def _scale(dots: Dots, rows: Sequence[DotRow], frame: Frame) -> Scale:
    """Hold the rows that are drawn, the reference, and room for the arrows of lower bounds."""
    seen = [row.shown for row in rows if row.shown is not None]
    scale = axis_scale(seen, frame.left + 6, frame.right, log=dots.log)
    known = [number for number, _ in dots.reference if not scale.log or number > 0]
    low, high = min([scale.low, *known]), max([scale.high, *known])
    air = (high / low) ** (AIR / 2) if scale.log else (high - low) * AIR / 2
    if low < scale.low:
        low = low / air if scale.log else low - air
    if high > scale.high:
        high = high * air if scale.log else high + air
    scale = Scale(low=low, high=high, start=scale.start, end=scale.end, log=scale.log)
    while scale.end > frame.left + 40 and any(_right_end(scale, row) > frame.right for row in rows):
        scale = replace(scale, end=scale.end - 6)  # make room for the arrows
    return scale


def _right_end(scale: Scale, row: DotRow) -> float:
    """Return how far to the right a row reaches."""
    if row.shown is None:
        return scale.start
    last = scale.at(row.shown.value if row.shown.high is None else row.shown.high)
    return last if row.value is not None else last + ARROW + text_width(row.otherwise, 12.0) + 2


def _reference(plot: _Plot, number: float, said: str) -> list[Markup]:
    x, frame = plot.x.at(number), plot.frame
    half = text_width(said, 12.5) / 2
    middle = min(max(x, frame.left + half), frame.right - half)
    return [
        segment(x, frame.top - 6, x, frame.bottom, "bound"),
        text(middle, frame.top - 12, said, "bound-label", anchor="middle"),
    ]


def _row(plot: _Plot, row: DotRow, number: int, y: float) -> list[Markup]:
    series, shown = plot.groups[row.group], row.shown
    parts = [text(plot.frame.left - 10, y + 4, shorten(row.name, plot.names), "tick", anchor="end")]
    tip = "\n".join([shorten(row.name, 80), _said(row), *row.notes])
    if shown is None:
        said = text(plot.x.start + 4, y + 4, row.otherwise or "none", "label")
        return [
            *parts,
            element("g", {"class": "unit row", "data-unit": str(number)}, element("title", None, tip), said),
        ]
    x = plot.x.at(shown.value)
    marks = []
    if shown.low is not None and shown.high is not None:
        marks.append(segment(plot.x.at(shown.low), y, plot.x.at(shown.high), y, "whisker"))
    if row.value is None:
        end = plot.x.at(shown.value if shown.high is None else shown.high) + ARROW
        marks += [
            segment(x, y, end - 3, y, "whisker"),
            polyline([(end - 9, y - 4), (end - 3, y), (end - 9, y + 4)], "line thin"),
            text(end + 2, y + 4, row.otherwise, "label"),
        ]
    kind = f"unit row {series.kind}" + ("" if row.value is not None else " open")
    marks += [marker("circle", x, y, 11, "hit"), marker(series.shape, x, y, 5)]
    drawn = element("g", {"class": kind, "data-unit": str(number)}, element("title", None, tip), *marks)
    return [*parts, drawn]


def _said(row: DotRow) -> str:
    if row.value is not None:
        return estimate_text(row.value)
    if row.at_least is not None:
        return f"{row.otherwise}; at least {estimate_text(row.at_least)}".removeprefix("; ")
    return row.otherwise or "none"


def _data(dots: Dots) -> tuple[tuple[str, ...], ...]:
    heading = ("name", dots.quantity, "low", "high", "said")
    return (heading, *(_cells(row) for row in dots.rows))


def _cells(row: DotRow) -> tuple[str, ...]:
    value = row.value
    parts = (None, None, None) if value is None else (value.value, value.low, value.high)
    return (row.name, *("" if part is None else exact(part) for part in parts), _said(row))
