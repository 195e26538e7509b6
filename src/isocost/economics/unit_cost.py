"""What a planned day costs per request, per million tokens and per month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.economics.capacity_plan import CapacityMix

__all__ = ["DAYS_PER_MONTH", "unit_costs"]

DAYS_PER_MONTH = 365.25 / 12


def unit_costs(
    mix: CapacityMix, *, requests_per_day: float, input_tokens: float | None, output_tokens: float | None
) -> dict[str, Estimate]:
    """Spread the cost of a day over a month, its requests and its tokens.

    Parameters
    ----------
    mix : CapacityMix
    requests_per_day : float
        Above 0.
    input_tokens, output_tokens : float or None
        Of a request; what rests on a size that nobody counted is absent.

    Returns
    -------
    dict of str to Estimate
        ``cost_per_month``, ``cost_per_request``, ``cost_per_million_output_tokens`` (the whole cost over the
        output tokens alone), and ``llm_cost_per_million_tokens`` and ``llm_cost_per_million_tokens_usage``
        (over input and output tokens; what is provisioned, and what was used of it: the words of OpenCost and
        of llm-d, whose ``cost_basis`` they are).
    """
    day, usage = mix.cost_per_day, mix.usage_per_day
    found = {
        "cost_per_month": _scaled(day, DAYS_PER_MONTH, "USD/month"),
        "cost_per_request": _scaled(day, 1 / requests_per_day, "USD/request"),
    }
    if output_tokens is not None:
        output = requests_per_day * output_tokens / 1e6
        found["cost_per_million_output_tokens"] = _scaled(day, 1 / output, "USD/1M tokens", "output")
        if input_tokens is not None:
            both = requests_per_day * (input_tokens + output_tokens) / 1e6
            for name, cost in (("", day), ("_usage", usage)):
                found[f"llm_cost_per_million_tokens{name}"] = _scaled(cost, 1 / both, "USD/1M tokens", "both")
    return found


def _scaled(cost: Estimate, factor: float, unit: str, basis: str | None = None) -> Estimate:
    low, high = (None if end is None else end * factor for end in (cost.low, cost.high))
    return replace(cost, value=cost.value * factor, low=low, high=high, unit=unit, basis=basis or cost.basis)
