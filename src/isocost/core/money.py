"""Prices: an amount with currency, date and source. Computation is in USD."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["USD", "Currency", "HourlyPrice"]

_DEAREST = 1e9


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
    samples : float array, shape (draws,), or None
        Joint samples of the price where it was computed from assumptions; ``None``: all prices in the range
        are alike.

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
    samples: FloatArray | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse amounts that are no price."""
        for name, amount in (("price", self.usd_per_hour), ("low", self.low), ("high", self.high)):
            if amount is not None and not (math.isfinite(amount) and amount >= 0):
                raise InputError(f"{name} per hour must be a number of at least 0 USD, got {amount!r}")
            if amount is not None and amount > _DEAREST:
                raise InputError(f"{name} per hour must be at most {_DEAREST:g} USD, got {amount:g}")

    @property
    def usd_per_second(self) -> float:
        """The same price, USD per second."""
        return self.usd_per_hour / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency and its rate on a day.

    Parameters
    ----------
    code : str
        ISO 4217 code, such as ``"CNY"``.
    per_usd : float
        Units of it for one US dollar, above 0.
    date : str
        ISO date of the rate.
    source : str
        Who says so.

    Examples
    --------
    >>> yuan = Currency(code="CNY", per_usd=7.09, date="2025-10-31", source="arXiv 2510.26136")
    >>> yuan.from_usd(yuan.to_usd(120_000.0))
    120000.0
    """

    code: str
    per_usd: float
    date: str
    source: str

    def __post_init__(self) -> None:
        """Refuse a rate that is none."""
        if not (math.isfinite(self.per_usd) and self.per_usd > 0):
            raise InputError(f"the rate of {self.code} per USD must be above 0, got {self.per_usd!r}")

    def to_usd(self, amount: float) -> float:
        """Convert an amount of this currency to US dollars."""
        return amount / self.per_usd

    def from_usd(self, amount: float) -> float:
        """Convert an amount of US dollars to this currency."""
        return amount * self.per_usd


USD = Currency(code="USD", per_usd=1.0, date="", source="by definition")
"""The currency that everything is computed in."""
