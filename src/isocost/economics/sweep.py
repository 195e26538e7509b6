"""From the operating points of a sweep to its cost curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.economics.cost import (
    cost_per_million,
    cost_per_request,
    machine_seconds_per_million,
    price_draws,
)
from isocost.economics.curve import CostCurve, CostLevel
from isocost.economics.service import service_cautions, unmet
from isocost.economics.technology import LEAST_LEVELS, fit_technology
from isocost.economics.zone import find_zone, probabilities_of_being_best
from isocost.statistics.draws import combine, generator, summarise
from isocost.statistics.levels import latency_scatters, pool_latency, throughput_draws
from isocost.statistics.scatter import pooled_scatter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import BatchTechnology, TokenBasis, Zone
    from isocost.statistics.draws import Draws
    from isocost.statistics.scatter import Scatter

__all__ = ["cost_curve"]


def cost_curve(
    points: Sequence[OperatingPoint],
    *,
    price: HourlyPrice | None,
    service_levels: Sequence[ServiceLevel] = (),
    tolerance: float = 0.05,
    seed: int = 0,
) -> CostCurve:
    """Turn a sweep over load into costs, the batch technology behind them and the zone where to run.

    A machine is paid by the hour whatever it does, so a level costs price over throughput **at that
    level**. Uncertainty travels as joint draws: a price with a range shifts all levels alike and leaves
    zone, premium and probabilities alone.

    Parameters
    ----------
    points : sequence of OperatingPoint
        One deployment; repeats of one load are taken together.
    price : HourlyPrice or None
        ``None``: costs stay machine-seconds.
    service_levels : sequence of ServiceLevel
        What users were promised.
    tolerance : float
        How far above the least cost the zone reaches, a fraction.
    seed : int

    Returns
    -------
    CostCurve

    Raises
    ------
    InputError
        If there is no point, several deployments, or concurrencies mixed with rates.
    EstimationError
        If a level yielded no tokens: its cost is unbounded.
    """
    groups = _by_load(points)
    deployment = points[0].deployment
    promised = tuple(dict.fromkeys(service_levels))
    scatters = _Scatters(
        throughput=pooled_scatter(
            [[point.output_tokens_per_second for point in group] for group in groups.values()]
        ),
        latency=latency_scatters(groups.values()),
    )
    levels = _with_probabilities(
        [_level(load, group, price, promised, scatters, seed) for load, group in groups.items()]
    )
    zone = find_zone(levels, service_levels=promised, tolerance=tolerance)
    technology = _technology(groups, deployment, seed)
    return CostCurve(
        deployment=deployment,
        levels=levels,
        zone=zone,
        technology=technology,
        price=price,
        service_levels=promised,
        cautions=tuple(_cautions(levels, zone, technology, promised)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scatters:
    """How much repeats scatter, over all levels of the sweep."""

    throughput: Scatter | None
    latency: Mapping[str, Scatter]


def _by_load(points: Sequence[OperatingPoint]) -> dict[Load, tuple[OperatingPoint, ...]]:
    if not points:
        raise InputError("a cost curve needs at least one operating point, got none; measure a load first")
    names = sorted({point.deployment for point in points})
    if len(names) > 1:
        raise InputError(f"a cost curve is of one deployment, got {', '.join(names)}; make one curve each")
    if len({point.load.concurrency is None for point in points}) > 1:
        raise InputError("a cost curve is over concurrency or over rate, not both; make one curve each")
    loads = sorted(
        {point.load for point in points}, key=lambda load: load.concurrency or load.rate_per_s or 0
    )
    return {load: tuple(point for point in points if point.load == load) for load in loads}


def _level(
    load: Load,
    points: tuple[OperatingPoint, ...],
    price: HourlyPrice | None,
    service_levels: tuple[ServiceLevel, ...],
    scatters: _Scatters,
    seed: int,
) -> CostLevel:
    if any(point.output_tokens_per_second.value <= 0 for point in points):
        raise EstimationError(
            f"{points[0].deployment} yielded no output tokens at {load.label}: its cost there is unbounded; "
            "leave that level out"
        )
    name = f"throughput of {points[0].deployment} at {load.label}"
    rate = throughput_draws(points, rng=generator(seed, name), scatter=scatters.throughput)
    seconds = _combined(machine_seconds_per_million, rate, unit="s/1M tokens", basis="output")
    latency = pool_latency(points, scatters.latency)
    hourly = None if price is None else price_draws(price, seed=seed, size=len(rate.samples))
    return CostLevel(
        load=load,
        points=points,
        output_tokens_per_second=summarise(rate),
        machine_seconds_per_million=summarise(seconds),
        cost_per_million_tokens={} if hourly is None else _token_costs(points, rate, hourly),
        cost_per_request=None if hourly is None else _request_cost(points, rate, hourly),
        latency=latency,
        unmet=unmet(latency, service_levels),
        draws=seconds,
    )


def _token_costs(
    points: Sequence[OperatingPoint], rate: Draws, hourly: Draws
) -> Mapping[TokenBasis, Estimate]:
    """Cost per million tokens by basis; input and both are absent when nobody counted the input."""
    per_output = _ratio([point.input_tokens_per_second for point in points], points)
    factors: dict[TokenBasis, float] = {"output": 1.0}
    if per_output is not None and per_output > 0:
        factors |= {"input": per_output, "both": 1.0 + per_output}
    return {basis: _money(rate, hourly, factor, basis) for basis, factor in factors.items()}


def _money(rate: Draws, hourly: Draws, tokens_per_output: float, basis: TokenBasis) -> Estimate:
    cost = _combined(
        lambda tokens, usd: cost_per_million(usd, tokens * tokens_per_output),
        rate,
        hourly,
        unit="USD/1M tokens",
        basis=basis,
    )
    return summarise(replace(cost, source=hourly.source))


def _request_cost(points: Sequence[OperatingPoint], rate: Draws, hourly: Draws) -> Estimate | None:
    per_output = _ratio([point.requests_per_second for point in points], points)
    if per_output is None or per_output <= 0:
        return None
    cost = _combined(
        lambda tokens, usd: cost_per_request(usd, tokens * per_output),
        rate,
        hourly,
        unit="USD/request",
        basis="requests that ended well",
    )
    return summarise(replace(cost, source=hourly.source))


def _ratio(rates: Sequence[Estimate | None], points: Sequence[OperatingPoint]) -> float | None:
    """How much of something comes with one output token; the workload fixes it, so it has no draws."""
    known = [rate.value for rate in rates if rate is not None]
    if len(known) < len(rates):
        return None
    return sum(known) / sum(point.output_tokens_per_second.value for point in points)


def _combined(function: Any, rate: Draws, *others: Draws, unit: str, basis: str) -> Draws:  # noqa: ANN401
    method = "; price ".join(part.method for part in (rate, *others))
    return combine(function, rate, *others, unit=unit, kind=rate.kind, method=method, basis=basis)


def _with_probabilities(levels: list[CostLevel]) -> tuple[CostLevel, ...]:
    chances = probabilities_of_being_best(
        [level.draws for level in levels if level.draws is not None],
        qualified=[not level.unmet for level in levels],
        repeats=[len(level.points) for level in levels],
    )
    return tuple(
        replace(level, probability_best=chance) for level, chance in zip(levels, chances, strict=True)
    )


def _technology(
    groups: Mapping[Load, Sequence[OperatingPoint]], deployment: str, seed: int
) -> BatchTechnology | None:
    sweep = {
        load.concurrency: [point.output_tokens_per_second.value for point in group]
        for load, group in groups.items()
        if load.concurrency is not None
    }
    return fit_technology(sweep, deployment=deployment, seed=seed)


def _cautions(
    levels: Sequence[CostLevel],
    zone: Zone,
    technology: BatchTechnology | None,
    service_levels: Sequence[ServiceLevel],
) -> Iterator[Caution]:
    if len(levels) == 1:
        yield Caution(
            "one-level",
            f"only {levels[0].load.label} was measured: how cost changes with load cannot be told",
        )
    elif technology is None and levels[0].load.concurrency is not None:
        yield Caution(
            "few-levels",
            f"{len(levels)} levels were measured; the returns to concurrency need at least {LEAST_LEVELS}",
        )
    if any(len(level.points) < 2 for level in levels):
        yield Caution(
            "no-repeats", "a level was measured only once: no probability of being the best can be given"
        )
    if len(levels) > 1 and zone.best is not None and zone.best == levels[-1].load:
        yield Caution(
            "best-at-edge",
            f"the best level, {zone.best.label}, is the highest measured: a higher one may be cheaper",
        )
    yield from service_cautions(levels, service_levels)
    if zone.best is None and zone.obstacle is None:
        yield Caution(
            "service-levels-conflict",
            "each service level is kept somewhere, but no level of load keeps all of them together",
        )
