"""Which levels of load keep which service levels, and what could not be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.statistics.percentiles import values_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel

__all__ = [
    "best_if_seen",
    "failed_share",
    "latency_key",
    "required_share",
    "service_cautions",
    "sharpest_obstacle",
    "unmet",
]


def unmet(
    latency: Mapping[str, Estimate], service_levels: Sequence[ServiceLevel], *, failed_share: float = 0.0
) -> tuple[ServiceLevel, ...] | None:
    """Return the service levels that are missed or cannot be judged; ``None`` when none are asked.

    Judged on the point estimate over all repeats of a level. What was not measured, or what too few
    requests allow no estimate of, counts as missed.

    Parameters
    ----------
    latency : mapping of str to Estimate
        By ``"metric.statistic"``, as in `CostLevel`.
    service_levels : sequence of ServiceLevel
    failed_share : float
        Share of the requests that failed, in [0, 1]. A failed request keeps no promise, so p95 is missed
        where 5 % or more failed.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> from isocost.core.service_level import parse_service_level
    >>> seen = {"ttft.p95": Estimate(value=0.8, unit="s", kind="measured", method="example")}
    >>> unmet(seen, [parse_service_level("ttft.p95=1s")])
    ()
    >>> [level.label for level in unmet(seen, [parse_service_level("ttft.p95=1s")], failed_share=0.06)]
    ['TTFT p95 <= 1 s']
    """
    if not service_levels:
        return None
    return tuple(
        level
        for level in service_levels
        if (told := latency.get(latency_key(level))) is None
        or not level.met_by(told.value)
        or failed_share >= 1 - required_share(level)
    )


def failed_share(points: Sequence[OperatingPoint]) -> float:
    """Return the share of requests that failed over all repeats of a level, in [0, 1]."""
    failed = sum(point.failures or 0 for point in points)
    return failed / max(failed + sum(point.requests or 0 for point in points), 1)


def required_share(level: ServiceLevel) -> float:
    """Return the share of requests that must keep a promise; 0 for a mean, which says nothing of single ones.

    Examples
    --------
    >>> from isocost.core.service_level import parse_service_level
    >>> required_share(parse_service_level("ttft.p95=1s"))
    0.95
    """
    return 0.0 if level.statistic == "mean" else float(level.statistic[1:]) / 100


def sharpest_obstacle(
    levels: Sequence[CostLevel], service_levels: Sequence[ServiceLevel]
) -> ServiceLevel | None:
    """Return the service level that every level of load misses, and the nearest misses most.

    Parameters
    ----------
    levels : sequence of CostLevel
    service_levels : sequence of ServiceLevel

    Returns
    -------
    ServiceLevel or None
        ``None`` when each is kept somewhere. One that could not be judged anywhere comes after all
        those that were seen to be missed.
    """
    missed = [
        level for level in service_levels if all(level in at.unmet for at in levels if at.unmet is not None)
    ]
    return max(missed, key=lambda level: _nearest_miss(levels, level), default=None)


def service_cautions(
    levels: Sequence[CostLevel], service_levels: Sequence[ServiceLevel]
) -> Iterator[Caution]:
    """Yield doubts about the judgement: what could not be judged, and what was a close thing."""
    for level in service_levels:
        untold = [at for at in levels if latency_key(level) not in at.latency]
        if untold:
            yield Caution("service-level-not-judged", _untold_text(level, untold))
        close = [at for at in levels if _is_close(at, level)]
        if close:
            yield Caution(
                "service-level-close",
                f"{level.label} lies inside the interval of what was measured at {_loads(close)}: "
                "whether it is kept there is not certain",
            )


def latency_key(level: ServiceLevel) -> str:
    """Name under which a level of load holds what a service level bounds: ``"ttft.p95"``."""
    return f"{level.metric}.{level.statistic}"


def _nearest_miss(levels: Sequence[CostLevel], level: ServiceLevel) -> float:
    """By which factor the nearest level of load misses; 0 where none could be judged."""
    seen = [at.latency[latency_key(level)].value for at in levels if latency_key(level) in at.latency]
    if not seen:
        return 0.0
    return level.bound / max(seen) if level.at_least else min(seen) / level.bound


def _is_close(at: CostLevel, level: ServiceLevel) -> bool:
    told = at.latency.get(latency_key(level))
    if told is None or told.low is None or told.high is None:
        return False
    return told.low <= level.bound <= told.high and told.low < told.high


def _untold_text(level: ServiceLevel, untold: Sequence[CostLevel]) -> str:
    where = f"{level.label} cannot be judged at {_loads(untold)} and counts as missed there"
    kept = sorted({key for at in untold for key in at.latency if key.startswith(f"{level.metric}.")})
    if not level.statistic.startswith("p"):
        return f"{where}: it was not measured"
    reasons = dict.fromkeys(
        at.latency_untold[latency_key(level)] for at in untold if latency_key(level) in at.latency_untold
    )
    if reasons:
        return f"{where}: {', '.join(reasons)}"
    needed = values_needed(float(level.statistic[1:]))
    counts = [point.requests for at in untold for point in at.points if point.requests is not None]
    fewest = min(counts, default=needed)
    if fewest < needed:
        return f"{where}: {level.statistic} needs at least {needed} requests in each run, one had {fewest}"
    return (
        f"{where}: of {level.metric} there is only {', '.join(kept)}"
        if kept
        else f"{where}: it was not measured"
    )


def _loads(levels: Sequence[CostLevel]) -> str:
    return ", ".join(at.load.label for at in levels)


def best_if_seen(curve: CostCurve, promise: ServiceLevel, *, better: bool) -> tuple[Load, float] | None:
    """Return the best level and its cost if a latency lay at one end of its interval at every level.

    Parameters
    ----------
    curve : CostCurve
    promise : ServiceLevel
        The service level whose latency is moved; all others are judged as they were.
    better : bool
        Which end: the one that users like better, or the other.

    Returns
    -------
    tuple of (Load, float) or None
        The cost per million output tokens, USD or, without a price, machine-seconds. ``None``: no level
        qualifies.
    """
    kept = [level for level in curve.levels if _keeps(level, promise, better=better)]
    if not kept:
        return None
    best = min(kept, key=lambda level: level.full_cost)
    cost = best.cost_per_million_tokens.get("output", best.machine_seconds_per_million)
    return best.load, cost.value


def _keeps(level: CostLevel, promise: ServiceLevel, *, better: bool) -> bool:
    unmet = level.unmet or ()
    seen = level.latency.get(latency_key(promise))
    if seen is None or any(each != promise for each in unmet):
        return False
    if promise in unmet and promise.met_by(seen.value):
        return False  # missed for the requests that failed, whatever the others took
    end = seen.high if promise.at_least == better else seen.low
    return promise.met_by(seen.value if end is None else end)
