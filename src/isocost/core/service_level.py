"""Service levels: a bound on a latency or on the speed for one user, with its unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from isocost.core.errors import InputError

__all__ = ["ServiceLevel", "parse_service_level"]

Metric = Literal["ttft", "tpot", "e2e", "user_speed"]
_TIME_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_SPEED_UNITS = {"tok/s": 1.0, "tokens/s": 1.0}
_PATTERN = re.compile(
    r"(?P<metric>[a-z_0-9]+)(?:\.(?P<statistic>mean|p\d+(?:\.\d+)?))?\s*(?:<=|>=|=|<|>)\s*"
    r"(?P<value>[-+0-9.eE]+|nan|inf)\s*(?P<unit>[A-Za-z/]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """A promise to users: a latency at most, or a speed at least.

    Parameters
    ----------
    metric : {"ttft", "tpot", "e2e", "user_speed"}
        Time to first token, time per output token after it, end to end, or tokens per second for one user.
    statistic : str
        ``"mean"`` or a percentile such as ``"p95"``.
    bound : float
        In seconds; for ``user_speed`` in tokens per second. Above 0.
    """

    metric: Metric
    statistic: str
    bound: float

    @property
    def at_least(self) -> bool:
        """Whether more is better: true of ``user_speed`` alone."""
        return self.metric == "user_speed"

    def met_by(self, value: float) -> bool:
        """Whether `value`, in the unit of `bound`, keeps the promise."""
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def label(self) -> str:
        """As people write it: ``"TTFT p95 <= 1 s"``."""
        if self.metric == "user_speed":
            return f"speed for one user {self.statistic} >= {self.bound:g} tokens/s"
        name = {"ttft": "TTFT", "tpot": "time per token", "e2e": "end to end"}[self.metric]
        amount = f"{self.bound * 1e3:g} ms" if self.bound < 1 else f"{self.bound:g} s"
        return f"{name} {self.statistic} <= {amount}"


def parse_service_level(text: str) -> ServiceLevel:
    """Read a service level as written on the command line; the unit is compulsory.

    Parameters
    ----------
    text : str
        ``METRIC[.STATISTIC]=VALUE UNIT``: ``ttft.p95=1s``, ``tpot.p50=50ms``, ``user_speed=20tok/s``.
        Without a statistic the median counts.

    Returns
    -------
    ServiceLevel

    Raises
    ------
    InputError
        If the metric is unknown, the value no positive number or the unit missing or of another dimension.

    Examples
    --------
    >>> parse_service_level("ttft.p95=1s").label
    'TTFT p95 <= 1 s'
    >>> parse_service_level("tpot.p50=50ms").bound
    0.05
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise InputError(
            f"cannot read the service level {text!r}; write METRIC.STATISTIC=VALUE with a unit, "
            "such as ttft.p95=1s, tpot.p50=50ms or user_speed=20tok/s"
        )
    metric, unit = match["metric"], match["unit"]
    if metric not in ("ttft", "tpot", "e2e", "user_speed"):
        raise InputError(f"no service level {metric!r} in {text!r}; there are ttft, tpot, e2e and user_speed")
    units = _SPEED_UNITS if metric == "user_speed" else _TIME_UNITS
    if unit not in units:
        given = f"the unit {unit!r}" if unit else "no unit"
        raise InputError(f"the service level {text!r} has {given}; write one of {', '.join(units)}")
    bound = _positive(match["value"], text) * units[unit]
    return ServiceLevel(metric=metric, statistic=match["statistic"] or "p50", bound=bound)  # type: ignore[arg-type]


def _positive(number: str, text: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"the service level {text!r} needs a number above 0, got {number!r}")
    return value
