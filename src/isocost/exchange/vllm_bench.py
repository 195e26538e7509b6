"""Results of ``vllm bench serve`` (and of ``benchmark_serving.py`` before it): JSON and console logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isocost.core.load import Load
from isocost.exchange.tool_run import PER_REQUEST, POOLED_GAPS, ToolRun, latency_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_console_log", "is_vllm_json", "read_console_log", "read_vllm_json"]

# "tpot" is one mean a request; "itl" pools the gaps of all requests
_METRICS = {
    "ttft": ("ttft", PER_REQUEST),
    "tpot": ("tpot", PER_REQUEST),
    "itl": ("gaps", POOLED_GAPS),
    "e2el": ("e2e", PER_REQUEST),
}
_JSON_KEY = re.compile(r"(?P<statistic>mean|median|p\d+(?:\.\d+)?)_(?P<metric>ttft|tpot|itl|e2el)_ms")
_BANNER = "Serving Benchmark Result"
_COUNT = re.compile(r"^(?P<name>[A-Z][A-Za-z ]+?)(?: \((?:s|req/s|tok/s)\))?:\s+(?P<value>[\d.]+)\s*$")
_TIME = re.compile(
    r"^(?P<statistic>Mean|Median|P\d+(?:\.\d+)?) (?P<metric>TTFT|TPOT|ITL|E2EL) \(ms\):\s+(?P<value>[\d.]+)"
)
_TOOL = "vllm bench serve"


def is_vllm_json(content: object) -> bool:
    """Whether JSON content is a result, or a list of results, of ``vllm bench serve``."""
    first = content[0] if isinstance(content, list) and content else content
    return isinstance(first, dict) and {"completed", "output_throughput", "request_rate"} <= set(first)


def read_vllm_json(content: Any, source: str) -> Iterator[ToolRun]:  # noqa: ANN401 - JSON
    """Read a result file, or the list of them that a sweep leaves."""
    if isinstance(content, dict):
        yield _from_json(content, source)
        return
    for place, each in enumerate(content):
        yield _from_json(each, f"{source}, run {place}")


def _from_json(told: Mapping[str, Any], source: str) -> ToolRun:
    completed = int(number(told["completed"]) or 0)
    asked = number(told.get("num_prompts")) or completed
    failed = number(told.get("failed"))
    named: dict[str, dict[str, Any]] = {}
    for key, value in told.items():
        match = _JSON_KEY.fullmatch(key)
        if match:
            named.setdefault(match["metric"], {})[match["statistic"]] = value
    date = str(told.get("date") or "")
    return ToolRun(
        tool=_TOOL,
        source=source,
        model=str(told.get("model_id") or "unknown model"),
        load=_load(told.get("max_concurrency"), told.get("request_rate"), int(asked)),
        requests=completed,
        failures=int(asked - completed if failed is None else failed),
        output_tokens_per_second=number(told["output_throughput"]) or 0.0,
        duration_s=number(told.get("duration")),
        input_tokens=_per(told.get("total_input_tokens"), completed),
        output_tokens=_per(told.get("total_output_tokens"), completed),
        latencies=_latencies(named, source),
        started=_iso(date),
        facts={
            name: str(told[name])
            for name in ("backend", "max_num_seqs", "label")
            if told.get(name) is not None
        },
    )


def is_console_log(text: str) -> bool:
    """Whether text holds the table that ``vllm bench serve`` prints at the end."""
    return _BANNER in text


def read_console_log(text: str, source: str) -> Iterator[ToolRun]:
    """Read each table of results in a console log, with what was asked for before it."""
    before, *tables = text.split(_BANNER)
    for place, table in enumerate(tables):
        where = source if len(tables) == 1 else f"{source}, run {place}"
        yield _from_table(table.split("\n====", maxsplit=1)[0], before, where)
        before = table


def _from_table(table: str, before: str, source: str) -> ToolRun:
    counts: dict[str, float] = {}
    named: dict[str, dict[str, float]] = {}
    for line in table.splitlines():
        time, count = _TIME.match(line), _COUNT.match(line)
        if time:
            statistics = named.setdefault(time["metric"].lower(), {})
            statistics[time["statistic"].lower()] = float(time["value"])
        elif count:
            counts[count["name"]] = float(count["value"])
    completed = int(counts.get("Successful requests", 0))
    asked = int(number(_asked(before, "num_prompts")) or completed)
    failed = counts.get("Failed requests", asked - completed)
    lengths = [_asked(before, f"random_{side}_len") for side in ("input", "output")]
    random = "dataset_name='random'" in before
    rate = re.findall(r"^Traffic request rate: (\S+)", before, re.MULTILINE)
    cap = re.findall(r"^Maximum request concurrency:\s+(\d+)", before, re.MULTILINE)
    return ToolRun(
        tool=_TOOL,
        source=source,
        model=_name(before),
        load=_load(
            counts.get("Maximum request concurrency", float(cap[-1]) if cap else None),
            rate[-1] if rate else None,
            asked,
        ),
        requests=completed,
        failures=int(failed),
        output_tokens_per_second=counts.get("Output token throughput", 0.0),
        duration_s=counts.get("Benchmark duration"),
        input_tokens=_per(counts.get("Total input tokens"), completed),
        output_tokens=_per(counts.get("Total generated tokens"), completed),
        latencies=_latencies(named, source),
        lengths=f"{lengths[0]:g} in, {lengths[1]:g} out" if random and all(lengths) else None,
    )


def _asked(before: str, name: str) -> float | None:
    match = re.search(rf"\b{name}=(\d+)\b", before)
    return float(match[1]) if match else None


def _name(before: str) -> str:
    match = re.search(r"served_model_name='([^']+)'", before) or re.search(r"\bmodel='([^']+)'", before)
    return match[1] if match else "unknown model"


def _load(concurrency: object, rate: object, asked: int) -> Load:
    """Return the offered rate where there is one, else the cap; with neither all were in flight at once."""
    offered = number(float(rate)) if isinstance(rate, str | int | float) else None
    if offered:
        return Load(rate_per_s=offered)
    return Load(concurrency=int(number(concurrency) or max(asked, 1)))


def _per(total: object, completed: int) -> float | None:
    value = number(total)
    return None if not value or not completed else value / completed


def _latencies(named: Mapping[str, Mapping[str, Any]], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for metric, statistics in named.items():
        ours, basis = _METRICS[metric]
        names = {each: "p50" if each == "median" else each for each in statistics}
        latency = latency_of(statistics, names, basis=basis, source=source, scale=1e-3)
        if latency is not None:
            found[ours] = latency
    return found


def _iso(date: str) -> str | None:
    """Write the tool's local date, ``20260816-160853``, as ISO 8601 without a zone."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)", date)
    return "{}-{}-{}T{}:{}:{}".format(*match.groups()) if match else None
