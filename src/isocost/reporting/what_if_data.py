"""What the page needs to compute costs, the zone and the verdict anew, as plain objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.catalog import MachineProfile
from isocost.economics import ACCELERATOR_PARTS
from isocost.economics.service import failed_share, required_share
from isocost.economics.zone import premium_over
from isocost.reporting.charts.cost import TOGETHER
from isocost.reporting.charts.figure import series_of
from isocost.reporting.format import si
from isocost.reporting.markup import clean, exact, shorten
from isocost.reporting.obstacle import is_ours, latency_key
from isocost.reporting.pricing import cost_of, is_exact, pricing_of
from isocost.reporting.verdict import NAME_LIMIT, conditions_text, large_enough, name_of, price_text
from isocost.studies.machine import in_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.report import DeploymentReport, StudyReport

__all__ = ["data_text", "hour_data", "service_data", "what_if_data"]

Json = dict[str, Any]


def what_if_data(report: StudyReport, services: Sequence[tuple[ServiceLevel, bool]]) -> Json:
    """Return all that the verdict of a report is computed from.

    Parameters
    ----------
    report : StudyReport
        With at least one sweep.
    services : sequence of (ServiceLevel, bool)
        Those that the page can try, and whether the report asks for them.

    Returns
    -------
    dict
        Values at full precision, so that the page computes as the library does; ends of intervals to twelve
        digits, since they are only scaled and shown.
    """
    swept = [each for each in report.deployments if each.curve is not None]
    pricing = pricing_of(report)
    price = pricing.price
    texts: dict[str, int] = {}
    keys = sorted({latency_key(level) for level, _ in services})
    return {
        "price": None if price is None else price.usd_per_hour,
        "exact": is_exact(price),
        "uniform": pricing.uniform,
        "hour": hour_data(report.hourly),
        "keys": keys,
        "services": [service_data(level, asked=asked) for level, asked in services],
        "floor": None if report.size_floor is None else si(report.size_floor),
        "odds": report.probability_cheapest,
        "several": len(report.deployments) > 1,
        "together": len(swept) <= TOGETHER,
        "deployments": [_deployment(each, swept[0], report, keys, texts) for each in swept],
        "texts": list(texts),
    }


def data_text(data: Json) -> str:
    """Write data as JSON that can stand in a script element: nothing in it can end the element."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def hour_data(hourly: HourlyReport | None) -> Json | None:
    """Return what an hour of an owned machine is computed from; ``None`` for a price that was given.

    Amounts are in USD, but for the rate by which the page converts what is tried in the machine's currency.
    """
    if hourly is None or isinstance(hourly.machine.profile, MachineProfile):
        return None
    profile, currency = hourly.machine.profile, hourly.machine.currency
    return {
        "formula": profile.formula,
        "boundary": profile.boundary,
        "count": hourly.machine.count,
        "currency": currency.code,
        "per_usd": currency.per_usd,
        "values": {name: each.value for name, each in in_usd(profile.parameters, currency).items()},
        "inside": list(ACCELERATOR_PARTS),
    }


def service_data(level: ServiceLevel, *, asked: bool) -> Json:
    """Return a service level, and the words that its label is made of."""
    names = {"ttft": "TTFT", "tpot": "time per token", "e2e": "end to end"}
    return {
        "key": latency_key(level),
        "metric": level.metric,
        "statistic": level.statistic,
        "name": names.get(level.metric, "speed for one user"),
        "bound": level.bound,
        "at_least": level.at_least,
        "share": required_share(level),
        "asked": asked,
    }


def _deployment(
    each: DeploymentReport,
    first: DeploymentReport,
    report: StudyReport,
    keys: Sequence[str],
    texts: dict[str, int],
) -> Json:
    curve = each.curve
    if curve is None:
        raise AssertionError("only deployments with a sweep are asked for")
    fits = large_enough(each, report.size_floor)
    return {
        "name": clean(name_of(each)),
        "label": clean(shorten(curve.deployment, NAME_LIMIT)),
        "kind": series_of(report)[each.deployment.name].kind,
        "price": None if curve.price is None else curve.price.usd_per_hour,
        "price_text": clean(price_text(curve.price, each.bill)),
        "fits": fits,
        "rival": fits and each.workload == first.workload,
        "tolerance": curve.zone.tolerance,
        "ours": all(is_ours(point) for level in curve.levels for point in level.points),
        "told": sorted({key for level in curve.levels for key in level.latency}),
        "levels": [_level(level, each, curve, keys, texts) for level in curve.levels],
    }


def _level(
    level: CostLevel,
    each: DeploymentReport,
    curve: CostCurve,
    keys: Sequence[str],
    texts: dict[str, int],
) -> Json:
    """Return a level in few characters: what is usual is left out, and filled in by the page."""
    cost = None if is_exact(curve.price) else cost_of(level, curve.price)
    told: Json = {
        "load": level.load.label,
        "s": triple(level.machine_seconds_per_million),
        "cost": None if cost is None else _ends(cost.value, cost.low, cost.high),
        "failed": failed_share(level.points) or None,
        "seen": [triple(level.latency[key]) if key in level.latency else None for key in keys],
        "odds": level.probability_best,
        "repeats": len(level.points) if len(level.points) > 1 else None,
        "conditions": texts.setdefault(clean(conditions_text(each, curve, level)), len(texts)),
        "premium": _premium(level, curve),
    }
    return {name: each for name, each in told.items() if each is not None}


def _premium(level: CostLevel, curve: CostCurve) -> list[float | None] | None:
    """Return what a level costs over the cheapest one, as a fraction: any may become the best."""
    if level.load == curve.zone.best and curve.zone.premium is not None:
        return triple(curve.zone.premium)
    found = premium_over(level.draws, curve.level_at(curve.zone.cheapest).draws)
    return None if found is None else triple(found)


def triple(estimate: Estimate) -> list[float | None]:
    """Return value, low and high; the value alone where there is no interval."""
    return _ends(estimate.value, estimate.low, estimate.high)


def _ends(value: float, low: float | None, high: float | None) -> list[float | None]:
    return [value] if low is None or high is None else [value, float(exact(low)), float(exact(high))]
