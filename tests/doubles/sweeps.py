"""Doubles: operating points with made-up, hand-checkable numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Estimate
from isocost.core.load import Load
from isocost.core.operating_point import Latency, OperatingPoint
from isocost.core.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVENANCE = Provenance(source="made up", tool="by hand")


def measured(value: float, unit: str, *, spread: float | None = None, n: int = 20) -> Estimate:
    """An estimate with an interval of plus and minus `spread`, a fraction."""
    low, high = (None, None) if spread is None else (value * (1 - spread), value * (1 + spread))
    return Estimate(value=value, low=low, high=high, n=n, unit=unit, kind="measured", method="by hand")


def point(
    load: int | float,
    tokens_per_second: float,
    *,
    repeat: int = 0,
    spread: float | None = 0.02,
    ttft: Mapping[float, float] | None = None,
    tpot: Mapping[float, float] | None = None,
) -> OperatingPoint:
    """A point at a concurrency (an integer) or a rate (a float); latencies by percent, in seconds.

    Each request has 96 input and 32 output tokens; 200 of them ended well.
    """
    rate = tokens_per_second
    return OperatingPoint(
        deployment="made-up",
        load=Load(concurrency=load) if isinstance(load, int) else Load(rate_per_s=load),
        repeat=repeat,
        output_tokens_per_second=measured(rate, "tokens/s", spread=spread),
        input_tokens_per_second=measured(rate * 3, "tokens/s", spread=spread),
        requests_per_second=measured(rate / 32, "1/s", spread=spread),
        ttft=latency(ttft),
        tpot=latency(tpot),
        requests=200,
        failures=0,
        kind="measured",
        provenance=PROVENANCE,
    )


def latency(seconds: Mapping[float, float] | None) -> Latency | None:
    """Percentiles with intervals of 5 % either way."""
    if seconds is None:
        return None
    told = {percent: measured(value, "s", spread=0.05) for percent, value in seconds.items()}
    return Latency(basis="requests", percentiles=told)
