"""A planned day as charges in the columns of FOCUS."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.exchange import FocusCharge, focus_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.economics import CapacityKind, PlannedInterval
    from isocost.studies.capacity import CapacityReport

__all__ = ["capacity_focus"]

_PROVIDERS = {
    "owned": "own machines",
    "reserved": "reserved by the hour",
    "on-demand": "by the hour",
    "API": "API",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def capacity_focus(report: CapacityReport, *, day: str | None = None) -> str:
    """Write the charges of the planned day: one row for each interval and kind of capacity.

    An API's input, cached input and output are charged apart, as it prices them. Charges are the plan's, at
    the point estimates: ``BilledCost`` adds up to the cost of the day.

    Parameters
    ----------
    report : CapacityReport
    day : str, optional
        ISO date of the day, whose hours are taken as UTC; today if left out.

    Returns
    -------
    str
        CSV, FOCUS 1.2.

    Raises
    ------
    InputError
        If the date is none, or no price is known.
    """
    start = _start(day)
    if report.plan.mix is None:
        raise InputError(
            "charges need a price, and none is known; give --price-per-hour, --machine, --on-demand, "
            "--reserved, --owned or --api-price"
        )
    return focus_csv(
        [
            charge
            for interval in report.plan.intervals
            for kind in interval.costs
            for charge in _charges(report, interval, kind, start)
        ]
    )


def _start(day: str | None) -> datetime:
    if day is None:
        return datetime.combine(datetime.now(UTC).date(), datetime.min.time(), tzinfo=UTC)
    try:
        if not _DAY.fullmatch(day):
            raise ValueError
        return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC)
    except ValueError:
        raise InputError(f"--date must be a day such as 2026-11-21, got {day!r}") from None


def _charges(
    report: CapacityReport, interval: PlannedInterval, kind: CapacityKind, start: datetime
) -> Iterator[FocusCharge]:
    common = FocusCharge(
        start=start + timedelta(hours=interval.load.start_h),
        end=start + timedelta(hours=interval.load.end_h),
        billing_account=report.name,
        provider=_PROVIDERS[kind],
        service=f"inference of {report.deployment}",
        resource=report.deployment,
        resource_type="Replica",
        description="",
        pricing_category="Other" if kind == "owned" else "Standard",
        cost_usd=0.0,
        quantity=0.0,
        unit="Hours",
        unit_price_usd=0.0,
        consumed=0.0,
        consumed_unit="Hours",
    )
    if kind == "API":
        yield from _api_charges(report, interval, common)
        return
    count = interval.on_demand if kind == "on-demand" else interval.base
    if count == 0:
        return
    hours, cost = count * interval.load.hours, interval.costs[kind]
    yield replace(
        common,
        description=f"{kind}: {count} replica{'s' if count > 1 else ''}",
        cost_usd=cost,
        quantity=hours,
        unit_price_usd=report.known.hourly[kind].usd_per_hour,
        consumed=hours,
        replicas=count,
        idle_usd=cost * (1 - interval.utilization),
    )


def _api_charges(
    report: CapacityReport, interval: PlannedInterval, common: FocusCharge
) -> Iterator[FocusCharge]:
    tokens = report.known.tokens
    if tokens is None:
        return
    sizes = report.capacity.input_tokens or 0.0, report.capacity.output_tokens or 0.0
    cached = sizes[0] * report.known.cached_share
    million = "1000000 Tokens"
    for name, size, price, unit in (
        ("input tokens", sizes[0] - cached, tokens.input_usd, million),
        ("cached input tokens", cached, tokens.cached_usd or 0.0, million),
        ("output tokens", sizes[1], tokens.output_usd, million),
        ("requests", 1.0 if tokens.request_usd else 0.0, tokens.request_usd, "Requests"),
    ):
        count = interval.api_requests * size
        quantity = count / 1e6 if unit == million else count
        if count > 0:
            yield replace(
                common,
                resource=f"{report.deployment}, {name}",
                resource_type="Tokens" if unit == million else "Requests",
                description=f"API: {name} of {interval.api_requests:.0f} requests",
                cost_usd=quantity * price,
                quantity=quantity,
                unit=unit,
                unit_price_usd=price,
                consumed=count,
                consumed_unit=unit.split()[-1],
            )
