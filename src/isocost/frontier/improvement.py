"""How far a unit is from the frontier, in the units of each axis: what is possible, and who shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.frontier.neighbourhoods import neighbourhoods
from isocost.frontier.pareto import gains_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.frontier.dominance import Frontier

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Improvement", "bettered", "improvements"]

_CELLS = 4_000_000  # compared at a time, so that a million units fit in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What is possible on one axis without giving up anything on the others.

    Parameters
    ----------
    axis : str
    possible : float
        The best value on this axis among units at least as good on all others; in the unit of the axis.
    share : float or None
        How much better that is than the unit's own value, as a fraction of it, above 0: 0.12 is 12 % cheaper,
        or 12 % faster. ``None`` when the own value is 0.
    see : str
        The unit that shows it.
    """

    axis: str
    possible: float
    share: float | None
    see: str


def improvements(frontier: Frontier) -> tuple[tuple[Improvement, ...], ...]:
    """Say for each unit what others show to be possible on each axis, all else at least as good.

    It is the distance to the free disposal hull along each axis (Deprins, Simar and Tulkens 1984): no
    convexity, no mixing, only units that exist. Point estimates are compared.

    Parameters
    ----------
    frontier : Frontier

    Returns
    -------
    tuple of tuple of Improvement
        One entry a unit, in their order; empty for a unit that nobody betters with all else at least as good.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> from isocost.frontier.dominance import Axis, ProductionUnit, frontier_of
    >>> def unit(name, cost, quality):
    ...     pairs = ((cost, "USD"), (quality, ""))
    ...     values = tuple(Estimate(value=v, unit=u, kind="measured", method="example") for v, u in pairs)
    ...     return ProductionUnit(name=name, group=name, values=values)
    >>> axes = (
    ...     Axis(name="cost", unit="USD", better="lower"),
    ...     Axis(name="quality", unit="", better="higher"),
    ... )
    >>> compared = frontier_of([unit("X", 0.88, 0.8), unit("Y", 1.0, 0.8)], axes=axes)
    >>> [(each.axis, round(each.share, 2), each.see) for each in improvements(compared)[1]]
    [('cost', 0.12, 'X')]
    """
    values = np.array([[value.value for value in unit.values] for unit in frontier.units])
    gains = gains_of(values, [axis.better for axis in frontier.axes])
    ahead = np.array([number for number, unit in enumerate(frontier.units) if unit.on_frontier])
    found: list[list[Improvement]] = [[] for _ in frontier.units]
    for column, axis in enumerate(frontier.axes):
        for number, rival in bettered(gains, ahead, column):
            own, possible = float(values[number, column]), float(values[rival, column])
            share = None if own == 0 else abs(possible - own) / abs(own)
            found[number].append(
                Improvement(axis=axis.name, possible=possible, share=share, see=frontier.units[rival].name)
            )
    return tuple(tuple(each) for each in found)


def bettered(gains: FloatArray, ahead: IntArray, column: int) -> Iterator[tuple[int, int]]:
    """Yield units that are bettered on a column with all else at least as good, and by whom the most.

    Parameters
    ----------
    gains : float array, shape (n, axes)
        More is better.
    ahead : int array
        The undominated units.
    column : int

    Yields
    ------
    tuple of (int, int)

    Examples
    --------
    >>> list(bettered(np.array([[-0.88, 0.8], [-1.0, 0.8]]), np.array([0]), 0))
    [(1, 0)]
    """
    others = np.arange(gains.shape[1]) != column
    rivals, reached = gains[np.ix_(ahead, others)], gains[ahead, column]
    for group in neighbourhoods(gains):
        fits = (rivals >= group.least[others]).all(axis=1)
        sure = (rivals >= group.most[others]).all(axis=1)
        least = max(group.least[column], reached[sure].max(initial=-np.inf))
        able = ahead[fits & (reached >= least)]
        if able.size:
            yield from _bettered(gains, group.rows, able, column)


def _bettered(gains: FloatArray, rows: IntArray, able: IntArray, column: int) -> Iterator[tuple[int, int]]:
    """Do so for some rows and for rivals that may be the best of one of them."""
    step = max(1, _CELLS // len(able))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        fits = np.ones((len(part), len(able)), dtype=np.bool_)
        for number in range(gains.shape[1]):
            if number != column:
                fits &= gains[None, able, number] >= gains[part, None, number]
        reached = np.where(fits, gains[None, able, column], -np.inf)
        best = reached.argmax(axis=1)
        gained = reached[np.arange(len(part)), best] > gains[part, column]
        for row in np.flatnonzero(gained).tolist():
            yield int(part[row]), int(able[best[row]])
