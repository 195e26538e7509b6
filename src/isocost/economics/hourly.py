"""The hourly cost of an owned accelerator with its interval, and the utilization from which owning pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.alternative import break_even_share
from isocost.economics.ownership import hourly_parts
from isocost.statistics.draws import DRAWS, Draws
from isocost.statistics.ranges import assumed_draws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.assumed import Assumed
    from isocost.economics.ownership import Boundary, Formula, Values

__all__ = [
    "READINGS",
    "BreakEven",
    "HourlyCost",
    "Reading",
    "break_even",
    "break_even_utilization",
    "hourly_cost",
    "standing_and_used",
]

Reading = Literal["published", "maintenance by the calendar", "power by the calendar", "full"]
READINGS: tuple[Reading, ...] = ("published", "maintenance by the calendar", "power by the calendar")
"""The three readings of the published formula: which of its parts are paid in idle hours too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyCost:
    """What an hour of use of one owned accelerator costs.

    Parameters
    ----------
    formula : Formula
    boundary : Boundary
    parts : mapping of str to Draws
        USD per hour of use, joint.
    total : Draws
        Their sum.
    """

    formula: Formula
    boundary: Boundary
    parts: Mapping[str, Draws]
    total: Draws


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """Owning against renting the same hours of use.

    Parameters
    ----------
    reading : Reading
        Which parts are paid in idle hours too.
    utilization : Draws
        From which on owning costs less; above 1, or infinite: never.
    probability : float
        Share of joint draws in which owning costs less at the stated utilization.
    """

    reading: Reading
    utilization: Draws
    probability: float


def hourly_cost(
    assumed: Mapping[str, Assumed],
    *,
    formula: Formula,
    boundary: Boundary = "accelerator",
    seed: int = 0,
    size: int = DRAWS,
) -> HourlyCost:
    """Compute the hourly cost of an owned accelerator, draw by draw over the ranges of its assumptions.

    Parameters
    ----------
    assumed : mapping of str to Assumed
        By the names of `isocost.economics.ownership.PARAMETERS`, amounts in USD.
    formula : Formula
        ``"published"``: arXiv 2510.26136; ``"full"``.
    boundary : Boundary
    seed : int
    size : int
        Number of draws, at least 1.

    Returns
    -------
    HourlyCost

    Raises
    ------
    InputError
        If a parameter, or an end of its range, is missing, unknown or out of range.

    Examples
    --------
    >>> from isocost.core.assumed import Assumed
    >>> given = {name: Assumed(value=value, unit="", source="example", date="") for name, value in dict(
    ...     purchase_price=8760.0, lifetime_years=2, utilization=0.5, full_power_w=500, pue=1.2,
    ...     electricity=0.1, maintenance_rate=0.0).items()}
    >>> round(hourly_cost(given, formula="published").total.value, 6)  # 8760 / (2 * 8760 * 0.5) + 0.06
    1.06
    """
    values = {name: each.value for name, each in assumed.items()}
    samples = {
        name: assumed_draws(name, each, seed=seed, size=size).samples for name, each in assumed.items()
    }
    for end in (0, 1):
        hourly_parts({n: each.ends[end] for n, each in assumed.items()}, formula=formula, boundary=boundary)
    points = hourly_parts(values, formula=formula, boundary=boundary)
    drawn = hourly_parts(samples, formula=formula, boundary=boundary)
    method = f"{formula} formula, {boundary}; draws over the ranges of its assumptions"

    def draws(value: float, array: Any) -> Draws:  # noqa: ANN401 - an array, or a number where nothing varies
        spread = np.broadcast_to(np.asarray(array, dtype=np.float64), (size,))
        return Draws(value=float(value), samples=spread, unit="USD/h", kind="assumed", method=method)

    return HourlyCost(
        formula=formula,
        boundary=boundary,
        parts={name: draws(points[name], drawn[name]) for name in points},
        total=draws(sum(points.values()), sum(drawn.values())),
    )


def break_even_utilization(
    values: Values,
    rent: Any,  # noqa: ANN401 - number or array
    *,
    reading: Reading,
    boundary: Boundary = "accelerator",
) -> Any:  # noqa: ANN401 - number or array
    r"""Return the utilization at which an hour of use costs as much owned as rented.

    With :math:`C` paid by the calendar, :math:`A` by the hour of use and :math:`I` by the idle hour, owning
    costs :math:`(C + I (1 - u)) / u + A`; it equals the rent :math:`R` at
    :math:`u = (C + I) / (R - A + I)`.

    Parameters
    ----------
    values : mapping of str to float or float array
        As for `isocost.economics.ownership.hourly_parts`.
    rent : float or float array
        Price of an hour of use of one rented accelerator, same currency, at least 0.
    reading : Reading
        Of the published formula: ``"published"`` as it stands, with depreciation alone by the calendar;
        ``"maintenance by the calendar"``; ``"power by the calendar"`` as well. ``"full"``: of the full one.
    boundary : Boundary
        Of the full formula.

    Returns
    -------
    float or float array
        Above 1: owning never pays; infinite where even full use cannot pay the running cost.

    Raises
    ------
    InputError
        If the rent or a parameter is out of range.

    Examples
    --------
    >>> a800 = dict(purchase_price=120e3, lifetime_years=3, utilization=1, full_power_w=400, pue=1.5,
    ...             electricity=1.0, maintenance_rate=0.03)
    >>> [round(100 * break_even_utilization(a800, 2.82 * 7.09, reading=each), 1) for each in READINGS]
    [24.1, 25.7, 27.9]
    """
    if not bool((np.asarray(rent) >= 0).all()):
        raise InputError(f"the rent must be at least 0 per hour, got {rent!r}")
    standing, used = standing_and_used(values, reading=reading, boundary=boundary)
    return break_even_share(standing, used, rent)


def standing_and_used(values: Values, *, reading: Reading, boundary: Boundary = "accelerator") -> Any:  # noqa: ANN401 - numbers or arrays
    """Split the hour of an owned accelerator: what it costs standing ready, and what full use adds.

    Parameters
    ----------
    values : mapping of str to float or float array
        As for `isocost.economics.ownership.hourly_parts`; their utilization has no part in it.
    reading : Reading
        Which parts are paid in idle hours too, as for `break_even_utilization`.
    boundary : Boundary
        Of the full formula.

    Returns
    -------
    tuple of (float or float array, float or float array)
        Currency per hour by the calendar, idle power included, and per hour of full use beside it.

    Examples
    --------
    >>> a800 = dict(purchase_price=120e3, lifetime_years=3, utilization=1, full_power_w=400, pue=1.5,
    ...             electricity=1.0, maintenance_rate=0.03)
    >>> [round(amount, 4) for amount in standing_and_used(a800, reading="maintenance by the calendar")]
    [4.9772, 0.6]
    """
    parts = hourly_parts(
        {**values, "utilization": 1.0},
        formula="full" if reading == "full" else "published",
        boundary=boundary,
    )
    running = {"published": ("power", "maintenance"), "power by the calendar": ()}.get(reading, ("power",))
    idle: Any = 0.0
    if reading == "full" and "idle power" in parts:
        idle = values["idle_power_w"] / 1000 * values["pue"] * values["electricity"]
    used = sum(parts[name] for name in running)
    return sum(amount for name, amount in parts.items() if name not in running) + idle, used - idle


def break_even(
    assumed: Mapping[str, Assumed],
    cost: HourlyCost,
    rent: Draws,
    *,
    reading: Reading,
    seed: int = 0,
) -> BreakEven:
    """Compare owning with renting, over joint draws.

    Parameters
    ----------
    assumed : mapping of str to Assumed
        What `cost` was computed from, with the same seed.
    cost : HourlyCost
    rent : Draws
        USD per hour of use of one rented accelerator.
    reading : Reading
    seed : int

    Returns
    -------
    BreakEven
        Its probability is of `cost` as it stands, whatever the reading.
    """
    size = len(cost.total.samples)
    values = {name: each.value for name, each in assumed.items()}
    samples = {
        name: assumed_draws(name, each, seed=seed, size=size).samples for name, each in assumed.items()
    }
    drawn = break_even_utilization(samples, rent.samples, reading=reading, boundary=cost.boundary)
    return BreakEven(
        reading=reading,
        utilization=Draws(
            value=break_even_utilization(values, rent.value, reading=reading, boundary=cost.boundary),
            samples=np.broadcast_to(np.asarray(drawn), (size,)),
            unit="1",
            kind="assumed",
            method=f"break-even, {reading}; joint draws",
        ),
        probability=float(np.mean(cost.total.samples < rent.samples)),
    )
