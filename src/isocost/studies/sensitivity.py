"""What the recommended cost hangs on, and what could change the recommendation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.catalog import MachineProfile
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.economics import (
    THROUGHPUT,
    Hour,
    cost_sensitivity,
    cost_with_waiting,
    hourly_parts,
    machine_seconds_per_million,
    measured_throughput,
    service_turns,
    turning_points,
)
from isocost.studies.choice import competing
from isocost.studies.machine import in_usd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from isocost.core.money import HourlyPrice
    from isocost.economics import CostCurve, CostLevel, CostSensitivity, Turn
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.report import StudyReport

__all__ = ["with_sensitivity"]

_PRICE = "price"


def with_sensitivity(report: StudyReport, *, seed: int = 0) -> StudyReport:
    """Add to a report what the cost of the recommended level hangs on.

    Parameters
    ----------
    report : StudyReport
    seed : int
        Scrambles the Sobol sequence.

    Returns
    -------
    StudyReport
        Without an answer, and with a caution, where nothing is recommended.

    Raises
    ------
    InputError
        If no load was measured.
    """
    curves = {each.deployment.name: each.curve for each in report.deployments if each.curve is not None}
    if not curves:
        raise InputError("no load was measured, so there is no cost to question; isocost measure load")
    curve = None if report.recommended is None else curves.get(report.recommended)
    hour = None if curve is None or curve.price is None else _hour(curve.price, report.hourly)
    found = None if curve is None else cost_sensitivity(curve, hour, seed=seed)
    if curve is None or found is None:
        doubt = Caution(
            "sensitivity-not-told",
            "no level of load qualifies, so there is no recommended cost to question: relax a service level",
        )
        return replace(report, cautions=(*report.cautions, doubt))
    found = replace(
        found,
        found=_as_stated(found, report.hourly),
        exact=tuple(_exact(curve, found, hour)),
        turns=_turns(report, curve),
    )
    return replace(report, sensitivity=found)


def _hour(price: HourlyPrice, hourly: HourlyReport | None) -> Hour:
    """Return what a price follows from: the parameters of an owned machine, or its own range."""
    profile = None if hourly is None else hourly.machine.profile
    if hourly is None or profile is None or isinstance(profile, MachineProfile):
        priced = _assumed_price(price)
        return Hour(assumed={_PRICE: priced}, usd_per_hour=lambda values: values[_PRICE])
    count, formula, boundary = hourly.machine.count, profile.formula, profile.boundary

    def usd(values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - number or array
        known = {name: values[name] for name in profile.parameters}
        return count * sum(hourly_parts(known, formula=formula, boundary=boundary).values())

    return Hour(assumed=in_usd(profile.parameters, hourly.machine.currency), usd_per_hour=usd)


def _assumed_price(price: HourlyPrice) -> Assumed:
    known = price.low is not None and price.high is not None
    return Assumed(
        value=price.usd_per_hour,
        low=price.low if known else None,
        high=price.high if known else None,
        unit="USD/h",
        source=price.source,
        date=price.date,
        shape="uniform",
        published=not known,
    )


def _as_stated(found: CostSensitivity, hourly: HourlyReport | None) -> Any:  # noqa: ANN401 - Sensitivity
    """Return influences with their ranges in the machine's currency, as its profile states them."""
    stated = {} if hourly is None else getattr(hourly.machine.profile, "parameters", {})
    told = tuple(
        replace(each, assumed=stated.get(each.name, each.assumed)) for each in found.found.influences
    )
    return replace(found.found, influences=told)


def _exact(curve: CostCurve, found: CostSensitivity, hour: Hour | None) -> Iterator[str]:
    """Yield what was taken as exact, and what would tell more."""
    varied = {each.name for each in found.found.influences}
    if hour is None:
        yield "the price is unknown, so the cost is machine-seconds: give --price-per-hour or --machine"
    elif set(hour.assumed) == {_PRICE}:
        if _PRICE not in varied:
            amount = hour.assumed[_PRICE].value
            yield (
                f"the price, {amount:g} USD per hour, is taken as exact: --price-per-hour with --price-range "
                "LOW:HIGH gives it a range"
            )
    else:
        exact = [f"{name} {each.value:g}" for name, each in hour.assumed.items() if name not in varied]
        if exact:
            yield f"taken as exact, as the profile of the machine gives no range: {', '.join(exact)}"
    if THROUGHPUT not in varied:
        yield "the throughput has no interval and is taken as exact: repeats would tell how much it varies"
    if curve.waiting_usd_per_second is not None:
        yield (
            f"the price of waiting, {curve.waiting_usd_per_second * 3600:g} USD per hour, is taken as exact: "
            "it chooses the level, and this cost is the machine's alone"
        )


def _turns(report: StudyReport, chosen: CostCurve) -> tuple[Turn, ...] | None:
    """Find what could change the choice; ``None`` without a rival."""
    rivals = list(competing(report.deployments, report.size_floor))
    if chosen.price is not None:  # as in the choice itself: those without a price are not compared
        rivals = [curve for curve in rivals if curve.price is not None]
    if len(rivals) < 2:
        return None
    assumed: dict[str, Assumed] = {}
    costs: dict[str, Callable[[Mapping[str, Any]], float]] = {}
    for curve in rivals:
        if curve.zone.best is not None:
            own, cost = _cost_of(curve, curve.level_at(curve.zone.best), report)
            assumed |= own
            costs[curve.deployment] = cost
    turns = turning_points(costs, assumed)
    return (*turns, *service_turns(rivals, chosen.deployment, report.service_levels))


def _cost_of(
    curve: CostCurve, level: CostLevel, report: StudyReport
) -> tuple[dict[str, Assumed], Callable[[Mapping[str, Any]], float]]:
    """Return what the cost of a deployment's best level hangs on, by names unique in the study."""
    rate = f"throughput of {curve.deployment} at {level.load.label}"
    assumed = {rate: measured_throughput(level)}
    hour = None if curve.price is None else _hour(curve.price, report.hourly)
    shared = report.price is not None
    names = (
        {}
        if hour is None
        else {name: name if shared else f"{name} of {curve.deployment}" for name in hour.assumed}
    )
    if hour is not None:
        assumed |= {names[name]: each for name, each in hour.assumed.items()}
    inside = 0.0 if level.waiting is None else level.waiting.requests_inside.value
    w = curve.waiting_usd_per_second or 0.0

    def cost(values: Mapping[str, Any]) -> float:
        seconds = machine_seconds_per_million(values[rate])
        if hour is None:
            return float(seconds)
        usd = hour.usd_per_hour({name: values[names[name]] for name in names}) / 3600
        return float(cost_with_waiting(seconds, usd, w, inside))

    return assumed, cost
