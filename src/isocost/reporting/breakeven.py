"""Break-even of a deployment as a sentence, tables and text."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.reporting.cautions import shared_cautions
from isocost.reporting.format import (
    UNKNOWN,
    bracket,
    decimals,
    estimate_text,
    grouped,
    hourly,
    money,
    probability,
)
from isocost.reporting.markup import clean, shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.studies.breakeven import BreakEvenReport
    from isocost.studies.report import StudyReport

__all__ = [
    "at_load_sentence",
    "break_even_doubts",
    "break_even_sentence",
    "break_even_tables",
    "break_even_text",
    "break_even_verdict",
    "replica_sentence",
    "share_text",
]

NAME_LIMIT = 42
DAY_S = 86400.0
EXACT = 1e-9
"""Intervals narrower than this, relative to the value, are of rounding alone."""
FEW = 4
"""Steps of replicas that a sentence names, at most."""
LONGEST = 1200.0
"""Months beyond which a payback time is no time but never."""
_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)


def break_even_text(told: BreakEvenReport, *, width: int = 100) -> str:
    """Write a break-even: verdict, both sides, the surface in rows, payback.

    Parameters
    ----------
    told : BreakEvenReport
    width : int
        Columns of the terminal.
    """
    blocks = [textwrap.wrap(_verdict(told), width)]
    blocks += [table_lines(table, width=width) for table in break_even_tables(told)]
    if (steps := replica_sentence(told)) is not None:
        blocks.append(textwrap.wrap(steps, width))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def break_even_verdict(told: BreakEvenReport, *, width: int = 100) -> str:
    """Write the verdict alone, for a report that tells much else."""
    return "\n".join(textwrap.wrap(_verdict(told), width)) + "\n"


def _verdict(told: BreakEvenReport) -> str:
    return " ".join([break_even_sentence(told), *at_load_sentence(told)])


def break_even_doubts(report: StudyReport, *, width: int = 100) -> str:
    """Write the break-even of a report with all assumptions and doubts; empty where it was not asked."""
    if report.breakeven is None:
        return ""
    given = ["Assumptions"] + [
        line
        for each in report.assumptions
        for line in textwrap.wrap(
            clean(f"  {each.name}: {each.value} ({each.source})"), width, subsequent_indent="    "
        )
    ]
    doubts = [
        line
        for scope, each in shared_cautions(report)
        for line in textwrap.wrap(
            clean(f"! {scope + ': ' if scope else ''}{each.text}"), width, subsequent_indent="  "
        )
    ]
    told = ["\n".join(lines) + "\n" for lines in (given, doubts) if lines]
    return "\n".join([break_even_text(report.breakeven, width=width), *told])


def break_even_sentence(told: BreakEvenReport) -> str:
    """Say in one sentence from which load on the deployment costs less than the alternative."""
    own, other, found = _own(told), _other(told), told.found
    if found.answer is None:
        return (
            f"No price of {own} is known: full, it costs less than {other} where its hour costs less than "
            f"{_load(found.hourly_price)}."
        )
    if found.utilization is None or found.answer == "other":
        serves = found.capacity_requests_per_second or found.capacity_tokens_per_second
        most = _load(_without_interval(serves))
        return f"{own} never costs less than {other}: even full, at {most}, it costs {_full(told)}."
    if found.answer == "undecided":
        return f"Whether {own} ever costs less than {other} cannot be told: full, it costs {_full(told)}."
    share = share_text(found.utilization)
    if told.kind == "rent":
        return f"{own} costs less than {other} where it is in use in {share} of the hours or more."
    load = found.requests_per_second or found.tokens_per_second
    daily = (
        "" if found.requests_per_second is None else f", {_daily(found.requests_per_second)} requests a day"
    )
    return f"{own} costs less than {other} from {_load(load)} on{daily}: {share} of what it can serve."


def at_load_sentence(told: BreakEvenReport) -> Iterator[str]:
    """Say what both sides cost at the load that was asked for; nothing where none was."""
    at = told.at
    if at is None or told.requests_per_day is None:
        return
    sides = f"{_per_day(at.own_per_hour)} a day against {_per_day(at.other_per_hour)}"
    count = "" if at.replicas == 1 else f" on {at.replicas} replicas"
    verdict = {"own": "the own side is cheaper", "other": f"{_other(told)} is cheaper"}.get(
        at.answer, "which is cheaper cannot be told"
    )
    chance = (
        "" if at.probability_own is None else f" (own with probability {probability(at.probability_own)})"
    )
    yield f"At {told.requests_per_day:,.0f} requests a day it costs {sides}{count}: {verdict}{chance}."


def replica_sentence(told: BreakEvenReport) -> str | None:
    """Say at which loads one replica more makes the own side dearer again; ``None`` where it never does."""
    windows, capacity = told.found.windows, told.found
    rate = capacity.capacity_requests_per_second or capacity.capacity_tokens_per_second
    if not windows or told.found.answer != "own":
        return None
    named = ", ".join(f"{rate.value * low:.3g} to {rate.value * high:.3g}" for low, high in windows[:FEW])
    more = f" and {len(windows) - FEW} more such steps" if len(windows) > FEW else ""
    always = told.found.always_from
    end = "" if always is None else f"; from {rate.value * always:.3g} on it is cheaper at any load"
    return (
        "Replicas come whole: a further one makes the own side dearer again at "
        f"{named} {rate.unit}{more}{end}."
    )


def break_even_tables(told: BreakEvenReport) -> list[Table]:
    """Tabulate the break-even, what it hangs on, the readings of an owned hour, and the payback time."""
    tables = [_numbers(told)]
    if told.surface is not None:
        tables.append(_rows_of_surface(told))
    if told.readings:
        tables.append(_readings(told))
    if told.payback is not None:
        tables.append(_payback(told))
    return tables


def share_text(share: Estimate) -> str:
    """Write a share with its interval: ``"24.1 % [18.0, 28.5]"``."""
    share = _bare(share)
    value, low, high = (None if part is None else 100 * part for part in (share.value, share.low, share.high))
    assert value is not None  # noqa: S101 - an estimate has a value
    digits = min(decimals(value, low, high), 2)
    return f"{grouped(value, digits)} % {bracket(low, high, digits)}".strip()


def _own(told: BreakEvenReport) -> str:
    return clean(shorten(told.deployment, NAME_LIMIT))


def _other(told: BreakEvenReport) -> str:
    name = clean(shorten(told.name, NAME_LIMIT))
    return name if told.rent is None else f"{name} at {hourly(told.rent.usd_per_hour)}"


def _full(told: BreakEvenReport) -> str:
    """Write both costs of a full deployment, per 1,000 requests where those were counted."""
    if told.own_request is not None and told.other_request is not None:
        sides = [_times(each, 1000) for each in (told.own_request, told.other_request)]
        return f"{sides[0]} per 1,000 requests against {sides[1]}"
    assert told.found.own_full is not None  # noqa: S101 - a price is known
    return f"{_load(told.found.own_full)} an hour against {_load(told.found.other_full)}"


def _without_interval(each: Estimate) -> Estimate:
    return replace(each, low=None, high=None)


def _times(each: Estimate, factor: float) -> str:
    each = _bare(each)
    low, high = (None if end is None else end * factor for end in (each.low, each.high))
    return money(each.value * factor, low, high)


def _per_day(each: Estimate) -> str:
    return _times(each, 24)


def _load(load: Estimate | None) -> str:
    return UNKNOWN if load is None else estimate_text(_bare(load))


def _bare(each: Estimate) -> Estimate:
    """Leave out an interval of no width: what is exact, such as a list price, needs none."""
    low, high = each.low, each.high
    if low is None or high is None or high - low > EXACT * abs(each.value):
        return each
    return replace(each, low=None, high=None)


def _daily(rate: Estimate) -> str:
    rate = _bare(rate)
    low, high = (None if end is None else end * DAY_S for end in (rate.low, rate.high))
    return grouped(rate.value * DAY_S, min(decimals(rate.value * DAY_S, low, high), 0))


def _numbers(told: BreakEvenReport) -> Table:
    found = told.found
    rented = told.kind == "rent"
    load = "mean load then, full while in use" if rented else "break-even load"
    daily = found.requests_per_second
    rows = [
        (f"break-even share of the {'hours' if rented else 'capacity'}", _utilization(told)),
        *_both(load, found.requests_per_second, found.tokens_per_second),
        ("the same, a day", "" if daily is None else f"{_daily(daily)} requests"),
        *_both(
            "capacity within the service levels",
            found.capacity_requests_per_second,
            found.capacity_tokens_per_second,
        ),
        ("an hour of full use, own", _load(found.own_full)),
        ("the same work there", _load(found.other_full)),
        ("break-even price of an own hour, full", _load(found.hourly_price)),
        ("break-even price there, full", _factor(told)),
        ("the same, per million tokens", _listed(told)),
        (
            "1,000 requests, own, full",
            UNKNOWN if told.own_request is None else _times(told.own_request, 1000),
        ),
        ("1,000 requests there", UNKNOWN if told.other_request is None else _times(told.other_request, 1000)),
    ]
    shown = tuple((name, text) for name, text in rows if text not in ("", UNKNOWN))
    return Table(
        title=f"{_own(told)} at {told.capacity.label} against {_other(told)}",
        columns=(Column(title="Quantity", numeric=False), Column(title="Value [95 % interval]")),
        groups=(("", shown),),
    )


def _both(name: str, requests: Estimate | None, tokens: Estimate | None) -> list[tuple[str, str]]:
    """Write a rate in requests and in tokens, or in tokens alone."""
    rows = [] if requests is None else [_load(requests)]
    rows += [] if tokens is None else [_load(tokens)]
    return [(name if number == 0 else "the same, output tokens", row) for number, row in enumerate(rows)]


def _utilization(told: BreakEvenReport) -> str:
    found = told.found
    if found.answer is None:
        return UNKNOWN
    if found.utilization is None:
        return "never"
    doubt = f", never in {found.never * 100:.0f} % of the draws" if found.never else ""
    return share_text(found.utilization) + ("" if found.never == 1 else doubt)


def _factor(told: BreakEvenReport) -> str:
    factor = told.found.price_factor
    if factor is None:
        return UNKNOWN
    return f"{share_text(factor)} of its price"


def _listed(told: BreakEvenReport) -> str:
    """Write the API's own prices at which a full deployment costs the same."""
    tokens, factor = told.token_price, told.found.price_factor
    if tokens is None or factor is None:
        return ""
    prices = (factor.value * tokens.input_usd, factor.value * tokens.output_usd)
    return f"${prices[0]:.3g} input, ${prices[1]:.3g} output"


def _rows_of_surface(told: BreakEvenReport) -> Table:
    """Tell some rows of the surface: from which load on at which price, and where that is undecided."""
    surface = told.surface
    assert surface is not None  # noqa: S101 - the caller asked
    rows = []
    for factor in _FACTORS:
        place = min(range(len(surface.factors)), key=lambda i: abs(surface.factors[i] / factor - 1))
        at, load = surface.line[place], surface.loads[place]
        beyond = at is None or at > 1 or load is None
        told_load = "never" if beyond or load is None else _rows_load(told, load)
        rows.append((_price(told, surface.factors[place]), told_load))
    varied = "The rent" if told.kind == "rent" else "An own hour, full"
    unit = "of the hours" if told.kind == "rent" else _unit(told)
    return Table(
        title="Load over price, one replica",
        columns=(
            Column(title=varied),
            Column(title="Own cheaper from", unit=f"{unit} [undecided within]"),
        ),
        groups=(("", tuple(rows)),),
    )


def _price(told: BreakEvenReport, factor: float) -> str:
    full = told.found.other_full if told.kind == "rent" else told.found.own_full
    return UNKNOWN if full is None else hourly(full.value * factor)


def _unit(told: BreakEvenReport) -> str:
    rate = told.found.capacity_requests_per_second or told.found.capacity_tokens_per_second
    return rate.unit


def _rows_load(told: BreakEvenReport, load: Estimate) -> str:
    if told.kind == "rent":
        return share_text(load)
    return _load(load).replace(f" {load.unit}", "")


def _readings(told: BreakEvenReport) -> Table:
    rows = tuple(
        (each.reading, "never" if each.utilization is None else share_text(each.utilization))
        for each in told.readings
    )
    return Table(
        title="What is paid in idle hours: the three readings of the published formula",
        columns=(Column(title="Reading", numeric=False), Column(title="Break-even utilization")),
        groups=(("", rows),),
    )


def _payback(told: BreakEvenReport) -> Table:
    payback = told.payback
    assert payback is not None  # noqa: S101 - the caller asked
    rows = tuple(
        (f"{each.share * 100:g} %", _months(each.months), _never(each.never)) for each in payback.rows
    )
    hours = f"{payback.hours_per_month:g} hours of use a month"
    return Table(
        title=f"Until the purchase of {_load(payback.capital)} is saved, {hours}",
        columns=(
            Column(title="Load", unit="of full"),
            Column(title="Payback", unit="months"),
            Column(title="Never", unit="of the draws"),
        ),
        groups=(("", rows),),
    )


def _never(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share * 100:.0f} %"


def _months(months: Estimate | None) -> str:
    if months is None or months.value > LONGEST:
        return "never" if months is None else "over 100 years"
    return estimate_text(months).removesuffix(" months").replace(" months", "")
