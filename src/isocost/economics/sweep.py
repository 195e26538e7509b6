"""From the operating points of a sweep to its cost curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.economics.cost import (
    cost_per_million,
    cost_per_request,
    machine_seconds_per_million,
    price_draws,
)
from isocost.economics.curve import CostCurve, CostLevel
from isocost.economics.long_run import minimum_efficient_scale
from isocost.economics.principles import judge_principles, principles_over_rates
from isocost.economics.request_sizes import request_sizes
from isocost.economics.service import failed_share, service_cautions, unmet
from isocost.economics.short_run import short_run
from isocost.economics.technology import fit_technology
from isocost.economics.technology_fit import LEAST_LEVELS
from isocost.economics.waiting import check_waiting, waiting_cautions, waiting_cost
from isocost.economics.zone import find_zone, probabilities_of_being_best
from isocost.statistics.draws import Draws, combine, generator, summarise
from isocost.statistics.levels import latency_scatters, pool_latency, throughput_draws, untold_latency
from isocost.statistics.scatter import pooled_scatter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import BatchTechnology, TokenBasis, Zone
    from isocost.economics.principle import Principle
    from isocost.economics.request_sizes import RequestSizes
    from isocost.economics.short_run import ShortRunLevel
    from isocost.statistics.scatter import Scatter

__all__ = ["cost_curve"]


def cost_curve(
    points: Sequence[OperatingPoint],
    *,
    price: HourlyPrice | None,
    service_levels: Sequence[ServiceLevel] = (),
    tolerance: float = 0.05,
    waiting_usd_per_second: float | None = None,
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
    waiting_usd_per_second : float, optional
        w, what a second of a request inside is worth, at least 0: with a price, the zone and the
        probabilities are then of machine and waiting together.
    seed : int

    Returns
    -------
    CostCurve

    Raises
    ------
    InputError
        If there is no point, several deployments, concurrencies mixed with rates, or w is no good.
    EstimationError
        If a level yielded no tokens: its cost is unbounded.
    """
    check_waiting(waiting_usd_per_second)
    groups = _by_load(points)
    deployment = points[0].deployment
    promised = tuple(dict.fromkeys(service_levels))
    common = _Common(
        sizes=request_sizes(points, seed=seed),
        throughput=pooled_scatter(
            [[point.output_tokens_per_second for point in group] for group in groups.values()]
        ),
        latency=latency_scatters(groups.values()),
    )
    found = [_level(load, group, price, promised, common, seed) for load, group in groups.items()]
    w = None if price is None else waiting_usd_per_second
    if w is not None and price is not None:
        found = [_with_waiting(level, price, w, seed) for level in found]
        w = w if any(level.waiting is not None for level in found) else None
    levels = _with_probabilities(found, waiting=w is not None)
    zone = find_zone(levels, service_levels=promised, tolerance=tolerance, waiting=w is not None)
    technology = _technology(groups, deployment, seed)
    return CostCurve(
        deployment=deployment,
        levels=levels,
        zone=zone,
        technology=technology,
        price=price,
        service_levels=promised,
        cautions=(
            *_cautions(levels, zone, technology, promised),
            *(() if price is None or waiting_usd_per_second is None else waiting_cautions(levels)),
        ),
        efficient_scale=minimum_efficient_scale(levels),
        short_run=_short_run(technology, common.sizes, price, waiting_usd_per_second, seed),
        principles=_principles(groups),
        waiting_usd_per_second=w,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What all levels of a sweep say together: sizes of requests, and how much repeats scatter."""

    sizes: RequestSizes
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
    common: _Common,
    seed: int,
) -> CostLevel:
    if any(point.output_tokens_per_second.value <= 0 for point in points):
        raise EstimationError(
            f"{points[0].deployment} yielded no output tokens at {load.label}: its cost there is unbounded; "
            "leave that level out"
        )
    name = f"throughput of {points[0].deployment} at {load.label}"
    rate = throughput_draws(points, rng=generator(seed, name), scatter=common.throughput)
    seconds = _combined(machine_seconds_per_million, rate, unit="s/1M tokens", basis="output")
    latency = pool_latency(points, common.latency)
    hourly = None if price is None else price_draws(price, seed=seed, size=len(rate.samples))
    return CostLevel(
        load=load,
        points=points,
        output_tokens_per_second=summarise(rate),
        machine_seconds_per_million=summarise(seconds),
        cost_per_million_tokens={} if hourly is None else _token_costs(rate, hourly, common.sizes),
        cost_per_request=None if hourly is None else _request_cost(rate, hourly, common.sizes),
        latency=latency,
        latency_untold=untold_latency(points),
        unmet=unmet(latency, service_levels, failed_share=failed_share(points)),
        draws=seconds,
    )


def _token_costs(rate: Draws, hourly: Draws, sizes: RequestSizes) -> Mapping[TokenBasis, Estimate]:
    """Cost per million tokens by basis; input and both are absent when nobody counted the input."""
    output = _combined(
        lambda tokens, usd: cost_per_million(usd, tokens), rate, hourly, unit="USD/1M tokens", basis="output"
    )
    costs: dict[TokenBasis, Draws] = {"output": output}
    if sizes.input_tokens is not None:
        costs["input"] = _per(output, sizes.input_tokens, "input", lambda cost, ratio: cost / ratio)
        costs["both"] = _per(output, sizes.input_tokens, "both", lambda cost, ratio: cost / (1 + ratio))
    return {basis: summarise(replace(cost, source=hourly.source)) for basis, cost in costs.items()}


def _per(cost: Draws, ratio: Draws, basis: str, function: Callable[[Any, Any], Any]) -> Draws:
    return combine(function, cost, ratio, unit=cost.unit, kind=cost.kind, method=cost.method, basis=basis)


def _request_cost(rate: Draws, hourly: Draws, sizes: RequestSizes) -> Estimate | None:
    if sizes.requests is None:
        return None
    cost = _combined(
        lambda tokens, usd, requests: cost_per_request(usd, tokens * requests),
        rate,
        hourly,
        sizes.requests,
        unit="USD/request",
        basis="requests that ended well",
    )
    return summarise(replace(cost, source=hourly.source))


def _combined(function: Any, rate: Draws, *others: Draws, unit: str, basis: str) -> Draws:  # noqa: ANN401
    method = "; price ".join(part.method for part in (rate, *others))
    return combine(function, rate, *others, unit=unit, kind=rate.kind, method=method, basis=basis)


def _with_waiting(level: CostLevel, price: HourlyPrice, w: float, seed: int) -> CostLevel:
    if level.draws is None:
        return level
    hourly = price_draws(price, seed=seed, size=len(level.draws.samples))
    cost = waiting_cost(level.points, level.draws, hourly, waiting_usd_per_second=w, seed=seed)
    return replace(level, waiting=cost)


def _with_probabilities(levels: list[CostLevel], *, waiting: bool) -> tuple[CostLevel, ...]:
    """Give each level its confidence of being best, by tokens a second or, with waiting, tokens a dollar."""
    chances = probabilities_of_being_best(
        [_yields(level, waiting=waiting) for level in levels],
        qualified=[not level.unmet and not (waiting and level.waiting is None) for level in levels],
    )
    return tuple(
        replace(level, probability_best=chance) for level, chance in zip(levels, chances, strict=True)
    )


def _yields(level: CostLevel, *, waiting: bool) -> list[float]:
    if waiting and level.waiting is not None and min(level.waiting.repeats) > 0:
        return [1 / cost for cost in level.waiting.repeats]
    return [point.output_tokens_per_second.value for point in level.points]


def _technology(
    groups: Mapping[Load, Sequence[OperatingPoint]], deployment: str, seed: int
) -> BatchTechnology | None:
    sweep = {
        load.concurrency: [point.output_tokens_per_second.value for point in group]
        for load, group in groups.items()
        if load.concurrency is not None
    }
    return fit_technology(sweep, deployment=deployment, seed=seed)


def _short_run(
    technology: BatchTechnology | None,
    sizes: RequestSizes,
    price: HourlyPrice | None,
    waiting_usd_per_second: float | None,
    seed: int,
) -> tuple[ShortRunLevel, ...]:
    """Return the short run where one stream more yields something; who pays by the hour pays no more."""
    if technology is None or technology.fit is None or sizes.requests is None:
        return ()
    flow = None
    if price is not None:
        hourly = price_draws(price, seed=seed, size=len(technology.fit.order))
        flow = replace(hourly, value=hourly.value / 3600, samples=hourly.samples / 3600, unit="USD/s")
    return short_run(
        technology.fit,
        output_tokens=1 / sizes.requests.value,
        fixed_usd_per_second=flow,
        waiting_usd_per_second=waiting_usd_per_second or None,  # worth nothing: no cost to tell
        concurrencies=[b for b, returns in technology.returns if returns.value > 0],
    )


def _principles(groups: Mapping[Load, Sequence[OperatingPoint]]) -> tuple[Principle, ...]:
    sweep = {
        float(load.concurrency): [point.output_tokens_per_second.value for point in group]
        for load, group in groups.items()
        if load.concurrency is not None
    }
    return judge_principles(sweep) if sweep else principles_over_rates()


def _cautions(
    levels: Sequence[CostLevel],
    zone: Zone,
    technology: BatchTechnology | None,
    service_levels: Sequence[ServiceLevel],
) -> Iterator[Caution]:
    if len(levels) == 1:
        yield Caution(
            "one-level",
            f"{levels[0].load.label} is the only level: how cost changes with load cannot be told",
        )
    elif technology is None and levels[0].load.concurrency is not None:
        yield Caution(
            "few-levels",
            f"{len(levels)} levels were measured; the returns to concurrency need at least {LEAST_LEVELS}",
        )
    if any(len(level.points) < 2 for level in levels):
        yield Caution(
            "no-repeats",
            "a level was measured only once: its interval does not hold how much another run would differ, "
            "and no probability of being the best can be given",
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
