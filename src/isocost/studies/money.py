"""What a deployment's hour and its users' waiting are taken to cost, as given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.studies.report import Assumption

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.economics import CostCurve

__all__ = [
    "MoneyTerms",
    "given_price",
    "price_with_range",
    "refuse_range",
    "waiting_assumptions",
    "waiting_doubts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTerms:
    """What is said of money beside the price itself.

    Parameters
    ----------
    price_range : tuple of (float, float) or None
        Least and most that an hour of the whole deployment may cost, USD, at least 0.
    waiting_usd_per_hour : float or None
        What an hour of one request in the system is worth, USD, at least 0.
    """

    price_range: tuple[float, float] | None = None
    waiting_usd_per_hour: float | None = None

    def __post_init__(self) -> None:
        """Refuse ranges and prices that are none."""
        w = self.waiting_usd_per_hour
        if w is not None and not (math.isfinite(w) and w >= 0):
            raise InputError(
                f"--waiting-price must be at least 0 USD per hour of one waiting request, got {w:g}"
            )
        if self.price_range is not None:
            low, high = self.price_range
            if not (math.isfinite(high) and 0 <= low <= high):
                raise InputError(
                    f"--price-range {low:g}:{high:g} is no range of prices; give LOW:HIGH in USD per hour, "
                    "such as 2.00:4.00"
                )

    @property
    def waiting_usd_per_second(self) -> float | None:
        """The price of waiting, USD per request-second."""
        return None if self.waiting_usd_per_hour is None else self.waiting_usd_per_hour / 3600


def given_price(usd_per_hour: float | None, terms: MoneyTerms, *, today: str) -> HourlyPrice | None:
    """Make a price of what was given: a price, a range, or both; a range alone has its middle as the price.

    Parameters
    ----------
    usd_per_hour : float or None
        Of the whole deployment.
    terms : MoneyTerms
    today : str
        ISO date.

    Returns
    -------
    HourlyPrice or None
        ``None`` where neither was given.

    Raises
    ------
    InputError
        If the price lies outside its range.

    Examples
    --------
    >>> given_price(None, MoneyTerms(price_range=(2.0, 4.0)), today="2026-11-21").usd_per_hour
    3.0
    """
    if usd_per_hour is None and terms.price_range is None:
        return None
    if usd_per_hour is None and terms.price_range is not None:
        usd_per_hour = sum(terms.price_range) / 2
    plain = HourlyPrice(usd_per_hour=usd_per_hour or 0.0, source="given by you", date=today)
    return price_with_range(plain, terms)


def price_with_range(price: HourlyPrice, terms: MoneyTerms) -> HourlyPrice:
    """Put the given range around a price.

    Raises
    ------
    InputError
        If the price lies outside.
    """
    if terms.price_range is None:
        return price
    low, high = terms.price_range
    if not low <= price.usd_per_hour <= high:
        raise InputError(
            f"--price-range {low:g}:{high:g} does not hold the price, {price.usd_per_hour:g} USD per hour; "
            "give LOW <= price <= HIGH"
        )
    return HourlyPrice(
        usd_per_hour=price.usd_per_hour, source=price.source, date=price.date, low=low, high=high
    )


def refuse_range(terms: MoneyTerms, machine: str) -> None:
    """Refuse a range of the price where a machine has one of its own.

    Raises
    ------
    InputError
        If one was given.
    """
    if terms.price_range is not None:
        raise InputError(
            f"--price-range goes with --price-per-hour: the price of {machine} comes with its own range; see "
            f"isocost hourly-cost --machine {machine}, and write a file with ranges of your own"
        )


def waiting_assumptions(terms: MoneyTerms) -> tuple[Assumption, ...]:
    """List the price of waiting as an assumption; none without one."""
    if terms.waiting_usd_per_hour is None:
        return ()
    return (
        Assumption(
            name="price of waiting",
            value=f"{terms.waiting_usd_per_hour:g} USD per hour of one request in the system",
            source="given by you",
        ),
    )


def waiting_doubts(curves: Sequence[CostCurve], terms: MoneyTerms) -> Iterator[Caution]:
    """Yield a doubt where the range of the price decides on the zone.

    Raises
    ------
    InputError
        If waiting has a price and no machine has one: there is nothing to weigh it against.
    """
    w = terms.waiting_usd_per_second
    if w is None:
        return
    if all(curve.price is None for curve in curves):
        raise InputError(
            "--waiting-price is weighed against the price of the machine, which is unknown; "
            "give --price-per-hour or --machine"
        )
    for curve in curves:
        others = _best_at_the_ends(curve, w)
        if others:
            yield Caution(
                "waiting-against-price",
                f"{curve.deployment}: over the range of the price the best level with waiting goes from "
                f"{others[0]} to {others[1]}",
            )


def _best_at_the_ends(curve: CostCurve, w: float) -> tuple[str, str] | None:
    """Return the best levels at the lowest and the highest price, where they are not one."""
    price = curve.price
    if curve.waiting_usd_per_second is None or price is None or price.low is None or price.high is None:
        return None
    fit = [(each, each.waiting) for each in curve.levels if not each.unmet and each.waiting is not None]
    if not fit:
        return None
    ends = [
        min(
            fit,
            key=lambda pair: (
                pair[0].machine_seconds_per_million.value * (usd / 3600 + w * pair[1].requests_inside.value)
            ),
        )[0].load.label
        for usd in (price.low, price.high)
    ]
    return None if ends[0] == ends[1] else (ends[0], ends[1])
