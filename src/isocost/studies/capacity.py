"""How many replicas a daily volume takes, what stands idle, and which mix of capacity costs least."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.economics import (
    DAYS_PER_MONTH,
    Reserve,
    parse_reserve,
    plan_capacity,
    replica_capacity,
    unit_costs,
)
from isocost.exchange import read_diurnal
from isocost.studies.capacity_prices import KnownPrices, PriceTerms, known_prices_of
from isocost.studies.report import Assumption
from isocost.workload import FLAT, daily_load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from isocost.core.estimate import Estimate
    from isocost.core.provenance import Provenance
    from isocost.economics import CapacityPlan, CostCurve, ReplicaCapacity
    from isocost.studies.report import DeploymentReport, StudyReport
    from isocost.workload import DiurnalCurve

__all__ = ["CapacityQuestion", "CapacityReport", "capacity_report"]

_OF_COST_ALONE = ("few-levels", "one-level", "best-at-edge")  # say nothing of how much a replica carries
_FULL = 0.9  # of what carrying replicas could; beyond it, arrivals at random queue


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityQuestion:
    """What is asked of a deployment.

    Parameters
    ----------
    requests_per_day : float or None
        The volume; ``None``: as the diurnal file counts.
    diurnal : Path or None
        CSV with the shape of the day; ``None``: flat.
    reserve : str
        ``"1"``, ``"N+1"``, ``"20%"``.
    prices : PriceTerms
    tokens_per_request : str or None
        ``IN/OUT``, in place of what was measured.
    deployment : str or None
        Which one; ``None``: the recommended one.
    """

    requests_per_day: float | None = None
    diurnal: Path | None = None
    reserve: str = "0"
    prices: PriceTerms = field(default_factory=PriceTerms)
    tokens_per_request: str | None = None
    deployment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityReport:
    """The capacity of a deployment for a day.

    Parameters
    ----------
    name : str
        Of the study or the files.
    deployment : str
    requests_per_day : float
    curve : DiurnalCurve
    capacity : ReplicaCapacity
    plan : CapacityPlan
    known : KnownPrices
    unit_costs : mapping of str to Estimate
        As of `isocost.economics.unit_costs`; empty without prices.
    assumptions : tuple of Assumption
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    deployment: str
    requests_per_day: float
    curve: DiurnalCurve
    capacity: ReplicaCapacity
    plan: CapacityPlan
    known: KnownPrices
    unit_costs: Mapping[str, Estimate]
    assumptions: tuple[Assumption, ...]
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


def capacity_report(
    report: StudyReport, question: CapacityQuestion, *, today: str | None = None
) -> CapacityReport:
    """Plan the capacity of a deployment whose cost curve is known.

    Parameters
    ----------
    report : StudyReport
        The answer of a study or of files, as `report_study` and `report_files` return it: with its price and
        service levels.
    question : CapacityQuestion
    today : str, optional
        ISO date of given prices; today if left out.

    Returns
    -------
    CapacityReport

    Raises
    ------
    InputError
        If the volume, the diurnal file, the reserve or a price is no good, no level keeps the service levels,
        or nobody counted requests.
    CatalogError
        If there is no such machine.
    """
    day = read_diurnal(question.diurnal) if question.diurnal is not None else FLAT
    volume = _volume(question.requests_per_day, day)
    reserve = parse_reserve(question.reserve)
    chosen = _chosen(report, question.deployment)
    curve = _curve(chosen)
    capacity = _capacity(curve, _sizes(question.tokens_per_request))
    known = known_prices_of(
        question.prices,
        report,
        (capacity.input_tokens, capacity.output_tokens),
        standing=curve.price,
        today=today or datetime.now(UTC).date().isoformat(),
    )
    plan = plan_capacity(daily_load(volume, day), capacity.rate, prices=known.prices, reserve=reserve)
    costs = (
        {}
        if plan.mix is None
        else unit_costs(
            plan.mix,
            requests_per_day=volume,
            input_tokens=capacity.input_tokens,
            output_tokens=capacity.output_tokens,
        )
    )
    return CapacityReport(
        name=report.name,
        deployment=chosen.deployment.name,
        requests_per_day=volume,
        curve=day,
        capacity=capacity,
        plan=plan,
        known=known,
        unit_costs=costs,
        assumptions=tuple(_assumptions(volume, day, capacity, plan, known)),
        cautions=(*_cautions(question, day, capacity, plan, curve), *report.cautions, *_of_the_curve(curve)),
        provenance=report.provenance,
    )


def _volume(given: float | None, day: DiurnalCurve) -> float:
    if given is not None:
        return given
    if day.requests is None:
        raise InputError(
            "how many requests a day? give --requests-per-day, or a --diurnal file with a column requests"
        )
    return day.requests


def _chosen(report: StudyReport, name: str | None) -> DeploymentReport:
    """Return the deployment to plan: that which was named, else the recommended one, else the only one."""
    swept = [each for each in report.deployments if each.curve is not None]
    names = [each.deployment.name for each in swept]
    if not swept:
        raise InputError(f"{report.name} holds no measurement under load; measure one: isocost measure load")
    if name is not None and name not in names:
        raise InputError(f"no deployment {name!r} was measured under load; there are: {_few(names)}")
    wanted = name or report.recommended or (names[0] if len(names) == 1 else None)
    if wanted is None:
        raise InputError(
            f"none of several deployments is recommended; name one with --deployment: {_few(names)}"
        )
    return next(each for each in swept if each.deployment.name == wanted)


def _few(names: list[str]) -> str:
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _curve(chosen: DeploymentReport) -> CostCurve:
    curve = chosen.curve
    if curve is None:
        raise InputError(f"{chosen.deployment.name} was not measured under load")
    if all(level.unmet for level in curve.levels):
        obstacle = curve.zone.obstacle
        told = "all service levels together" if obstacle is None else obstacle.label
        raise InputError(
            f"no measured level of {chosen.deployment.name} keeps {told}, so there is no rate to plan with; "
            "relax it with --slo, or measure lower loads"
        )
    return curve


def _sizes(text: str | None) -> tuple[float | None, float] | None:
    if text is None:
        return None
    try:
        into, out = (float(part) for part in text.split("/"))
    except ValueError:
        raise InputError(
            f"--tokens-per-request {text}: give mean input and output tokens of a request, such as 512/128"
        ) from None
    return into, out


def _capacity(curve: CostCurve, sizes: tuple[float | None, float] | None) -> ReplicaCapacity:
    found = replica_capacity(curve.levels, tokens=sizes)
    if found is None:
        raise InputError(
            f"nobody counted the requests of {curve.deployment}, so its requests per second are not known; "
            "say how long they are with --tokens-per-request IN/OUT, or give a column requests_per_second"
        )
    return found


def _assumptions(
    volume: float, day: DiurnalCurve, capacity: ReplicaCapacity, plan: CapacityPlan, known: KnownPrices
) -> Iterator[Assumption]:
    flat = "as many in each hour: no --diurnal file was given"
    yield Assumption(
        name="requests",
        value=f"{volume:,.0f} a day, {flat if day is FLAT else f'spread as {day.source} says'}",
        source="given by you" if day.requests is None else day.source,
    )
    yield Assumption(
        name="one replica",
        value=f"up to {capacity.rate.value:.4g} requests/s, as measured at {capacity.level.load.label}, the "
        + (
            "highest rate; no service level was asked for"
            if capacity.level.unmet is None
            else "highest rate within the service levels; who keeps them is taken as certain"
        ),
        source=capacity.rate.source or "",
    )
    yield Assumption(name="reserve", value=_reserve_text(plan.reserve), source="given by you")
    yield from known.assumptions
    if plan.mix is not None:
        yield Assumption(
            name="month", value=f"{DAYS_PER_MONTH:g} days like this one", source="365.25 days / 12"
        )


def _reserve_text(reserve: Reserve) -> str:
    if reserve.share:
        return f"{100 * reserve.share:g} % of the replicas that carry load, rounded up"
    if reserve.replicas:
        return f"{reserve.replicas} beside those that carry load"
    return "none: when a replica fails, the others take more than they can"


def _cautions(
    question: CapacityQuestion,
    day: DiurnalCurve,
    capacity: ReplicaCapacity,
    plan: CapacityPlan,
    curve: CostCurve,
) -> Iterator[Caution]:
    if day is FLAT:
        yield Caution(
            "flat-day",
            "the day is taken as flat, which no day is: peaks take more replicas and leave more idle; give "
            "its shape with --diurnal FILE.csv",
        )
    given = question.requests_per_day
    if given is not None and day.requests is not None and abs(given / day.requests - 1) > 0.01:
        yield Caution(
            "other-volume",
            f"{day.source} counts {day.requests:,.0f} requests and {given:,.0f} were given: only the shape "
            "of its day is taken",
        )
    if len(curve.levels) > 1 and capacity.level.load == curve.levels[-1].load:
        yield Caution(
            "capacity-at-edge",
            f"a replica was measured up to {capacity.level.load.label} only, which no promise forbids: it "
            "may carry more, and fewer replicas may do",
        )
    if any((part.end_h - part.start_h) % 1 for part in day.parts) and plan.mix is not None:
        yield Caution(
            "parts-of-hours",
            f"{day.source} has parts that are no whole hours; a provider that bills whole hours asks more "
            "for replicas on demand",
        )
    yield from _full(plan)


def _of_the_curve(curve: CostCurve) -> Iterator[Caution]:
    return (each for each in curve.cautions if each.code not in _OF_COST_ALONE)


def _full(plan: CapacityPlan) -> Iterator[Caution]:
    full = [each for each in plan.intervals if each.utilization > _FULL]
    if full:
        most = max(full, key=lambda each: each.utilization)
        yield Caution(
            "full-replicas",
            f"in {len(full)} of {len(plan.intervals)} intervals replicas run above {100 * _FULL:.0f} % of "
            f"what they can, at most at {100 * most.utilization:.0f} %: requests that arrive at random then "
            "queue; plan more with --reserve",
        )
