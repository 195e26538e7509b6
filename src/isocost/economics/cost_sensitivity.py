"""What the cost of a token hangs on at the level to run, and what could change that choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.assumed import Assumed
from isocost.economics.cost import machine_seconds_per_million
from isocost.economics.sensitivity import Sensitivity, sensitivity
from isocost.economics.service import best_if_seen, latency_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.economics.turning import Turn

    Values = Mapping[str, Any]

__all__ = [
    "THROUGHPUT",
    "CostSensitivity",
    "Hour",
    "ServiceInfluence",
    "cost_sensitivity",
    "measured_throughput",
]

THROUGHPUT = "throughput"
"""Name of the measured throughput among the assumptions that a cost hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What the price of an hour follows from.

    Parameters
    ----------
    assumed : mapping of str to Assumed
        In US dollars where they are money; names of assumptions that several deployments share are alike.
    usd_per_hour : callable
        From values by name, numbers or arrays, to the price of the whole deployment.
    """

    assumed: Mapping[str, Assumed]
    usd_per_hour: Callable[[Values], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceInfluence:
    """Where to run if a latency lay at one end of its interval at every level.

    Parameters
    ----------
    service_level : ServiceLevel
    seen : Estimate
        As measured at the level to run.
    if_better, if_worse : tuple of (Load, float) or None
        The best level and its cost with the better and with the worse ends; ``None``: no level qualifies.
    """

    service_level: ServiceLevel
    seen: Estimate
    if_better: tuple[Load, float] | None
    if_worse: tuple[Load, float] | None

    @property
    def decides(self) -> bool:
        """Whether the level to run is not the same at both ends."""
        loads = [None if end is None else end[0] for end in (self.if_better, self.if_worse)]
        return loads[0] != loads[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSensitivity:
    """What the cost of a million output tokens hangs on at the recommended level.

    Parameters
    ----------
    deployment : str
    load : Load
    unit : str
        ``"USD/1M tokens"``, or ``"s/1M tokens"`` where no price is known.
    found : Sensitivity
        Tornado and Sobol indices; the first influence is the one to question first.
    exact : tuple of str
        What was taken as exact, and how to say otherwise; sentences without a full stop.
    services : tuple of ServiceInfluence
        One a service level whose latency has an interval.
    turns : tuple of Turn or None
        Numbers that alone could change the choice between deployments; ``None`` without a rival.
    """

    deployment: str
    load: Load
    unit: str
    found: Sensitivity
    exact: tuple[str, ...] = ()
    services: tuple[ServiceInfluence, ...] = ()
    turns: tuple[Turn, ...] | None = None


def cost_sensitivity(curve: CostCurve, hour: Hour | None, *, seed: int = 0) -> CostSensitivity | None:
    """Tell what the cost per million output tokens at the best level of a sweep hangs on.

    The figure is price over throughput, 10^6 p / (3600 X): the parts of the price vary over their stated
    ranges, X over the 95 % interval of its repeats.

    Parameters
    ----------
    curve : CostCurve
    hour : Hour or None
        ``None``: no price is known, and the figure is machine-seconds.
    seed : int

    Returns
    -------
    CostSensitivity or None
        ``None`` where no level qualifies. `exact` and `turns` are left to those who know the other
        deployments and where the price comes from.
    """
    if curve.zone.best is None:
        return None
    level = curve.level_at(curve.zone.best)
    assumed = {} if hour is None else dict(hour.assumed)

    def figure(values: Values) -> Any:  # noqa: ANN401 - number or array
        seconds = machine_seconds_per_million(values[THROUGHPUT])
        return seconds if hour is None else np.asarray(hour.usd_per_hour(values)) / 3600 * seconds

    return CostSensitivity(
        deployment=curve.deployment,
        load=level.load,
        unit="s/1M tokens" if hour is None else "USD/1M tokens",
        found=sensitivity(figure, {**assumed, THROUGHPUT: measured_throughput(level)}, seed=seed),
        services=tuple(_services(curve, level)),
    )


def measured_throughput(level: CostLevel) -> Assumed:
    """Return the throughput of a level as an assumption over its interval; exact where it has none."""
    seen = level.output_tokens_per_second
    bounded = seen.low is not None and seen.high is not None and 0 < seen.low <= seen.value <= seen.high
    repeats = len(level.points)
    return Assumed(
        value=seen.value,
        low=seen.low if bounded else None,
        high=seen.high if bounded else None,
        unit=seen.unit,
        source=f"{seen.kind} at {level.load.label}, {repeats} repeat{'s' if repeats > 1 else ''}",
        date="",
        shape="log-normal",
        published=not bounded,
    )


def _services(curve: CostCurve, best: CostLevel) -> list[ServiceInfluence]:
    found = []
    for promise in curve.service_levels:
        seen = best.latency.get(latency_key(promise))
        known = [
            each.latency[latency_key(promise)]
            for each in curve.levels
            if latency_key(promise) in each.latency
        ]
        if seen is not None and any(each.low is not None for each in known):
            found.append(
                ServiceInfluence(
                    service_level=promise,
                    seen=seen,
                    if_better=best_if_seen(curve, promise, better=True),
                    if_worse=best_if_seen(curve, promise, better=False),
                )
            )
    return found
