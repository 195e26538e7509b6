"""Which runs of a sweep are levels of load, and what to say of those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.core.estimate import Caution
from isocost.economics import implied_tokens_per_request, overload_loss, steadiness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.load import Load
    from isocost.core.operating_point import OperatingPoint
    from isocost.economics import CostCurve, Steadiness

__all__ = ["JudgedLevels", "Steady", "edge_told", "judged_levels"]

Steady = Literal["any", "partial", "only"]
_FEW = 30
_KEPT = {
    "any": ("steady", "not judged", "partial", "never steady", "overload", "draining"),
    "partial": ("steady", "not judged", "partial"),
    "only": ("steady",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLevels:
    """The runs of a sweep that count as levels.

    Parameters
    ----------
    points : tuple of OperatingPoint
        May be empty.
    judged : tuple of (Load, Steadiness)
        Of each of these points, for bounds; empty where all runs are taken as they are.
    cautions : tuple of Caution
        What was left out and why, what has bounds, what could not be judged.
    """

    points: tuple[OperatingPoint, ...]
    judged: tuple[tuple[Load, Steadiness], ...]
    cautions: tuple[Caution, ...]


def judged_levels(
    points: Sequence[OperatingPoint], steady: Steady = "partial", *, windowed: bool = False
) -> JudgedLevels:
    """Judge each run of one sweep, and keep those that may be levels.

    Runs that drained a queue from before are kept only where no other run is.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Whole runs of one sweep, unless `windowed`.
    steady : {"any", "partial", "only"}
    windowed : bool
        Whether the points are of windows from which filling and draining were cut, but for those with the
        caution ``"short-window"``.

    Returns
    -------
    JudgedLevels
    """
    known = implied_tokens_per_request(points)
    every = [
        (point, steadiness(point, tokens_per_request=known, windowed=windowed and not _is_short(point)))
        for point in points
    ]
    states = _KEPT[steady]
    if steady == "partial" and not any(each.state in states for _, each in every):
        states = ("draining",)
    kept = [(point, each) for point, each in every if each.state in states]
    return JudgedLevels(
        points=tuple(point for point, _ in kept),
        judged=() if steady == "any" else tuple((point.load, each) for point, each in kept),
        cautions=(
            *_cautions(every, steady, windowed=windowed),
            *_drained(every, left_out="draining" not in states),
        ),
    )


def _is_short(point: OperatingPoint) -> bool:
    return any(caution.code == "short-window" for caution in point.cautions)


def _cautions(
    every: Sequence[tuple[OperatingPoint, Steadiness]], steady: Steady, *, windowed: bool
) -> Iterator[Caution]:
    def at(state: str) -> list[OperatingPoint]:
        return [point for point, each in every if each.state == state]

    fate = "taken as a level all the same" if steady == "any" else "left out"
    if never := at("never steady"):
        yield Caution(
            "never-steady",
            f"{_loads(never)}: every request was sent before the typical one was done (s = L R / M of 1 and "
            f"more), so no steady state was measured; {fate}",
        )
    if over := at("overload"):
        yield Caution(
            "overload",
            f"{_loads(over)}: more was offered than was finished, so the queue grows as long as it lasts; "
            f"a rate above capacity is no level of load; {fate}",
        )
        yield from _loss(over)
    if part := at("partial"):
        bounds = {"any": "taken as it is", "partial": "costs have bounds", "only": "left out"}[steady]
        yield Caution(
            "partly-steady",
            f"{_loads(part)}: filling and draining are a large part of the run (s = L R / M from 0.15), and "
            f"its cost is too high by an unknown part of it; {bounds}",
        )
    few = [point for point, _ in every if point.requests is not None and point.requests < _FEW]
    if few and not windowed:  # each point of a window says so itself
        yield Caution("few-requests", f"{_loads(few)}: fewer than {_FEW} requests of a run ended well")
    if unknown := at("not judged"):
        fate = "left out" if steady == "only" else "taken as a level"
        yield Caution(
            "steady-state-not-judged",
            f"{_loads(unknown)}: requests or their time are not told, so a steady state cannot be judged; "
            f"{fate}; --requests says how many a run had",
        )


def _drained(every: Sequence[tuple[OperatingPoint, Steadiness]], *, left_out: bool) -> Iterator[Caution]:
    drained = [point for point, each in every if each.state == "draining"]
    if drained:
        fate = "left out" if left_out else "taken as a level all the same"
        yield Caution(
            "draining",
            f"{_loads(drained)}: more ended than was offered, so a queue from before was being drained and "
            f"the cost reads too low; {fate}",
        )


def _loss(over: Sequence[OperatingPoint]) -> Iterator[Caution]:
    loss = overload_loss(over)
    if loss is not None:
        best, last, rise = loss
        yield Caution(
            "loss-in-overload",
            f"deeper into overload a token costs more: {rise * 100:.1f} % more at {last.label} than at "
            f"{best.label}",
        )


def edge_told(curve: CostCurve, points: Sequence[OperatingPoint]) -> Iterator[Caution]:
    """Yield the cautions of a curve, with the highest level as what it is: the highest that is usable."""
    whole = len({point.load for point in points}) == len(curve.levels)
    for caution in curve.cautions:
        if whole or caution.code != "best-at-edge" or curve.zone.best is None:
            yield caution
        else:
            yield Caution(
                caution.code,
                f"the best level, {curve.zone.best.label}, is the highest that was in a steady state: "
                "a higher one may be cheaper",
            )


def _loads(points: Sequence[OperatingPoint]) -> str:
    loads = dict.fromkeys(point.load for point in points)
    return ", ".join(
        load.label for load in sorted(loads, key=lambda load: load.concurrency or load.rate_per_s or 0)
    )
