"""What a workload costs: tables for the terminal and the page, rows for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.reporting.format import seconds
from isocost.reporting.markup import join, shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.pricing import Amount, amount, pricing_of
from isocost.reporting.tables import Column, Table, cost_data, cost_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isocost.core.estimate import Estimate
    from isocost.core.money import HourlyPrice
    from isocost.economics.workload_cost import WorkloadCost
    from isocost.studies.report import StudyReport

__all__ = ["workload_page_tables", "workload_rows", "workload_text"]

NAME_LIMIT = 40


def workload_text(report: StudyReport, *, width: int = 100) -> str:
    """Write what the workload of a report costs: by task, then by level; empty where it has none.

    Parameters
    ----------
    report : StudyReport
    width : int
        Columns of the terminal.
    """
    cost = report.workload_cost
    if cost is None:
        return ""
    unit = pricing_of(report).cost_unit if _price(report, cost) is not None else "machine-seconds"
    tables = _tables(report, cost, _plain, unit)
    return "\n\n".join("\n".join(table_lines(table, width=width)) for table in tables) + "\n"


def workload_page_tables(report: StudyReport) -> list[Table]:
    """Tabulate what a report's workload costs so that the page can re-price it; none where it has none."""
    cost = report.workload_cost
    return [] if cost is None else _tables(report, cost, cost_data, cost_unit(pricing_of(report)))


def workload_rows(
    cost: WorkloadCost, estimate: Callable[[Estimate | None], Mapping[str, Any] | None]
) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a workload's cost as plain objects.

    Parameters
    ----------
    cost : WorkloadCost
    estimate : callable
        Makes an object of an estimate.
    """
    return {
        "workload": [
            {
                "deployment": cost.deployment,
                "load": cost.load.label,
                "sharing": cost.sharing.name,
                "input_weight": cost.sharing.input_weight,
                "input_tokens_per_output_token": cost.asked_ratio,
                "measured_input_tokens_per_output_token": cost.measured_ratio,
                "price_per_million_input_tokens": estimate(cost.input_price),
                "price_per_million_output_tokens": estimate(cost.output_price),
            }
        ],
        "workload_tasks": [
            {
                "task": each.tokens.name,
                "requests": each.tokens.requests,
                "input_tokens": each.tokens.input_tokens,
                "output_tokens": each.tokens.output_tokens,
                "share": each.share,
                "machine_seconds": estimate(each.machine_s),
                "cost": estimate(each.cost),
                "cost_per_request": estimate(each.cost_per_request),
            }
            for each in cost.tasks
        ],
        "workload_levels": [
            {"load": each.load.label, "time": estimate(each.time_s), "cost": estimate(each.cost)}
            for each in cost.levels
        ],
    }


def _tables(
    report: StudyReport, cost: WorkloadCost, cell: Callable[[Amount | None], str], unit: str
) -> list[Table]:
    price = _price(report, cost)
    tasks = tuple(
        (
            shorten(each.tokens.name, NAME_LIMIT),
            f"{each.tokens.requests:,}",
            f"{each.tokens.input_tokens:,}",
            f"{each.tokens.output_tokens:,}",
            f"{each.share * 100:.1f} %",
            cell(_amount(each.cost, each.machine_s, price)),
            cell(_amount(each.cost, each.machine_s, price, times=1000 / each.tokens.requests)),
        )
        for each in cost.tasks
    )
    requests = sum(each.tokens.requests for each in cost.tasks)
    here = next(each for each in cost.levels if each.load == cost.load)
    total = (
        "= workload",
        f"{requests:,}",
        f"{sum(each.tokens.input_tokens for each in cost.tasks):,}",
        f"{sum(each.tokens.output_tokens for each in cost.tasks):,}",
        "100.0 %",
        cell(_amount(here.cost, here.time_s, price)),
        cell(_amount(here.cost, here.time_s, price, times=1000 / requests)),
    )
    levels = tuple(
        (
            each.load.label,
            seconds(each.time_s.value, each.time_s.low, each.time_s.high),
            cell(_amount(each.cost, each.time_s, price)),
        )
        for each in cost.levels
    )
    where = f"{shorten(cost.deployment, NAME_LIMIT)} at {cost.load.label}"
    return [
        Table(
            title=f"The workload on {where}, {cost.sharing.label}",
            columns=(
                Column(title="Task", numeric=False),
                Column(title="Requests"),
                Column(title="Input", unit="tokens"),
                Column(title="Output", unit="tokens"),
                Column(title="Share"),
                Column(title="Cost", unit=join([unit])),
                Column(title="Per 1,000 requests", unit=join([unit])),
            ),
            groups=(("", (*tasks, total)),),
        ),
        *_price_tables(cost, price, cell, unit),
        Table(
            title="The workload at each level of load",
            columns=(
                Column(title="Load", numeric=False),
                Column(title="Takes"),
                Column(title="Cost", unit=join([unit])),
            ),
            groups=(("", levels),),
        ),
    ]


def _price_tables(
    cost: WorkloadCost, price: HourlyPrice | None, cell: Callable[[Amount | None], str], unit: str
) -> list[Table]:
    """Tabulate what a million tokens of each kind bear under the rule; none where no price is known."""
    told = {"input": cost.input_price, "output": cost.output_price}
    rows = tuple(
        (f"{kind} tokens", cell(amount(each, in_money=True, price=price)))
        for kind, each in told.items()
        if each is not None
    )
    columns = Column(title="Tokens", numeric=False), Column(title="Cost", unit=join([unit, " per M"]))
    title = "What a million tokens of each kind bear under this rule"
    return [Table(title=title, columns=columns, groups=(("", rows),))] if rows else []


def _price(report: StudyReport, cost: WorkloadCost) -> HourlyPrice | None:
    curves = [each.curve for each in report.deployments if each.curve is not None]
    return next((curve.price for curve in curves if curve.deployment == cost.deployment), None)


def _amount(
    cost: Estimate | None, machine_s: Estimate, price: HourlyPrice | None, *, times: float = 1.0
) -> Amount:
    seconds_told = replace(
        machine_s,
        value=machine_s.value * times,
        low=None if machine_s.low is None else machine_s.low * times,
        high=None if machine_s.high is None else machine_s.high * times,
    )
    if cost is None:
        return amount(seconds_told, in_money=False, price=None, before=seconds_told)
    return amount(cost, in_money=True, price=price, before=seconds_told, times=times)


def _plain(told: Amount | None) -> str:
    return "" if told is None else f"{told.number} {told.interval}".strip()
