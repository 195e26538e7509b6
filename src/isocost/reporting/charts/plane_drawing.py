"""How units by two quantities are drawn: axes, lines, marks with tooltips, whiskers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.axes import axis_name, axis_numbers, value_text
from isocost.reporting.charts.plane_labels import label_markup, placed_names
from isocost.reporting.charts.plane_plot import (
    CROWD,
    better_text,
    corner,
    frontier_line,
    plot_of,
    price_lines,
    whisker_ends,
)
from isocost.reporting.markup import element, shorten
from isocost.reporting.svg import (
    band,
    drawing,
    dust,
    group,
    marker,
    polyline,
    segment,
    text,
    x_axis,
    y_axis,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import FrontierUnit
    from isocost.reporting.charts.figure import Series
    from isocost.reporting.charts.plane import Plane, PlanePoint
    from isocost.reporting.charts.plane_plot import Plot
    from isocost.reporting.markup import Markup

__all__ = ["Drawn", "draw_plane"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawing, and how many units it leaves unnamed."""

    markup: Markup
    unnamed: int


def draw_plane(
    plane: Plane,
    series: Mapping[str, Series],
    size: tuple[float, float],
    *,
    key: str,
    title: str,
    small: bool = False,
) -> Drawn:
    """Draw a plane; a small one, a panel beside others, names the chosen unit alone."""
    plot = plot_of(plane, series, size, small=small)
    placed, named = placed_names(plot)
    ahead = [unit.name for unit in plane.frontier.units if unit.on_frontier]
    body = [
        *_axes(plot),
        *_lines(plot),
        *([dust(plot.dots, "dots")] if plot.dots else []),
        *(_mark(plot, number, unit) for number, unit in reversed(plot.marked)),
        *(_point_mark(plot, number, each) for number, each in enumerate(plane.points)),
        *(part for each in placed for part in label_markup(each)),
    ]
    description = f"{len(plane.frontier.units)} units; on the frontier: {', '.join(ahead)}"
    return Drawn(
        markup=drawing(*size, title=title, description=shorten(description, 300), key=key, body=body),
        unnamed=len(plane.frontier.units) - named,
    )


# ---- axes and lines


def _axes(plot: Plot) -> Iterator[Markup]:
    across, up = plot.plane.axes
    frame = plot.frame
    count = 3 if plot.small else 4 if plot.narrow else 6
    x_ticks, y_ticks = plot.x.ticks(count), plot.y.ticks()
    yield y_axis(plot.y, frame, axis_numbers(y_ticks, up.unit).__getitem__)
    yield x_axis(plot.x, frame, axis_numbers(x_ticks, across.unit).__getitem__, x_ticks)
    limit = 30 if plot.small or plot.narrow else 46
    yield text(2, frame.top - 14, axis_name(up, limit=limit), "axis-title")
    yield text(frame.right, frame.bottom + 38, axis_name(across, limit=limit), "axis-title", anchor="end")
    x, y, anchor = corner(plot)
    yield text(x, y, better_text(plot), "corner", anchor=anchor)


def _lines(plot: Plot) -> Iterator[Markup]:
    plane = plot.plane
    if plane.band is not None:
        upper = plot.path(list(zip(plane.band.x, plane.band.high, strict=True)))
        lower = plot.path(list(zip(plane.band.x, plane.band.low, strict=True)))
        yield group("s0", band(upper, lower, "band"))
    if plane.shape is not None:
        yield polyline(frontier_line(plot), "frontier-line")
    for points, label in price_lines(plot):
        kind = "price-line" if label.kind.endswith("chosen-line") else "price-line dashed"
        yield polyline(plot.path(points), kind)


# ---- units


def _mark(plot: Plot, number: int, unit: FrontierUnit) -> Markup:
    plane, series = plot.plane, plot.series[unit.group]
    x, y = plot.place(unit)
    across, up = unit.values[plane.x], unit.values[plane.y]
    chosen = unit.name == plane.chosen
    radius = plot.radius(unit)
    hit = [] if len(plot.marked) > CROWD else [marker("circle", x, y, 11, "hit")]
    return element(
        "g",
        {
            "class": f"unit {series.kind}" + ("" if unit.on_frontier else " dominated"),
            "data-unit": str(number),
        },
        element("title", None, _tip(plot, unit)),
        *_whiskers(plot, across, up),
        *([marker("circle", x, y, radius + 5, "halo")] if chosen else []),
        *hit,
        marker(series.shape, x, y, radius),
    )


def _whiskers(plot: Plot, across: Estimate, up: Estimate) -> list[Markup]:
    ends = whisker_ends((plot.x, plot.y), across, up)
    return [segment(*one, *other, "whisker") for one, other in ends]


def _tip(plot: Plot, unit: FrontierUnit) -> str:
    lines = [shorten(unit.name, 80)]
    lines += [shorten(unit.group, 80)] if unit.group != unit.name else []
    axes = plot.plane.frontier.axes
    lines += [value_text(axis, value) for axis, value in zip(axes, unit.values, strict=True)]
    if unit.dominated_by:
        lines.append(f"dominated by {shorten(', '.join(unit.dominated_by[:3]), 120)}")
    elif not unit.on_frontier:
        lines.append("not on the frontier")
    return "\n".join(lines)


def _point_mark(plot: Plot, number: int, point: PlanePoint) -> Markup:
    x, y = plot.at(point.x.value, point.y.value)
    values = zip(plot.plane.axes, (point.x, point.y), strict=True)
    tip = "\n".join([shorten(point.name, 120), *(value_text(axis, value) for axis, value in values)])
    return element(
        "g",
        {"class": "unit mix" if point.chosen else "unit mix open", "data-unit": f"point-{number}"},
        element("title", None, tip),
        *_whiskers(plot, point.x, point.y),
        marker("circle", x, y, 12, "hit"),
        *([marker("circle", x, y, 10, "halo")] if point.chosen else []),
        marker("diamond", x, y, 6),
    )
