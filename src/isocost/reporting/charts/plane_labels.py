"""Names in a plane that collide neither with one another nor with marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.names import short_names
from isocost.reporting.charts.plane_plot import better_text, corner, frontier_line, price_lines, whisker_ends
from isocost.reporting.labels import Label, place_labels
from isocost.reporting.markup import shorten
from isocost.reporting.svg import segment, text, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.frontier.dominance import FrontierUnit
    from isocost.reporting.charts.plane import PlanePoint
    from isocost.reporting.charts.plane_plot import Plot
    from isocost.reporting.labels import Placed
    from isocost.reporting.markup import Markup

__all__ = ["label_markup", "placed_names"]

MOST_NAMES = 40
NAMES_WHEN_NARROW = 16
RINGS = 6


def placed_names(plot: Plot) -> tuple[tuple[Placed, ...], int]:
    """Place the names that find room, as long as they may be for most to find it; and count them."""
    tried = (_placed(plot, limit) for limit in ((16, 11) if plot.narrow else (26, 18, 12)))
    wanted = len(_named(plot))
    best: tuple[tuple[Placed, ...], int] = ((), -1)
    for placed, named in tried:
        if named > best[1]:
            best = (placed, named)
        if named == wanted:
            break
    return best


def _placed(plot: Plot, limit: int) -> tuple[tuple[Placed, ...], int]:
    """Place names of at most so many letters, the most important first; and count the units that have one."""
    units, points = [unit for _, unit in plot.marked], plot.plane.points
    short = short_names([unit.name for unit in units], limit)
    names = [_unit_label(plot, unit, short[unit.name]) for unit in _named(plot)]
    chosen = [label for label in names if label.kind.endswith("chosen")]
    prices = list(price_lines(plot))
    wanted = [
        *chosen,
        *(_point_label(plot, each) for each in points),
        *(label for _, label in prices),
        *(label for label in names if not label.kind.endswith("chosen")),
    ]
    obstacles = [(*plot.place(unit), plot.radius(unit) + 1) for unit in units]
    obstacles += [(x, y, 2.0) for x, y in plot.dots]
    obstacles += [(*plot.at(each.x.value, each.y.value), 9.0) for each in points]
    placed = place_labels(
        wanted,
        [*obstacles, *_corner_obstacles(plot)],
        plot.frame,
        rings=RINGS,
        lines=[frontier_line(plot), *(plot.path(line) for line, _ in prices), *_spans(plot, units)],
    )
    kept = {id(label) for label in names}
    return placed, sum(id(each.label) in kept for each in placed)


def _spans(plot: Plot, units: Sequence[FrontierUnit]) -> Iterator[list[tuple[float, float]]]:
    """Return the intervals of units that are few enough for names to dodge them."""
    for unit in units if len(units) <= MOST_NAMES else []:
        yield from whisker_ends((plot.x, plot.y), unit.values[plot.plane.x], unit.values[plot.plane.y])


def _named(plot: Plot) -> list[FrontierUnit]:
    """Choose whom to name, the chosen one first: everybody where there are few, else the frontier."""
    few = len(plot.plane.frontier.units) <= MOST_NAMES and not plot.small
    units = [unit for _, unit in plot.marked]
    seen = [unit for unit in units if few or (unit.on_frontier and not plot.small)]
    chosen = [unit for unit in units if unit.name == plot.plane.chosen]
    most = NAMES_WHEN_NARROW if plot.narrow else MOST_NAMES
    return [*chosen, *(unit for unit in seen if unit.name != plot.plane.chosen)][:most]


def _corner_obstacles(plot: Plot) -> list[tuple[float, float, float]]:
    x, y, anchor = corner(plot)
    width = text_width(better_text(plot), 12.5)
    start = x if anchor == "start" else x - width
    return [(start + width * i / 6, y - 4, 8.0) for i in range(7)]


def _unit_label(plot: Plot, unit: FrontierUnit, name: str) -> Label:
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


def _point_label(plot: Plot, point: PlanePoint) -> Label:
    x, y = plot.at(point.x.value, point.y.value)
    name = point.short or shorten(point.name, 20) if plot.narrow else shorten(point.name, 70)
    kind = "label chosen" if point.chosen else "label"
    return Label(x=x, y=y, text=name, gap=13.0, kind=kind, size=13.0)


def label_markup(placed: Placed) -> list[Markup]:
    """Write a label that found room, with its leader."""
    leader = [] if placed.leader is None else [segment(*placed.leader[0], *placed.leader[1], "leader")]
    return [
        *leader,
        text(placed.x, placed.y, placed.label.text, placed.label.kind, anchor=placed.anchor),
    ]
