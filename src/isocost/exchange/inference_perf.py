"""Result files of inference-perf: ``stage_N_lifecycle_metrics.json``, one run a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.exchange.tool_run import PER_REQUEST, POOLED_GAPS, ToolRun, latency_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_inference_perf", "is_inference_perf_summary", "read_inference_perf"]

_NAMES = {"mean": "mean", "median": "p50", **{f"p{percent}": f"p{percent}" for percent in (75, 90, 95, 99)}}
# "time per output token" is one mean a request; "inter token latency" pools the gaps of all
_METRICS = (
    ("ttft", "time_to_first_token", PER_REQUEST),
    ("tpot", "time_per_output_token", PER_REQUEST),
    ("gaps", "inter_token_latency", POOLED_GAPS),
    ("e2e", "request_latency", PER_REQUEST),
)


def is_inference_perf(content: object) -> bool:
    """Whether JSON content is the lifecycle metrics of one stage."""
    return _is_lifecycle(content) and "requested_rate" in content["load_summary"]  # type: ignore[index]


def is_inference_perf_summary(content: object) -> bool:
    """Whether JSON content sums up several stages, which is no run under one load."""
    return _is_lifecycle(content) and not is_inference_perf(content)


def _is_lifecycle(content: object) -> bool:
    return (
        isinstance(content, dict)
        and {"load_summary", "successes", "failures"} <= set(content)
        and "latency" in (content["successes"] or {})
    )


def read_inference_perf(content: Mapping[str, Any], source: str) -> Iterator[ToolRun]:
    """Read the one run of a stage; its files do not name the model.

    A stage with a concurrency was driven in a closed loop and its requested rate means nothing.

    Raises
    ------
    InputError
        If a stage tells neither.
    """
    load, done = content["load_summary"], content["successes"]
    requests = int(number(done.get("count")) or 0)
    through = done.get("throughput") or {}
    rate = number(through.get("requests_per_sec"))
    told = number(content.get("benchmark_time_seconds"))
    yield ToolRun(
        tool="inference-perf",
        source=source,
        model="unknown model",
        load=_load(load, source),
        requests=requests,
        failures=int(number(content["failures"].get("count")) or 0),
        output_tokens_per_second=number(through.get("output_tokens_per_sec")) or 0.0,
        duration_s=told if told is not None else requests / rate if rate else None,
        input_tokens=number((done.get("prompt_tokens") or done.get("prompt_len") or {}).get("mean")),
        output_tokens=number((done.get("output_tokens") or done.get("output_len") or {}).get("mean")),
        latencies=_latencies(done["latency"] or {}, source),
    )


def _load(told: Mapping[str, Any], source: str) -> Load:
    concurrency, rate = number(told.get("concurrency")), number(told.get("requested_rate"))
    if concurrency:
        return Load(concurrency=int(concurrency))
    if rate:
        return Load(rate_per_s=rate)
    raise InputError(f"{source} tells neither concurrency nor requested rate, so the load is unknown")


def _latencies(told: Mapping[str, Any], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for ours, theirs, basis in _METRICS:
        latency = latency_of(told.get(theirs) or {}, _NAMES, basis=basis, source=source)
        if latency is not None:
            found[ours] = latency
    return found
