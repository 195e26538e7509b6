"""The "Benchmark Report" of llm-d, a form that several tools can be brought into: YAML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.exchange.tool_run import PER_REQUEST, POOLED_GAPS, ToolRun, latency_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_benchmark_report", "is_part_of_report", "read_benchmark_report"]

_NAMES = {"mean": "mean", **{f"p{percent}": f"p{percent}" for percent in (50, 75, 90, 95, 99)}}
_METRICS = (
    ("ttft", "time_to_first_token", PER_REQUEST),
    ("tpot", "time_per_output_token", PER_REQUEST),
    ("gaps", "inter_token_latency", POOLED_GAPS),
    ("e2e", "request_latency", PER_REQUEST),
)
_SECONDS = {"s": 1.0, "s/token": 1.0, "ms": 1e-3, "ms/token": 1e-3, "us": 1e-6, "us/token": 1e-6}


def is_benchmark_report(content: object) -> bool:
    """Whether content is a benchmark report with its scenario; without, the load is unknown."""
    return is_part_of_report(content) and "scenario" in content  # type: ignore[operator]


def is_part_of_report(content: object) -> bool:
    """Whether content is a benchmark report, be it with or without scenario."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("results"), dict)
        and "version" in content
        and isinstance(content["results"].get("request_performance"), dict)
    )


def read_benchmark_report(content: Mapping[str, Any], source: str) -> Iterator[ToolRun]:
    """Read the one run of a report.

    Raises
    ------
    InputError
        If the report is not of version 0.2, or does not tell the load.
    """
    version = str(content["version"])
    if version.split(".")[:2] != ["0", "2"]:
        raise InputError(
            f"{source} is a benchmark report of llm-d in version {version}, and isocost reads 0.2; "
            "write its figures into a CSV file"
        )
    told = content["results"]["request_performance"].get("aggregate") or {}
    counts, rates = told.get("requests") or {}, told.get("throughput") or {}
    standard = ((content.get("scenario") or {}).get("load") or {}).get("standardized") or {}
    total, failures = number(counts.get("total")) or 0.0, number(counts.get("failures")) or 0.0
    rate = _mean(rates, "request_rate")
    tool = standard.get("tool") or "llm-d benchmark report", standard.get("tool_version")
    yield ToolRun(
        tool=" ".join(str(part) for part in tool if part),
        source=source,
        model=_model(content),
        load=_load(standard, source),
        requests=int(total - failures),
        failures=int(failures),
        output_tokens_per_second=_mean(rates, "output_token_rate") or 0.0,
        duration_s=(total - failures) / rate if rate else None,
        input_tokens=_mean(counts, "input_length"),
        output_tokens=_mean(counts, "output_length"),
        latencies=_latencies(told.get("latency") or {}, source),
        started=_started(content),
    )


def _mean(told: Mapping[str, Any], name: str) -> float | None:
    return number((told.get(name) or {}).get("mean"))


def _load(standard: Mapping[str, Any], source: str) -> Load:
    """Return the load; an infinite concurrency means that the rate alone limits it."""
    concurrency, rate = number(standard.get("concurrency")), number(standard.get("rate_qps"))
    if rate:
        return Load(rate_per_s=rate)
    if concurrency:
        return Load(concurrency=int(concurrency))
    raise InputError(
        f"{source} has no scenario.load.standardized with concurrency or rate_qps, so the load is unknown; "
        "give the file of the tool that measured"
    )


def _model(content: Mapping[str, Any]) -> str:
    stack = (content.get("scenario") or {}).get("stack") or []
    names = [((part.get("standardized") or {}).get("model") or {}).get("name") for part in stack]
    return ", ".join(dict.fromkeys(str(name) for name in names if name)) or "unknown model"


def _started(content: Mapping[str, Any]) -> str | None:
    start = ((content.get("run") or {}).get("time") or {}).get("start")
    return None if start is None else str(start)


def _latencies(told: Mapping[str, Any], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for ours, theirs, basis in _METRICS:
        statistics = told.get(theirs) or {}
        scale = _SECONDS.get(str(statistics.get("units")))
        latency = (
            None if scale is None else latency_of(statistics, _NAMES, basis=basis, source=source, scale=scale)
        )
        if latency is not None:
            found[ours] = latency
    return found
