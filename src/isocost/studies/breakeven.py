"""Break-even of a deployment: from which load on it costs less than an API or a rented one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.economics import (
    HOURS_PER_MONTH,
    Sides,
    at_load,
    break_even_load,
    break_even_surface,
)
from isocost.statistics import DRAWS, Draws, combine, summarise
from isocost.studies.own_hour import own_hour, owned_hour
from isocost.studies.report import Assumption
from isocost.studies.same_work import WorkSizes, alternative_of, other_hour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.core.token_price import TokenPrice
    from isocost.economics import AtLoad, CostCurve, CostLevel, LoadBreakEven, Surface
    from isocost.studies.break_even_question import BreakEvenQuestion
    from isocost.studies.own_hour import OwnedHour, Payback
    from isocost.studies.renting import BreakEvenPoint
    from isocost.studies.report import StudyReport

__all__ = ["BreakEvenReport", "with_break_even"]

DAY_S = 86400.0
_COLUMNS, _ROWS = 80, 49


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenReport:
    """One deployment against an API or a rented one.

    Parameters
    ----------
    deployment : str
    kind : {"api", "rent"}
    name : str
        Of the alternative.
    token_price : TokenPrice or None
        Of an API.
    rent : HourlyPrice or None
        Of a rented deployment.
    price : HourlyPrice or None
        Of the own deployment, as the report prices tokens; ``None``: unknown.
    capacity : Load
        The level at which the deployment is full: its highest throughput within the service levels.
    input_tokens, output_tokens : float or None
        Mean lengths of a request; ``None``: nobody counted.
    cached_share : float
    found : LoadBreakEven
    own_request, other_request : Estimate or None
        USD for one request when the deployment is full; ``None`` where requests or the price are unknown.
    surface : Surface or None
    at : AtLoad or None
        Both sides at the load that was asked for.
    requests_per_day : float or None
        That load.
    readings : tuple of BreakEvenPoint
    payback : Payback or None
        ``None`` where the own machine is not owned.
    """

    deployment: str
    kind: Literal["api", "rent"]
    name: str
    token_price: TokenPrice | None
    rent: HourlyPrice | None
    price: HourlyPrice | None
    capacity: Load
    input_tokens: float | None
    output_tokens: float | None
    cached_share: float
    found: LoadBreakEven
    own_request: Estimate | None
    other_request: Estimate | None
    surface: Surface | None
    at: AtLoad | None
    requests_per_day: float | None
    readings: tuple[BreakEvenPoint, ...] = ()
    payback: Payback | None = None


def with_break_even(report: StudyReport, question: BreakEvenQuestion) -> StudyReport:
    """Add to a report from which load on its recommended deployment costs less than an alternative.

    Parameters
    ----------
    report : StudyReport
    question : BreakEvenQuestion

    Returns
    -------
    StudyReport

    Raises
    ------
    InputError
        If the question or a price file is no good.
    CatalogError
        If no price of the alternative is known.
    EstimationError
        If what was measured does not tell: no sweep, no level within the service levels, no tokens counted.
    """
    curve = _curve(report)
    level = _full(curve)
    sizes = WorkSizes.of(curve, question)
    owned = owned_hour(report.hourly, seed=question.seed)
    alternative = alternative_of(question, sizes)
    capacity = _capacity(level)
    sides = Sides(
        own=own_hour(owned, curve.price, seed=question.seed),
        other=other_hour(alternative, sizes, capacity, question),
        capacity=capacity,
        requests_per_token=sizes.requests,
        by_hours=alternative.rent is not None,
    )
    found = break_even_load(sides)
    share = _asked_share(question, found)
    hours = question.hours_per_month or HOURS_PER_MONTH
    told = BreakEvenReport(
        deployment=curve.deployment,
        kind="api" if alternative.rent is None else "rent",
        name=alternative.name,
        token_price=alternative.tokens,
        rent=alternative.rent,
        price=curve.price,
        capacity=level.load,
        input_tokens=sizes.input_tokens,
        output_tokens=sizes.output_tokens,
        cached_share=question.cached_share,
        found=found,
        own_request=None if sides.own is None else _per_request(sides, sides.own.full),
        other_request=_per_request(sides, sides.other),
        surface=_surface(sides, found),
        at=None if share is None else at_load(sides, share),
        requests_per_day=question.requests_per_day,
        readings=() if owned is None else owned.readings(sides.other),
        payback=None if owned is None else owned.payback(sides.other, hours_per_month=hours),
    )
    return replace(
        report,
        breakeven=told,
        assumptions=(*report.assumptions, *_assumptions(told, question, owned)),
        cautions=(*report.cautions, *_cautions(report, told, sides, owned)),
    )


def _curve(report: StudyReport) -> CostCurve:
    swept = [each.curve for each in report.deployments if each.curve is not None]
    if not swept:
        raise EstimationError(
            "no load was measured, so what the deployment can serve is unknown; measure one: "
            "isocost measure load"
        )
    return next((each for each in swept if each.deployment == report.recommended), swept[0])


def _full(curve: CostCurve) -> CostLevel:
    """Return the level at which the deployment serves most within the service levels."""
    feasible = [level for level in curve.levels if not level.unmet]
    if not feasible:
        named = ", ".join(level.label for level in curve.service_levels)
        raise EstimationError(
            f"no level of {curve.deployment} keeps {named}, so nothing can be served within it and no load "
            "breaks even; relax it"
        )
    return max(feasible, key=lambda level: level.output_tokens_per_second.value)


def _capacity(level: CostLevel) -> Draws:
    seconds, seen = level.draws, level.output_tokens_per_second
    samples = np.full(DRAWS, np.nan) if seconds is None else 1e6 / seconds.samples
    return Draws(
        value=seen.value,
        samples=samples,
        unit="tokens/s",
        kind=seen.kind,
        method=seen.method,
        n=seen.n,
        source=seen.source,
    )


def _asked_share(question: BreakEvenQuestion, found: LoadBreakEven) -> float | None:
    """Return the load that was asked for, in capacities of one replica."""
    if question.requests_per_day is None:
        return None
    if found.capacity_requests_per_second is None:
        raise InputError(
            "--requests-per-day: nobody counted the requests of this sweep; add a column requests_per_second"
        )
    return question.requests_per_day / DAY_S / found.capacity_requests_per_second.value


def _per_request(sides: Sides, hour: Draws) -> Estimate | None:
    rates = sides.requests_per_token
    if rates is None:
        return None
    told = combine(
        lambda usd, tokens, rate: usd / 3600 / (tokens * rate),
        hour,
        sides.capacity,
        rates,
        unit="USD/request",
        kind=hour.kind,
        method=hour.method,
    )
    return summarise(told)


def _surface(sides: Sides, found: LoadBreakEven) -> Surface | None:
    """Lay the question over loads and prices around the answer; ``None`` where a side costs nothing."""
    if sides.own is None or sides.own.full.value <= 0 or sides.other.value <= 0:
        return None
    share = 1.0 if found.utilization is None else found.utilization.value
    first = min(share, 1.0) / 20
    last = 1.0 if sides.by_hours else 4.0
    return break_even_surface(
        sides,
        shares=[float(each) for each in np.geomspace(max(first, 1e-6), last, _COLUMNS)],
        factors=[float(each) for each in np.geomspace(1 / 8, 8.0, _ROWS)],
        varied="other" if sides.by_hours else "own",
    )


def _assumptions(
    told: BreakEvenReport, question: BreakEvenQuestion, owned: OwnedHour | None
) -> Iterator[Assumption]:
    if told.token_price is not None:
        price = told.token_price
        where = ", ".join(part for part in (price.source, price.date) if part)
        yield Assumption(name=f"price of {price.name}", value=price.label, source=where)
        yield Assumption(
            name="cached input",
            value=f"{question.cached_share:g} of the input tokens",
            source="given by you" if question.cached_share else "by default; another with --cached-share",
        )
    if told.rent is not None:
        value = (
            f"${told.rent.usd_per_hour:g} for each hour of use, nothing in idle hours; as fast as the own one"
        )
        yield Assumption(
            name=f"price of {told.name}", value=value, source=f"{told.rent.source}, {told.rent.date}"
        )
    if question.input_tokens is not None:
        yield Assumption(
            name="input tokens", value=f"{question.input_tokens:g} a request", source="given by you"
        )
    yield Assumption(
        name="break-even",
        value="answers of both sides are taken for equally good; the own side stands ready day and night",
        source="isocost",
    )
    if owned is not None:
        yield Assumption(
            name="hour of the own machine",
            value=f"by the calendar and by use ({owned.reading}); its utilization follows from the load",
            source=owned.profile.name,
        )


def _cautions(
    report: StudyReport, told: BreakEvenReport, sides: Sides, owned: OwnedHour | None
) -> Iterator[Caution]:
    if told.token_price is not None and told.token_price.note:
        yield Caution("api-price-note", f"{told.token_price.name}: {told.token_price.note}")
    if not bool(np.isfinite(sides.capacity.samples).all()):
        yield Caution(
            "capacity-without-interval",
            f"the throughput of {told.deployment} at {told.capacity.label} has no interval, so nothing "
            "is called undecided: who is cheaper goes by point estimates",
        )
    said = any(each.code == "boundaries-differ" for each in report.cautions)
    if owned is not None and owned.profile.boundary == "accelerator" and not said:
        yield Caution(
            "boundaries-differ",
            f"{told.name} has server, network, room and people in its price, the cost of owning here the "
            "accelerator alone: owning looks cheaper than it is",
        )
    if told.kind == "rent" and told.rent is not None and owned is None and told.price is not None:
        yield Caution(
            "calendar-price",
            f"the own price of ${told.price.usd_per_hour:g} an hour is taken to be paid around the clock, "
            "the rent for hours of use alone",
        )
