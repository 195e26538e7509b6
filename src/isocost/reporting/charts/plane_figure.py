"""Units of any kind by two of their quantities, with the frontier, its price lines and its band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.axes import axis_name, spans_decades
from isocost.reporting.charts.figure import NAME_LIMIT, NARROW, WIDE, Figure, Panel, Series
from isocost.reporting.charts.plane_drawing import draw_plane
from isocost.reporting.markup import exact, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import Frontier, FrontierUnit
    from isocost.reporting.charts.plane import Plane, PlanePoint
    from isocost.reporting.charts.plane_drawing import Drawn

__all__ = ["plane_figure", "unit_data", "unit_series"]

MOST_ROWS = 1000
"""So many units are in the page's data, to bound its size."""
SIZES = ((WIDE, 500.0), (NARROW, 400.0))


def plane_figure(plane: Plane) -> Figure:
    """Draw units by two quantities.

    Parameters
    ----------
    plane : Plane

    Returns
    -------
    Figure
        With a tooltip for each unit, as many names as find room (40 at most), and the numbers as its data.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> from isocost.frontier import Axis, ProductionUnit, frontier_of
    >>> from isocost.reporting.charts.plane import Plane
    >>> def unit(name, cost, quality):
    ...     pairs = ((cost, "USD"), (quality, ""))
    ...     values = tuple(Estimate(value=v, unit=u, kind="measured", method="example") for v, u in pairs)
    ...     return ProductionUnit(name=name, group=name, values=values)
    >>> axes = (
    ...     Axis(name="cost", unit="USD", better="lower"),
    ...     Axis(name="quality", unit="", better="higher"),
    ... )
    >>> found = frontier_of([unit("a", 1.0, 0.5), unit("b", 4.0, 0.9)], axes=axes)
    >>> plane_figure(Plane(key="plane", title="Cost and quality", frontier=found)).subtitle
    'quality against cost, USD; upper left is better'
    """
    series = unit_series(plane.frontier)
    drawn = [
        draw_plane(plane, series, size, key=f"{plane.key}-{size[0]:.0f}", title=plane.title) for size in SIZES
    ]
    used = dict.fromkeys(series[unit.group] for unit in plane.frontier.units)
    across, up = plane.axes
    log = " and ".join(
        name
        for name, place in (("across", plane.x), ("up", plane.y))
        if spans_decades([unit.values[place] for unit in plane.frontier.units])
    )
    return Figure(
        key=plane.key,
        title=plane.title,
        subtitle=f"{axis_name(up)} against {axis_name(across)}{f' (logarithmic {log})' if log else ''}; "
        f"{_better(plane)} is better",
        panels=(Panel(title="", drawings=tuple(each.markup for each in drawn)),),
        legend=tuple(used) if len(used) > 1 else (),
        notes=tuple(_notes(plane, drawn[0])),
        data=(*unit_data(plane.frontier), *(_point_row(plane, each) for each in plane.points)),
    )


def _better(plane: Plane) -> str:
    across, up = plane.axes
    return ("upper" if up.better == "higher" else "lower") + (
        " right" if across.better == "higher" else " left"
    )


def _notes(plane: Plane, drawn: Drawn) -> Iterator[str]:
    if plane.shape == "staircase":
        yield "Line: the frontier, what units show to be possible."
    elif plane.shape == "hull":
        yield "Line: the frontier, mixes of units included; its corners are units."
    if any(not unit.on_frontier for unit in plane.frontier.units):
        yield "Grey: not on the frontier."
    if plane.band is not None:
        yield "Shaded: its 95 % interval."
    if any(unit.values[i].has_interval for unit in plane.frontier.units for i in (plane.x, plane.y)):
        yield "Thin lines: 95 % intervals; those that reach beyond the picture end at its edge."
    if plane.prices is not None:
        yield "Red lines: equal cost at the prices given; no unit lies below the full one."
    yield from plane.notes
    count = len(plane.frontier.units)
    if drawn.unnamed:
        yield f"{count - drawn.unnamed:,} of {count:,} units are named; point at the others."
    if count > MOST_ROWS:
        yield f"The CSV holds {MOST_ROWS:,} of {count:,} units, those on the frontier first."


def unit_series(frontier: Frontier) -> dict[str, Series]:
    """Give each group its colour and shape; one for all where every unit is a group of its own."""
    groups = list(dict.fromkeys(unit.group for unit in frontier.units))
    if len(groups) == len(frontier.units):
        return dict.fromkeys(groups, Series(number=0, name="units"))
    return {name: Series(number=number, name=shorten(name, NAME_LIMIT)) for number, name in enumerate(groups)}


def unit_data(frontier: Frontier) -> tuple[tuple[str, ...], ...]:
    """Return the units' numbers as rows of text, a heading first: of many, those on the frontier first."""
    heading = ["unit", "group"]
    for axis in frontier.axes:
        heading += [axis_name(axis, limit=200), f"{axis.name} low", f"{axis.name} high"]
    units = sorted(frontier.units, key=lambda unit: len(frontier.units) > MOST_ROWS and not unit.on_frontier)
    return ((*heading, "on frontier"), *(_row(unit) for unit in units[:MOST_ROWS]))


def _row(unit: FrontierUnit) -> tuple[str, ...]:
    numbers = (cell for value in unit.values for cell in _cells(value))
    return (unit.name, unit.group, *numbers, "yes" if unit.on_frontier else "no")


def _point_row(plane: Plane, point: PlanePoint) -> tuple[str, ...]:
    known = {plane.x: point.x, plane.y: point.y}
    places = range(len(plane.frontier.axes))
    numbers = (cell for place in places for cell in _cells(known.get(place)))
    return (point.name, "", *numbers, "no unit")


def _cells(value: Estimate | None) -> tuple[str, str, str]:
    if value is None:
        return "", "", ""
    value_text, low, high = (
        "" if each is None else exact(each) for each in (value.value, value.low, value.high)
    )
    return value_text, low, high
