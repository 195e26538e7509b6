"""Mixing: sending some requests to one model and the rest to another, and what quality then costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "AreaConvention",
    "Hull",
    "Mix",
    "area_under_hull",
    "best_within_budget",
    "cheapest_at_quality",
    "mixing_hull",
    "shadow_price",
]

AreaConvention = Literal["paper", "routerbench"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """What mixing at random can reach: the non-decreasing concave hull of quality over cost.

    Parameters
    ----------
    members : tuple of int
        Positions of the units that are its corners, by rising cost; one at least.
    costs, qualities : tuple of float
        Of the corners. Quality rises from corner to corner.
    least_cost, most_cost : float
        Of all units, on the hull or not.
    """

    members: tuple[int, ...]
    costs: tuple[float, ...]
    qualities: tuple[float, ...]
    least_cost: float
    most_cost: float

    def quality_at(self, cost: float) -> float | None:
        """Return the best quality for a cost a request; ``None`` below the cheapest unit."""
        if cost < self.costs[0]:
            return None
        return float(np.interp(cost, self.costs, self.qualities))

    def cost_at(self, quality: float) -> float | None:
        """Return the least cost of a quality; ``None`` above the best unit's."""
        if quality > self.qualities[-1]:
            return None
        return float(np.interp(quality, self.qualities, self.costs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Which share of the requests goes where.

    Parameters
    ----------
    shares : tuple of (int, float)
        Position of a unit and the share of requests that it gets, above 0; one or two, summing to 1.
    cost, quality : float
        Mean over requests.
    shadow_price : float or None
        What a whole unit of quality more costs at the margin, dC/dQ, from this mix upward; ``None`` where
        there is no more to be had.
    """

    shares: tuple[tuple[int, float], ...]
    cost: float
    quality: float
    shadow_price: float | None


def mixing_hull(costs: Sequence[float], qualities: Sequence[float]) -> Hull:
    """Return the best quality that random mixing reaches for each cost.

    Each request goes to a unit drawn with fixed shares, so mean cost and mean quality mix in proportion: this
    is where convexity has a meaning for a quality (arXiv 2403.12031; 2006.07512).

    Parameters
    ----------
    costs : sequence of float, length n
        Per request, in any one unit, at least 0; n at least 1.
    qualities : sequence of float, length n
        More is better.

    Returns
    -------
    Hull
        From the best among the cheapest to the cheapest among the best.

    Raises
    ------
    InputError
        If a number is not finite, a cost negative, or there is none.

    Examples
    --------
    >>> mixing_hull([1, 2, 4, 8, 10], [0.5, 0.6, 0.9, 0.85, 0.92]).members
    (0, 2, 4)
    """
    x, y = _checked(costs, qualities)
    order = np.lexsort((-y, x))
    corners: list[int] = []
    for number in order.tolist():
        if corners and y[number] <= y[corners[-1]]:
            continue
        while len(corners) > 1 and not _turns_right(x, y, corners[-2], corners[-1], number):
            corners.pop()
        corners.append(number)
    return Hull(
        members=tuple(corners),
        costs=tuple(x[corners].tolist()),
        qualities=tuple(y[corners].tolist()),
        least_cost=float(x.min()),
        most_cost=float(x.max()),
    )


def area_under_hull(hull: Hull, convention: AreaConvention = "paper") -> float | None:
    """Return the average improvement in quality (AIQ), the area under the hull over a range of cost.

    ``"paper"`` divides by c_max - c_min, as arXiv 2403.12031 defines it: the mean quality over costs spread
    evenly from the cheapest unit to the dearest. ``"routerbench"`` divides the same area by c_max, as the
    code published with that paper does.

    Parameters
    ----------
    hull : Hull
    convention : {"paper", "routerbench"}

    Returns
    -------
    float or None
        In the unit of quality; ``None`` where all units cost the same.

    Examples
    --------
    >>> hull = mixing_hull([1, 2, 4, 8, 10], [0.5, 0.6, 0.9, 0.85, 0.92])
    >>> round(area_under_hull(hull), 3), round(area_under_hull(hull, "routerbench"), 3)
    (0.84, 0.756)
    """
    if convention not in get_args(AreaConvention):
        raise InputError(f"the area is by 'paper' or 'routerbench', got {convention!r}")
    if hull.most_cost <= hull.least_cost:
        return None
    costs = np.array([*hull.costs, hull.most_cost])
    qualities = np.array([*hull.qualities, hull.qualities[-1]])
    area = float(np.sum(np.diff(costs) * (qualities[1:] + qualities[:-1]) / 2))
    return area / (hull.most_cost - (hull.least_cost if convention == "paper" else 0.0))


def shadow_price(hull: Hull, cost: float) -> float | None:
    """Return what a whole unit of quality more costs at the margin: dC/dQ along the hull, from `cost` upward.

    Returns
    -------
    float or None
        ``None`` from the last corner on: no quality more is to be had.

    Examples
    --------
    >>> hull = mixing_hull([1, 4, 10], [0.5, 0.9, 0.92])
    >>> round(shadow_price(hull, 2.0), 2), round(shadow_price(hull, 4.0), 2), shadow_price(hull, 10.0)
    (7.5, 300.0, None)
    """
    place = int(np.searchsorted(hull.costs, cost, side="right")) - 1
    if place + 1 >= len(hull.costs):
        return None
    place = max(place, 0)
    rise = hull.costs[place + 1] - hull.costs[place]
    return rise / (hull.qualities[place + 1] - hull.qualities[place])


def best_within_budget(hull: Hull, budget: float) -> Mix | None:
    """Return the mix of most quality whose mean cost is within a budget.

    Parameters
    ----------
    hull : Hull
    budget : float
        Mean cost a request, in the unit of cost.

    Returns
    -------
    Mix or None
        ``None`` when even the cheapest unit is over the budget.

    Examples
    --------
    A third of the way from 1 to 4: two thirds of the requests stay with the cheap one.

    >>> mix = best_within_budget(mixing_hull([1, 4], [0.5, 0.9]), 2.0)
    >>> [(unit, round(share, 3)) for unit, share in mix.shares], round(mix.quality, 3)
    ([(0, 0.667), (1, 0.333)], 0.633)
    """
    if budget < hull.costs[0]:
        return None
    return _mix_at(hull, min(budget, hull.costs[-1]))


def cheapest_at_quality(hull: Hull, quality: float) -> Mix | None:
    """Return the cheapest mix whose mean quality reaches a floor; ``None`` when no unit reaches it.

    Examples
    --------
    >>> round(cheapest_at_quality(mixing_hull([1, 4], [0.5, 0.9]), 0.8).cost, 3)
    3.25
    """
    cost = hull.cost_at(quality)
    return None if cost is None else _mix_at(hull, cost)


def _mix_at(hull: Hull, cost: float) -> Mix:
    place = max(0, int(np.searchsorted(hull.costs, cost, side="right")) - 1)
    if place + 1 == len(hull.costs) or cost <= hull.costs[place]:
        shares: tuple[tuple[int, float], ...] = ((hull.members[place], 1.0),)
    else:
        dear = (cost - hull.costs[place]) / (hull.costs[place + 1] - hull.costs[place])
        shares = ((hull.members[place], 1.0 - dear), (hull.members[place + 1], dear))
    return Mix(
        shares=shares,
        cost=max(cost, hull.costs[0]),
        quality=float(np.interp(cost, hull.costs, hull.qualities)),
        shadow_price=shadow_price(hull, max(cost, hull.costs[0])),
    )


def _turns_right(x: FloatArray, y: FloatArray, first: int, middle: int, last: int) -> bool:
    """Whether the middle one lies strictly above the line from the first to the last."""
    left = (y[middle] - y[first]) * (x[last] - x[first])
    return bool(left > (y[last] - y[first]) * (x[middle] - x[first]))


def _checked(costs: Sequence[float], qualities: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    x, y = np.asarray(costs, dtype=np.float64), np.asarray(qualities, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or x.size == 0:
        raise InputError(f"a mix needs a cost and a quality of each unit, got {x.size} and {y.size}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (x >= 0).all()):
        raise InputError("a mix needs finite qualities and finite costs of at least 0; leave other units out")
    return x, y
