"""Three quantities as three planes beside each other, in which each unit is the same at a glance."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.reporting.charts.axes import axis_name
from isocost.reporting.charts.figure import Figure, Panel
from isocost.reporting.charts.plane import Plane
from isocost.reporting.charts.plane_drawing import draw_plane
from isocost.reporting.charts.plane_figure import unit_data, unit_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.dominance import Frontier

__all__ = ["linked_figure"]

PANEL = 300.0, 260.0


def linked_figure(
    frontier: Frontier,
    *,
    key: str,
    title: str,
    axes: Sequence[int] = (0, 1, 2),
    chosen: str | None = None,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw units by three quantities, two at a time; a unit pointed at lights up in all three.

    Parameters
    ----------
    frontier : Frontier
        One unit at least; grey are those not on the frontier of all its axes, not only of the two drawn.
    key, title : str
    axes : sequence of three int
        Which axes of the frontier.
    chosen : str, optional
        Name of a unit to stress.
    notes : sequence of str

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there are not three different axes.
    """
    if len(axes) != 3 or len(set(axes)) != 3:
        raise InputError(f"linked planes need three different axes, got {len(set(axes))}")
    names = [axis_name(frontier.axes[number]) for number in axes]
    plane = Plane(key=key, title=title, frontier=frontier, chosen=chosen)
    series = unit_series(frontier)
    used = dict.fromkeys(series[unit.group] for unit in frontier.units)
    panels = []
    for number, (across, up) in enumerate(combinations(axes, 2)):
        pair = replace(plane, x=across, y=up)
        words = f"{axis_name(pair.axes[1])} against {axis_name(pair.axes[0])}"
        drawn = draw_plane(pair, series, PANEL, key=f"{key}-{number}", title=words, small=True)
        panels.append(Panel(title="", drawings=(drawn.markup,)))
    return Figure(
        key=key,
        title=title,
        subtitle=f"{names[0]}, {names[1]} and {names[2]}, two at a time",
        panels=tuple(panels),
        columns=3,
        legend=tuple(used) if len(used) > 1 else (),
        notes=(
            "Point at a unit to see it in all three.",
            "Line: the frontier of the two quantities of a panel alone; a unit above it can be on the "
            "frontier by another quantity.",
            *(["Grey: not on the frontier."] if any(not unit.on_frontier for unit in frontier.units) else []),
            *notes,
        ),
        data=unit_data(frontier),
    )
