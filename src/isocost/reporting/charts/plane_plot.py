"""Where the units and lines of a plane stand in a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.axes import axis_numbers, axis_scale, left_margin
from isocost.reporting.charts.figure import NARROW, plot_frame
from isocost.reporting.charts.frontier_lines import cheapest_by_price, frontier_path, straight_path
from isocost.reporting.format import decimals, grouped, money
from isocost.reporting.labels import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import FrontierUnit
    from isocost.reporting.charts.figure import Series
    from isocost.reporting.charts.plane import InputPrices, Plane
    from isocost.reporting.scales import Scale
    from isocost.reporting.svg import Frame

__all__ = ["Plot", "better_text", "corner", "frontier_line", "plot_of", "price_lines", "whisker_ends"]

MOST_MARKS = 300
"""So many units have a mark and a tooltip of their own; dominated ones beyond are dots."""
MOST_DOTS = 2000
CROWD = 80
DEARER = (1.5, 2.0, 4.0)
_ARROWS = {
    ("lower", "higher"): "\N{NORTH WEST ARROW}",
    ("higher", "higher"): "\N{NORTH EAST ARROW}",
    ("lower", "lower"): "\N{SOUTH WEST ARROW}",
    ("higher", "lower"): "\N{SOUTH EAST ARROW}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The room of a plane, who has a mark of its own there, and how large marks are."""

    plane: Plane
    frame: Frame
    x: Scale
    y: Scale
    marked: tuple[tuple[int, FrontierUnit], ...]
    dots: tuple[tuple[float, float], ...]
    series: Mapping[str, Series]
    narrow: bool
    small: bool

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a pair of numbers."""
        return self.x.at(x), self.y.at(y)

    def place(self, unit: FrontierUnit) -> tuple[float, float]:
        """Return the place of a unit."""
        return self.at(unit.values[self.plane.x].value, unit.values[self.plane.y].value)

    def path(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return the places of many pairs of numbers."""
        return [self.at(*each) for each in points]

    def radius(self, unit: FrontierUnit) -> float:
        """Return how large the mark of a unit is."""
        size = 4.2 if self.small or len(self.marked) > CROWD else 5.6
        return size if unit.on_frontier else size * 0.75


def plot_of(plane: Plane, series: Mapping[str, Series], size: tuple[float, float], *, small: bool) -> Plot:
    """Make room for a plane in a drawing of some width and height."""
    width, height = size
    seen_x = [*(unit.values[plane.x] for unit in plane.frontier.units), *(each.x for each in plane.points)]
    seen_y = [*(unit.values[plane.y] for unit in plane.frontier.units), *(each.y for each in plane.points)]
    top, bottom = (30.0, height - 52.0) if not small else (26.0, height - 44.0)
    y = axis_scale(seen_y, bottom, top)
    numbers = axis_numbers(y.ticks(), plane.axes[1].unit)
    frame = plot_frame(width, bottom + 44, left=left_margin(list(numbers.values())), top=top)
    ranked = sorted(enumerate(plane.frontier.units), key=lambda each: not each[1].on_frontier)
    x = axis_scale(seen_x, frame.left, frame.right)
    rest = [unit.values for _, unit in ranked[MOST_MARKS:]]
    return Plot(
        plane=plane,
        frame=frame,
        x=x,
        y=y,
        marked=tuple(ranked[:MOST_MARKS]),
        dots=_dots([(x.at(values[plane.x].value), y.at(values[plane.y].value)) for values in rest]),
        series=series,
        narrow=width <= NARROW,
        small=small,
    )


def _dots(places: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Put places on a grid, one dot a cell, as coarse as it takes for a page of bearable size."""
    grid = 1.0
    while True:
        cells = sorted({(round(x / grid), round(y / grid)) for x, y in places})
        if len(cells) <= MOST_DOTS:
            return tuple((x * grid, y * grid) for x, y in cells)
        grid *= 1.25


def better_text(plot: Plot) -> str:
    """Say which way is better, with an arrow."""
    return f"{_ARROWS[plot.plane.axes[0].better, plot.plane.axes[1].better]} better"


def corner(plot: Plot) -> tuple[float, float, str]:
    """Return where that stands: the place of the text, and which end of it."""
    across, up = plot.plane.axes
    x, anchor = (plot.frame.right - 4, "end") if across.better == "higher" else (plot.frame.left + 6, "start")
    return x, plot.frame.top + 12 if up.better == "higher" else plot.frame.bottom - 6, anchor


def frontier_line(plot: Plot) -> list[tuple[float, float]]:
    """Return the places that the frontier runs through; none where it is not drawn."""
    plane = plot.plane
    if plane.shape is None:
        return []
    units = [plane.frontier.units[number] for number in plane.corners()]
    corners = [(unit.values[plane.x].value, unit.values[plane.y].value) for unit in units]
    better = (plane.axes[0].better, plane.axes[1].better)
    return plot.path(frontier_path(corners, plane.shape, (plot.x, plot.y), better))


def price_lines(plot: Plot) -> Iterator[tuple[list[tuple[float, float]], Label]]:
    """Return the shadow price line and the isocost lines, each with its label."""
    plane = plot.plane
    if plane.slope is not None:
        points = straight_path((plane.slope.x, plane.slope.y), plane.slope.slope, (plot.x, plot.y))
        if points:
            yield points, _line_label(plot, points, plane.slope.label, "label line-label chosen-line")
    if plane.prices is not None:
        yield from _isocosts(plot, plane.prices)


def _isocosts(plot: Plot, prices: InputPrices) -> Iterator[tuple[list[tuple[float, float]], Label]]:
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


def _line_label(plot: Plot, points: list[tuple[float, float]], label: str, kind: str) -> Label:
    """Let a label stand anywhere along its line, rather towards the ends than in the middle."""
    (x1, y1), (x2, y2) = (plot.at(*points[i]) for i in (0, -1))
    along = plot.path(points)
    if len(points) == 2:
        along = [(x1 + (x2 - x1) * i / 24, y1 + (y2 - y1) * i / 24) for i in range(25)]
    spots = [along[int(share * (len(along) - 1))] for share in (0.86, 0.74, 0.94, 0.3, 0.18, 0.5, 0.62, 0.06)]
    return Label(x=spots[0][0], y=spots[0][1], text=label, gap=5.0, kind=kind, others=tuple(spots[1:]))


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
