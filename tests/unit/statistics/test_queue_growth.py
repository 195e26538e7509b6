"""Overload is seen by the growth of the queue, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from isocost.statistics.queue_growth import queue_grows

RUNS, COUNT = 40, 1500


def served(rate: float, slots: int, rng: np.random.Generator) -> tuple[Any, Any]:
    due = np.cumsum(rng.exponential(1 / rate, COUNT))
    free, done = np.zeros(slots), np.empty(COUNT)
    for number, service in enumerate(rng.exponential(1.0, COUNT)):
        slot = free.argmin()
        free[slot] = done[number] = max(due[number], free[slot]) + service
    return due, done


def first_seen(rate: float, slots: int, seed: int) -> int | None:
    """After how many requests growth is told, if at all, looking as often as a probe does."""
    due, done = served(rate, slots, np.random.default_rng(seed))
    looks = [int(20 * 1.1**step) for step in range(45)]
    return next((n for n in looks if n < COUNT and queue_grows(due, done, float(due[n]))), None)


@pytest.mark.parametrize(("rate", "slots"), [(0.9, 1), (0.97, 1), (3.6, 4), (500.0, 1000)])
def test_a_stable_or_filling_system_is_not_called_overloaded(rate: float, slots: int) -> None:
    assert [first_seen(rate, slots, seed) for seed in range(RUNS)] == [None] * RUNS


@pytest.mark.parametrize(("rate", "slots", "typical"), [(2.0, 1, 250), (1.5, 1, 600), (64.0, 32, 450)])
def test_overload_is_told_soon(rate: float, slots: int, typical: int) -> None:
    seen = [first_seen(rate, slots, seed) for seed in range(RUNS)]
    assert None not in seen
    assert np.median([each for each in seen if each is not None]) < typical
