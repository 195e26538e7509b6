"""Hypervolume: how much of the space before a reference point a set of units dominates, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.pareto import gains_of, pareto_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.pareto import Better

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["hypervolume"]


def hypervolume(values: FloatArray, better: Sequence[Better], reference: Sequence[float]) -> float:
    """Return the measure of all that some unit dominates and that is better than a reference point.

    One figure for a whole frontier: it grows whenever the frontier moves outward anywhere. It depends on
    the reference point and on the units of the axes; compare only under the same ones (Zitzler and Thiele
    1998, doi:10.1007/BFb0056872). By slices along the last axis: O(n log n) in two dimensions, in d
    O(n^(d-1) log n).

    Parameters
    ----------
    values : float array, shape (n, d)
        One row a unit; finite.
    better : sequence of {"lower", "higher"}, length d
    reference : sequence of float, length d
        A point that is worse than what is to count: units that do not beat it on every axis count nothing.

    Returns
    -------
    float
        In the product of the units of all axes; at least 0.

    Raises
    ------
    InputError
        If values or reference are not finite or do not fit the axes.

    Examples
    --------
    Cost 1 and speed 2, cost 3 and speed 4, before cost 4 and speed 0: 3 x 2 + 1 x 2.

    >>> hypervolume(np.array([[1.0, 2.0], [3.0, 4.0]]), ["lower", "higher"], [4.0, 0.0])
    8.0
    """
    point = np.asarray(reference, dtype=np.float64)
    if point.shape != (len(better),):
        raise InputError(
            f"a reference point needs one number an axis: got {point.size} for {len(better)} axes"
        )
    table = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(point).all() and np.isfinite(table).all()):
        raise InputError("a hypervolume needs finite values and a finite reference point; leave others out")
    heights = gains_of(table, better) - gains_of(point[None, :], better)
    return _volume(heights[(heights > 0).all(axis=1)])


def _volume(heights: FloatArray) -> float:
    """Measure what boxes from the origin to each row cover together."""
    if len(heights) == 0:
        return 0.0
    if heights.shape[1] == 1:
        return float(heights.max())
    front = heights[pareto_mask(heights, ["higher"] * heights.shape[1])]
    front = front[np.argsort(-front[:, -1], kind="stable")]
    depths = front[:, -1] - np.r_[front[1:, -1], 0.0]
    if heights.shape[1] == 2:
        return float(np.maximum.accumulate(front[:, 0]) @ depths)
    parts = [
        depth * _volume(front[: count + 1, :-1]) for count, depth in enumerate(depths.tolist()) if depth > 0
    ]
    return float(np.sum(parts))
