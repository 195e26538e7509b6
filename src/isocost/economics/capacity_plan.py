"""What a capacity plan holds: replicas for each interval of a day, the mix of kinds, costs on two bases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.estimate import Estimate
    from isocost.economics.capacity import Reserve
    from isocost.statistics.draws import Draws
    from isocost.workload.demand import LoadInterval

__all__ = [
    "CapacityAlternative",
    "CapacityKind",
    "CapacityMix",
    "CapacityPlan",
    "CapacityPrices",
    "CostAllocation",
    "PlannedInterval",
]

_SAME = 1e-9  # of a cost: what floating point may add
CapacityKind = Literal["owned", "reserved", "on-demand", "API"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPrices:
    """What capacity costs, by kind; ``None``: not on offer, or no price known.

    Parameters
    ----------
    owned, reserved : Draws or None
        USD per hour of one replica, paid all day.
    on_demand : Draws or None
        USD per hour of one replica, paid in the intervals in which it runs.
    api : Draws or None
        USD per request sent elsewhere.
    """

    owned: Draws | None = None
    reserved: Draws | None = None
    on_demand: Draws | None = None
    api: Draws | None = None

    @property
    def known(self) -> dict[CapacityKind, Draws]:
        """Those on offer, by kind."""
        named: dict[CapacityKind, Draws | None] = {
            "owned": self.owned,
            "reserved": self.reserved,
            "on-demand": self.on_demand,
            "API": self.api,
        }
        return {kind: price for kind, price in named.items() if price is not None}

    @property
    def base(self) -> CapacityKind | None:
        """Which of those paid all day costs less; they do the same, so the dearer one is never taken."""
        known: list[tuple[float, CapacityKind]] = [
            (price.value, kind) for kind, price in self.known.items() if kind in ("owned", "reserved")
        ]
        return min(known)[1] if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInterval:
    """What runs in one interval of the day.

    Parameters
    ----------
    load : LoadInterval
    needed : int
        Replicas, reserve included, that carry the whole load.
    needed_shares : tuple of (int, float), or None
        How often each number is needed among joint draws, the most frequent first; ``None``: no interval.
    base, on_demand : int
        Replicas that run all day, and beside them; without prices all are `on_demand`.
    api_requests : float
        Requests sent elsewhere.
    utilization : float
        Share of what the replicas could carry that they do carry.
    headroom_per_s : float
        Requests per second that they could carry beside.
    costs : mapping of CapacityKind to float
        USD, of the kinds that are used; empty without prices.
    idle_cost : float
        USD paid for replicas and not used; 0 without prices.
    """

    load: LoadInterval
    needed: int
    needed_shares: tuple[tuple[int, float], ...] | None
    base: int
    on_demand: int
    api_requests: float
    utilization: float
    headroom_per_s: float
    costs: Mapping[CapacityKind, float] = field(default_factory=dict)
    idle_cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAllocation:
    """The day's cost of one kind of capacity on both bases.

    Parameters
    ----------
    kind : CapacityKind
    allocation : Estimate
        USD per day of what is provisioned; all kinds together are the bill.
    usage : Estimate
        USD per day of what requests used of it; the rest is idle.
    """

    kind: CapacityKind
    allocation: Estimate
    usage: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityAlternative:
    """The whole day with one kind of capacity alone.

    Parameters
    ----------
    kind : CapacityKind
    cost_per_day : Estimate
        USD.
    extra : Estimate
        USD per day above the mix; below 0 where the mix costs more.
    mix_cheaper : float or None
        Share of joint draws in which the mix costs less; ``None``: no interval, or they are the same.
    same : bool
        Whether the mix is this very alternative.
    """

    kind: CapacityKind
    cost_per_day: Estimate
    extra: Estimate
    mix_cheaper: float | None
    same: bool

    @property
    def undecided(self) -> bool:
        """Whether the interval of the difference reaches to both sides of 0, rounding apart."""
        low, high = self.extra.low, self.extra.high
        if self.same or low is None or high is None:
            return False
        near = _SAME * self.cost_per_day.value
        return low < -near and high > near


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityMix:
    """The mix of capacity that costs least, and what it costs.

    Parameters
    ----------
    base_kind : CapacityKind or None
        What runs all day; ``None`` where no such price is known.
    base : int
        Replicas that run all day.
    base_shares : tuple of (int, float), or None
        How often each number of them costs least among joint draws; ``None``: no interval.
    cost_per_day, usage_per_day, idle_per_day : Estimate
        USD: what is provisioned; what requests used of it; the difference.
    allocations : tuple of CostAllocation
        Of the kinds that are used.
    alternatives : tuple of CapacityAlternative
        One for each kind on offer.
    best_share : float or None
        Share of joint draws in which no alternative costs less; ``None``: no interval.
    """

    base_kind: CapacityKind | None
    base: int
    base_shares: tuple[tuple[int, float], ...] | None
    cost_per_day: Estimate
    usage_per_day: Estimate
    idle_per_day: Estimate
    allocations: tuple[CostAllocation, ...]
    alternatives: tuple[CapacityAlternative, ...]
    best_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """Replicas for each interval of a day.

    Parameters
    ----------
    intervals : tuple of PlannedInterval
    capacity : Estimate
        Requests per second of one replica.
    utilization : Estimate
        Share of the replica-hours of the day that requests use.
    reserve : Reserve
    mix : CapacityMix or None
        ``None`` where no price is known.
    """

    intervals: tuple[PlannedInterval, ...]
    capacity: Estimate
    utilization: Estimate
    reserve: Reserve
    mix: CapacityMix | None
