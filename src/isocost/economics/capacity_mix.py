"""The cheapest mix of capacity for a day: replicas all day, replicas by the hour, requests bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.capacity import Reserve, shares_of_counts
from isocost.economics.capacity_plan import (
    CapacityAlternative,
    CapacityMix,
    CapacityPlan,
    CostAllocation,
    PlannedInterval,
)
from isocost.economics.provision import Worlds, costs_by_base, operate
from isocost.statistics.draws import Draws, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.economics.capacity_plan import CapacityKind, CapacityPrices
    from isocost.economics.provision import Operation
    from isocost.workload.demand import LoadInterval

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["plan_capacity"]

_WORK = 4e8  # worlds x intervals x replicas; beyond it fewer joint draws are taken
_SAME = 1e-9  # of a cost: what floating point may add


def plan_capacity(
    load: Sequence[LoadInterval], rate: Draws, *, prices: CapacityPrices, reserve: Reserve | None = None
) -> CapacityPlan:
    """Return the replicas for each interval of a day, and the mix of kinds that costs least.

    Every whole number of replicas that run all day is tried, and in each interval every number beside them;
    given the first, intervals do not touch each other, so no day is cheaper (see `costs_by_base`).

    Parameters
    ----------
    load : sequence of LoadInterval
    rate : Draws
        Requests per second of one replica within the service levels; NaN samples: no interval.
    prices : CapacityPrices
        Samples aligned with those of `rate`.
    reserve : Reserve, optional
        None if left out.

    Returns
    -------
    CapacityPlan
        The number of replicas that run all day is decided beforehand; those by the hour and requests sent
        elsewhere follow the world of each draw.

    Raises
    ------
    InputError
        If there is no load, or the peak takes too many replicas.

    Examples
    --------
    >>> from isocost.economics.capacity_plan import CapacityPrices
    >>> from isocost.workload.demand import LoadInterval
    >>> def exact(value, unit):
    ...     return Draws(value=value, samples=np.full(10, value), unit=unit, kind="assumed", method="given")
    >>> halves = [LoadInterval(start_h=0, end_h=12, requests=43_200),
    ...           LoadInterval(start_h=12, end_h=24, requests=86_400)]
    >>> prices = CapacityPrices(reserved=exact(1.0, "USD/h"), on_demand=exact(1.5, "USD/h"))
    >>> plan = plan_capacity(halves, exact(1.0, "requests/s"), prices=prices)
    >>> plan.mix.base, plan.mix.cost_per_day.value  # 24 x 1.00 + 12 x 1.50
    (1, 42.0)
    """
    if not load or not any(each.requests > 0 for each in load):
        raise InputError("a plan needs a day with at least one request")
    spare = reserve or Reserve()
    point = _point(load, rate, prices, spare)
    base = int(costs_by_base(point).argmin())
    drawn = _drawn(point, rate, prices)
    day = _Day(
        point=_Run(
            worlds=point,
            operation=operate(point, np.array([float(base)])),
            prices={kind: np.array([price.value]) for kind, price in prices.known.items()},
            base_kind=prices.base,
        ),
        joint=None if drawn is None else _joint(drawn, base, prices),
        rate=rate,
    )
    return CapacityPlan(
        intervals=_intervals(load, day),
        capacity=summarise(rate),
        utilization=day.estimate(lambda run: run.utilization, "1", "replica-hours of the day"),
        reserve=spare,
        mix=_mix(day, base) if prices.known else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Worlds, what runs in them, and what each kind costs: all that is told of a day is told of this."""

    worlds: Worlds
    operation: Operation
    prices: Mapping[CapacityKind, FloatArray]
    base_kind: CapacityKind | None

    @property
    def costs(self) -> dict[CapacityKind, FloatArray]:
        """USD of each kind in each world and interval."""
        run = self.operation
        named: dict[CapacityKind, FloatArray] = {}
        if self.base_kind is not None:
            named[self.base_kind] = run.base_cost(self.worlds)
        return named | {"on-demand": run.on_demand_cost(self.worlds), "API": run.api_cost(self.worlds)}

    @property
    def kinds(self) -> list[CapacityKind]:
        """Which kinds are used, whatever they cost."""
        run = self.operation
        amounts = {"on-demand": run.on_demand, "API": run.api_rate}
        return [
            kind
            for kind in self.costs
            if float(amounts.get(kind, run.base).sum()) > 0 and kind in self.prices
        ]

    @property
    def total(self) -> FloatArray:
        """USD of the day in each world."""
        total: FloatArray = np.sum([cost.sum(axis=1) for cost in self.costs.values()], axis=0)
        return total

    def allocated(self, kind: CapacityKind) -> FloatArray:
        """USD of what is provisioned of a kind, in each world."""
        allocated: FloatArray = self.costs[kind].sum(axis=1)
        return allocated

    def used(self, kind: CapacityKind) -> FloatArray:
        """USD of what requests used of a kind, in each world; they share all replicas alike."""
        cost = self.costs[kind]
        share = np.ones_like(cost) if kind == "API" else self.operation.utilization(self.worlds)
        used: FloatArray = (cost * share).sum(axis=1)
        return used

    @property
    def idle(self) -> FloatArray:
        """USD paid for replicas and not used, in each world and interval."""
        own = np.sum([cost for kind, cost in self.costs.items() if kind != "API"], axis=0)
        idle: FloatArray = own * (1 - self.operation.utilization(self.worlds))
        return idle

    @property
    def utilization(self) -> FloatArray:
        """What replicas carry over what they could, over the day; 0 where none runs."""
        replica_hours = (self.operation.base[:, None] + self.operation.on_demand) @ self.worlds.hours
        carried = self.operation.own_rate @ self.worlds.hours
        room = replica_hours * self.worlds.capacity
        return np.divide(carried, room, out=np.zeros_like(room), where=room > 0)

    def pure(self, kind: CapacityKind) -> FloatArray:
        """USD of the day with one kind alone, in each world."""
        price, hours = self.prices[kind], self.worlds.hours
        if kind == "API":
            return price * float(self.worlds.rates @ hours) * 3600
        if kind == "on-demand":
            return price * (self.worlds.needed @ hours)
        alone: FloatArray = price * self.worlds.needed.max(axis=1) * hours.sum()
        return alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day at the point estimates and in joint worlds, where the data allow any."""

    point: _Run
    joint: _Run | None
    rate: Draws

    def estimate(self, tell: Callable[[_Run], FloatArray], unit: str, basis: str) -> Estimate:
        """Return what `tell` says at the point, with its interval over the joint worlds."""
        samples = np.full(1, np.nan) if self.joint is None else tell(self.joint)
        method = f"whole replicas; {self.rate.method}"
        told = Draws(
            value=float(tell(self.point)[0]),
            samples=samples,
            unit=unit,
            kind=self.rate.kind,
            method=method if self.joint is None else f"{method}; {samples.size} joint draws",
            n=self.rate.n,
            basis=basis,
        )
        return summarise(told)


def _point(load: Sequence[LoadInterval], rate: Draws, prices: CapacityPrices, reserve: Reserve) -> Worlds:
    known = prices.known
    base = np.inf if prices.base is None else known[prices.base].value
    otherwise = np.inf if known else 1.0  # without any price: enough run in each interval
    return Worlds(
        capacity=np.array([rate.value]),
        base=np.array([base]),
        on_demand=np.array([otherwise if prices.on_demand is None else prices.on_demand.value]),
        api=np.array([np.inf if prices.api is None else prices.api.value]),
        rates=np.array([each.requests_per_second for each in load]),
        hours=np.array([each.hours for each in load]),
        reserve=reserve,
    )


def _drawn(point: Worlds, rate: Draws, prices: CapacityPrices) -> tuple[Worlds, int] | None:
    """Return joint worlds, each so manyth of the draws; ``None`` where the data allow no interval."""
    if not bool(np.isfinite(rate.samples).all()):
        return None
    step = max(1, round(rate.samples.size * point.rates.size * 2 * point.peak / _WORK))
    capacity = rate.samples[::step]

    def spread(price: Draws | None, otherwise: FloatArray) -> FloatArray:
        return np.full(capacity.size, otherwise[0]) if price is None else price.samples[::step]

    base = None if prices.base is None else prices.known[prices.base]
    worlds = Worlds(
        capacity=capacity,
        base=spread(base, point.base),
        on_demand=spread(prices.on_demand, point.on_demand),
        api=spread(prices.api, point.api),
        rates=point.rates,
        hours=point.hours,
        reserve=point.reserve,
    )
    return worlds, step


def _joint(drawn: tuple[Worlds, int], base: int, prices: CapacityPrices) -> _Run:
    """Run the base decided beforehand in each world; where nothing else can carry the rest, enough of it."""
    worlds, step = drawn
    alone = bool(np.isinf(worlds.on_demand).all() and np.isinf(worlds.api).all())
    decided = worlds.needed.max(axis=1) if alone else np.full(worlds.capacity.size, float(base))
    return _Run(
        worlds=worlds,
        operation=operate(worlds, decided),
        prices={kind: price.samples[::step] for kind, price in prices.known.items()},
        base_kind=prices.base,
    )


def _mix(day: _Day, base: int) -> CapacityMix:
    point, joint = day.point, day.joint
    return CapacityMix(
        base_kind=point.base_kind,
        base=base,
        base_shares=None if joint is None else shares_of_counts(_best_base(joint.worlds)),
        cost_per_day=day.estimate(lambda run: run.total, "USD/day", "allocation"),
        usage_per_day=day.estimate(lambda run: run.total - run.idle.sum(axis=1), "USD/day", "usage"),
        idle_per_day=day.estimate(lambda run: run.idle.sum(axis=1), "USD/day", "allocation less usage"),
        allocations=tuple(_allocation(day, kind) for kind in point.kinds),
        alternatives=tuple(_alternative(day, kind) for kind in point.prices),
        best_share=None if joint is None else _best_share(joint),
    )


def _best_base(worlds: Worlds) -> FloatArray:
    counts: FloatArray = costs_by_base(worlds).argmin(axis=1).astype(np.float64)
    return counts


def _best_share(joint: _Run) -> float:
    least = np.min([joint.pure(kind) for kind in joint.prices], axis=0)
    return float((joint.total <= least * (1 + _SAME)).mean())


def _allocation(day: _Day, kind: CapacityKind) -> CostAllocation:
    return CostAllocation(
        kind=kind,
        allocation=day.estimate(lambda run: run.allocated(kind), "USD/day", "allocation"),
        usage=day.estimate(lambda run: run.used(kind), "USD/day", "usage"),
    )


def _alternative(day: _Day, kind: CapacityKind) -> CapacityAlternative:
    extra = day.estimate(lambda run: run.pure(kind) - run.total, "USD/day", f"all {kind} less the mix")
    same = abs(extra.value) <= _SAME * day.point.total[0]
    return CapacityAlternative(
        kind=kind,
        cost_per_day=day.estimate(lambda run: run.pure(kind), "USD/day", f"all {kind}"),
        extra=extra,
        mix_cheaper=None
        if same or day.joint is None
        else float((day.joint.pure(kind) > day.joint.total).mean()),
        same=bool(same),
    )


def _intervals(load: Sequence[LoadInterval], day: _Day) -> tuple[PlannedInterval, ...]:
    worlds, run = day.point.worlds, day.point.operation
    costs = {kind: day.point.costs[kind] for kind in day.point.kinds}
    idle = day.point.idle[0]
    utilization = run.utilization(worlds)[0]
    drawn = None if day.joint is None else day.joint.worlds.needed
    provisioned = run.base[0] + run.on_demand[0]
    return tuple(
        PlannedInterval(
            load=each,
            needed=int(worlds.needed[0, i]),
            needed_shares=None if drawn is None else shares_of_counts(drawn[:, i]),
            base=int(run.base[0]),
            on_demand=int(run.on_demand[0, i]),
            api_requests=float(run.api_rate[0, i] * 3600 * each.hours),
            utilization=float(utilization[i]),
            headroom_per_s=float(max(provisioned[i] * worlds.capacity[0] - run.own_rate[0, i], 0.0)),
            costs={kind: float(cost[0, i]) for kind, cost in costs.items()},
            idle_cost=float(idle[i]) if day.point.prices else 0.0,
        )
        for i, each in enumerate(load)
    )
