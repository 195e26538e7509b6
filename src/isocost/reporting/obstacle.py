"""What stands in the way when nothing qualifies, and how near the nearest level comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.economics.service import sharpest_obstacle
from isocost.reporting.format import estimate_text, si
from isocost.reporting.markup import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel

__all__ = ["is_ours", "latency_key", "nearest_miss", "unmet_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    place: str
    seen: Estimate
    miss: float


def latency_key(asked: ServiceLevel) -> str:
    """Name under which a level's latency holds what a service level bounds: ``"ttft.p95"``."""
    return f"{asked.metric}.{asked.statistic}"


def unmet_text(level: CostLevel) -> str:
    """Say which service levels a level of load misses, and which its requests were too few to judge."""
    asked = level.unmet or ()
    missed = [each.label for each in asked if latency_key(each) in level.latency]
    untold = [each.label for each in asked if latency_key(each) not in level.latency]
    parts = [
        f"{verb} {', '.join(some)}" for verb, some in (("misses", missed), ("cannot judge", untold)) if some
    ]
    return "; ".join(parts)


def nearest_miss(curves: Sequence[CostCurve]) -> tuple[str, str]:
    """Name the obstacle, and the level that comes nearest to it.

    Parameters
    ----------
    curves : sequence of CostCurve
        At least one; none of them has a level that qualifies.

    Returns
    -------
    tuple of (str, str)
        What no level keeps, without a full stop; one sentence on the nearest level.
    """
    levels = [level for curve in curves for level in curve.levels]
    asked = sharpest_obstacle(levels, curves[0].service_levels)
    if asked is None:
        together = " and ".join(level.label for level in curves[0].service_levels)
        return (
            f"no level keeps {together} together" if together else "no level could be judged",
            "Each alone is kept somewhere: relax one of them.",
        )
    found = _candidates(curves, asked)
    if not found:
        return (
            f"{asked.label} cannot be judged at any level",
            _untold(levels, asked),
        )
    return f"no level keeps {asked.label}", _miss_text(min(found, key=lambda each: each.miss), asked)


def _untold(levels: Sequence[CostLevel], asked: ServiceLevel) -> str:
    """Say why a service level cannot be judged; a file of another tool tells what it tells."""
    if all(is_ours(point) for level in levels for point in level.points):
        return f"Too few requests for the {asked.statistic}: measure longer."
    told = sorted({key for level in levels for key in level.latency if key.startswith(f"{asked.metric}.")})
    return f"The file tells {', '.join(told)}." if told else f"The file does not tell {asked.metric}."


def is_ours(point: OperatingPoint) -> bool:
    """Whether isocost measured a point, or someone simulated or published it: not a file of another tool."""
    return point.provenance.tool.startswith("isocost ") or point.kind != "measured"


def _miss_text(nearest: _Candidate, asked: ServiceLevel) -> str:
    what = f"Nearest is {nearest.place} with {estimate_text(nearest.seen)}"
    if nearest.miss > 0:
        doubt = ", which its interval holds" if _holds(nearest.seen, asked.bound) else ""
        return f"{what}, {_distance(nearest.miss, asked)}{doubt}."
    return f"{what}, within the bound, but it misses another service level."


def _holds(seen: Estimate, bound: float) -> bool:
    return seen.low is not None and seen.high is not None and seen.low <= bound <= seen.high


def _distance(miss: float, asked: ServiceLevel) -> str:
    if asked.at_least:
        return f"{miss * 100:.0f} % below the bound"
    return f"{miss * 100:.0f} % above the bound" if miss < 2 else f"{si(miss + 1)} times the bound"


def _candidates(curves: Sequence[CostCurve], asked: ServiceLevel) -> list[_Candidate]:
    return [
        _Candidate(
            place=f"{shorten(curve.deployment, 60)} at {level.load.label}",
            seen=seen,
            miss=_miss(asked, seen.value),
        )
        for curve in curves
        for level in curve.levels
        if (seen := level.latency.get(latency_key(asked))) is not None
    ]


def _miss(asked: ServiceLevel, value: float) -> float:
    return 1 - value / asked.bound if asked.at_least else value / asked.bound - 1
