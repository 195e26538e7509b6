"""Exact Pareto dominance in any dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

__all__ = ["Axis", "Frontier", "FrontierUnit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One quantity that units are compared by.

    Parameters
    ----------
    name : str
        ``"cost per million output tokens"``.
    unit : str
    better : {"lower", "higher"}
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]


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
    dominance: Literal["strict", "weak"] = "strict"
