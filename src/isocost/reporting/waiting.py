"""What waiting costs, in words and as cells of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.format import bracket, decimals, grouped, percent

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.economics.curve import CostCurve, CostLevel

__all__ = ["congestion_text", "waiting_cell", "waiting_sentence"]


def waiting_sentence(curve: CostCurve, best: CostLevel) -> str:
    """Say what the best level costs with waiting, and what that costs over the cheapest level.

    Parameters
    ----------
    curve : CostCurve
        With a price of waiting.
    best : CostLevel
        Its best level.
    """
    if best.waiting is None or curve.waiting_usd_per_second is None:
        return ""
    promised = [each.label for each in curve.service_levels]
    asked = " and ".join([f"waiting at ${curve.waiting_usd_per_second * 3600:g} an hour", *promised])
    cost = _number(best.waiting.cost_per_million_tokens)
    told = f"With {asked}: ${cost} per million output tokens, waiting included"
    zone = curve.zone
    if zone.best == zone.cheapest:
        return f"{told}; the machine alone costs least there too."
    if zone.premium is None:
        return f"{told}; the machine alone would cost least at {zone.cheapest.label}."
    extra = percent(zone.premium.value, zone.premium.low, zone.premium.high)
    return f"{told}; the machine alone costs {extra} over its cheapest level ({zone.cheapest.label})."


def waiting_cell(level: CostLevel) -> str:
    """Write the cost of a level with waiting, without interval; ``"-"`` where it is not told."""
    return "-" if level.waiting is None else _number(level.waiting.cost_per_million_tokens).split(" [")[0]


def congestion_text(curve: CostCurve) -> str:
    """Say what one request more costs at the best level, and how much of it others bear; may be empty."""
    best = None if curve.zone.best is None else curve.zone.best.concurrency
    at = next((each for each in curve.short_run if each.concurrency == best), None)
    if at is None or at.social_marginal_cost is None or at.congestion_cost is None:
        return ""
    return (
        f"one request more at {at.concurrency:g} concurrent costs ${_number(at.social_marginal_cost)} of "
        f"waiting, ${_number(at.congestion_cost)} of it laid on others"
    )


def _number(seen: Estimate) -> str:
    digits = decimals(seen.value, seen.low, seen.high)
    return f"{grouped(seen.value, digits)} {bracket(seen.low, seen.high, digits)}".strip()
