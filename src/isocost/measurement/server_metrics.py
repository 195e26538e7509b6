"""What a server exposes for Prometheus, in the words of each engine, brought to common names."""

from __future__ import annotations

import math
import re

from isocost.core.telemetry import MOST_TOLD

__all__ = ["read_metrics"]

_GAUGES = {
    "running": (
        "vllm:num_requests_running",
        "sglang:num_running_reqs",
        "llamacpp:requests_processing",
        "tgi_batch_current_size",
    ),
    "waiting": (
        "vllm:num_requests_waiting",
        "sglang:num_queue_reqs",
        "llamacpp:requests_deferred",
        "tgi_queue_size",
    ),
    "ended": ("vllm:request_success_total", "sglang:num_requests_total", "tgi_request_success"),
    "prefill_sum": ("llamacpp:prompt_seconds_total",),
    "decode_sum": ("llamacpp:tokens_predicted_seconds_total",),
}
_SUMS = {
    "queue": (
        "vllm:request_queue_time_seconds",
        "sglang:queue_time_seconds",
        "tgi_request_queue_duration",
    ),
    "prefill": ("vllm:request_prefill_time_seconds",),
    "decode": ("vllm:request_decode_time_seconds",),
    "service": ("vllm:request_inference_time_seconds", "tgi_request_inference_duration"),
    "first": ("vllm:time_to_first_token_seconds", "sglang:time_to_first_token_seconds"),
    "end": (
        "vllm:e2e_request_latency_seconds",
        "sglang:e2e_request_latency_seconds",
        "tgi_request_duration",
    ),
}
_NAMES = {theirs: ours for ours, names in _GAUGES.items() for theirs in names} | {
    f"{theirs}_{part}": f"{ours}_{part}"
    for ours, names in _SUMS.items()
    for theirs in names
    for part in ("sum", "count")
}
_SAMPLE = re.compile(
    rb"^(" + b"|".join(re.escape(name.encode()) for name in _NAMES) + rb")"
    rb"(?:\{(?:[^\"\n}]|\"(?:[^\"\\\n]|\\[^\n])*+\")*+\})?+[ \t]++([0-9.eE+-]++)(?=[ \t\r\n]|\Z)",
    re.MULTILINE,
)


def read_metrics(text: bytes) -> dict[str, float]:
    r"""Return what a server's exposition says, by the names of `isocost.core.telemetry.Reading`.

    Samples of one name with several labels (ranks, reasons of an end) are added up. Histograms are read by
    their sums and counts; buckets are not. What no server can mean (below 0, infinite) leaves its name out.

    Parameters
    ----------
    text : bytes
        Text for Prometheus; anything else holds none of the names.

    Returns
    -------
    dict of str to float
        Empty where it says nothing that is known.

    Examples
    --------
    >>> read_metrics(b'tgi_queue_size 2\ntgi_queue_size{rank="1"} 3.0\n')
    {'waiting': 5.0}
    """
    told: dict[str, float] = {}
    for name, value in _SAMPLE.findall(text):
        try:
            number = float(value)
        except ValueError:
            continue
        ours = _NAMES[name.decode()]
        told[ours] = told.get(ours, 0.0) + (number if 0 <= number <= MOST_TOLD else math.inf)
    return {name: total for name, total in told.items() if total <= MOST_TOLD}
