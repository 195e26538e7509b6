"""How units by two quantities are drawn: marks, whiskers, lines, and names that do not collide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.axes import axis_name, axis_numbers, axis_scale, left_margin, value_text
from isocost.reporting.charts.figure import NARROW, plot_frame
from isocost.reporting.charts.frontier_lines import cheapest_by_price, frontier_path, straight_path
from isocost.reporting.charts.names import short_names
from isocost.reporting.format import decimals, grouped, money
from isocost.reporting.labels import Label, place_labels
from isocost.reporting.markup import element, shorten
from isocost.reporting.svg import (
    Frame,
    band,
    drawing,
    dust,
    group,
    marker,
    polyline,
    segment,
    text,
    text_width,
    x_axis,
    y_axis,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import FrontierUnit
    from isocost.reporting.charts.figure import Series
    from isocost.reporting.charts.plane import InputPrices, Plane, PlanePoint
    from isocost.reporting.labels import Placed
    from isocost.reporting.markup import Markup
    from isocost.reporting.scales import Scale

__all__ = ["Drawn", "draw_plane", "label_markup", "whisker_ends"]

MOST_NAMES = 40
NAMES_WHEN_NARROW = 16
MOST_MARKS = 300
"""So many units have a mark and a tooltip of their own; dominated ones beyond are dots."""
CROWD = 80
RINGS = 6
DEARER = (1.5, 2.0, 4.0)
_ARROWS = {
    ("lower", "higher"): "\N{NORTH WEST ARROW}",
    ("higher", "higher"): "\N{NORTH EAST ARROW}",
    ("lower", "lower"): "\N{SOUTH WEST ARROW}",
    ("higher", "lower"): "\N{SOUTH EAST ARROW}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawing, and how many units it leaves unnamed."""

    markup: Markup
    unnamed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    """The room of a plane, who has a mark of its own there, and how large marks are."""

    plane: Plane
    frame: Frame
    x: Scale
    y: Scale
    marked: tuple[tuple[int, FrontierUnit], ...]
    dots: tuple[FrontierUnit, ...]
    series: Mapping[str, Series]
    narrow: bool
    small: bool

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x.at(x), self.y.at(y)

    def place(self, unit: FrontierUnit) -> tuple[float, float]:
        return self.at(unit.values[self.plane.x].value, unit.values[self.plane.y].value)

    def path(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [self.at(*each) for each in points]

    def radius(self, unit: FrontierUnit) -> float:
        size = 4.2 if self.small or len(self.marked) > CROWD else 5.6
        return size if unit.on_frontier else size * 0.75


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
    plot = _plot(plane, series, size, small=small)
    placed, named = _labels(plot)
    ahead = [unit.name for unit in plane.frontier.units if unit.on_frontier]
    body = [
        *_axes(plot),
        *_lines(plot),
        *([dust([plot.place(unit) for unit in plot.dots], "dots")] if plot.dots else []),
        *(_mark(plot, number, unit) for number, unit in reversed(plot.marked)),
        *(_point_mark(plot, number, each) for number, each in enumerate(plane.points)),
        *(part for each in placed for part in label_markup(each)),
    ]
    description = f"{len(plane.frontier.units)} units; on the frontier: {', '.join(ahead)}"
    return Drawn(
        markup=drawing(*size, title=title, description=shorten(description, 300), key=key, body=body),
        unnamed=len(plane.frontier.units) - named,
    )


def _plot(plane: Plane, series: Mapping[str, Series], size: tuple[float, float], *, small: bool) -> _Plot:
    width, height = size
    seen_x = [*(unit.values[plane.x] for unit in plane.frontier.units), *(each.x for each in plane.points)]
    seen_y = [*(unit.values[plane.y] for unit in plane.frontier.units), *(each.y for each in plane.points)]
    top, bottom = (30.0, height - 52.0) if not small else (26.0, height - 44.0)
    y = axis_scale(seen_y, bottom, top)
    numbers = axis_numbers(y.ticks(), plane.axes[1].unit)
    frame = plot_frame(width, bottom + 44, left=left_margin(list(numbers.values())), top=top)
    ranked = sorted(enumerate(plane.frontier.units), key=lambda each: not each[1].on_frontier)
    return _Plot(
        plane=plane,
        frame=frame,
        x=axis_scale(seen_x, frame.left, frame.right),
        y=y,
        marked=tuple(ranked[:MOST_MARKS]),
        dots=tuple(unit for _, unit in ranked[MOST_MARKS:]),
        series=series,
        narrow=width <= NARROW,
        small=small,
    )


# ---- axes and lines


def _axes(plot: _Plot) -> Iterator[Markup]:
    across, up = plot.plane.axes
    frame = plot.frame
    count = 3 if plot.small else 4 if plot.narrow else 6
    x_ticks, y_ticks = plot.x.ticks(count), plot.y.ticks()
    yield y_axis(plot.y, frame, axis_numbers(y_ticks, up.unit).__getitem__)
    yield x_axis(plot.x, frame, axis_numbers(x_ticks, across.unit).__getitem__, x_ticks)
    limit = 30 if plot.small or plot.narrow else 46
    yield text(2, frame.top - 14, axis_name(up, limit=limit), "axis-title")
    yield text(frame.right, frame.bottom + 38, axis_name(across, limit=limit), "axis-title", anchor="end")
    x, y, anchor = _corner(plot)
    yield text(x, y, _better(plot), "corner", anchor=anchor)


def _better(plot: _Plot) -> str:
    return f"{_ARROWS[plot.plane.axes[0].better, plot.plane.axes[1].better]} better"


def _corner(plot: _Plot) -> tuple[float, float, str]:
    across, up = plot.plane.axes
    x, anchor = (plot.frame.right - 4, "end") if across.better == "higher" else (plot.frame.left + 6, "start")
    return x, plot.frame.top + 12 if up.better == "higher" else plot.frame.bottom - 6, anchor


def _lines(plot: _Plot) -> Iterator[Markup]:
    plane = plot.plane
    if plane.band is not None:
        upper = plot.path(list(zip(plane.band.x, plane.band.high, strict=True)))
        lower = plot.path(list(zip(plane.band.x, plane.band.low, strict=True)))
        yield group("s0", band(upper, lower, "band"))
    if plane.shape is not None:
        yield polyline(_frontier_line(plot), "frontier-line")
    for points, label in _price_lines(plot):
        kind = "price-line" if label.kind.endswith("chosen-line") else "price-line dashed"
        yield polyline(plot.path(points), kind)


def _frontier_line(plot: _Plot) -> list[tuple[float, float]]:
    plane = plot.plane
    if plane.shape is None:
        return []
    units = [plane.frontier.units[number] for number in plane.corners()]
    corners = [(unit.values[plane.x].value, unit.values[plane.y].value) for unit in units]
    better = (plane.axes[0].better, plane.axes[1].better)
    return plot.path(frontier_path(corners, plane.shape, (plot.x, plot.y), better))


def _price_lines(plot: _Plot) -> Iterator[tuple[list[tuple[float, float]], Label]]:
    """Return the shadow price line and the isocost lines, each with its label."""
    plane = plot.plane
    if plane.slope is not None:
        points = straight_path((plane.slope.x, plane.slope.y), plane.slope.slope, (plot.x, plot.y))
        if points:
            yield points, _line_label(plot, points, plane.slope.label, "label line-label chosen-line")
    if plane.prices is not None:
        yield from _isocosts(plot, plane.prices)


def _isocosts(plot: _Plot, prices: InputPrices) -> Iterator[tuple[list[tuple[float, float]], Label]]:
    plane = plot.plane
    xs, ys = ([unit.values[i].value for unit in plane.frontier.units] for i in (plane.x, plane.y))
    best, cost = cheapest_by_price(xs, ys, (prices.x, prices.y))
    for times in (1.0, *DEARER):
        through = (xs[best] * times, ys[best] * times)
        points = straight_path(through, -prices.x / prices.y, (plot.x, plot.y))
        said = money(cost * times) if prices.unit == "USD" else grouped(cost * times, decimals(cost * times))
        label = f"{said}, the least" if times == 1 else said
        kind = "label line-label" + (" chosen-line" if times == 1 else "")
        if points:
            yield points, _line_label(plot, points, label, kind)


def _line_label(plot: _Plot, points: list[tuple[float, float]], label: str, kind: str) -> Label:
    """Let a label stand anywhere along its line, rather towards the ends than in the middle."""
    (x1, y1), (x2, y2) = (plot.at(*points[i]) for i in (0, -1))
    along = plot.path(points)
    if len(points) == 2:
        along = [(x1 + (x2 - x1) * i / 24, y1 + (y2 - y1) * i / 24) for i in range(25)]
    spots = [along[int(share * (len(along) - 1))] for share in (0.86, 0.74, 0.94, 0.3, 0.18, 0.5, 0.62, 0.06)]
    return Label(x=spots[0][0], y=spots[0][1], text=label, gap=5.0, kind=kind, others=tuple(spots[1:]))


# ---- units


def _mark(plot: _Plot, number: int, unit: FrontierUnit) -> Markup:
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


def whisker_ends(
    scales: tuple[Scale, Scale], across: Estimate, up: Estimate
) -> list[list[tuple[float, float]]]:
    """Return where the intervals of a point begin and end in the drawing."""
    x, y = scales
    middle = x.at(across.value), y.at(up.value)
    found = []
    if across.low is not None and across.high is not None:
        found.append([(x.at(end), middle[1]) for end in (across.low, across.high)])
    if up.low is not None and up.high is not None:
        found.append([(middle[0], y.at(end)) for end in (up.low, up.high)])
    return found


def _whiskers(plot: _Plot, across: Estimate, up: Estimate) -> list[Markup]:
    ends = whisker_ends((plot.x, plot.y), across, up)
    return [segment(*one, *other, "whisker") for one, other in ends]


def _tip(plot: _Plot, unit: FrontierUnit) -> str:
    lines = [shorten(unit.name, 80)]
    lines += [shorten(unit.group, 80)] if unit.group != unit.name else []
    axes = plot.plane.frontier.axes
    lines += [value_text(axis, value) for axis, value in zip(axes, unit.values, strict=True)]
    if unit.dominated_by:
        lines.append(f"dominated by {shorten(', '.join(unit.dominated_by[:3]), 120)}")
    elif not unit.on_frontier:
        lines.append("not on the frontier")
    return "\n".join(lines)


def _point_mark(plot: _Plot, number: int, point: PlanePoint) -> Markup:
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


# ---- names


def _labels(plot: _Plot) -> tuple[tuple[Placed, ...], int]:
    """Place the names that find room, the most important first; and count how many units have theirs."""
    units, points = [unit for _, unit in plot.marked], plot.plane.points
    short = short_names([unit.name for unit in units], 16 if plot.narrow else 26)
    names = [_unit_label(plot, unit, short[unit.name]) for unit in _named(plot, units)]
    chosen = [label for label in names if label.kind.endswith("chosen")]
    prices = list(_price_lines(plot))
    wanted = [
        *chosen,
        *(_point_label(plot, each) for each in points),
        *(label for _, label in prices),
        *(label for label in names if not label.kind.endswith("chosen")),
    ]
    obstacles = [(*plot.place(unit), plot.radius(unit) + 1) for unit in [*units, *plot.dots]]
    obstacles += [(*plot.at(each.x.value, each.y.value), 9.0) for each in points]
    placed = place_labels(
        wanted,
        [*obstacles, *_corner_obstacles(plot)],
        plot.frame,
        rings=RINGS,
        lines=[_frontier_line(plot), *(plot.path(line) for line, _ in prices), *_spans(plot, units)],
    )
    kept = {id(label) for label in names}
    return placed, sum(id(each.label) in kept for each in placed)


def _spans(plot: _Plot, units: Sequence[FrontierUnit]) -> Iterator[list[tuple[float, float]]]:
    """Return the intervals of units that are few enough for names to dodge them."""
    for unit in units if len(units) <= MOST_NAMES else []:
        yield from whisker_ends((plot.x, plot.y), unit.values[plot.plane.x], unit.values[plot.plane.y])


def _named(plot: _Plot, units: Sequence[FrontierUnit]) -> list[FrontierUnit]:
    """Choose whom to name, the chosen one first: everybody where there are few, else the frontier."""
    few = len(units) + len(plot.dots) <= MOST_NAMES and not plot.small
    seen = [unit for unit in units if few or (unit.on_frontier and not plot.small)]
    chosen = [unit for unit in units if unit.name == plot.plane.chosen]
    most = NAMES_WHEN_NARROW if plot.narrow else MOST_NAMES
    return [*chosen, *(unit for unit in seen if unit.name != plot.plane.chosen)][:most]


def _corner_obstacles(plot: _Plot) -> list[tuple[float, float, float]]:
    x, y, anchor = _corner(plot)
    width = text_width(_better(plot), 12.5)
    start = x if anchor == "start" else x - width
    return [(start + width * i / 6, y - 4, 8.0) for i in range(7)]


def _unit_label(plot: _Plot, unit: FrontierUnit, name: str) -> Label:
    x, y = plot.place(unit)
    chosen = unit.name == plot.plane.chosen
    return Label(
        x=x,
        y=y,
        text=name,
        gap=plot.radius(unit) + (9 if chosen else 4),
        kind="label chosen" if chosen else "label" if unit.on_frontier else "label grey",
        size=13.0 if chosen else 12.0,
    )


def _point_label(plot: _Plot, point: PlanePoint) -> Label:
    x, y = plot.at(point.x.value, point.y.value)
    name = shorten(point.name, 34 if plot.narrow else 70)
    kind = "label chosen" if point.chosen else "label"
    return Label(x=x, y=y, text=name, gap=13.0, kind=kind, size=13.0)


def label_markup(placed: Placed) -> list[Markup]:
    """Write a label that found room, with its leader."""
    leader = [] if placed.leader is None else [segment(*placed.leader[0], *placed.leader[1], "leader")]
    return [
        *leader,
        text(placed.x, placed.y, placed.label.text, placed.label.kind, anchor=placed.anchor),
    ]
