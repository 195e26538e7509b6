"""The zone where to run: levels near the least cost that the service levels allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.economics.curve import Zone
from isocost.economics.service import sharpest_obstacle
from isocost.statistics.best import confidences_of_least
from isocost.statistics.draws import combine, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostLevel
    from isocost.statistics.draws import Draws

__all__ = ["find_zone", "premium_over", "probabilities_of_being_best"]


def find_zone(
    levels: Sequence[CostLevel],
    *,
    service_levels: Sequence[ServiceLevel] = (),
    tolerance: float = 0.05,
    waiting: bool = False,
) -> Zone:
    """Find the levels whose cost is within `tolerance` of the least among those that qualify.

    One price holds for all levels of a deployment, so the zone is the same at every price and needs none.
    Only a price of waiting is weighed against it.

    Parameters
    ----------
    levels : sequence of CostLevel
        At least one.
    service_levels : sequence of ServiceLevel
        A level qualifies if it keeps all of them.
    tolerance : float
        A fraction, at least 0.
    waiting : bool
        Whether the cost that counts includes waiting; a level of which it is not told cannot qualify.

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
    cost = _full_cost if waiting else _cost
    cheapest = min(levels, key=_cost)
    qualified = [level for level in levels if not level.unmet and not (waiting and level.waiting is None)]
    if not qualified:
        return Zone(
            best=None,
            levels=(),
            cheapest=cheapest.load,
            tolerance=tolerance,
            premium=None,
            obstacle=sharpest_obstacle(levels, service_levels),
        )
    best = min(qualified, key=cost)
    limit = cost(best) * (1 + tolerance)
    return Zone(
        best=best.load,
        levels=tuple(level.load for level in qualified if cost(level) <= limit),
        cheapest=cheapest.load,
        tolerance=tolerance,
        premium=premium_over(best.draws, cheapest.draws) if service_levels or waiting else None,
    )


def probabilities_of_being_best(
    throughput: Sequence[Sequence[float]], *, qualified: Sequence[bool]
) -> list[float | None]:
    """Return for each level the confidence that it is the cheapest of those that qualify.

    By Hsu's multiple comparisons with the best on the logarithms of throughput, whose inverse is the cost at
    any price; repeats of all levels are taken to scatter alike. A level that is not the cheapest is given
    95 % or more in at most one sweep of twenty.

    Parameters
    ----------
    throughput : sequence of sequences of float
        Output tokens per second of each level, one a repeat; above 0.
    qualified : sequence of bool
        Which levels keep the service levels; taken as certain.

    Returns
    -------
    list of float or None
        0 for levels that do not qualify; all ``None`` where a level that qualifies (or, if none does, any)
        was not repeated: within one run nothing tells how much the next one would differ.

    Examples
    --------
    >>> levels = [[50.0, 51.0], [90.0, 91.0], [89.0, 91.0]]
    >>> [round(chance, 2) for chance in probabilities_of_being_best(levels, qualified=[True] * 3)]
    [0.0, 0.5, 0.2]
    """
    inside = [i for i, fits in enumerate(qualified) if fits]
    if min(len(throughput[i]) for i in inside or range(len(throughput))) < 2:
        return [None] * len(throughput)
    if not inside:
        return [0.0] * len(throughput)
    stated = confidences_of_least([[-math.log(rate) for rate in throughput[i]] for i in inside])
    found = dict(zip(inside, stated, strict=True))
    return [found.get(i, 0.0) for i in range(len(throughput))]


def _cost(level: CostLevel) -> float:
    return level.machine_seconds_per_million.value


def _full_cost(level: CostLevel) -> float:
    return level.full_cost


def premium_over(best: Draws | None, cheapest: Draws | None) -> Estimate | None:
    """Return the cost of a level over that of the cheapest, minus 1, over joint draws.

    Parameters
    ----------
    best, cheapest : Draws or None
        Cost of both at one price.

    Returns
    -------
    Estimate or None
        A fraction; ``None`` without draws.

    Examples
    --------
    >>> import numpy as np
    >>> from isocost.statistics.draws import Draws
    >>> dear, cheap = (
    ...     Draws(value=v, samples=np.full(9, v), unit="s", kind="measured", method="example")
    ...     for v in (3.0, 2.0)
    ... )
    >>> premium_over(dear, cheap).value
    0.5
    """
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
