"""Latencies of the requests of a run: to the first token, per token after it, between chunks, end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.operating_point import Latency
from isocost.statistics.arrivals import realised_output_tokens
from isocost.statistics.batch_means import rate_over_batches
from isocost.statistics.percentiles import percentiles, untold_percentiles

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = [
    "PERCENTS",
    "end_to_end_s",
    "gap_latency",
    "request_latency",
    "time_batches",
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


def request_latency(values: FloatArray, batch: IntArray) -> Latency | None:
    """Summarise a latency of which each request has one value.

    Parameters
    ----------
    values : float array, shape (n,)
        Seconds; NaN where a request has none.
    batch : int array, shape (n,)
        The batch of each request, by the time at which it was sent (`time_batches`).

    Returns
    -------
    Latency or None
        ``None`` when no request has a value.
    """
    told = ~np.isnan(values)
    known, groups = values[told], batch[told]
    if not len(known):
        return None
    return Latency(
        basis="requests",
        mean=_mean(known, np.ones(len(known)), groups),
        percentiles=percentiles(known, PERCENTS, unit="s", kind="measured", batch=groups),
        untold=untold_percentiles(len(known), PERCENTS),
        values_s=known,
        count=len(known),
    )


def time_batches(observations: Observations, chosen: BoolArray, count: int) -> IntArray:
    """Put requests that were sent one after another into batches of nearly equal size.

    Parameters
    ----------
    observations : Observations
    chosen : bool array, shape (n,)
    count : int
        How many batches, at least 1; no more than there are chosen requests.

    Returns
    -------
    int array, shape (n,)
        The batch of each request, from 0 in the order of sending; of those not chosen, -1.
    """
    rows = np.flatnonzero(chosen)
    in_order = rows[np.lexsort((observations.sent_at_s[rows], observations.segment[rows]))]
    batch = np.full(len(observations), -1, dtype=np.int64)
    batch[in_order] = (np.arange(len(rows)) * min(count, len(rows))) // max(len(rows), 1)
    return batch


def _mean(sums: FloatArray, counts: FloatArray, batch: IntArray) -> Estimate:
    """Estimate a mean, all sums over all counts, by batches."""
    lengths = np.bincount(batch, weights=counts).astype(np.float64)
    amounts = np.bincount(batch, weights=sums).astype(np.float64)
    filled = lengths > 0
    return rate_over_batches(
        amounts[filled], lengths[filled], unit="s", kind="measured", of="groups of requests in order"
    )


def gap_latency(observations: Observations, chosen: BoolArray, batch: IntArray) -> Latency | None:
    """Summarise the gaps between the chunks of chosen requests, pooled.

    Gaps of one request hang together, so requests, not gaps, are counted as evidence.

    Parameters
    ----------
    observations : Observations
    chosen : bool array, shape (n,)
    batch : int array, shape (n,)
        The batch of each request (`time_batches`).

    Returns
    -------
    Latency or None
        ``None`` when no request had two chunks.
    """
    counts = np.where(chosen, np.maximum(observations.chunks - 1, 0), 0)
    streamed = np.flatnonzero(counts)
    if not len(streamed):
        return None
    spans = (observations.last_at_s - observations.first_at_s)[streamed]
    pooled = _pooled(observations, chosen)
    return Latency(
        basis="pooled gaps",
        mean=_mean(spans, counts[streamed].astype(np.float64), batch[streamed]),
        percentiles=percentiles(
            pooled,
            PERCENTS,
            unit="s",
            kind="measured",
            scale=1e-6,
            independent=len(streamed),
            batch=np.repeat(batch[streamed].astype(np.int16), counts[streamed]),
        ),
        untold=untold_percentiles(len(streamed), PERCENTS),
        values_s=pooled,
        scale=1e-6,
        count=len(streamed),
    )


def _pooled(observations: Observations, chosen: BoolArray) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the gaps of chosen requests, in half the memory where they fit 32 bits (71 minutes)."""
    gaps = observations.gap_us
    slim = gaps.astype(np.uint32) if int(gaps.max()) < 2**32 and int(gaps.min()) >= 0 else gaps
    if bool(chosen.all()):
        return slim
    return slim[np.repeat(chosen, np.maximum(observations.chunks - 1, 0))]
