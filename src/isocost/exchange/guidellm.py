"""Result files of guidellm: ``benchmarks.json``, one run a benchmark."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.exchange.tool_run import (
    PER_REQUEST,
    WEIGHTED_REQUESTS,
    ToolRun,
    latency_of,
    number,
    require_version,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_guidellm", "read_guidellm"]

_NEWEST = 2
_NAMES = {"mean": "mean", "p50": "p50", "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99"}
# its "inter token latency" is the mean of a request, ranked as often as the request has gaps; its "time per
# output token" is the whole latency over the tokens, which includes the first and is not used
_METRICS = (
    ("ttft", "time_to_first_token_ms", PER_REQUEST, 1e-3),
    ("tpot", "inter_token_latency_ms", WEIGHTED_REQUESTS, 1e-3),
    ("e2e", "request_latency", PER_REQUEST, 1.0),
)


def is_guidellm(content: object) -> bool:
    """Whether JSON content is a report of guidellm."""
    if not isinstance(content, dict) or not isinstance(content.get("benchmarks"), list):
        return False
    return "guidellm_version" in content.get("metadata", {}) or any(
        isinstance(each, dict) and "request_totals" in each.get("metrics", {})
        for each in content["benchmarks"]
    )


def read_guidellm(content: Mapping[str, Any], source: str) -> Iterator[ToolRun]:
    """Read all benchmarks of a report; rates and times of requests that succeeded.

    Raises
    ------
    InputError
        If the report is of a newer version, or a benchmark has a strategy without load.
    """
    metadata = content.get("metadata", {})
    require_version(source, "guidellm", metadata.get("version", _NEWEST), _NEWEST)
    tool = f"guidellm {metadata.get('guidellm_version', '')}".strip()
    for place, benchmark in enumerate(content["benchmarks"]):
        yield _run(benchmark, tool, f"{source}, benchmark {place}")


def _run(benchmark: Mapping[str, Any], tool: str, source: str) -> ToolRun:
    metrics = {
        name: each["successful"]
        for name, each in benchmark["metrics"].items()
        if isinstance(each, dict) and isinstance(each.get("successful"), dict)
    }
    totals = benchmark["metrics"]["request_totals"]
    backend = benchmark["config"].get("backend") or {}
    started = number(benchmark.get("start_time"))
    requests = int(totals["successful"])
    return ToolRun(
        tool=tool,
        source=source,
        model=str(backend.get("model") or "unknown model"),
        load=_load(benchmark["config"]["strategy"], source),
        requests=requests,
        failures=int(totals["errored"]),
        output_tokens_per_second=_mean(metrics, "output_tokens_per_second") or 0.0,
        duration_s=number(benchmark.get("duration")),
        input_tokens=_mean(metrics, "prompt_token_count"),
        output_tokens=_mean(metrics, "output_token_count"),
        latencies=_latencies(metrics, source),
        mean_concurrency=_mean(metrics, "request_concurrency"),
        started=None
        if started is None
        else datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        facts={"cut off at the end": str(totals["incomplete"])} if totals.get("incomplete") else {},
    )


def _load(strategy: Mapping[str, Any], source: str) -> Load:
    kind, rate = strategy.get("type_"), number(strategy.get("rate"))
    if kind == "synchronous":
        return Load(concurrency=1)
    streams = number(strategy.get("streams"))
    if streams:
        return Load(concurrency=int(streams))
    if rate:
        return Load(rate_per_s=rate)
    most = number(strategy.get("max_concurrency"))
    if kind == "throughput" and most:
        return Load(concurrency=int(most))
    raise InputError(
        f"{source}: the strategy {kind!r} tells neither streams nor a rate, so the load is unknown; "
        "leave that benchmark out"
    )


def _mean(metrics: Mapping[str, Mapping[str, Any]], name: str) -> float | None:
    return number(metrics.get(name, {}).get("mean"))


def _latencies(metrics: Mapping[str, Mapping[str, Any]], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for ours, theirs, basis, scale in _METRICS:
        told = metrics.get(theirs, {})
        statistics = {"mean": told.get("mean"), **(told.get("percentiles") or {})}
        latency = latency_of(statistics, _NAMES, basis=basis, source=source, scale=scale)
        if latency is not None:
            found[ours] = latency
    return found
