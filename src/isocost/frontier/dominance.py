"""Production units, and who of them no other one dominates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.pareto import dominates, gains_of, pareto_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.pareto import Better, Dominance

__all__ = ["Axis", "Frontier", "FrontierUnit", "ProductionUnit", "frontier_of"]


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
    better: Better
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
    gains = gains_of(
        np.array([[estimate.value for estimate in unit.values] for unit in units], dtype=np.float64),
        [axis.better for axis in axes],
    )
    ahead = pareto_mask(gains, ["higher"] * len(axes), dominance)
    pool = np.arange(len(units)) if most_named is None else np.flatnonzero(ahead)
    names, rivals = np.array([unit.name for unit in units], dtype=object)[pool], gains[pool]
    compared = tuple(
        FrontierUnit(
            name=unit.name,
            group=unit.group,
            values=unit.values,
            on_frontier=bool(on),
            dominated_by=() if on else tuple(names[dominates(rivals, row, dominance)][:most_named]),
        )
        for unit, row, on in zip(units, gains, ahead, strict=True)
    )
    return Frontier(axes=tuple(axes), units=compared, dominance=dominance)


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
