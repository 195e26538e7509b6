"""From which load on a deployment of one's own costs less than an API or a rented one, over joint draws."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.economics.alternative import break_even_share, cheaper_from, dearer_windows, own_cost
from isocost.economics.long_run import replicas
from isocost.economics.sides import Sides, answer_of, joint, told
from isocost.statistics.draws import Draws, summarise

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.economics.sides import Answer

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["AtLoad", "LoadBreakEven", "at_load", "break_even_load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoad:
    """Both sides at one load.

    Parameters
    ----------
    share : Estimate
        The load over the capacity of one replica.
    replicas : int
    own_per_hour, other_per_hour : Estimate
        USD.
    answer : Answer
    probability_own : float or None
        Share of the draws in which the own side costs less; ``None`` where the data allow none.
    """

    share: Estimate
    replicas: int
    own_per_hour: Estimate
    other_per_hour: Estimate
    answer: Answer
    probability_own: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBreakEven:
    """Own deployment against an alternative.

    Parameters
    ----------
    answer : Answer or None
        Who is cheaper when one replica is full; ``None``: no price is known.
    utilization : Estimate or None
        Share of the capacity of one replica from which the own side costs less; above 1: not even full;
        ``None``: never, or no price is known.
    tokens_per_second, requests_per_second : Estimate or None
        The same as a load, in output tokens and in requests; ``None`` also where nobody counted requests.
    capacity_tokens_per_second, capacity_requests_per_second : Estimate or None
        What one replica can serve.
    own_full, other_full : Estimate or None
        USD for an hour of full use, and what the alternative takes for the same work.
    hourly_price : Estimate
        The most that an hour of the calendar may cost for a full replica to be no dearer.
    price_factor : Estimate or None
        Multiple of the alternative's price at which a full replica costs the same.
    never : float or None
        Share of the draws in which even a full replica costs more; ``None`` where the data allow none.
    windows : tuple of (float, float)
        Loads, in capacities of one replica, at which one replica more makes the own side dearer again; not
        told of a share of hours.
    always_from : float or None
        Load from which it is cheaper at every number of replicas, in capacities; ``None``: never.
    draws : Draws or None
        Behind `utilization`.
    """

    answer: Answer | None
    utilization: Estimate | None
    tokens_per_second: Estimate | None
    requests_per_second: Estimate | None
    capacity_tokens_per_second: Estimate
    capacity_requests_per_second: Estimate | None
    own_full: Estimate | None
    other_full: Estimate
    hourly_price: Estimate
    price_factor: Estimate | None
    never: float | None
    windows: tuple[tuple[float, float], ...]
    always_from: float | None
    draws: Draws | None = field(default=None, repr=False, compare=False)


def break_even_load(sides: Sides) -> LoadBreakEven:
    """Find the load from which the own deployment costs less, and how far each price is from break-even.

    All numbers come from the same draws, so that what both sides share, such as the throughput, is compared
    jointly.

    Parameters
    ----------
    sides : Sides

    Returns
    -------
    LoadBreakEven

    Examples
    --------
    3.60 USD/h against 0.02 USD a second for the same work: 72 USD an hour when full.

    >>> from isocost.economics.sides import OwnHour
    >>> def exact(value, unit):
    ...     return Draws(value=value, samples=np.full(8, value), unit=unit, kind="assumed", method="given")
    >>> own = OwnHour(standing=exact(3.6, "USD/h"), used=exact(0.0, "USD/h"))
    >>> sides = Sides(own=own, other=exact(72.0, "USD/h"), capacity=exact(1000.0, "tokens/s"))
    >>> found = break_even_load(sides)
    >>> found.answer, round(found.utilization.value, 6), round(found.tokens_per_second.value, 6)
    ('own', 0.05, 50.0)
    """
    capacity, rates = sides.capacity, sides.requests_per_token
    common = {
        "capacity_tokens_per_second": summarise(capacity),
        "capacity_requests_per_second": None if rates is None else told(sides.serves),
        "other_full": summarise(sides.other),
    }
    if sides.own is None:
        return LoadBreakEven(
            answer=None,
            utilization=None,
            tokens_per_second=None,
            requests_per_second=None,
            own_full=None,
            hourly_price=summarise(replace(sides.other, method="what the same work costs there")),
            price_factor=None,
            never=None,
            windows=(),
            always_from=None,
            **common,  # type: ignore[arg-type]
        )
    own, other = sides.own, sides.other
    share = joint(break_even_share, own.standing, own.used, other, unit="1")
    load = joint(np.multiply, share, capacity, unit="tokens/s")
    answer, probability = answer_of(
        own.full.value - other.value, np.asarray(own.full.samples - other.samples)
    )
    return LoadBreakEven(
        answer=answer,
        utilization=told(share),
        tokens_per_second=told(load),
        requests_per_second=None
        if rates is None
        else told(joint(np.multiply, load, rates, unit="requests/s")),
        own_full=summarise(own.full),
        hourly_price=summarise(joint(np.subtract, other, own.used, unit="USD/h")),
        price_factor=None if other.value <= 0 else told(joint(_over, own.full, other, unit="1")),
        never=None if probability is None else float(np.mean(share.samples > 1)),
        windows=() if sides.by_hours else dearer_windows(share.value),
        always_from=None if sides.by_hours else cheaper_from(share.value),
        draws=share,
        **common,  # type: ignore[arg-type]
    )


def _over(one: Any, other: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    below = np.asarray(other, dtype=np.float64)
    return np.where(below > 0, one / np.where(below > 0, below, 1.0), np.inf)


def at_load(sides: Sides, share: float) -> AtLoad | None:
    """Tell what both sides cost at a load; ``None`` where no price is known.

    Parameters
    ----------
    sides : Sides
    share : float
        The load over the capacity of one replica, by point estimates; above 0.
    """
    if sides.own is None:
        return None
    at = sides.shares(share)
    own = joint(own_cost, at, sides.own.standing, sides.own.used, unit="USD/h")
    other = joint(np.multiply, at, sides.other, unit="USD/h")
    answer, probability = answer_of(own.value - other.value, own.samples - other.samples)
    return AtLoad(
        share=summarise(at),
        replicas=max(int(replicas(share, 1.0)), 1),
        own_per_hour=summarise(own),
        other_per_hour=summarise(other),
        answer=answer,
        probability_own=probability,
    )
