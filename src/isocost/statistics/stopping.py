"""When a run may stop: how well throughput and time to first token are known while it still goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.statistics.batch_means import (
    FEWEST_TO_CORRELATE,
    batch_count,
    ratio_error,
    student_quantile,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Answered", "RunningWidth", "running_width"]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered request, as little of it as telling a width takes.

    Parameters
    ----------
    index : int
        Its number in the run's plan; requests are sent in this order.
    sent_at_s, first_at_s, last_at_s : float
    tokens : float
        Output tokens; 0 of a request that failed.
    """

    index: int
    sent_at_s: float
    first_at_s: float
    last_at_s: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningWidth:
    """Half-widths over means of intervals of 95 %, so far.

    Parameters
    ----------
    throughput, ttft : float
        Of output tokens per second and of the mean time to the first token, above 0.
    seconds : float
        Length of the time that they rest on.
    batches : int
    """

    throughput: float
    ttft: float
    seconds: float
    batches: int

    @property
    def widest(self) -> float:
        """The larger of the two."""
        return max(self.throughput, self.ttft)


def running_width(answered: Sequence[Answered], *, first_index: int = 0) -> RunningWidth | None:
    """Say how well a run that still goes on is known, by batch means.

    Only the time until which no request is still in flight counts: up to the sending of the last request
    before which every one has ended. A stop there leaves out no long answer.

    Parameters
    ----------
    answered : sequence of Answered
        In any order.
    first_index : int
        Number of the first request of the run.

    Returns
    -------
    RunningWidth or None
        ``None`` while there are fewer than ten batches of two typical requests (`batch_count`): before
        that neither variance nor correlation are known well enough to stop by them (Chow and Robbins,
        Annals of Mathematical Statistics 36, 1965, doi:10.1214/aoms/1177700156, for why a stop by the width
        keeps the coverage as the width goes to 0; Law and Kelton, Operations Research 30, 1982, for how early
        stops lose it).

    Examples
    --------
    >>> even = [Answered(i, i / 2, i / 2 + 0.1, i / 2 + 0.5, 4) for i in range(41)]
    >>> running_width(even[:5]) is None, running_width(even).batches
    (True, 20)
    """
    ordered = sorted(answered, key=lambda each: each.index)
    ended = next(
        (place for place, each in enumerate(ordered) if each.index != first_index + place), len(ordered)
    )
    if ended < 2 * FEWEST_TO_CORRELATE:
        return None
    sent, first, last, tokens = np.array(
        [(each.sent_at_s, each.first_at_s, each.last_at_s, each.tokens) for each in ordered], dtype=np.float64
    ).T
    start, end = float(sent[0]), float(sent[ended - 1])
    typical = float(np.median((last - sent)[:ended]))
    count = batch_count(end - start, max(typical, 1e-9))
    if count < FEWEST_TO_CORRELATE:
        return None
    edges = np.linspace(start, end, count + 1)
    amounts = np.diff([_arrived(edge, first, last, tokens) for edge in edges])
    waits = (first - sent)[:ended]
    batch = np.arange(ended) * count // ended
    widths = [
        _half_width(amounts, np.diff(edges)),
        _half_width(
            np.bincount(batch, weights=waits).astype(np.float64), np.bincount(batch).astype(np.float64)
        ),
    ]
    return RunningWidth(throughput=widths[0], ttft=widths[1], seconds=end - start, batches=count)


def _arrived(instant: float, first: FloatArray, last: FloatArray, tokens: FloatArray) -> float:
    """Return the tokens that had arrived by an instant, each answer's evenly over its time."""
    share = (instant - first) / np.maximum(last - first, 1e-9)
    return float((tokens * np.clip(share, 0.0, 1.0)).sum())


def _half_width(amounts: FloatArray, lengths: FloatArray) -> float:
    rate = float(amounts.sum() / lengths.sum())
    error = ratio_error(amounts, lengths)
    return student_quantile(0.95, error.degrees) * error.standard_error / rate if rate > 0 else np.inf
