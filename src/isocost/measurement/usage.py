"""What a server says of one answer in numbers: its tokens, and how long it worked on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isocost.core.observation import ServerTimes

__all__ = ["Usage", "count_of", "merged", "read_server_times", "read_timings", "read_usage"]

_MOST = 1_000_000_000  # no request has more tokens, and what says so is not believed


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; ``None`` where it does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


def read_usage(usage: object) -> Usage | None:
    """Return the tokens that a server counted, ``None`` where it told none.

    Chat and completions say ``prompt_tokens`` and ``completion_tokens``, responses ``input_tokens`` and
    ``output_tokens``; details of both stand beside them.

    Examples
    --------
    >>> read_usage({"prompt_tokens": 7, "completion_tokens": 2}).input_tokens
    7
    >>> read_usage({"input_tokens": 7, "output_tokens_details": {"reasoning_tokens": 5}}).reasoning_tokens
    5
    """
    if not isinstance(usage, Mapping):
        return None
    return Usage(
        input_tokens=_first(count_of(usage, "prompt_tokens"), count_of(usage, "input_tokens")),
        output_tokens=_first(count_of(usage, "completion_tokens"), count_of(usage, "output_tokens")),
        cached_tokens=_first(
            count_of(usage.get("prompt_tokens_details"), "cached_tokens"),
            count_of(usage.get("input_tokens_details"), "cached_tokens"),
        ),
        reasoning_tokens=_first(
            count_of(usage.get("completion_tokens_details"), "reasoning_tokens"),
            count_of(usage.get("output_tokens_details"), "reasoning_tokens"),
            count_of(usage, "reasoning_tokens"),
        ),
    )


def read_timings(timings: object) -> Usage | None:
    """Return the tokens that llama.cpp tells in its ``timings``, the prompt's cached ones included.

    Examples
    --------
    >>> read_timings({"cache_n": 5, "prompt_n": 1, "predicted_n": 4})
    Usage(input_tokens=6, output_tokens=4, cached_tokens=5, reasoning_tokens=None)
    """
    if not isinstance(timings, Mapping):
        return None
    cached, computed = count_of(timings, "cache_n"), count_of(timings, "prompt_n")
    known = cached is not None and computed is not None
    return Usage(
        input_tokens=(cached or 0) + (computed or 0) if known else None,
        output_tokens=count_of(timings, "predicted_n"),
        cached_tokens=cached,
    )


def read_server_times(told: Mapping[str, Any]) -> ServerTimes | None:
    """Return how long a server says that it worked on an answer, ``None`` where it does not.

    vLLM (``--enable-per-request-metrics``) tells ``metrics``: its time to the first token begins when the
    request is scheduled. llama.cpp tells ``timings``: its clock begins with the prompt, so the time in its
    queue is not known.

    Examples
    --------
    >>> read_server_times({"timings": {"prompt_ms": 61.5, "predicted_ms": 39.0}})
    ServerTimes(queue_s=None, prefill_s=0.0615, decode_s=0.039)
    >>> told = {"queue_time_ms": 0.5, "time_to_first_token_ms": 16.0, "generation_time_ms": 80.0}
    >>> read_server_times({"metrics": told})
    ServerTimes(queue_s=0.0005, prefill_s=0.016, decode_s=0.08)
    """
    metrics, timings = told.get("metrics"), told.get("timings")
    if isinstance(metrics, Mapping):
        names = ("queue_time_ms", "time_to_first_token_ms", "generation_time_ms")
        queue, prefill, decode = (_seconds(metrics.get(name)) for name in names)
    elif isinstance(timings, Mapping):
        queue, prefill, decode = (
            None,
            *(_seconds(timings.get(name)) for name in ("prompt_ms", "predicted_ms")),
        )
    else:
        return None
    known = any(each is not None for each in (queue, prefill, decode))
    return ServerTimes(queue_s=queue, prefill_s=prefill, decode_s=decode) if known else None


def merged(told: Usage | None, beside: Usage | None) -> Usage | None:
    """Return what `told` says, and what only `beside` says.

    Examples
    --------
    >>> merged(Usage(6, 4), Usage(7, 4, 5))
    Usage(input_tokens=6, output_tokens=4, cached_tokens=5, reasoning_tokens=None)
    """
    if told is None or beside is None:
        return told or beside
    return Usage(
        input_tokens=_first(told.input_tokens, beside.input_tokens),
        output_tokens=_first(told.output_tokens, beside.output_tokens),
        cached_tokens=_first(told.cached_tokens, beside.cached_tokens),
        reasoning_tokens=_first(told.reasoning_tokens, beside.reasoning_tokens),
    )


def count_of(counts: object, name: str) -> int | None:
    """Return the count `name`; ``None`` where there is none, or it is no count of the tokens of an answer.

    Examples
    --------
    >>> [count_of({"n": n}, "n") for n in (3, -3, True, 3.0, 10**30)]
    [3, None, None, None, None]
    """
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _seconds(milliseconds: Any) -> float | None:  # noqa: ANN401 - whatever JSON the server sent
    number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    return milliseconds / 1e3 if number and 0 <= milliseconds < 1e12 else None
