"""Latencies of the requests of a run: to the first token, per token after it, between chunks, end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.operating_point import Latency
from isocost.statistics.arrivals import realised_output_tokens
from isocost.statistics.batch_means import mean_in_order
from isocost.statistics.percentiles import percentiles

if TYPE_CHECKING:
    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = [
    "PERCENTS",
    "end_to_end_s",
    "gap_latency",
    "request_latency",
    "time_per_token_s",
    "time_to_first_s",
]

PERCENTS = (10.0, 50.0, 90.0, 95.0, 99.0)
"""The percentiles that an operating point carries, where n allows."""


def time_to_first_s(observations: Observations) -> FloatArray:
    """Return the time from due to the first chunk of each request; NaN when none came."""
    return observations.first_at_s - observations.due_at_s


def end_to_end_s(observations: Observations) -> FloatArray:
    """Return the time from due to the last chunk of each request, or to its end when no chunk came."""
    last = np.where(np.isnan(observations.last_at_s), observations.done_at_s, observations.last_at_s)
    return np.asarray(last - observations.due_at_s)


def time_per_token_s(observations: Observations) -> FloatArray:
    """Return (last chunk - first chunk) / (output tokens - 1) of each request.

    NaN where it cannot be told: fewer than two tokens, or all of them in one chunk.
    """
    tokens = realised_output_tokens(observations)
    told = (tokens >= 2) & (observations.chunks >= 2)
    span = observations.last_at_s - observations.first_at_s
    return np.where(told, span / np.where(told, tokens - 1, 1.0), np.nan)


def request_latency(values: FloatArray, sent_at_s: FloatArray) -> Latency | None:
    """Summarise a latency of which each request has one value.

    Parameters
    ----------
    values : float array, shape (n,)
        Seconds; NaN where a request has none.
    sent_at_s : float array, shape (n,)
        The order in which the requests were sent.

    Returns
    -------
    Latency or None
        ``None`` when no request has a value.
    """
    known = values[np.argsort(sent_at_s, kind="stable")]
    known = known[~np.isnan(known)]
    if not len(known):
        return None
    return Latency(
        basis="requests",
        mean=mean_in_order(known, unit="s", kind="measured"),
        percentiles=percentiles(known, PERCENTS, unit="s", kind="measured"),
    )


def gap_latency(observations: Observations, chosen: BoolArray) -> Latency | None:
    """Summarise the gaps between the chunks of chosen requests, pooled.

    Gaps of one request hang together, so requests, not gaps, are counted as evidence.

    Returns
    -------
    Latency or None
        ``None`` when no request had two chunks.
    """
    counts = np.where(chosen, np.maximum(observations.chunks - 1, 0), 0)
    streamed = np.flatnonzero(counts)
    if not len(streamed):
        return None
    ordered = streamed[np.argsort(observations.sent_at_s[streamed], kind="stable")]
    spans = (observations.last_at_s - observations.first_at_s)[ordered]
    mean = mean_in_order(spans, unit="s", kind="measured", weights=counts[ordered].astype(np.float64))
    return Latency(
        basis="pooled gaps",
        mean=mean,
        percentiles=percentiles(
            _pooled(observations, chosen),
            PERCENTS,
            unit="s",
            kind="measured",
            scale=1e-6,
            independent=len(streamed),
        ),
    )


def _pooled(observations: Observations, chosen: BoolArray) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the gaps of chosen requests, in half the memory where they fit 32 bits (71 minutes)."""
    gaps = observations.gap_us
    slim = gaps.astype(np.uint32) if int(gaps.max()) < 2**32 and int(gaps.min()) >= 0 else gaps
    if bool(chosen.all()):
        return slim
    return slim[np.repeat(chosen, np.maximum(observations.chunks - 1, 0))]
