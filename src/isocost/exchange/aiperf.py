"""Result files of aiperf: ``profile_export_aiperf.json``, one run a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.core.load import Load
from isocost.exchange.tool_run import (
    PER_REQUEST,
    POOLED_GAPS,
    ToolRun,
    latency_of,
    number,
    require_version,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.operating_point import Latency

__all__ = ["is_aiperf", "read_aiperf"]

_NEWEST = 1
_NAMES = {"avg": "mean", **{f"p{percent}": f"p{percent}" for percent in (50, 75, 90, 95, 99)}}
# its "inter token latency" is one mean a request; "inter chunk latency" pools the gaps of all
_METRICS = (
    ("ttft", "time_to_first_token", PER_REQUEST),
    ("tpot", "inter_token_latency", PER_REQUEST),
    ("gaps", "inter_chunk_latency", POOLED_GAPS),
    ("e2e", "request_latency", PER_REQUEST),
)
_SECONDS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "us": 1e-6, "ns": 1e-9}


def is_aiperf(content: object) -> bool:
    """Whether JSON content is a profile export of aiperf."""
    return isinstance(content, dict) and {"input_config", "request_throughput", "request_latency"} <= set(
        content
    )


def read_aiperf(content: Mapping[str, Any], source: str) -> Iterator[ToolRun]:
    """Read the one run of a profile export.

    Tokens are the server's count where the export has it, else the client's.

    Raises
    ------
    InputError
        If the export is of a newer version or does not tell the load.
    """
    require_version(source, "aiperf", content.get("schema_version", "1"), _NEWEST)
    requests = _average(content, "request_count") or 0.0
    yield ToolRun(
        tool=f"aiperf {content.get('aiperf_version', '')}".strip(),
        source=source,
        model=_model(content["input_config"]),
        load=_load(content["input_config"], source),
        requests=int(requests),
        failures=int(_average(content, "error_request_count") or 0),
        output_tokens_per_second=_average(content, "output_token_throughput") or 0.0,
        duration_s=_average(content, "benchmark_duration"),
        input_tokens=_average(content, "usage_prompt_tokens") or _average(content, "input_sequence_length"),
        output_tokens=_average(content, "output_sequence_length"),
        latencies=_latencies(content, source),
        lengths=_lengths(content["input_config"]),
        mean_concurrency=_average(content, "effective_concurrency"),
        power_w=_power(content.get("telemetry_data"), source),
        started=None if content.get("start_time") is None else str(content["start_time"]),
    )


def _average(content: Mapping[str, Any], name: str) -> float | None:
    told = content.get(name)
    return number(told.get("avg")) if isinstance(told, dict) else None


def _model(config: Mapping[str, Any]) -> str:
    names = [str(item.get("name")) for item in (config.get("models") or {}).get("items", [])]
    names += [str(name) for name in (config.get("endpoint") or {}).get("model_names", [])]
    return ", ".join(dict.fromkeys(names)) or "unknown model"


def _load(config: Mapping[str, Any], source: str) -> Load:
    phases = [each for each in config.get("phases") or [] if not each.get("exclude_from_results")]
    told = next((each for each in phases if each.get("kind") == "profiling"), config.get("loadgen") or {})
    for name in ("request_rate", "rate"):
        if number(told.get(name)):
            return Load(rate_per_s=float(told[name]))
    if number(told.get("concurrency")):
        return Load(concurrency=int(told["concurrency"]))
    raise InputError(f"{source} tells neither concurrency nor request rate, so the load is unknown")


def _lengths(config: Mapping[str, Any]) -> str | None:
    prompt = (config.get("input") or {}).get("prompt") or {}
    sides = [number((prompt.get(f"{side}_tokens") or {}).get("mean")) for side in ("input", "output")]
    return f"{sides[0]:g} in, {sides[1]:g} out" if all(sides) else None


def _latencies(content: Mapping[str, Any], source: str) -> dict[str, Latency]:
    found: dict[str, Latency] = {}
    for ours, theirs, basis in _METRICS:
        told = content.get(theirs)
        if not isinstance(told, dict):
            continue
        scale = _SECONDS.get(str(told.get("unit")))
        if scale is None:
            raise InputError(f"{source}: {theirs} is in {told.get('unit')!r}, no unit of time that we know")
        latency = latency_of(told, _NAMES, basis=basis, source=source, scale=scale)
        if latency is not None:
            found[ours] = latency
    return found


def _power(telemetry: Any, source: str) -> Estimate | None:  # noqa: ANN401 - JSON
    """Sum the mean power of all GPUs that were watched; ``None`` without."""
    endpoints = ((telemetry or {}).get("endpoints") or {}).values()
    gpus = {
        str(gpu.get("gpu_uuid") or f"{where}/{name}"): gpu
        for where, endpoint in enumerate(endpoints)
        for name, gpu in (endpoint.get("gpus") or {}).items()
    }
    means = [
        number(((gpu.get("metrics") or {}).get("gpu_power_usage") or {}).get("avg")) for gpu in gpus.values()
    ]
    watts = [mean for mean in means if mean is not None]
    if not watts or len(watts) < len(means):
        return None
    return Estimate(
        value=sum(watts),
        unit="W",
        kind="measured",
        method="mean of the run, GPUs added",
        basis=f"{len(watts)} watched accelerators",
        source=source,
    )
