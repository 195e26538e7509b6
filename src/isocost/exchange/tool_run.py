"""One run as another tool's file tells it, and the operating point that it becomes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.core.operating_point import Latency, OperatingPoint
from isocost.core.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.load import Load

__all__ = [
    "PER_REQUEST",
    "POOLED_GAPS",
    "WEIGHTED_REQUESTS",
    "ToolRun",
    "latency_of",
    "measured",
    "number",
    "point_of",
    "require_version",
]

PER_REQUEST = "requests"
"""Percentiles over requests, one value a request."""
POOLED_GAPS = "pooled gaps"
"""Percentiles over all gaps between chunks of all requests together."""
WEIGHTED_REQUESTS = "requests, each as often as it has tokens"
"""Percentiles over the means of requests, where a long answer counts more often than a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """What a tool's file says of one run.

    Parameters
    ----------
    tool : str
        What measured it, with version where the file has one.
    source : str
        The file, and which run of it where it holds several.
    model : str
        As the tool calls it.
    load : Load
    requests, failures : int
        Requests that ended well and badly.
    output_tokens_per_second : float
        0 where nothing came.
    duration_s : float or None
        From the first request to the end of the last.
    input_tokens, output_tokens : float or None
        Mean of requests that ended well.
    latencies : mapping of str to Latency
        ``ttft``, ``tpot``, ``gaps`` and ``e2e``, where told.
    lengths : str or None
        Input and output lengths as configured: ``"1024 in, 256 out"``.
    mean_concurrency : float or None
    power_w : Estimate or None
    started : str or None
        When, as ISO 8601.
    facts : mapping of str to str
    """

    tool: str
    source: str
    model: str
    load: Load
    requests: int
    failures: int
    output_tokens_per_second: float
    duration_s: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    latencies: Mapping[str, Latency] = field(default_factory=dict)
    lengths: str | None = None
    mean_concurrency: float | None = None
    power_w: Estimate | None = None
    started: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def measured(value: float, unit: str, source: str, *, basis: str | None = None) -> Estimate:
    """Return a number that a file tells, without interval."""
    return Estimate(
        value=value, unit=unit, kind="measured", method="as the file says", basis=basis, source=source
    )


def number(value: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
    """Return a finite number, ``None`` for anything else.

    Examples
    --------
    >>> number(3), number("3"), number(float("nan")), number(True)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def latency_of(
    told: Mapping[str, Any], names: Mapping[str, str], *, basis: str, source: str, scale: float = 1.0
) -> Latency | None:
    """Read a latency of a table of statistics; ``None`` where it holds none above 0.

    Parameters
    ----------
    told : mapping of str to Any
        Statistics by the tool's names.
    names : mapping of str to str
        The tool's names to ours: ``"mean"`` or percentiles such as ``"p95"``.
    basis : str
        What was ranked.
    source : str
    scale : float
        Seconds for one unit of the tool.
    """
    seen = {ours: number(told.get(theirs)) for theirs, ours in names.items()}
    found = {
        ours: measured(value * scale, "s", source, basis=basis)
        for ours, value in seen.items()
        if value is not None and value > 0
    }
    if not found:
        return None
    percentiles = {float(ours[1:]): each for ours, each in found.items() if ours != "mean"}
    return Latency(basis=basis, mean=found.get("mean"), percentiles=percentiles)


def point_of(run: ToolRun, *, deployment: str, repeat: int, keys: Mapping[str, str]) -> OperatingPoint:
    """Make an operating point of a run that yielded tokens.

    Raises
    ------
    InputError
        If it yielded none.
    """
    if not run.output_tokens_per_second > 0 or run.requests < 1:
        raise InputError(f"{run.source}: no request ended well, so there is no throughput to price")
    lasted = None if run.duration_s is None or run.duration_s <= 0 else run.duration_s
    rate = None if lasted is None else run.requests / lasted
    return OperatingPoint(
        deployment=deployment,
        load=run.load,
        output_tokens_per_second=measured(run.output_tokens_per_second, "tokens/s", run.source),
        requests=run.requests,
        failures=run.failures,
        requests_per_second=None if rate is None else measured(rate, "requests/s", run.source),
        input_tokens_per_second=_rate(run.input_tokens, rate, run.source),
        input_tokens_per_request=_mean(run.input_tokens, run.source),
        output_tokens_per_request=_mean(run.output_tokens, run.source),
        mean_concurrency=run.mean_concurrency,
        ttft=run.latencies.get("ttft"),
        tpot=run.latencies.get("tpot"),
        gaps=run.latencies.get("gaps"),
        e2e=run.latencies.get("e2e"),
        power_w=run.power_w,
        window_s=lasted,
        repeat=repeat,
        keys=keys,
        kind="measured",
        provenance=Provenance(
            source=run.source, tool=run.tool, measured_at_utc=run.started, facts=dict(run.facts)
        ),
    )


def require_version(source: str, tool: str, told: object, newest: int) -> None:
    """Refuse a file of a newer format than we know, which may mean other things by the same names.

    Raises
    ------
    InputError
        If the first number of the version is above `newest`, or there is none.

    Examples
    --------
    >>> require_version("a.json", "aiperf", "1.4", 1)
    """
    first = str(told).split(".", maxsplit=1)[0]
    if first.isdecimal() and int(first) <= newest:
        return
    raise InputError(
        f"{source} is a file of {tool} in version {told} of its format, and isocost reads up to {newest}; "
        "write its figures into a CSV file, or update isocost"
    )


def _mean(tokens: float | None, source: str) -> Estimate | None:
    return None if not tokens else measured(tokens, "tokens/request", source)


def _rate(tokens: float | None, rate: float | None, source: str) -> Estimate | None:
    return None if not tokens or not rate else measured(tokens * rate, "tokens/s", source)
