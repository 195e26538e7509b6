"""Owning a machine against renting one, over joint draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from isocost.catalog import machine_names, machine_profile
from isocost.catalog.tables import nearest_names
from isocost.core.errors import CatalogError
from isocost.core.money import HourlyPrice
from isocost.economics import READINGS, break_even, price_draws
from isocost.statistics import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.assumed import Assumed
    from isocost.core.estimate import Estimate
    from isocost.economics import HourlyCost
    from isocost.economics.hourly import Reading

__all__ = ["BreakEvenPoint", "RentComparison", "against_rents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenPoint:
    """From which utilization on owning costs less than renting.

    Parameters
    ----------
    reading : Reading
        Which parts are paid in idle hours too.
    utilization : Estimate or None
        Above 1: never; ``None``: never, whatever the utilization; without interval where some draws say so.
    never : float
        Share of joint draws in which owning never pays.
    """

    reading: Reading
    utilization: Estimate | None
    never: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RentComparison:
    """Owning against renting.

    Parameters
    ----------
    name : str
        Of the machine by the hour; ``"given by you"``.
    price : HourlyPrice
        Of one rented accelerator.
    break_evens : tuple of BreakEvenPoint
        By reading: three of the published formula, one of the full one.
    owning_cheaper : float
        Probability that owning costs less at the stated utilization: share of joint draws.
    """

    name: str
    price: HourlyPrice
    break_evens: tuple[BreakEvenPoint, ...]
    owning_cheaper: float


def against_rents(
    assumed: Mapping[str, Assumed], cost: HourlyCost, rents: Sequence[str], *, seed: int
) -> tuple[RentComparison, ...]:
    """Compare the cost of owning with rents.

    Parameters
    ----------
    assumed : mapping of str to Assumed
        What `cost` was computed from, with the same seed.
    cost : HourlyCost
    rents : sequence of str
        USD per hour of one accelerator, or names of machines by the hour; one with a range is compared over
        its range and at both ends.
    seed : int

    Raises
    ------
    CatalogError
        If a rent is neither.
    """
    readings: Sequence[Reading] = READINGS if cost.formula == "published" else ("full",)
    compared = []
    for name, price in _prices(rents):
        rent = price_draws(price, seed=seed, size=len(cost.total.samples))
        found = [break_even(assumed, cost, rent, reading=reading, seed=seed) for reading in readings]
        compared.append(
            RentComparison(
                name=name,
                price=price,
                break_evens=tuple(
                    BreakEvenPoint(
                        reading=each.reading,
                        utilization=summarise(each.utilization)
                        if np.isfinite(each.utilization.value)
                        else None,
                        never=float(np.mean(each.utilization.samples > 1)),
                    )
                    for each in found
                ),
                owning_cheaper=found[0].probability,
            )
        )
    return tuple(compared)


def _prices(texts: Sequence[str]) -> Iterator[tuple[str, HourlyPrice]]:
    """Name what to compare with; a price with a range comes with both its ends."""
    for text in texts:
        name, price = _rent(text)
        yield name, price
        for end, amount in (("low end", price.low), ("high end", price.high)):
            if amount is not None and price.low != price.high:
                yield f"{name}, {end}", replace(price, usd_per_hour=amount, low=None, high=None)


def _rent(text: str) -> tuple[str, HourlyPrice]:
    if text in machine_names():
        return text, machine_profile(text).price
    try:
        amount = float(text)
    except ValueError:
        near = ", ".join(nearest_names(text, machine_names()))
        raise CatalogError(
            f"--rent {text}: neither USD per hour nor a machine by the hour; the nearest: {near}"
        ) from None
    today = datetime.now(UTC).date().isoformat()
    return "given by you", HourlyPrice(usd_per_hour=amount, source="given by you", date=today)
