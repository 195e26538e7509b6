"""The long run: replicas in whole steps, what to plan with, returns to scale, the least efficient size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.levels import pool_estimates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import Load
    from isocost.economics.curve import CostLevel

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "EfficientScale",
    "ScaleUnit",
    "highest_rate",
    "long_run_average_cost",
    "long_run_cost",
    "minimum_efficient_scale",
    "planning_marginal_cost",
    "replicas",
    "returns_to_scale",
]

_WHOLE = 1e-9  # of a replica: what floating point may add to a whole number of them


def replicas(requests_per_second: Any, capacity_per_s: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return how many replicas a rate takes: ceil(L / q).

    Parameters
    ----------
    requests_per_second : float or float array
        L, at least 0.
    capacity_per_s : float or float array
        q, the highest steady rate of one replica within the service levels; above 0.

    Raises
    ------
    InputError
        If the capacity is not above 0 or the rate below 0.

    Examples
    --------
    >>> [int(replicas(rate, 2.5)) for rate in (0.0, 2.5, 2.6)]
    [0, 1, 2]
    """
    if not (np.all(np.asarray(capacity_per_s) > 0) and np.all(np.asarray(requests_per_second) >= 0)):
        raise InputError(
            f"a rate of at least 0 and a capacity above 0 are needed, got {requests_per_second!r} and "
            f"{capacity_per_s!r} requests per second"
        )
    return np.ceil(requests_per_second / np.asarray(capacity_per_s) - _WHOLE).clip(0.0)[()]


def long_run_cost(
    requests_per_second: Any,  # noqa: ANN401
    *,
    capacity_per_s: Any,  # noqa: ANN401
    fixed_usd_per_second: Any,  # noqa: ANN401
    usd_per_token: Any = 0.0,  # noqa: ANN401
    output_tokens: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return F ceil(L / q) + v o L, USD per second: a staircase over load.

    Parameters
    ----------
    requests_per_second, capacity_per_s : float or float array
        L and q, as in `replicas`.
    fixed_usd_per_second : float or float array
        F of one replica.
    usd_per_token : float or float array
        v, load-dependent, USD per output token.
    output_tokens : float or float array
        o, per request.

    Examples
    --------
    >>> cost = long_run_cost(
    ...     6.0, capacity_per_s=2.5, fixed_usd_per_second=0.001, usd_per_token=1e-8, output_tokens=200
    ... )
    >>> float(round(cost, 9))
    0.003012
    """
    steps = fixed_usd_per_second * replicas(requests_per_second, capacity_per_s)
    return steps + usd_per_token * output_tokens * requests_per_second


def long_run_average_cost(
    requests_per_second: Any,  # noqa: ANN401
    *,
    capacity_per_s: Any,  # noqa: ANN401
    fixed_usd_per_second: Any,  # noqa: ANN401
    usd_per_token: Any = 0.0,  # noqa: ANN401
    output_tokens: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return USD per output token in the long run: a sawtooth down to F / (q o) + v at each full step.

    Examples
    --------
    Two full replicas of 2.5 requests/s at 0.001 USD/s: 0.002 / (5 * 200) per token.

    >>> cost = long_run_average_cost(5.0, capacity_per_s=2.5, fixed_usd_per_second=0.001, output_tokens=200)
    >>> float(round(cost, 12))
    2e-06
    """
    cost = long_run_cost(
        requests_per_second,
        capacity_per_s=capacity_per_s,
        fixed_usd_per_second=fixed_usd_per_second,
        usd_per_token=usd_per_token,
        output_tokens=output_tokens,
    )
    return cost / (requests_per_second * output_tokens)


def planning_marginal_cost(
    *,
    capacity_per_s: Any,  # noqa: ANN401
    fixed_usd_per_second: Any,  # noqa: ANN401
    usd_per_token: Any = 0.0,  # noqa: ANN401
    output_tokens: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return F / q + v o, USD per request: what lasting growth costs, steps averaged out.

    Examples
    --------
    >>> round(planning_marginal_cost(capacity_per_s=2.5, fixed_usd_per_second=0.001, output_tokens=200), 9)
    0.0004
    """
    return fixed_usd_per_second / capacity_per_s + usd_per_token * output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleUnit:
    """One deployment of a family that differs in size alone.

    Parameters
    ----------
    family : str
        What is held fixed: model, task, kind of accelerator.
    scale : float
        Replicas or accelerators n, above 0.
    capacity : float
        q, its highest steady rate, in any unit common to the family; above 0.
    cluster : str
        Families that share it, such as tasks of one model, are not independent; left empty: the family.
    """

    family: str
    scale: float
    capacity: float
    cluster: str = ""


def returns_to_scale(units: Sequence[ScaleUnit], *, level: float = 0.95) -> Estimate | None:
    """Return dln q / dln n over families that differ in size alone: 1 is constant, below it falling.

    Least squares of ln q on ln n within families, each with a level of its own. The interval is Student's t
    over clusters, from the spread of what each cluster says about the common slope (Cameron and Miller, 2015,
    doi:10.3368/jhr.50.2.317, with the factor G / (G - 1)).

    Parameters
    ----------
    units : sequence of ScaleUnit
    level : float
        Nominal coverage.

    Returns
    -------
    Estimate or None
        ``None`` where no family has two sizes; without interval where fewer than three clusters have.

    Raises
    ------
    InputError
        If a scale or a capacity is not above 0.

    Examples
    --------
    >>> pairs = [("a", 1.9), ("b", 1.8), ("c", 1.85)]
    >>> units = [ScaleUnit(family=f, scale=n, capacity=q) for f, two in pairs for n, q in ((1, 1), (2, two))]
    >>> found = returns_to_scale(units)
    >>> round(found.value, 2), found.n
    (0.89, 3)
    """
    if not all(unit.scale > 0 and unit.capacity > 0 for unit in units):
        raise InputError("returns to scale need sizes and capacities above 0")
    families: dict[str, list[ScaleUnit]] = {}
    for unit in units:
        families.setdefault(unit.family, []).append(unit)
    kept = [family for family in families.values() if len({unit.scale for unit in family}) > 1]
    if not kept:
        return None
    x, y = (
        _within([[math.log(getattr(unit, name)) for unit in family] for family in kept]) for name in _AXES
    )
    slope = float((x @ y) / (x @ x))
    named = np.array([unit.cluster or unit.family for family in kept for unit in family])
    clusters = sorted(set(named))
    scores = np.array([(x * (y - slope * x))[named == cluster].sum() for cluster in clusters])
    told = Estimate(
        value=slope,
        unit="1",
        kind="fitted",
        method=f"least squares within {len(kept)} families, t over {len(clusters)} clusters",
        n=len(clusters),
        level=level,
    )
    if len(clusters) < 3:
        return told
    count = len(clusters)
    error = math.sqrt(count / (count - 1) * float((scores**2).sum())) / float(x @ x)
    half = student_quantile(level, count - 1) * error
    return Estimate(
        value=slope,
        low=slope - half,
        high=slope + half,
        unit="1",
        kind="fitted",
        method=told.method,
        n=count,
        level=level,
    )


_AXES = ("scale", "capacity")


def _within(families: Sequence[Sequence[float]]) -> FloatArray:
    """Return values less the mean of their family."""
    return np.concatenate([np.asarray(family) - np.mean(family) for family in families])


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficientScale:
    """The least measured level whose average cost is near the least that is feasible.

    Parameters
    ----------
    load : Load
    low, high : Load or None
        Levels between which it lies in 95 % of the draws; ``None`` where the data allow no interval.
    share : float or None
        Share of the draws in which it is this very level.
    tolerance : float
        A fraction.
    """

    load: Load
    low: Load | None
    high: Load | None
    share: float | None
    tolerance: float


def highest_rate(levels: Sequence[CostLevel]) -> Estimate | None:
    """Return q: the highest measured rate of requests of one replica that keeps the service levels.

    Parameters
    ----------
    levels : sequence of CostLevel

    Returns
    -------
    Estimate or None
        Requests per second; ``None`` when no level qualifies or nobody counted requests.
    """
    counted = [
        [point.requests_per_second for point in level.points if point.requests_per_second is not None]
        for level in levels
        if not level.unmet
    ]
    rates = [pool_estimates(each) for each in counted if each]
    return max(rates, key=lambda rate: rate.value, default=None)


def minimum_efficient_scale(levels: Sequence[CostLevel], *, tolerance: float = 0.05) -> EfficientScale | None:
    """Find the minimum efficient scale: the least level within `tolerance` of the least feasible cost.

    Only measured levels that keep the service levels count, and who keeps them is taken as certain.

    Parameters
    ----------
    levels : sequence of CostLevel
        By rising load.
    tolerance : float
        A fraction, at least 0.

    Returns
    -------
    EfficientScale or None
        ``None`` when no level qualifies.

    Raises
    ------
    InputError
        If the tolerance is out of range.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise InputError(f"tolerance must be a fraction of at least 0, such as 0.05, got {tolerance!r}")
    feasible = [level for level in levels if not level.unmet]
    if not feasible:
        return None
    value = np.array([[level.machine_seconds_per_million.value] for level in feasible])
    found = int(_least(value, tolerance)[0])
    drawn = [level.draws.samples for level in feasible if level.draws is not None]
    low = high = share = None
    if len(drawn) == len(feasible) and bool(np.isfinite(drawn).all()):
        places = _least(np.array(drawn), tolerance)
        first, last = np.quantile(places, [0.025, 0.975], method="nearest").astype(int)
        low, high = feasible[min(first, found)].load, feasible[max(last, found)].load
        share = float((places == found).mean())
    return EfficientScale(load=feasible[found].load, low=low, high=high, share=share, tolerance=tolerance)


def _least(costs: FloatArray, tolerance: float) -> Any:  # noqa: ANN401 - an array of integers
    """Return the first row within tolerance of the least, in each column."""
    return (costs <= costs.min(axis=0) * (1 + tolerance)).argmax(axis=0)
