"""What the server told of its own part at each level of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.statistics import mean_server_side

if TYPE_CHECKING:
    from isocost.core.load import Load
    from isocost.core.telemetry import ServerSide
    from isocost.economics import CostCurve

__all__ = ["server_levels"]


def server_levels(curve: CostCurve | None) -> tuple[tuple[Load, ServerSide], ...]:
    """Return what the server told at each level, repeats taken together; levels without are left out."""
    if curve is None:
        return ()
    found = (
        (level.load, mean_server_side([point.server for point in level.points if point.server is not None]))
        for level in curve.levels
    )
    return tuple((load, side) for load, side in found if side is not None)
