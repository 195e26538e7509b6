"""Lines of a plane of two quantities: the frontier, straight lines through a point, and places for them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier import mixing_hull, pareto_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.pareto import Better
    from isocost.reporting.scales import Scale

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Band", "Shape", "cheapest_by_price", "frontier_corners", "frontier_path", "straight_path"]

Shape = Literal["staircase", "hull"]
Points = list[tuple[float, float]]
FINE = 48
"""Pieces of a straight line that a logarithmic axis bends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How well a frontier is known.

    Parameters
    ----------
    x : tuple of float
        Where, rising; two at least.
    low, high : tuple of float
        Interval of the frontier's second quantity there, as long as `x`.
    """

    x: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no band."""
        if not len(self.x) == len(self.low) == len(self.high) or len(self.x) < 2:
            raise InputError(f"a band needs two places at least and both ends at each, got {len(self.x)}")
        if any(low > high for low, high in zip(self.low, self.high, strict=True)):
            raise InputError("a band needs low <= high at each place")


def frontier_corners(
    x: Sequence[float], y: Sequence[float], better: tuple[Better, Better], shape: Shape
) -> tuple[int, ...]:
    """Find the corners of a frontier of two quantities, from the best in `x` to the best in `y`.

    ``"staircase"`` is the free disposal hull: what some unit shows to be possible, all else at least as good
    (Deprins, Simar and Tulkens 1984). ``"hull"`` is its convex counterpart, under variable returns to scale
    or by mixing (Banker, Charnes and Cooper 1984, doi:10.1287/mnsc.30.9.1078).

    Parameters
    ----------
    x, y : sequence of float, length n
        Finite; one unit at least.
    better : tuple of {"lower", "higher"}
        Which way each is better.
    shape : {"staircase", "hull"}

    Returns
    -------
    tuple of int
        Positions; of equal units the first.

    Examples
    --------
    >>> costs, qualities = [1.0, 2.0, 4.0, 8.0], [0.5, 0.6, 0.9, 0.85]
    >>> frontier_corners(costs, qualities, ("lower", "higher"), "staircase")
    (0, 1, 2)
    >>> frontier_corners(costs, qualities, ("lower", "higher"), "hull")
    (0, 2)
    """
    gains = np.column_stack(
        [
            np.asarray(v, dtype=np.float64) * (1 if b == "higher" else -1)
            for v, b in zip((x, y), better, strict=True)
        ]
    )
    if shape == "hull":
        return mixing_hull((gains[:, 0].max() - gains[:, 0]).tolist(), gains[:, 1].tolist()).members
    ahead = np.flatnonzero(pareto_mask(gains, ["higher", "higher"]))
    order = ahead[np.lexsort((ahead, -gains[ahead, 0]))]
    first = np.unique(gains[order], axis=0, return_index=True)[1]  # copies of a unit are one corner
    return tuple(order[np.sort(first)].tolist())


def frontier_path(
    corners: Sequence[tuple[float, float]],
    shape: Shape,
    scales: tuple[Scale, Scale],
    better: tuple[Better, Better],
) -> Points:
    """Return the line through the corners of a frontier, out to the sides where it only gets worse.

    Parameters
    ----------
    corners : sequence of (x, y)
        From the best in x to the best in y; one at least.
    shape : {"staircase", "hull"}
    scales : tuple of Scale
    better : tuple of {"lower", "higher"}

    Returns
    -------
    list of (x, y)
        In the units of the axes; bent where an axis is logarithmic.
    """
    x, y = scales
    worst_x = x.high if better[0] == "lower" else x.low
    worst_y = y.high if better[1] == "lower" else y.low
    line = [(corners[0][0], worst_y), corners[0]]
    for one, other in itertools.pairwise(corners):
        if shape == "staircase":
            line += [(other[0], one[1]), other]
        else:
            line += _pieces(one, other) if x.log or y.log else [other]
    return [*line, (worst_x, corners[-1][1])]


def _pieces(one: tuple[float, float], other: tuple[float, float]) -> Points:
    """Cut a straight piece into many, finer towards its lower end, where a logarithm bends it most."""
    shares = np.linspace(0, 1, FINE + 1)[1:]
    if min(one[0], other[0]) > 0 and one[0] != other[0]:
        places = one[0] * (other[0] / one[0]) ** shares
        shares = (places - one[0]) / (other[0] - one[0])
    xs = one[0] + (other[0] - one[0]) * shares
    ys = one[1] + (other[1] - one[1]) * shares
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def straight_path(through: tuple[float, float], slope: float, scales: tuple[Scale, Scale]) -> Points:
    """Return the part of a straight line that lies within two scales; empty where none does.

    Parameters
    ----------
    through : tuple of float
        A point of the line, in the units of the axes.
    slope : float
        dy/dx; finite and not 0.
    scales : tuple of Scale

    Returns
    -------
    list of (x, y)
        By rising x.

    Examples
    --------
    >>> from isocost.reporting.scales import Scale
    >>> window = (Scale(low=0, high=10, start=0, end=1), Scale(low=0, high=4, start=0, end=1))
    >>> straight_path((2.0, 2.0), 1.0, window)
    [(0.0, 0.0), (4.0, 4.0)]
    """
    x, y = scales
    if not math.isfinite(slope) or slope == 0:
        raise InputError(f"a line across the plane needs a slope that is finite and not 0, got {slope!r}")
    ends = sorted(through[0] + (limit - through[1]) / slope for limit in (y.low, y.high))
    low, high = max(ends[0], x.low), min(ends[1], x.high)
    if not low < high:
        return []
    if not (x.log or y.log):
        places = np.array([low, high])
    elif x.log:
        places = np.geomspace(low, high, FINE + 1)
    else:
        places = np.linspace(low, high, FINE + 1)
    heights = np.clip(through[1] + (places - through[0]) * slope, y.low, y.high)
    return list(zip(places.tolist(), heights.tolist(), strict=True))


def cheapest_by_price(
    x: Sequence[float], y: Sequence[float], prices: tuple[float, float]
) -> tuple[int, float]:
    """Find who spends least on two inputs at their prices, and how much that is.

    The line of all input pairs that cost as much is the isocost line through that unit; no unit lies below.

    Parameters
    ----------
    x, y : sequence of float, length n
        Amounts of the two inputs, for one and the same output; one unit at least.
    prices : tuple of float
        Of a unit of each, above 0.

    Returns
    -------
    tuple of int and float
        Its position (of equals the first), and the cost.

    Examples
    --------
    >>> cheapest_by_price([1.0, 2.0, 4.0], [8.0, 3.0, 2.5], (2.0, 1.0))
    (1, 7.0)
    """
    if not all(math.isfinite(price) and price > 0 for price in prices):
        raise InputError(f"an isocost line needs prices above 0, got {prices[0]:g} and {prices[1]:g}")
    costs = np.asarray(x, dtype=np.float64) * prices[0] + np.asarray(y, dtype=np.float64) * prices[1]
    best = int(np.argmin(costs))
    return best, float(costs[best])
