"""Exact Pareto dominance in any dimension."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Axis", "Dominance", "Frontier", "FrontierUnit", "ProductionUnit", "frontier_of", "pareto_mask"]

Dominance = Literal["strict", "weak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One quantity that units are compared by.

    Parameters
    ----------
    name : str
        ``"cost per million output tokens"``.
    unit : str
    better : {"lower", "higher"}
    bounded : bool
        Whether it is a ratio with an upper end, such as a share of right answers: it cannot be scaled.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    bounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionUnit:
    """What is to be compared: a deployment at a load.

    Parameters
    ----------
    name : str
        ``"tiny-F16 at 4 concurrent"``; unique among the units compared.
    group : str
        The deployment; units of one group are not independent.
    values : tuple of Estimate
        One an axis, in the unit of the axis.
    """

    name: str
    group: str
    values: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierUnit:
    """One production unit: a deployment at a load.

    Parameters
    ----------
    name : str
        ``"tiny-F16 at 4 concurrent"``.
    group : str
        The deployment; units of one group are not independent.
    values : tuple of Estimate
        One an axis.
    on_frontier : bool
        Whether no other unit dominates it.
    dominated_by : tuple of str
        Names of units that dominate it.
    """

    name: str
    group: str
    values: tuple[Estimate, ...]
    on_frontier: bool
    dominated_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """Units and who of them is undominated.

    Parameters
    ----------
    axes : tuple of Axis
    units : tuple of FrontierUnit
    dominance : {"strict", "weak"}
        Strict: at least as good on every axis and better on one. Weak: better on every axis.
    """

    axes: tuple[Axis, ...]
    units: tuple[FrontierUnit, ...]
    dominance: Dominance = "strict"


def pareto_mask(
    values: FloatArray, better: Sequence[Literal["lower", "higher"]], dominance: Dominance = "strict"
) -> BoolArray:
    """Tell which rows no other row dominates; exact in any dimension.

    Strict dominance: at least as good on every axis and better on one, so copies of an undominated row
    all stay. Weak dominance: better on every axis; the rule of arXiv 2305.02440. One and two axes take
    O(n log n); more take O(n m) for m undominated rows.

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
    gains = _gains(values, better)
    _check_dominance(dominance)
    return _planar_mask(gains, dominance) if gains.shape[1] <= 2 else _cull_mask(gains, dominance)


def frontier_of(
    units: Sequence[ProductionUnit],
    *,
    axes: Sequence[Axis],
    dominance: Dominance = "strict",
    most_named: int | None = None,
) -> Frontier:
    """Compare production units by their point estimates and name who dominates whom.

    Parameters
    ----------
    units : sequence of ProductionUnit
        At least one; names are unique.
    axes : sequence of Axis
        At least one.
    dominance : {"strict", "weak"}
    most_named : int, optional
        Name at most so many that dominate a unit, the first ones on the frontier: all pairs of ten thousand
        units would fill the memory. By default all are named, on the frontier or not.

    Returns
    -------
    Frontier
        The units in the order given.

    Raises
    ------
    InputError
        If there is no unit or no axis, a name comes twice, or a unit's values do not fit the axes.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> cost = Axis(name="cost", unit="USD", better="lower")
    >>> speed = Axis(name="speed", unit="tok/s", better="higher")
    >>> def unit(name, cost, speed):
    ...     pairs = ((cost, "USD"), (speed, "tok/s"))
    ...     values = tuple(Estimate(value=v, unit=u, kind="measured", method="example") for v, u in pairs)
    ...     return ProductionUnit(name=name, group=name, values=values)
    >>> frontier = frontier_of([unit("a", 1.0, 20.0), unit("b", 2.0, 20.0)], axes=[cost, speed])
    >>> frontier.units[1].dominated_by
    ('a',)
    """
    _check_units(units, axes)
    gains = _gains(
        np.array([[estimate.value for estimate in unit.values] for unit in units], dtype=np.float64),
        [axis.better for axis in axes],
    )
    _check_dominance(dominance)
    ahead = pareto_mask(gains, ["higher"] * len(axes), dominance)
    pool = np.arange(len(units)) if most_named is None else np.flatnonzero(ahead)
    names, rivals = np.array([unit.name for unit in units], dtype=object)[pool], gains[pool]
    compared = tuple(
        FrontierUnit(
            name=unit.name,
            group=unit.group,
            values=unit.values,
            on_frontier=bool(on),
            dominated_by=() if on else tuple(names[_dominates(rivals, row, dominance)][:most_named]),
        )
        for unit, row, on in zip(units, gains, ahead, strict=True)
    )
    return Frontier(axes=tuple(axes), units=compared, dominance=dominance)


def _gains(values: FloatArray, better: Sequence[Literal["lower", "higher"]]) -> FloatArray:
    """Turn every axis so that more is better."""
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


def _check_dominance(dominance: str) -> None:
    if dominance not in get_args(Dominance):
        raise InputError(f"dominance is 'strict' or 'weak', got {dominance!r}")


def _check_units(units: Sequence[ProductionUnit], axes: Sequence[Axis]) -> None:
    if not units or not axes:
        raise InputError(f"a frontier needs units and axes, got {len(units)} units and {len(axes)} axes")
    name, count = Counter(unit.name for unit in units).most_common(1)[0]
    if count > 1:
        raise InputError(f"{count} units are named {name!r}; a frontier needs a name for each")
    expected = tuple(axis.unit for axis in axes)
    for unit in units:
        got = tuple(estimate.unit for estimate in unit.values)
        if got != expected:
            raise InputError(f"unit {unit.name!r} has values in {got}, the axes are in {expected}")


def _dominates(gains: FloatArray, row: FloatArray, dominance: Dominance) -> BoolArray:
    """Which rows of `gains` dominate `row`."""
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


def _cull_mask(gains: FloatArray, dominance: Dominance) -> BoolArray:
    """Undominated rows in any dimension: whoever dominates a row stands before it in sorted order."""
    order = np.lexsort(tuple(-column for column in gains.T[::-1]))
    left, kept = order, []
    while left.size:
        first = left[0]
        kept.append(first)
        rest = left[1:]
        dominated = _dominates(-gains[rest], -gains[first], dominance)  # signs turned: `first` dominates them
        left = rest[~dominated]
    mask = np.zeros(len(gains), dtype=np.bool_)
    mask[kept] = True
    return mask
