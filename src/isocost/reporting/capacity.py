"""The capacity for a day, as text: what runs when, what each kind would cost, what stands idle."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from isocost.economics import DAYS_PER_MONTH
from isocost.reporting.format import UNKNOWN, decimals, estimate_text, grouped, money, probability
from isocost.reporting.markup import clean
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.economics import CapacityAlternative, CapacityKind, CapacityMix, PlannedInterval
    from isocost.studies.capacity import CapacityReport

__all__ = [
    "capacity_tables",
    "capacity_text",
    "capacity_verdict",
    "clock",
    "grouped_intervals",
    "mix_text",
]

MOST_ROWS = 24
"""More intervals than this are told together where the same replicas run."""
SURE = 0.95
"""From this share of the draws on, a number is called certain."""
_RARE = 0.005


def capacity_text(report: CapacityReport, *, width: int = 100) -> str:
    """Write what a day takes: verdict, what runs when, alternatives, both cost bases, assumptions, doubts.

    Parameters
    ----------
    report : CapacityReport
    width : int
        Columns of the terminal.
    """
    blocks = [[line for each in capacity_verdict(report) for line in textwrap.wrap(each, width)]]
    blocks += [table_lines(table, width=width) for table in capacity_tables(report)]
    given = [
        f"  {clean(each.name)}: {clean(each.value)} ({clean(each.source)})" for each in report.assumptions
    ]
    blocks.append(["Assumptions", *(line for each in given for line in _wrapped(each, width))])
    blocks.append([line for each in report.cautions for line in _wrapped(f"! {clean(each.text)}", width)])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def capacity_verdict(report: CapacityReport) -> list[str]:
    """Say what the volume takes, what the cheapest mix is and costs, and what stands against it."""
    mix = report.plan.mix
    if mix is None:
        return [
            _replicas_sentence(report),
            "No price is known, so what it costs is not told: give --price-per-hour, --machine, --on-demand, "
            "--reserved, --owned or --api-price.",
        ]
    told = [_replicas_sentence(report), _mix_sentence(report, mix)]
    told += _unsure(mix)
    others = [each for each in mix.alternatives if not each.same]
    if others:
        told.append(" ".join(_against(each, mix) for each in others))
    return told


def _replicas_sentence(report: CapacityReport) -> str:
    counts = [each.needed for each in report.plan.intervals]
    low, high = min(counts), max(counts)
    many = f"{low}" if low == high else f"{low} to {high}"
    spare = report.plan.reserve
    within = "" if report.capacity.level.unmet is None else " within the service levels"
    beside = ", reserve included" if spare.replicas or spare.share else ""
    return (
        f"{report.requests_per_day:,.0f} requests a day take {many} replica{'s' if high > 1 else ''} of "
        f"{clean(report.deployment)}{beside}, each good for {estimate_text(report.plan.capacity)}{within}."
    )


def mix_text(mix: CapacityMix, intervals: Sequence[PlannedInterval]) -> str:
    """Say which mix it is: ``"2 reserved all day, up to 3 on demand"``."""
    most = max(each.on_demand for each in intervals)
    sent = sum(each.api_requests for each in intervals)
    share = sent / sum(each.load.requests for each in intervals)
    parts = [f"{mix.base} {mix.base_kind} all day"] if mix.base else []
    if most:
        parts.append(f"up to {most} on demand")
    if sent > 0:
        percent = 100 * share
        told = "all" if share > 1 - 1e-9 else f"{grouped(percent, max(decimals(percent) - 1, 0))} % of the"
        parts.append(f"{told} requests to the API")
    return ", ".join(parts)


def _mix_sentence(report: CapacityReport, mix: CapacityMix) -> str:
    costs = [
        f"{_amount(mix.cost_per_day)} a day",
        f"{_amount(report.unit_costs['cost_per_month'])} a month",
    ]
    costs.append(f"{_amount(report.unit_costs['cost_per_request'])} a request")
    tokens = report.unit_costs.get("cost_per_million_output_tokens")
    if tokens is not None:
        costs.append(f"{_amount(tokens)} per million output tokens")
    idle = mix.idle_per_day.value / mix.cost_per_day.value if mix.cost_per_day.value else 0.0
    return (
        f"Cheapest: {mix_text(mix, report.plan.intervals)}: {', '.join(costs)}; {100 * idle:.0f} % of it is "
        f"for what stands idle."
    )


def _unsure(mix: CapacityMix) -> list[str]:
    """Say how sure the number of replicas is that run all day, where it is not."""
    shares = mix.base_shares or ()
    here = dict(shares).get(mix.base, 0.0)
    if not shares or here >= SURE:
        return []
    others = [
        f"{count} in {100 * share:.0f} %" for count, share in shares if count != mix.base and share >= _RARE
    ][:2]
    first = f"{mix.base} costs least in {100 * here:.0f} % of the draws"
    return [f"How many should run all day is not certain: {', '.join([first, *others])}."]


def _against(each: CapacityAlternative, mix: CapacityMix) -> str:
    share = each.extra.value / mix.cost_per_day.value if mix.cost_per_day.value else 0.0
    more = f"All {_all(each.kind)} would cost {money(each.cost_per_day.value)} a day, {_percent(share)} more"
    if each.mix_cheaper is None:
        return f"{more}."
    if each.undecided:
        likely = probability(each.mix_cheaper)
        return f"{more}; which is cheaper cannot be told, the mix with probability {likely}."
    return f"{more}, with probability {probability(each.mix_cheaper)} over the draws."


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{grouped(percent, max(0, 1 - len(str(int(percent)))) if percent >= 1 else 1)} %"


def _all(kind: CapacityKind) -> str:
    return {"owned": "owned", "reserved": "reserved", "on-demand": "on demand", "API": "by the API"}[kind]


def capacity_tables(report: CapacityReport) -> list[Table]:
    """Return the tables of a plan: what runs when; the alternatives; cost by allocation and by usage."""
    tables = [_interval_table(report)]
    if report.plan.mix is not None:
        tables += [_alternative_table(report.plan.mix), _allocation_table(report, report.plan.mix)]
    return tables


def grouped_intervals(intervals: Sequence[PlannedInterval]) -> list[list[PlannedInterval]]:
    """Put neighbouring intervals together in which the same replicas run, where there are many intervals."""
    if len(intervals) <= MOST_ROWS:
        return [[each] for each in intervals]
    return [
        list(group)
        for _, group in groupby(intervals, key=lambda each: (each.needed, each.base, each.on_demand))
    ]


def clock(hour: float) -> str:
    """Write an hour since midnight.

    Examples
    --------
    >>> clock(0.0), clock(8.25), clock(24.0)
    ('00:00', '08:15', '24:00')
    """
    minutes = round(hour * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _interval_table(report: CapacityReport) -> Table:
    mix, plan = report.plan.mix, report.plan
    some = [mix is not None and mix.base > 0, any(each.on_demand for each in plan.intervals)]
    sent = any(each.api_requests > 0 for each in plan.intervals)
    priced, drawn = mix is not None, plan.intervals[0].needed_shares
    columns = [
        Column(title="Time", numeric=False),
        Column(title="Requests", unit="1/s"),
        Column(title="Replicas needed", unit="" if drawn is None else "and in draws"),
        *([Column(title="All day")] if some[0] else []),
        *([Column(title="On demand")] if some[1] and priced else []),
        *([Column(title="To the API", unit="requests")] if sent else []),
        Column(title="Used", unit="%"),
        Column(title="Room left", unit="1/s"),
        *([Column(title="Cost", unit="USD"), Column(title="of it idle", unit="USD")] if priced else []),
    ]
    rows = tuple(
        _interval_row(group, some=some, sent=sent, priced=priced)
        for group in grouped_intervals(plan.intervals)
    )
    return Table(title="What runs when", columns=tuple(columns), groups=(("", rows),))


def _interval_row(
    group: list[PlannedInterval], *, some: list[bool], sent: bool, priced: bool
) -> tuple[str, ...]:
    first, hours = group[0], sum(each.load.hours for each in group)
    rate = sum(each.load.requests for each in group) / hours / 3600
    used = sum(each.utilization * each.load.hours for each in group) / hours
    cost = sum(sum(each.costs.values()) for each in group)
    room = min(each.headroom_per_s for each in group)
    return (
        f"{clock(first.load.start_h)}-{clock(group[-1].load.end_h)}",
        grouped(rate, decimals(rate)),
        _needed(first),
        *([str(first.base)] if some[0] else []),
        *([str(first.on_demand)] if some[1] and priced else []),
        *([grouped(sum(each.api_requests for each in group), 0)] if sent else []),
        grouped(100 * used, 0) if first.base + first.on_demand else "-",
        grouped(room, max(decimals(rate), 0)),
        *([grouped(cost, 2), grouped(sum(each.idle_cost for each in group), 2)] if priced else []),
    )


def _needed(interval: PlannedInterval) -> str:
    """Write how many are needed, and how often it is another number: ``"3; 4 in 4 %"``."""
    shares = interval.needed_shares or ()
    others = [(count, share) for count, share in shares if count != interval.needed and share >= _RARE]
    told = [f"{count} in {100 * share:.0f} %" for count, share in others[:2]]
    return "; ".join([str(interval.needed), *told])


def _amount(cost: Estimate) -> str:
    """Write an amount; an interval without width says nothing."""
    exact = cost.low == cost.high
    return money(cost.value) if exact else money(cost.value, cost.low, cost.high)


def _alternative_table(mix: CapacityMix) -> Table:
    columns = (
        Column(title="Capacity", numeric=False),
        Column(title="Cost", unit="USD/day"),
        Column(title="Cost", unit="USD/month"),
        Column(title="Beside the mix", unit="USD/day"),
        Column(title="P(mix cheaper)"),
    )
    day = mix.cost_per_day
    rivals = any(not each.same for each in mix.alternatives)
    best = f"cheapest: {probability(mix.best_share)}" if rivals and mix.best_share is not None else ""
    rows = [("the mix", _amount(day), money(day.value * DAYS_PER_MONTH), "", best)]
    for each in mix.alternatives:
        cost, extra = each.cost_per_day, each.extra
        likely = (
            "the same"
            if each.same
            else UNKNOWN
            if each.mix_cheaper is None
            else probability(each.mix_cheaper)
        )
        rows.append(
            (
                f"all {_all(each.kind)}",
                _amount(cost),
                money(cost.value * DAYS_PER_MONTH),
                "" if each.same else _amount(extra),
                likely + (", cannot be told" if each.undecided else ""),
            )
        )
    return Table(title="The mix against one kind alone", columns=columns, groups=(("", tuple(rows)),))


def _allocation_table(report: CapacityReport, mix: CapacityMix) -> Table:
    columns = (
        Column(title="Cost of a day", numeric=False),
        Column(title="allocation", unit="what is provisioned"),
        Column(title="usage", unit="what requests used"),
        Column(title="idle", unit="the difference"),
    )
    rows: list[tuple[str, ...]] = [
        (
            each.kind,
            money(each.allocation.value),
            money(each.usage.value),
            money(each.allocation.value - each.usage.value),
        )
        for each in mix.allocations
    ]
    day, usage, idle = mix.cost_per_day, mix.usage_per_day, mix.idle_per_day
    rows.append(("= the bill", *(_amount(each) for each in (day, usage, idle))))
    tokens = [report.unit_costs.get(f"llm_cost_per_million_tokens{name}") for name in ("", "_usage")]
    if tokens[0] is not None and tokens[1] is not None:
        rows.append(
            (
                "llm_cost_per_million_tokens",
                *(_amount(each) for each in tokens if each is not None),
                money(tokens[0].value - tokens[1].value),
            )
        )
    return Table(
        title="Cost by allocation and by usage (cost_basis)", columns=columns, groups=(("", tuple(rows)),)
    )


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.wrap(text, width, subsequent_indent=indent)
