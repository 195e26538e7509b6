"""Doubles: simulated servers, many at once, for what is said of their requests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

STEP_S, PER_REQUEST_S, BATCH = 1.0, 0.05, 16


def waits_before_slots(
    rate_per_s: float, slots: int, count: int, servers: int, rng: np.random.Generator
) -> FloatArray:
    """Waits in M/M/k with a mean service of 1 s, shape (count, servers); each begins empty."""
    due = np.cumsum(rng.exponential(1 / rate_per_s, (count, servers)), axis=0)
    service = rng.exponential(1.0, (count, servers))
    free, waits, every = np.zeros((servers, slots)), np.empty((count, servers)), np.arange(servers)
    for number in range(count):
        slot = free.argmin(axis=1)
        begun = np.maximum(due[number], free[every, slot])
        free[every, slot] = begun + service[number]
        waits[number] = begun - due[number]
    return waits


def times_in_line(
    rate_per_s: float, count: int, servers: int, rng: np.random.Generator, *, fixed: bool
) -> FloatArray:
    """Times from due to done in M/M/1 or, of a fixed service time, M/D/1, shape (count, servers)."""
    gaps = rng.exponential(1 / rate_per_s, (count, servers))
    service = np.ones((count, servers)) if fixed else rng.exponential(1.0, (count, servers))
    wait, times = np.zeros(servers), np.empty((count, servers))
    for number in range(count):
        wait = np.maximum(wait + (service[number - 1] if number else 0.0) - gaps[number], 0.0)
        times[number] = wait + service[number]
    return times


def times_in_batches(rate_per_s: float, count: int, servers: int, rng: np.random.Generator) -> FloatArray:
    """Times from due to done where a server takes all that wait, up to 16, for 1 s and 50 ms a request."""
    times = np.empty((count, servers))
    for server in range(servers):
        due = np.cumsum(rng.exponential(1 / rate_per_s, count))
        now, first = 0.0, 0
        while first < count:
            now = max(now, float(due[first]))
            last = min(int(np.searchsorted(due, now, "right")), first + BATCH)
            now += STEP_S + PER_REQUEST_S * (last - first)
            times[first:last, server] = now - due[first:last]
            first = last
    return times


def wait_bound(slots: int, rate_per_s: float, share: float = 0.05) -> float:
    """The wait that a share of the requests of M/M/k exceed, by Erlang's formula; mean service 1 s."""
    blocked = 1.0
    for number in range(1, slots + 1):
        blocked = rate_per_s * blocked / (number + rate_per_s * blocked)
    waiting = slots * blocked / (slots - rate_per_s * (1 - blocked))
    return math.log(waiting / share) / (slots - rate_per_s)
