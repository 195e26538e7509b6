"""What a day costs for each number of replicas that run all day, the rest by the hour or bought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.capacity import Reserve, replicas_needed
from isocost.economics.long_run import replicas
from isocost.workload.demand import DAY_H

if TYPE_CHECKING:
    from collections.abc import Iterator

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MOST_REPLICAS", "Operation", "Worlds", "costs_by_base", "operate"]

MOST_REPLICAS = 10_000
"""So many replicas are planned one by one; more are a matter of planning marginal cost."""
_WHOLE = 1e-9  # of a replica, as in `replicas`
_CELLS = 4_000_000  # of one array of worlds, intervals and replicas


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """Joint worlds of a day: in each one capacity and one price of each kind; infinite: not on offer.

    Parameters
    ----------
    capacity : float array, shape (worlds,)
        q, requests per second of one replica, above 0.
    base : float array, shape (worlds,)
        USD per hour of a replica that is paid around the clock.
    on_demand : float array, shape (worlds,)
        USD per hour of a replica that is paid in the intervals in which it runs.
    api : float array, shape (worlds,)
        USD per request that is sent elsewhere.
    rates, hours : float array, shape (intervals,)
        Requests per second, and length, of each interval of the day.
    reserve : Reserve
    """

    capacity: FloatArray
    base: FloatArray
    on_demand: FloatArray
    api: FloatArray
    rates: FloatArray
    hours: FloatArray
    reserve: Reserve

    @property
    def needed(self) -> FloatArray:
        """Replicas, reserve included, that carry the whole load; shape (worlds, intervals)."""
        needed: FloatArray = replicas_needed(
            self.rates[None, :], self.capacity[:, None], reserve=self.reserve
        )
        return needed

    @property
    def peak(self) -> int:
        """The most replicas that any world needs.

        Raises
        ------
        InputError
            If there are more than `MOST_REPLICAS`.
        """
        most = float(self.needed.max())
        if most > MOST_REPLICAS:
            raise InputError(
                f"the peak takes {most:,.0f} replicas, and at most {MOST_REPLICAS:,} are planned one by one; "
                "divide the volume among sites and plan one of them"
            )
        return int(most)

    def part(self, chosen: slice) -> Worlds:
        """Return some of the worlds."""
        return replace(
            self,
            capacity=self.capacity[chosen],
            base=self.base[chosen],
            on_demand=self.on_demand[chosen],
            api=self.api[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What runs in each world and interval; arrays of shape (worlds, intervals), `base` (worlds,).

    Parameters
    ----------
    base : float array
        Replicas that are paid around the clock.
    on_demand : float array
        Replicas beside them.
    carrying : float array
        How many carry load; the others are reserve or idle.
    own_rate, api_rate : float array
        Requests per second that replicas carry, and that are sent elsewhere.
    """

    base: FloatArray
    on_demand: FloatArray
    carrying: FloatArray
    own_rate: FloatArray
    api_rate: FloatArray

    def base_cost(self, worlds: Worlds) -> FloatArray:
        """Return what the base costs in each interval, USD."""
        return _product(self.base, worlds.base)[:, None] * worlds.hours

    def on_demand_cost(self, worlds: Worlds) -> FloatArray:
        """Return what replicas by the hour cost in each interval, USD."""
        return _product(self.on_demand, worlds.on_demand[:, None]) * worlds.hours

    def api_cost(self, worlds: Worlds) -> FloatArray:
        """Return what requests sent elsewhere cost in each interval, USD."""
        return _product(self.api_rate * 3600 * worlds.hours, worlds.api[:, None])

    def utilization(self, worlds: Worlds) -> FloatArray:
        """Return the share of what the replicas could carry that they do carry; 0 where none runs."""
        room = (self.base[:, None] + self.on_demand) * worlds.capacity[:, None]
        return np.divide(self.own_rate, room, out=np.zeros_like(room), where=room > 0)


def _product(amount: FloatArray, price: FloatArray) -> FloatArray:
    """Multiply; nothing of what is not on offer costs nothing."""
    shape = np.broadcast_shapes(amount.shape, price.shape)
    return np.multiply(amount, price, out=np.zeros(shape), where=np.broadcast_to(amount > 0, shape))


def costs_by_base(worlds: Worlds) -> FloatArray:
    """Return the least cost of the day for each number of replicas that run all day.

    Given that number, intervals do not touch each other, so the day's least cost is the sum of each
    interval's. In each, every number m of carrying replicas is tried: with m and its reserve P(m) at most
    the base only the overflow costs, so the largest such m is best; beyond, replicas by the hour are added.

    Parameters
    ----------
    worlds : Worlds

    Returns
    -------
    float array, shape (worlds, peak + 1)
        USD per day with 0, 1, … replicas of base; infinite where the load cannot be carried.

    Examples
    --------
    One replica carries 1/s. Half a day at 1/s, half at 2/s: a base of one at 1 USD/h and twelve hours of
    another at 3 USD/h cost 24 + 36, two of base 48.

    >>> ones = np.ones(1)
    >>> day = Worlds(capacity=ones, base=ones, on_demand=3 * ones, api=np.full(1, np.inf),
    ...              rates=np.array([1.0, 2.0]), hours=np.array([12.0, 12.0]), reserve=Reserve())
    >>> costs_by_base(day).tolist()
    [[108.0, 60.0, 48.0]]
    """
    most = worlds.peak
    found = [_costs(part, most) for part in _parts(worlds, most)]
    return np.concatenate(found)


def _parts(worlds: Worlds, most: int) -> Iterator[Worlds]:
    size = max(1, _CELLS // (worlds.rates.size * (most + 1)))
    for start in range(0, worlds.capacity.size, size):
        yield worlds.part(slice(start, start + size))


def _costs(worlds: Worlds, most: int) -> FloatArray:
    carrying = np.arange(most + 1, dtype=np.float64)
    provisioned = carrying + worlds.reserve.beside(carrying)
    overflow = _overflow_costs(worlds, carrying)
    priced = _product(provisioned[None, :], worlds.on_demand[:, None])[:, None, :] + overflow
    beyond = np.minimum.accumulate(priced[:, :, ::-1], axis=2)[:, :, ::-1]
    spared = np.where(np.isfinite(worlds.on_demand), worlds.on_demand, 0.0)[:, None]
    costs = np.empty((worlds.capacity.size, most + 1))
    for base in range(most + 1):
        last = int(np.searchsorted(provisioned, base, side="right")) - 1  # largest m with P(m) <= base
        least = overflow[:, :, last]
        if last < most:
            least = np.minimum(least, beyond[:, :, last + 1] - base * spared)
        whole = _product(np.array([float(base)]), worlds.base)
        costs[:, base] = (least * worlds.hours).sum(axis=1) + DAY_H * whole
    return costs


def _overflow_costs(worlds: Worlds, carrying: FloatArray) -> FloatArray:
    """Return USD per hour of the requests that m replicas cannot carry; infinite where they must."""
    room = carrying[None, None, :] * worlds.capacity[:, None, None]
    over = (worlds.rates[None, :, None] - room).clip(0.0) * 3600
    if np.isfinite(worlds.api).all():
        return over * worlds.api[:, None, None]
    least = np.maximum(replicas(worlds.rates[None, :], worlds.capacity[:, None]), 1.0)
    return np.where(carrying[None, None, :] >= least[:, :, None], 0.0, np.inf)


def operate(worlds: Worlds, base: FloatArray) -> Operation:
    """Return what runs at least cost in each interval, given the replicas that run all day.

    Parameters
    ----------
    worlds : Worlds
    base : float array, shape (worlds,)
        Whole numbers, at least 0.

    Returns
    -------
    Operation
        Of equal costs the fewest replicas by the hour.

    Raises
    ------
    InputError
        If the load cannot be carried with that base.
    """
    most = max(worlds.peak, int(base.max()))
    parts = []
    start = 0
    for part in _parts(worlds, most):
        end = start + part.capacity.size
        parts.append(_operate(part, base[start:end], most))
        start = end
    return Operation(
        base=base,
        on_demand=np.concatenate([part.on_demand for part in parts]),
        carrying=np.concatenate([part.carrying for part in parts]),
        own_rate=np.concatenate([part.own_rate for part in parts]),
        api_rate=np.concatenate([part.api_rate for part in parts]),
    )


def _operate(worlds: Worlds, base: FloatArray, most: int) -> Operation:
    carrying = np.arange(most + 1, dtype=np.float64)
    provisioned = carrying + worlds.reserve.beside(carrying)
    more = (provisioned[None, :] - base[:, None]).clip(0.0)  # by the hour, worlds x m
    costs = _product(more, worlds.on_demand[:, None])[:, None, :] + _overflow_costs(worlds, carrying)
    chosen = costs.argmin(axis=2)
    if not np.isfinite(costs.min(axis=2)).all():
        raise InputError("the load cannot be carried: more replicas are needed than run all day")
    room = carrying[chosen] * worlds.capacity[:, None]
    own = np.where(room * (1 + _WHOLE) >= worlds.rates, worlds.rates, room)
    return Operation(
        base=base,
        on_demand=np.take_along_axis(more, chosen, axis=1),
        carrying=carrying[chosen],
        own_rate=own,
        api_rate=worlds.rates[None, :] - own,
    )
