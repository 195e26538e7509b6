"""Who dominates each unit, for tables of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.frontier.pareto import Dominance

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["dominators"]

_CELLS = 4_000_000  # compared at a time, so that a million units fit in memory


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
        At most so many are named of each unit, in the order of `ahead`.

    Returns
    -------
    tuple of tuple of int, length n
        Empty for a unit that is undominated.

    Examples
    --------
    >>> dominators(np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 5.0]]), np.array([1, 2]))
    ((1,), (), ())
    """
    rivals = gains[ahead]
    found: list[tuple[int, ...]] = [()] * len(gains)
    step = max(1, _CELLS // max(1, len(rivals)))
    for start in range(0, len(gains), step):
        part = gains[start : start + step]
        beats = _beats(rivals, part, dominance)
        for row in np.flatnonzero(beats.any(axis=1)).tolist():
            found[start + row] = tuple(ahead[np.flatnonzero(beats[row])[:most]].tolist())
    return tuple(found)


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
