"""Who dominates each unit, for tables of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.frontier.neighbourhoods import neighbourhoods

if TYPE_CHECKING:
    from isocost.frontier.pareto import Dominance

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["dominators"]

_CELLS = 4_000_000  # compared at a time


def dominators(
    gains: FloatArray, ahead: IntArray, *, dominance: Dominance = "strict", most: int = 10
) -> tuple[tuple[int, ...], ...]:
    """Name for each unit the undominated units that dominate it.

    Parameters
    ----------
    gains : float array, shape (n, axes)
        More is better.
    ahead : int array
        The undominated units; only they are named.
    dominance : {"strict", "weak"}
    most : int
        At most so many are named of each unit, in the order of `ahead`; which of more is left open.

    Returns
    -------
    tuple of tuple of int, length n
        Empty for a unit that is undominated.

    Examples
    --------
    >>> dominators(np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 5.0]]), np.array([1, 2]))
    ((1,), (), ())
    """
    found: list[tuple[int, ...]] = [()] * len(gains)
    rivals = gains[ahead]
    for group in neighbourhoods(gains):
        able = np.flatnonzero((rivals >= group.least).all(axis=1))
        sure = able[_beats(rivals[able], group.most[None], dominance)[0]]
        if len(sure) >= most:
            found_by_all = tuple(ahead[sure[:most]].tolist())
            for row in group.rows.tolist():
                found[row] = found_by_all
            continue
        _name(found, gains, group.rows, ahead[able], dominance, most)
    return tuple(found)


def _name(
    found: list[tuple[int, ...]],
    gains: FloatArray,
    rows: IntArray,
    rivals: IntArray,
    dominance: Dominance,
    most: int,
) -> None:
    """Name who of `rivals` dominates each of `rows`."""
    step = max(1, _CELLS // max(1, len(rivals)))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        beats = _beats(gains[rivals], gains[part], dominance)
        for place in np.flatnonzero(beats.any(axis=1)).tolist():
            found[part[place]] = tuple(rivals[np.flatnonzero(beats[place])[:most]].tolist())


def _beats(rivals: FloatArray, part: FloatArray, dominance: Dominance) -> BoolArray:
    """Whether each rival dominates each unit, shape (units, rivals)."""
    throughout = np.ones((len(part), len(rivals)), dtype=np.bool_)
    once = np.zeros_like(throughout)
    for column in range(part.shape[1]):
        one, other = rivals[None, :, column], part[:, None, column]
        if dominance == "weak":
            throughout &= one > other
            continue
        throughout &= one >= other
        once |= one > other
    return throughout if dominance == "weak" else throughout & once
