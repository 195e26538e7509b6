"""What deployments are compared by: the cheapest of those that qualify, the frontier, what was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.estimate import Caution, Estimate
from isocost.frontier import Axis, ProductionUnit, frontier_of
from isocost.statistics import confidences_of_least_family
from isocost.studies.report import Assumption
from isocost.studies.right_answers import shared_quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.deployment import Deployment
    from isocost.core.money import HourlyPrice
    from isocost.core.service_level import ServiceLevel
    from isocost.economics import CostCurve, CostLevel
    from isocost.frontier import Frontier
    from isocost.studies.report import DeploymentReport

__all__ = ["assumptions_of", "cheapest", "competing", "frontier_of_levels", "workload_cautions"]


def competing(reports: Sequence[DeploymentReport], floor: int | None) -> tuple[CostCurve, ...]:
    """Return the sweeps that may be compared: under the first workload, and above the floor of size.

    Costs under different workloads are not alike; an unknown size passes no floor.
    """
    swept = [report for report in reports if report.curve is not None]
    return tuple(
        report.curve
        for report in swept
        if report.curve is not None
        and report.workload == swept[0].workload
        and (floor is None or (report.deployment.parameters or 0) >= floor)
    )


def cheapest(curves: Sequence[CostCurve]) -> tuple[str | None, float | None]:
    """Name the cheapest deployment, and how surely it is: comparisons with the best, on repeats only.

    Costs are compared at the stated prices; with a price of waiting, waiting is part of them.

    Parameters
    ----------
    curves : sequence of CostCurve
        Of the deployments that compete; one without a level that qualifies is no candidate.

    Returns
    -------
    tuple of (str or None, float or None)
        ``None`` without candidates; the confidence is ``None`` without rivals, or where a level that
        qualifies was not repeated or its throughput is known within bounds only.
    """
    fit = [(curve, curve.level_at(curve.zone.best)) for curve in curves if curve.zone.best is not None]
    if not fit:
        return None, None
    priced = [pair for pair in fit if "output" in pair[1].cost_per_million_tokens]
    rivals = priced or fit  # one without a price cannot be compared with one that has it
    chosen = min(range(len(rivals)), key=lambda i: rivals[i][1].full_cost)
    return rivals[chosen][0].deployment, _confidence([curve for curve, _ in rivals], chosen)


def _confidence(curves: Sequence[CostCurve], chosen: int) -> float | None:
    """Return the confidence that one of several deployments holds the least cost."""
    families = [[level for level in curve.levels if not level.unmet] for curve in curves]
    if len(curves) < 2 or any(level.probability_best is None for family in families for level in family):
        return None
    costs = [[_repeated_costs(level) for level in family] for family in families]
    every = [one for family in costs for one in family]
    if min(map(len, every)) < 2 or min(map(min, every)) <= 0:  # a free machine leaves nothing to tell
        return None
    return confidences_of_least_family([[np.log(one).tolist() for one in family] for family in costs])[chosen]


def _repeated_costs(level: CostLevel) -> tuple[float, ...]:
    """Return what `CostLevel.full_cost` is in each repeat."""
    if level.waiting is not None:
        return level.waiting.repeats
    weight = _price_weight(level)
    return tuple(weight * 1e6 / point.output_tokens_per_second.value for point in level.points)


def _price_weight(level: CostLevel) -> float:
    """Return USD per machine-second; 1 where no price is known."""
    cost = level.cost_per_million_tokens.get("output")
    return 1.0 if cost is None else cost.value / level.machine_seconds_per_million.value


def frontier_of_levels(reports: Sequence[DeploymentReport]) -> Frontier | None:
    """Compare all levels of all deployments by cost, speed for one user and, where all have it, quality.

    Quality is that on questions which all were asked; without it size takes its place, where all are known.
    Levels are compared by dominance alone: a share of right answers is bounded, and cannot be scaled.
    Where some have a price and others none, only those with one are compared.
    """
    seen = [
        (report, level)
        for report in reports
        if report.curve is not None
        for level in report.curve.levels
        if "user_speed.p50" in level.latency
    ]
    units = [each for each in seen if "output" in each[1].cost_per_million_tokens] or seen
    if not units:
        return None
    quality = {name: each.score for name, each in shared_quality(reports).items()}
    sized = not quality and all(report.deployment.parameters is not None for report, _ in units)
    priced = all("output" in level.cost_per_million_tokens for _, level in units)
    cost = (
        Axis(name="cost per million output tokens", unit="USD/1M tokens", better="lower")
        if priced
        else Axis(name="machine time per million output tokens", unit="s/1M tokens", better="lower")
    )
    speed = Axis(name="speed for one user", unit="tokens/s", better="higher")
    size = Axis(name="parameters", unit="parameters", better="higher")
    right = Axis(name="quality", unit="1", better="higher")
    return frontier_of(
        [
            ProductionUnit(
                name=f"{report.deployment.name} at {level.load.label}",
                group=report.deployment.name,
                values=_values(report, level, quality, sized=sized),
            )
            for report, level in units
        ],
        axes=(cost, speed, *((right,) if quality else (size,) if sized else ())),
    )


def _values(
    report: DeploymentReport, level: CostLevel, quality: Mapping[str, Estimate], *, sized: bool
) -> tuple[Estimate, ...]:
    cost = level.cost_per_million_tokens.get("output", level.machine_seconds_per_million)
    values = (cost, level.latency["user_speed.p50"])
    if quality:
        return (*values, quality[report.deployment.name])
    return (*values, _size(report.deployment)) if sized else values


def _size(deployment: Deployment) -> Estimate:
    return Estimate(
        value=float(deployment.parameters or 0),
        unit="parameters",
        kind="published",
        method="count of weights from the dimensions of the architecture",
    )


def assumptions_of(
    price: HourlyPrice | None,
    levels: Sequence[ServiceLevel],
    floor: int | None,
    reports: Sequence[DeploymentReport],
) -> tuple[Assumption, ...]:
    """List what an answer takes as given: prices, what is alike between deployments, levels, the floor.

    Without one `price` for all, each deployment's own is listed.
    """
    found = [] if price is None else [_priced("price of the whole deployment", price)]
    own = [(each.deployment.name, each.curve.price) for each in reports if each.curve is not None]
    if price is None:
        found += [_priced(f"price of {name}", each) for name, each in own if each is not None]
    if len(reports) > 1:
        alike = {"one token": "tokens of different tokenizers count alike"}
        if price is not None or not found:
            alike = {"one price": "every deployment costs the same per hour"} | alike
        found += [Assumption(name=name, value=value, source="this study") for name, value in alike.items()]
    found += [Assumption(name="service level", value=level.label, source="given by you") for level in levels]
    if floor is not None:
        found.append(
            Assumption(
                name="size floor", value=f"{floor:,} parameters (size, not quality)", source="given by you"
            )
        )
    return tuple(found)


def _priced(name: str, price: HourlyPrice) -> Assumption:
    span = "" if price.low is None or price.high is None else f" [{price.low:g}, {price.high:g}]"
    return Assumption(
        name=name,
        value=f"{price.usd_per_hour:g}{span} USD per hour",
        source=f"{price.source}, {price.date}",
    )


def workload_cautions(reports: Sequence[DeploymentReport]) -> Iterator[Caution]:
    """Yield a doubt where deployments were measured under different workloads."""
    workloads = dict.fromkeys(report.workload for report in reports if report.curve is not None)
    first = next(iter(workloads), "")
    if len(workloads) > 1:
        yield Caution(
            "several-workloads",
            f"{len(workloads)} workloads were measured, and costs under different ones are not alike: "
            f"the recommendation is for {repr(first) if first else 'the first, which has no name'}",
        )
