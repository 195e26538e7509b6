"""The knee of latency against rate: where a request begins to wait as much longer as more are offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Estimate
from isocost.statistics.draws import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Knee", "knee_of"]

_DRAWS = 2000
_LEVEL = 0.95
_FEWEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee:
    """Where latency begins to rise against rate.

    Parameters
    ----------
    rate : Estimate or None
        Requests per second; ``None``: cannot be told.
    why : str or None
        Why not.
    """

    rate: Estimate | None
    why: str | None = None


def knee_of(
    rates: Sequence[float],
    residences: Sequence[Estimate],
    *,
    overloaded: float | None = None,
    seed: int = 0,
) -> Knee:
    r"""Find the knee: the rate of the greatest power, rate over residence.

    At the greatest power :math:`L / R(L)` (Kleinrock, ICC 1979, "Power and deterministic rules of thumb") one
    per cent more requests takes each one per cent longer: :math:`d \ln R / d \ln L = 1`. By Little's law,
    N = L R, that is where the returns to concurrency :math:`d \ln L / d \ln N` are a half. Of M/M/1 it lies
    at half the capacity.

    Nothing is fitted, so the interval is as wide as the rates that were visited allow: from the neighbour
    below to the neighbour above all rates that may have the greatest power, 95 % of draws from the errors of
    the residences. Leaving out a rate within can move it no further.

    Parameters
    ----------
    rates : sequence of float
        Visited rates in a steady state, requests per second.
    residences : sequence of Estimate
        Mean time from due to done at each, seconds.
    overloaded : float or None
        Lowest rate at which the queue grew, where one was visited: no power there.
    seed : int

    Returns
    -------
    Knee

    Examples
    --------
    >>> rates = [0.1, 0.25, 0.5, 0.75, 0.9]  # M/M/1 of capacity 1: R = 1 / (1 - L)
    >>> told = [Estimate(value=1 / (1 - each), unit="s", kind="simulated", method="exact") for each in rates]
    >>> knee = knee_of(rates, told).rate
    >>> knee.value, knee.low, knee.high
    (0.5, 0.25, 0.75)
    """
    order = np.argsort(rates)
    offered = np.asarray(rates, dtype=np.float64)[order]
    seen = [residences[int(place)] for place in order]
    if len(offered) < _FEWEST:
        return Knee(rate=None, why=f"{len(offered)} rates in a steady state; it takes at least {_FEWEST}")
    power = offered / _drawn(seen, seed)
    best = int((offered / np.array([each.value for each in seen])).argmax())
    low, high = _likely(power.argmax(axis=1), best, len(offered))
    beyond = [*offered.tolist(), *([] if overloaded is None else [overloaded])]
    if high + 1 >= len(beyond):
        return Knee(
            rate=None, why="latency still rises less than the rate at the highest rate in a steady state"
        )
    if low == 0:
        return Knee(
            rate=None, why="latency already rises more than the rate at the lowest rate that was visited"
        )
    return Knee(
        rate=Estimate(
            value=float(offered[best]),
            low=float(offered[low - 1]),
            high=beyond[high + 1],
            level=_LEVEL,
            n=len(offered),
            unit="requests/s",
            kind="measured",
            method="greatest rate over residence; neighbours of the rates that may have it",
        )
    )


def _drawn(seen: Sequence[Estimate], seed: int) -> FloatArray:
    """Draw residences, log-normal by their intervals, shape (draws, rates)."""
    rng = generator(seed, "knee")
    values = np.array([each.value for each in seen])
    ends = [(each.low, each.high) for each in seen]
    spread = np.array(
        [
            0.0 if low is None or high is None else (high - low) / (2 * 1.96 * value)
            for (low, high), value in zip(ends, values, strict=True)
        ]
    )
    return values * np.exp(spread * rng.standard_normal((_DRAWS, len(values))))


def _likely(places: Any, best: int, count: int) -> tuple[int, int]:  # noqa: ANN401 - an int array
    """Return the first and last rate of those that have 95 % of the draws, the best among them."""
    shares = np.bincount(places, minlength=count) / len(places)
    low = high = best
    while shares[low : high + 1].sum() < _LEVEL:
        left = shares[low - 1] if low > 0 else -1.0
        right = shares[high + 1] if high + 1 < count else -1.0
        low, high = (low - 1, high) if left >= right else (low, high + 1)
    return low, high
