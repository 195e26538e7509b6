"""Costs as they are shown: in money where a price is known, in machine-seconds where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.format import bracket, decimals, grouped

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.money import HourlyPrice
    from isocost.economics.curve import CostLevel, TokenBasis
    from isocost.studies.report import StudyReport

__all__ = ["Amount", "Pricing", "cost_of", "is_exact", "pricing_of", "request_cost_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A cost ready to be shown, and to be re-priced in the page.

    Parameters
    ----------
    value : float
        US dollars or, when no price is known, machine-seconds.
    low, high : float or None
        Its interval.
    in_money : bool
        Whether value is in US dollars.
    machine_seconds : tuple of (float, float or None, float or None) or None
        The same cost before any price: seconds of the whole deployment, with its interval; ``None`` when
        it cannot be told (a price of zero).
    """

    value: float
    low: float | None
    high: float | None
    in_money: bool
    machine_seconds: tuple[float, float | None, float | None] | None

    @property
    def digits(self) -> int:
        """Digits after the point that its interval supports."""
        return decimals(self.value, self.low, self.high)

    @property
    def number(self) -> str:
        """The amount alone, without unit."""
        return grouped(self.value, self.digits)

    @property
    def interval(self) -> str:
        """The interval, ``"[0.29, 0.33]"``; empty where there is none."""
        return bracket(self.low, self.high, self.digits)

    @property
    def text(self) -> str:
        """Amount and interval as in a sentence."""
        parts = [("$" if self.in_money else "") + self.number, self.interval]
        return " ".join(part for part in parts if part) + ("" if self.in_money else " machine-seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Which price stands behind the costs of a report.

    Parameters
    ----------
    price : HourlyPrice or None
        The one price of all deployments; ``None`` when unknown or when deployments differ.
    uniform : bool
        Whether all deployments have the same price, or none has: only then one field can re-price them all.
    known : bool
        Whether costs are in money.
    """

    price: HourlyPrice | None
    uniform: bool
    known: bool

    @property
    def cost_unit(self) -> str:
        """Unit of a cost for headings."""
        return "USD" if self.known else "machine-seconds"


def pricing_of(report: StudyReport) -> Pricing:
    """Find the price behind a report."""
    prices = [each.curve.price for each in report.deployments if each.curve is not None] or [report.price]
    uniform = all(price == prices[0] for price in prices)
    return Pricing(
        price=prices[0] if uniform else None,
        uniform=uniform,
        known=all(price is not None for price in prices),
    )


def is_exact(price: HourlyPrice | None) -> bool:
    """Whether a price has no range: then costs and their intervals scale with it."""
    return price is None or (price.samples is None and price.low == price.high)


def cost_of(level: CostLevel, price: HourlyPrice | None, basis: TokenBasis = "output") -> Amount | None:
    """Return the cost of a level per million tokens of `basis`; ``None`` when unknown.

    Without a price the cost per million output tokens is in machine-seconds.
    """
    cost = level.cost_per_million_tokens.get(basis)
    before = level.machine_seconds_per_million
    if cost is None:
        return amount(before, in_money=False, price=None, before=before) if basis == "output" else None
    return amount(cost, in_money=True, price=price, before=before if basis == "output" else None)


def request_cost_of(level: CostLevel, price: HourlyPrice | None, requests: int = 1000) -> Amount | None:
    """Return the cost of a level per `requests` requests; ``None`` when unknown."""
    cost = level.cost_per_request
    return None if cost is None else amount(cost, in_money=True, price=price, times=requests)


def amount(
    cost: Estimate,
    *,
    in_money: bool,
    price: HourlyPrice | None,
    before: Estimate | None = None,
    times: float = 1.0,
) -> Amount:
    """Make an `Amount` of an estimate; machine-seconds from `before`, else by dividing by the price.

    The interval of a cost at a price with a range holds that range too, so it cannot be divided by the price.
    """
    seconds = None
    if before is not None:
        seconds = (before.value, before.low, before.high)
    elif price is not None and price.usd_per_second > 0:
        seconds = _scaled(cost, times / price.usd_per_second)
        seconds = seconds if is_exact(price) else (seconds[0], None, None)
    value, low, high = _scaled(cost, times)
    return Amount(value=value, low=low, high=high, in_money=in_money, machine_seconds=seconds)


def _scaled(estimate: Estimate, factor: float) -> tuple[float, float | None, float | None]:
    low = None if estimate.low is None else estimate.low * factor
    high = None if estimate.high is None else estimate.high * factor
    return estimate.value * factor, low, high
