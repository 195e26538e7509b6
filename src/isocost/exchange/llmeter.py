"""Result folders of llmeter: ``stats.json``, one run a folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isocost.core.load import Load
from isocost.exchange.tool_run import PER_REQUEST, ToolRun, latency_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_llmeter", "is_llmeter_part", "read_llmeter"]

_METRICS = (("ttft", "time_to_first_token"), ("tpot", "time_per_output_token"), ("e2e", "time_to_last_token"))
_STATISTIC = re.compile(r"average|p\d+(\.\d+)?")
_NEEDED = {"clients", "total_requests", "total_test_time", "failed_requests"}


def is_llmeter(content: object) -> bool:
    """Whether JSON content is the ``stats.json`` of a run."""
    return isinstance(content, dict) and set(content) >= _NEEDED


def is_llmeter_part(content: object) -> bool:
    """Whether JSON content is another file of a run, without what it came to."""
    return (
        isinstance(content, dict)
        and {"clients", "n_requests", "output_path"} <= set(content)
        and not is_llmeter(content)
    )


def read_llmeter(content: Mapping[str, Any], source: str) -> Iterator[ToolRun]:
    """Read the one run of a folder.

    Rates are counts over the whole test time: the tool's own "requests per minute" divides by the time
    between the first and the last request sent, which is too high when runs are short.
    """
    failures = int(number(content["failed_requests"]) or 0)
    requests = int(number(content["total_requests"]) or 0) - failures
    duration = number(content["total_test_time"])
    tokens = number(content.get("total_output_tokens")) or 0.0
    yield ToolRun(
        tool="llmeter",
        source=source,
        model=str(content.get("model_id") or "unknown model"),
        load=Load(concurrency=int(number(content["clients"]) or 1)),
        requests=requests,
        failures=failures,
        output_tokens_per_second=tokens / duration if duration else 0.0,
        duration_s=duration,
        input_tokens=number(content.get("num_tokens_input-average")),
        output_tokens=number(content.get("num_tokens_output-average")),
        latencies=_latencies(content, source),
        started=None if content.get("start_time") is None else str(content["start_time"]),
        facts={
            name: str(content[name]) for name in ("provider", "run_name") if content.get(name) is not None
        },
    )


def _latencies(content: Mapping[str, Any], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for ours, theirs in _METRICS:
        told = {
            name.removeprefix(f"{theirs}-"): value
            for name, value in content.items()
            if name.startswith(f"{theirs}-")
        }
        names = {each: "mean" if each == "average" else each for each in told if _STATISTIC.fullmatch(each)}
        latency = latency_of(told, names, basis=PER_REQUEST, source=source)
        if latency is not None:
            found[ours] = latency
    return found
