"""What the server counts of itself, in vLLM's names."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Counters", "exposition"]

_KEPT = 20_000


@dataclass(slots=True)
class Counters:
    """Counts since the start; gauges of now.

    Parameters
    ----------
    waiting, running : int
        Requests that the engine has not taken in yet, and those it works on.
    prompt_tokens, generation_tokens : int
        Tokens taken in and produced.
    finished : dict of str to int
        Requests by the reason of their end.
    kv_tokens : int
        Tokens in the KV cache now.
    hand_over_s : deque of float
        The last times from the end of a step to the writing of its tokens.
    """

    waiting: int = 0
    running: int = 0
    prompt_tokens: int = 0
    generation_tokens: int = 0
    kv_tokens: int = 0
    finished: dict[str, int] = field(default_factory=lambda: {"stop": 0, "length": 0, "abort": 0, "error": 0})
    hand_over_s: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))


def exposition(counters: Counters, *, model: str, kv_cache_tokens: int) -> str:
    """Text for Prometheus.

    Parameters
    ----------
    counters : Counters
        What was counted.
    model : str
        Name of the model; the label ``model_name``.
    kv_cache_tokens : int
        Size of the KV cache, tokens, above 0.
    """
    label = f'model_name="{_escaped(model)}"'
    lines = [
        *_family("vllm:num_requests_running", "gauge", label, counters.running),
        *_family("vllm:num_requests_waiting", "gauge", label, counters.waiting),
        *_family("vllm:kv_cache_usage_perc", "gauge", label, counters.kv_tokens / kv_cache_tokens),
        *_family("vllm:prompt_tokens_total", "counter", label, counters.prompt_tokens),
        *_family("vllm:generation_tokens_total", "counter", label, counters.generation_tokens),
        "# TYPE vllm:request_success_total counter",
        *(
            f'vllm:request_success_total{{{label},finished_reason="{reason}"}} {count}'
            for reason, count in counters.finished.items()
        ),
        "# TYPE isocost:hand_over_seconds summary",
        *_quantiles("isocost:hand_over_seconds", label, sorted(counters.hand_over_s)),
    ]
    return "\n".join(lines) + "\n"


def _family(name: str, kind: str, label: str, value: float) -> list[str]:
    return [f"# TYPE {name} {kind}", f"{name}{{{label}}} {value}"]


def _quantiles(name: str, label: str, ordered: list[float]) -> list[str]:
    if not ordered:
        return []
    return [
        f'{name}{{{label},quantile="{share}"}} {ordered[min(int(share * len(ordered)), len(ordered) - 1)]}'
        for share in (0.5, 0.99)
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
