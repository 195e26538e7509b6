"""Prices: an amount with currency, date and source. Computation is in USD."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isocost.core.errors import InputError

__all__ = ["HourlyPrice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyPrice:
    """What one hour of a whole deployment costs.

    Parameters
    ----------
    usd_per_hour : float
        US dollars per hour for the whole deployment, at least 0.
    source : str
        Who says so: ``"given by you"``, a price list, a profile.
    date : str
        ISO date on which the price held.
    low, high : float or None
        Range of the price where it is an assumption; ``None`` when it is exact.

    Examples
    --------
    >>> HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21").usd_per_second
    0.001
    """

    usd_per_hour: float
    source: str
    date: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse amounts that are no price."""
        for name, amount in (("price", self.usd_per_hour), ("low", self.low), ("high", self.high)):
            if amount is not None and not (math.isfinite(amount) and amount >= 0):
                raise InputError(f"{name} per hour must be a number of at least 0 USD, got {amount!r}")

    @property
    def usd_per_second(self) -> float:
        """The same price, USD per second."""
        return self.usd_per_hour / 3600
