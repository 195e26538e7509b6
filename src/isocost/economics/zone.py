"""The zone where to run: levels near the least cost that the service levels allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.curve import Zone
from isocost.economics.service import sharpest_obstacle
from isocost.statistics.draws import combine, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostLevel
    from isocost.statistics.draws import Draws

__all__ = ["find_zone", "probabilities_of_being_best"]


def find_zone(
    levels: Sequence[CostLevel], *, service_levels: Sequence[ServiceLevel] = (), tolerance: float = 0.05
) -> Zone:
    """Find the levels whose cost is within `tolerance` of the least among those that qualify.

    One price holds for all levels of a deployment, so the zone is the same at every price and needs none.

    Parameters
    ----------
    levels : sequence of CostLevel
        At least one.
    service_levels : sequence of ServiceLevel
        A level qualifies if it keeps all of them.
    tolerance : float
        A fraction, at least 0.

    Returns
    -------
    Zone
        With ``best=None`` when nothing qualifies.

    Raises
    ------
    InputError
        If there is no level or the tolerance is out of range.
    """
    if not levels:
        raise InputError("a zone needs at least one level of load, got none")
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise InputError(f"tolerance must be a fraction of at least 0, such as 0.05, got {tolerance!r}")
    cheapest = min(levels, key=_cost)
    qualified = [level for level in levels if not level.unmet]
    if not qualified:
        return Zone(
            best=None,
            levels=(),
            cheapest=cheapest.load,
            tolerance=tolerance,
            premium=None,
            obstacle=sharpest_obstacle(levels, service_levels),
        )
    best = min(qualified, key=_cost)
    limit = _cost(best) * (1 + tolerance)
    return Zone(
        best=best.load,
        levels=tuple(level.load for level in qualified if _cost(level) <= limit),
        cheapest=cheapest.load,
        tolerance=tolerance,
        premium=_premium(best.draws, cheapest.draws) if service_levels else None,
    )


def probabilities_of_being_best(
    costs: Sequence[Draws], *, qualified: Sequence[bool], repeats: Sequence[int]
) -> list[float | None]:
    """Return for each level the share of joint draws in which it is the cheapest that qualifies.

    Parameters
    ----------
    costs : sequence of Draws
        Aligned cost of each level.
    qualified : sequence of bool
        Which levels keep the service levels; taken as certain.
    repeats : sequence of int
        How often each level was measured.

    Returns
    -------
    list of float or None
        0 for levels that do not qualify; all ``None`` where a level that qualifies was not repeated:
        within one run nothing tells how much the next one would differ.

    Examples
    --------
    >>> from isocost.statistics.draws import Draws
    >>> def cost(samples):
    ...     return Draws(value=1.5, samples=np.array(samples), unit="USD", kind="measured", method="example")
    >>> levels = [cost([1.0, 2.0, 3.0, 1.0]), cost([1.5, 1.5, 1.5, 1.5])]
    >>> probabilities_of_being_best(levels, qualified=[True, True], repeats=[2, 2])
    [0.5, 0.5]
    """
    inside = [i for i, fits in enumerate(qualified) if fits]
    if not inside:
        return [0.0] * len(costs)
    samples = np.stack([costs[i].samples for i in inside])
    if min(repeats[i] for i in inside) < 2 or bool(np.isnan(samples).any()):
        return [None] * len(costs)
    winners = np.array(inside)[samples.argmin(axis=0)]
    return [float((winners == i).mean()) for i in range(len(costs))]


def _cost(level: CostLevel) -> float:
    return level.machine_seconds_per_million.value


def _premium(best: Draws | None, cheapest: Draws | None) -> Estimate | None:
    if best is None or cheapest is None:
        return None
    return summarise(
        combine(
            lambda dear, cheap: dear / cheap - 1,
            best,
            cheapest,
            unit="1",
            kind=best.kind,
            method=f"joint draws; {best.method}",
        )
    )
