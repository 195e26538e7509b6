"""A probe at one rate: its requests as columns, and what they say of the service levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.statistics.promise import ERROR, KeptPromise, Promise, PromiseState, judge_promises

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.service_level import ServiceLevel

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["FAILURES", "ProbeRequests", "judge_probe", "promise_values"]

FAILURES = Promise("at most 5 % of the requests fail", "p95", 1.0)
"""Held in every search beside the service levels: refusing requests is a limit too."""
_ENDED_SHARE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequests:
    """The requests of a probe that ended, in any order; instants in seconds on one clock.

    Parameters
    ----------
    index : int array, shape (n,)
        Number in the order in which they were due, from 0.
    due_s, first_s, last_s, done_s : float arrays, shape (n,)
        First and last chunk are NaN where none came.
    tokens : float array, shape (n,)
        Output tokens.
    ok : bool array, shape (n,)
        Whether it ended well.
    """

    index: np.ndarray[Any, np.dtype[np.int64]]
    due_s: FloatArray
    first_s: FloatArray
    last_s: FloatArray
    done_s: FloatArray
    tokens: FloatArray
    ok: np.ndarray[Any, np.dtype[np.bool_]]


def promise_values(
    levels: Sequence[ServiceLevel], seen: ProbeRequests
) -> tuple[tuple[Promise, FloatArray], ...]:
    """Return what is promised, with its value for each request; infinite where a request failed.

    The speed for one user is 1 over the time per token of the same name. A time per token needs two tokens:
    NaN without.

    Parameters
    ----------
    levels : sequence of ServiceLevel
    seen : ProbeRequests

    Returns
    -------
    tuple of (Promise, float array, shape (n,))
        That few fail comes last.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        per_token = (seen.last_s - seen.first_s) / (seen.tokens - 1)
    values = {
        "ttft": seen.first_s - seen.due_s,
        "tpot": np.where(seen.tokens >= 2, per_token, np.nan),
        "e2e": seen.done_s - seen.due_s,
    }
    values["user_speed"] = values["tpot"]
    told = [
        (
            Promise(level.label, level.statistic, 1 / level.bound if level.at_least else level.bound),
            np.where(seen.ok, values[level.metric], np.inf),
        )
        for level in levels
    ]
    return (*told, (FAILURES, np.where(seen.ok, 0.0, np.inf)))


def judge_probe(
    levels: Sequence[ServiceLevel], seen: ProbeRequests, *, size: int, looks: int, error: float = ERROR
) -> tuple[PromiseState, tuple[KeptPromise, ...]] | None:
    """Judge a probe by its first `size` requests; ``None`` while too many of them are still on their way.

    Up to 2 % may be: for a pass they count as broken, for a fail not at all, so that a few that hang neither
    delay a verdict nor change it.

    Parameters
    ----------
    levels : sequence of ServiceLevel
    seen : ProbeRequests
    size : int
        At least 1.
    looks : int
        As in `judge_promises`.
    error : float
    """
    early = np.flatnonzero(seen.index < size)
    if len(early) < _ENDED_SHARE * size:
        return None
    places = seen.index[early]
    hopeful: list[tuple[Promise, FloatArray]] = []
    doubtful: list[tuple[Promise, FloatArray]] = []
    for promise, values in promise_values(levels, seen):
        for missing, made in ((np.nan, hopeful), (np.inf, doubtful)):
            column = np.full(size, missing)
            column[places] = values[early]
            made.append((promise, column))
    state, told = judge_promises(hopeful, looks=looks, error=error)
    if state != "kept" or len(early) == size:
        return state, told
    return judge_promises(doubtful, looks=looks, error=error)
