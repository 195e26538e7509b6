"""The repeats of one level of load taken together: throughput as draws, latencies as estimates."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.draws import DRAWS, Draws
from isocost.statistics.percentiles import percentiles, untold_percentiles
from isocost.statistics.scatter import Scatter, pooled_scatter, scatter_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.operating_point import Latency, OperatingPoint

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "latency_scatters",
    "pool_estimates",
    "pool_latency",
    "pooled_draws",
    "throughput_draws",
    "untold_latency",
]

_LATENCIES = ("ttft", "tpot", "e2e", "gaps")
WIDEST_LOG = 3.0  # a factor of 20: what a single pair of repeats may claim not to know


def pool_estimates(estimates: Sequence[Estimate], scatter: Scatter | None = None) -> Estimate:
    """Take repeats of one positive quantity together.

    The value is the geometric mean. With two or more repeats the interval is Student's t on the
    logarithms between repeats, but never narrower than what the repeats' own intervals, averaged, allow:
    repeats that agree by chance prove nothing. One repeat keeps its own interval.

    Parameters
    ----------
    estimates : sequence of Estimate
        Of one unit, at least one, values above 0.
    scatter : Scatter, optional
        Between repeats, of all levels of the sweep (`pooled_scatter`); left out, of these repeats alone.

    Returns
    -------
    Estimate

    Raises
    ------
    InputError
        If there is none, or units differ, or a value is not above 0.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> def speed(value):
    ...     return Estimate(value=value, unit="tokens/s", kind="measured", method="example")
    >>> pooled = pool_estimates([speed(90.0), speed(100.0), speed(110.0)])
    >>> round(pooled.value, 2), pooled.n, pooled.low < 90 < 110 < pooled.high
    (99.67, 3, True)
    """
    value, scale, degrees = _pooled(estimates, scatter)
    if len(estimates) == 1:
        return estimates[0]
    first = replace(estimates[0], value=value, low=None, high=None, n=len(estimates))
    if scale is None or degrees is None:
        return replace(first, method="geometric mean of repeats")
    half = min(student_quantile(first.level, degrees) * scale, WIDEST_LOG)
    return replace(
        first,
        low=value * math.exp(-half),
        high=value * math.exp(half),
        method=f"t interval over {len(estimates)} repeats, logarithms, {degrees} degrees of freedom",
    )


def throughput_draws(
    points: Sequence[OperatingPoint],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    scatter: Scatter | None = None,
) -> Draws:
    """Draw the output tokens per second of one level, its repeats taken together.

    Log throughput varies as Student's t with the scale and the degrees of freedom of `pool_estimates`.
    Where the data allow no interval the samples are NaN, and `summarise` gives none.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Repeats of one level, at least one.
    rng : numpy.random.Generator
    draws : int
        How many samples.
    scatter : Scatter, optional
        Between repeats, of all levels of the sweep.

    Returns
    -------
    Draws
    """
    estimates = [point.output_tokens_per_second for point in points]
    drawn = pooled_draws(estimates, rng=rng, draws=draws, scatter=scatter)
    return replace(
        drawn, unit="tokens/s", basis=None, kind=points[0].kind, source=points[0].provenance.source
    )


def pooled_draws(
    estimates: Sequence[Estimate],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    scatter: Scatter | None = None,
) -> Draws:
    """Draw one positive quantity of one level, its repeats taken together; see `throughput_draws`.

    Parameters
    ----------
    estimates : sequence of Estimate
        Of one unit, at least one, values above 0.
    rng : numpy.random.Generator
    draws : int
        How many samples.
    scatter : Scatter, optional
        Between repeats, of all levels of the sweep.

    Returns
    -------
    Draws

    Raises
    ------
    InputError
        If there is none, or units differ, or a value is not above 0.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> def watts(value):
    ...     return Estimate(value=value, unit="W", kind="measured", method="example")
    >>> drawn = pooled_draws([watts(90.0), watts(110.0)], rng=np.random.default_rng(0))
    >>> round(drawn.value, 2), drawn.n, drawn.unit
    (99.5, 2, 'W')
    """
    value, scale, degrees = _pooled(estimates, scatter)
    if scale is None or degrees is None:
        samples = np.full(draws, np.nan)
    else:
        shift = np.clip(rng.standard_t(degrees, draws) * scale, -WIDEST_LOG, WIDEST_LOG)
        samples = value * np.exp(shift)
    return Draws(
        value=value,
        samples=samples,
        unit=estimates[0].unit,
        kind=estimates[0].kind,
        method=pool_estimates(estimates, scatter).method,
        n=estimates[0].n if len(estimates) == 1 else len(estimates),
        basis=estimates[0].basis,
        source=estimates[0].source,
    )


def pool_latency(
    points: Sequence[OperatingPoint], scatters: Mapping[str, Scatter] | None = None
) -> dict[str, Estimate]:
    """Take the latencies of the repeats of one level together.

    Where the repeats' values are known, a percentile is that of all of them together, with the relative
    interval of the repeats' own (`pool_estimates`); it is then told from as many requests on as it needs in
    all. Of repeats that are known by their percentiles alone, those are averaged, and one that a repeat lacks
    is left out. The speed for one user is 1 / tpot of the same name: ``"user_speed.p95"`` is the speed that
    95 % of the requests reach.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Repeats of one level, at least one.
    scatters : mapping of str to Scatter, optional
        Between repeats of each latency, of all levels of the sweep (`latency_scatters`).

    Returns
    -------
    dict of str to Estimate
        ``"ttft.p50"``, ``"tpot.mean"``, ``"e2e.p95"``, ``"gaps.p99"`` in seconds; ``"user_speed.p50"`` in
        tokens per second.
    """
    if not points:
        raise InputError("a level needs at least one operating point")
    every = [dict(_statistics(point)) for point in points]
    shared = [name for name in every[0] if all(name in one for one in every)]
    known = scatters or {}
    pooled = {name: pool_estimates([one[name] for one in every], known.get(name)) for name in shared}
    for name in _LATENCIES if len(points) > 1 else ():
        pooled |= _merged(name, [getattr(point, name) for point in points], pooled)
    speeds = {
        name.replace("tpot", "user_speed"): _inverse(estimate)
        for name, estimate in pooled.items()
        if name.startswith("tpot.")
    }
    return pooled | speeds


def untold_latency(points: Sequence[OperatingPoint]) -> dict[str, str]:
    """Say which percentiles of a level are not told, and why.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Repeats of one level.

    Returns
    -------
    dict of str to str
        ``{"ttft.p99": "p99 needs 100 requests, 58 seen"}``, of all repeats together where their values are
        known; nothing where no run says what it lacks.
    """
    told: dict[str, str] = {}
    for name in _LATENCIES:
        known = [each for point in points if (each := getattr(point, name)) is not None]
        if not known or any(each.count is None for each in known):
            continue
        count = sum(each.count or 0 for each in known)
        told |= {
            f"{name}.p{percent:g}": why
            for percent, why in untold_percentiles(
                count, [percent for each in known for percent in (*each.percentiles, *each.untold)]
            ).items()
        }
    return told


def _merged(
    name: str, latencies: Sequence[Latency | None], averaged: Mapping[str, Estimate]
) -> dict[str, Estimate]:
    """Return the percentiles of the values of all repeats; nothing where some are not known."""
    known = [each for each in latencies if each is not None]
    if len(known) < len(latencies) or any(each.values_s is None or each.count is None for each in known):
        return {}
    values = np.concatenate([each.values_s * each.scale for each in known if each.values_s is not None])
    count = sum(each.count or 0 for each in known)
    percents = sorted({percent for each in known for percent in (*each.percentiles, *each.untold)})
    told = percentiles(values, percents, unit="s", kind="measured", independent=count)
    return {
        f"{name}.p{percent:g}": _merged_estimate(one, averaged.get(f"{name}.p{percent:g}"), len(known))
        for percent, one in told.items()
        if one.value > 0
    }


def _merged_estimate(merged: Estimate, averaged: Estimate | None, repeats: int) -> Estimate:
    """Put the relative interval of the repeats about the percentile of all their values."""
    method = f"percentile of {merged.n} requests of {repeats} repeats"
    if averaged is None or averaged.low is None or averaged.high is None:
        return replace(merged, low=None, high=None, n=repeats, method=f"{method}; too few for an interval")
    share = merged.value / averaged.value
    return replace(
        merged,
        low=averaged.low * share,
        high=averaged.high * share,
        n=repeats,
        method=f"{method}; {averaged.method}",
    )


def latency_scatters(groups: Iterable[Sequence[OperatingPoint]]) -> dict[str, Scatter]:
    """Say how much each latency scatters between repeats, over all levels of a sweep.

    Parameters
    ----------
    groups : iterable of sequences of OperatingPoint
        The repeats of each level.

    Returns
    -------
    dict of str to Scatter
        By the names of `pool_latency`; what no level repeats is absent.
    """
    seen: dict[str, list[list[Estimate]]] = {}
    for points in groups:
        every = [dict(_statistics(point)) for point in points]
        for name in every[0]:
            seen.setdefault(name, []).append([one[name] for one in every if name in one])
    pooled = {name: pooled_scatter(repeats) for name, repeats in seen.items()}
    return {name: scatter for name, scatter in pooled.items() if scatter is not None}


def _statistics(point: OperatingPoint) -> Iterator[tuple[str, Estimate]]:
    for name in _LATENCIES:
        latency: Latency | None = getattr(point, name)
        if latency is None:
            continue
        if latency.mean is not None and latency.mean.value > 0:
            yield f"{name}.mean", latency.mean
        for percent, estimate in latency.percentiles.items():
            if estimate.value > 0:
                yield f"{name}.p{percent:g}", estimate


def _inverse(time_per_token: Estimate) -> Estimate:
    low, high = time_per_token.low, time_per_token.high
    told = low is not None and high is not None and low > 0
    return replace(
        time_per_token,
        value=1 / time_per_token.value,
        low=1 / high if told and high is not None else None,
        high=1 / low if told and low is not None else None,
        unit="tokens/s",
        method=f"1 / time per token; {time_per_token.method}",
    )


def _pooled(
    estimates: Sequence[Estimate], pooled: Scatter | None = None
) -> tuple[float, float | None, int | None]:
    """Return the geometric mean, and the standard error of its logarithm with its degrees of freedom."""
    _require_alike(estimates)
    logs = np.log([estimate.value for estimate in estimates])
    value = estimates[0].value if len(estimates) == 1 else float(np.exp(logs.mean()))
    inside = _within(estimates)
    if len(estimates) == 1:
        return (value, *inside)
    spread = scatter_for(estimates, pooled) or Scatter(0.0, 1)
    degrees = spread.degrees
    between = math.sqrt(spread.log_variance / len(estimates))
    scale, freedom = inside
    wide = between * student_quantile(0.95, degrees)
    if scale is not None and freedom is not None and scale * student_quantile(0.95, freedom) > wide:
        return value, scale, freedom
    return value, between, degrees


def _within(estimates: Sequence[Estimate]) -> tuple[float | None, int | None]:
    """Return the standard error of the mean logarithm that the estimates' own intervals imply."""
    variances, freedom = [], 0
    for estimate in estimates:
        if estimate.low is None or estimate.high is None:
            return None, None
        degrees = max((estimate.n or 2) - 1, 1)
        half = (estimate.high - estimate.low) / 2 / estimate.value
        variances.append((half / student_quantile(estimate.level, degrees)) ** 2)
        freedom += degrees
    return math.sqrt(sum(variances)) / len(variances), freedom


def _require_alike(estimates: Sequence[Estimate]) -> None:
    if not estimates:
        raise InputError("a level needs at least one operating point")
    if len({estimate.unit for estimate in estimates}) > 1:
        raise InputError("repeats of one level must have one unit")
    if not all(estimate.value > 0 for estimate in estimates):
        raise InputError("a level needs positive values in every repeat, got one that is not above 0")
