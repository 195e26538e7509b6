"""Who is undominated: exact Pareto dominance in any dimension, by sorting where that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["Better", "Dominance", "dominates", "gains_of", "pareto_mask"]

Better = Literal["lower", "higher"]
Dominance = Literal["strict", "weak"]


def pareto_mask(values: FloatArray, better: Sequence[Better], dominance: Dominance = "strict") -> BoolArray:
    """Tell which rows no other row dominates; exact in any dimension.

    Strict dominance: at least as good on every axis and better on one, so copies of an undominated row
    all stay. Weak dominance: better on every axis; the rule of arXiv 2305.02440. Up to three axes take
    O(n log n), three by divide and conquer (Kung, Luccio and Preparata 1975, doi:10.1145/321906.321910);
    more take O(n m) for m undominated rows.

    Parameters
    ----------
    values : float array, shape (n, d)
        One row a unit, one column an axis; infinities are allowed.
    better : sequence of {"lower", "higher"}, length d
        Which way each axis is better.
    dominance : {"strict", "weak"}

    Returns
    -------
    bool array, shape (n,)
        True where a row is undominated.

    Raises
    ------
    InputError
        If `values` is no (n, d) table with d at least 1, holds NaN, or a word is not known.

    Examples
    --------
    Cost (lower is better) and speed (higher): the third costs more than the first and is no faster.

    >>> pareto_mask(np.array([[1.0, 20.0], [2.0, 50.0], [1.5, 20.0]]), ["lower", "higher"]).tolist()
    [True, True, False]
    """
    gains = gains_of(values, better)
    if dominance not in get_args(Dominance):
        raise InputError(f"dominance is 'strict' or 'weak', got {dominance!r}")
    if gains.shape[1] <= 2:
        return _planar_mask(gains, dominance)
    return _spatial_mask(gains, dominance) if gains.shape[1] == 3 else _cull_mask(gains, dominance)


def gains_of(values: FloatArray, better: Sequence[Better]) -> FloatArray:
    """Turn every axis so that more is better.

    Raises
    ------
    InputError
        As `pareto_mask`.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0 or table.shape[1] != len(better):
        raise InputError(
            f"dominance needs one column an axis: got values of shape {table.shape} for {len(better)} axes"
        )
    unknown = [word for word in better if word not in ("lower", "higher")]
    if unknown:
        raise InputError(f"an axis is better 'lower' or 'higher', got {unknown[0]!r}")
    missing = np.flatnonzero(np.isnan(table).any(axis=1))
    if missing.size:
        raise InputError(
            f"dominance cannot judge a missing value: row {missing[0]} holds NaN; leave such units out"
        )
    signs = np.array([1.0 if word == "higher" else -1.0 for word in better])
    return np.asarray(table * signs, dtype=np.float64)


def dominates(gains: FloatArray, row: FloatArray, dominance: Dominance) -> BoolArray:
    """Tell which rows of `gains`, more being better on each axis, dominate `row`."""
    if dominance == "weak":
        return np.asarray((gains > row).all(axis=1))
    return np.asarray((gains >= row).all(axis=1) & (gains > row).any(axis=1))


def _planar_mask(gains: FloatArray, dominance: Dominance) -> BoolArray:
    """Undominated rows of one or two axes, by one sort and a running maximum."""
    x, y = gains[:, 0], gains[:, -1]
    order = np.lexsort((-y, -x))
    x, y = x[order], y[order]
    if len(x) == 0:
        return np.zeros(0, dtype=np.bool_)
    starts = np.flatnonzero(np.r_[True, x[1:] != x[:-1]])
    group = np.cumsum(np.r_[False, x[1:] != x[:-1]])
    best = np.maximum.accumulate(y)
    better_x = np.r_[-np.inf, best[starts[1:] - 1]][group]  # best y among rows of strictly greater x
    exists = group > 0
    if dominance == "weak":
        dominated = exists & (y < better_x)
    else:
        dominated = (exists & (y <= better_x)) | (y < y[starts][group])
    mask = np.empty(len(x), dtype=np.bool_)
    mask[order] = ~dominated
    return mask


def _spatial_mask(gains: FloatArray, dominance: Dominance) -> BoolArray:
    """Undominated rows of three axes: sorted by the first, halves are compared on the other two.

    Whoever dominates a row stands before it. At each level of halving, the rows of each first half are
    run through by falling second axis, and their greatest third one is held against the second half.
    """
    if len(gains) == 0:
        return np.zeros(0, dtype=np.bool_)
    weak = dominance == "weak"
    x, y, z = (_ranks(column) for column in gains.T)
    order = np.lexsort((z, y, -x) if weak else (-z, -y, -x))
    x, y, z = x[order], y[order], z[order]
    fresh = np.r_[True, (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (z[1:] != z[:-1])]
    y, z = y[fresh], z[fresh]
    place = np.arange(len(y))
    falling = np.lexsort((-place if weak else place, -y))
    dominated = _dominated_by_halves(falling, z, weak=weak)
    mask = np.empty(len(gains), dtype=np.bool_)
    mask[order] = ~dominated[np.cumsum(fresh) - 1]
    return mask


def _ranks(column: FloatArray) -> IntArray:
    """Rank values densely from 0, equal ones alike: whole numbers sort and compare quickly."""
    order = np.argsort(column)
    values = column[order]
    ranks = np.empty(len(column), dtype=np.int64)
    ranks[order] = np.cumsum(np.r_[False, values[1:] != values[:-1]])
    return ranks


def _dominated_by_halves(falling: IntArray, z: IntArray, *, weak: bool) -> BoolArray:
    """Hold the second half of each block against the first, block sizes halving from all to two.

    `falling` lists places by falling second axis; within each block it stays so, since halving is stable.
    """
    count = len(z)
    dominated = np.zeros(count, dtype=np.bool_)
    span = int(z.max()) + 2
    bits = max(1, (count - 1).bit_length())
    for shift in range(bits - 1, -1, -1):
        block, second = falling >> (shift + 1), (falling >> shift & 1).astype(np.bool_)
        floor = block * span
        heights = z[falling] + 1
        reached = np.maximum.accumulate(np.where(second, floor, floor + heights)) - floor
        beaten = reached > heights if weak else reached >= heights
        dominated[falling[second & beaten]] = True
        falling = _halved(falling, block, second)
    return dominated


def _halved(falling: IntArray, block: IntArray, second: BoolArray) -> IntArray:
    """Move the first half of each block before the second, keeping the order within each."""
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
    sizes = np.diff(np.r_[starts, len(block)])
    seconds = np.cumsum(second)
    before: IntArray = np.repeat(seconds[starts] - second[starts], sizes)
    position = np.arange(len(falling))
    start = np.repeat(starts, sizes)
    firsts = sizes - np.add.reduceat(second, starts)
    within = seconds - before
    target = np.where(second, start + np.repeat(firsts, sizes) + within - 1, position - within)
    moved = np.empty_like(falling)
    moved[target] = falling
    return moved


def _cull_mask(gains: FloatArray, dominance: Dominance) -> BoolArray:
    """Undominated rows in any dimension: whoever dominates a row stands before it in sorted order."""
    order = np.lexsort(tuple(-column for column in gains.T[::-1]))
    left, kept = order, []
    while left.size:
        first = left[0]
        kept.append(first)
        rest = left[1:]
        beaten = dominates(-gains[rest], -gains[first], dominance)  # signs turned: `first` dominates them
        left = rest[~beaten]
    mask = np.zeros(len(gains), dtype=np.bool_)
    mask[kept] = True
    return mask
