"""What a request costs and draws, as text and as JSON: in the currency that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.core.money import USD
from isocost.reporting.envelope import estimate_object
from isocost.reporting.format import UNKNOWN, estimate_text, hourly
from isocost.reporting.markup import clean

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.money import Currency
    from isocost.runtime import CostAware

__all__ = ["cost_assumptions", "cost_aware_object", "cost_lines", "cost_text", "energy_text", "in_currency"]

Json = dict[str, Any]


def in_currency(cost: Estimate | None, currency: Currency) -> Estimate | None:
    """Return a cost in USD in another currency, at its dated rate.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> from isocost.core.money import Currency
    >>> euro = Currency(code="EUR", per_usd=0.5, date="2026-11-21", source="a guess")
    >>> in_currency(Estimate(value=3.0, unit="USD/request", kind="published", method="t"), euro).unit
    'EUR/request'
    """
    if cost is None or currency == USD:
        return cost
    return replace(
        cost,
        value=currency.from_usd(cost.value),
        low=None if cost.low is None else currency.from_usd(cost.low),
        high=None if cost.high is None else currency.from_usd(cost.high),
        unit=cost.unit.replace("USD", currency.code),
    )


def cost_text(cost: Estimate | None, currency: Currency = USD) -> str:
    """Write a cost, ``"$0.31 [0.29, 0.33]"`` or ``"0.27 EUR [0.25, 0.28]"``."""
    shown = in_currency(cost, currency)
    if shown is not None and currency != USD:
        shown = replace(shown, unit=currency.code)
    return estimate_text(shown)


def energy_text(energy: Estimate | None) -> str:
    """Write joules, from a thousand on in kJ.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> energy_text(Estimate(value=2e4, low=9e3, high=3e4, unit="J", kind="assumed", method="t"))
    '20 kJ [9, 30]'
    """
    if energy is None:
        return UNKNOWN
    factor, unit = (1e3, "kJ") if energy.value >= 1e3 else (1.0, "J")
    low = None if energy.low is None else energy.low / factor
    high = None if energy.high is None else energy.high / factor
    return estimate_text(replace(energy, value=energy.value / factor, low=low, high=high, unit=unit))


def cost_lines(costs: CostAware | None, currency: Currency) -> list[str]:
    """Write cost and energy of a request, with what they rest on; nothing where nothing is known."""
    if costs is None:
        return []
    lines = []
    if costs.cost is not None and costs.price is not None:
        lines.append(
            f"  {'cost':14s} {cost_text(costs.cost, currency)} a request, alone: "
            f"{hourly(costs.price.usd_per_hour)}, {clean(costs.price.source)}, {costs.price.date}"
        )
    if costs.energy is not None and costs.power is not None:
        lines.append(
            f"  {'energy':14s} {energy_text(costs.energy)} a request, alone: {estimate_text(costs.power)}, "
            f"{clean(costs.power.source or '')}"
        )
    if currency != USD:
        rate = f"{currency.per_usd:g} {currency.code} for one USD"
        lines.append(f"  {'rate':14s} {rate}, {currency.source}, {currency.date}")
    return lines


def cost_aware_object(costs: CostAware | None, currency: Currency) -> Json | None:
    """Return the same as plain objects; costs in `currency`, the price in USD."""
    if costs is None:
        return None
    price = costs.price
    return {
        "accelerator_seconds": estimate_object(costs.accelerator_s),
        "cost": estimate_object(in_currency(costs.cost, currency)),
        "energy": estimate_object(costs.energy),
        "power": estimate_object(costs.power),
        "price": None
        if price is None
        else {
            "usd_per_hour": price.usd_per_hour,
            "low": price.low,
            "high": price.high,
            "source": price.source,
            "date": price.date,
        },
    }


def cost_assumptions(costs: CostAware | None, currency: Currency, about: str) -> list[Json]:
    """Return what costs rest on as entries of the envelope's ``assumptions``."""
    found = []
    if costs is not None and costs.price is not None:
        value = f"{costs.price.usd_per_hour:g} USD per hour"
        source = f"{costs.price.source}, {costs.price.date}"
        found.append({"name": f"price of {about}", "value": value, "source": source})
    if costs is not None and costs.power is not None:
        value = estimate_text(costs.power)
        found.append({"name": f"power of {about}", "value": value, "source": costs.power.source or ""})
    if costs is not None and currency != USD:
        value = f"{currency.per_usd:g} {currency.code} per USD"
        source = f"{currency.source}, {currency.date}"
        found.append({"name": "exchange rate", "value": value, "source": source})
    return found
