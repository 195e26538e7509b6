"""What a success costs, as text, tables and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import amount_text, bracket, decimals, grouped, money
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean, shorten
from isocost.reporting.objects import SCHEMA, estimate_object
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.studies.success import ModelSuccess, SuccessReport

__all__ = [
    "RATIO_NOTE",
    "success_json",
    "success_sentence",
    "success_tables",
    "success_text",
    "success_verdict",
]

NAME_LIMIT = 42
INFINITE = "unbounded"
RATIO_NOTE = (
    "Mean cost over mean rate is another number: it is what a success costs a service that tries each "
    "problem once and gives up on what fails, while the cost of a success goes on until each is solved."
)


def success_text(report: SuccessReport, *, width: int = 100) -> str:
    """Write the verdict, a line a model, the frontier, and why other ways to divide give other numbers."""
    lines = [success_sentence(report), ""]
    for table in success_tables(report):
        lines += [*table_lines(table, width=width), ""]
    lines += list(_frontier_lines(report))
    lines.append(RATIO_NOTE)
    return "\n".join([*lines, *(f"! {clean(shorten(each.text, 400))}" for each in report.cautions)])


def success_sentence(report: SuccessReport) -> str:
    """Say in a sentence or two whose successes cost least, and what the best of all models would."""
    return " ".join(success_verdict(report))


def success_verdict(report: SuccessReport) -> tuple[str, ...]:
    """Say whose successes cost least, sentence by sentence."""
    return tuple(clean(each) for each in _verdict(report))


def _verdict(report: SuccessReport) -> Iterator[str]:
    best, frontier = report.models[0], report.frontier
    if best.cost is not None:
        yield f"A success costs least with {shorten(best.name, NAME_LIMIT)}: {amount_text(best.cost)}."
    else:
        yield (
            f"No model alone solved all {report.problems} problems, so a success of one model has no bound; "
            f"{shorten(best.name, NAME_LIMIT)} left the fewest, {best.unsolved}."
        )
    if frontier.cost is not None:
        yield f"With the cheapest choice at each problem it costs {amount_text(frontier.cost)}."
    if frontier.benefit is not None and frontier.human is not None:
        saved = _share(frontier.benefit)
        yield f"An expert alone takes {amount_text(frontier.human)}: models save {saved} of that."


def success_tables(report: SuccessReport) -> list[Table]:
    """Tabulate models, the chance of several tries, and families."""
    costs = Table(
        title=f"Cost of a success over {report.problems} problems",
        columns=(
            Column(title="Model", numeric=False),
            Column(title="Success rate"),
            Column(title="An attempt"),
            Column(title="A success", unit="as published"),
            Column(title="A success", unit="corrected"),
            Column(title="Unsolved"),
        ),
        groups=(("", tuple(_costs(each) for each in report.models)),),
    )
    others = Table(
        title="Beside it",
        columns=(
            Column(title="Model", numeric=False),
            Column(title="Mean cost / mean rate"),
            Column(title="Cheapest at", unit="problems"),
            Column(title="Essential"),
        ),
        groups=(("", tuple(_others(each) for each in report.models)),),
    )
    return [costs, others, *_tries(report), *_families(report)]


def _costs(each: ModelSuccess) -> tuple[str, ...]:
    corrected = amount_text(each.corrected)
    return (
        shorten(each.name, NAME_LIMIT),
        _share(each.rate),
        amount_text(each.attempt_cost),
        INFINITE if each.cost is None else amount_text(each.cost),
        f"at least {corrected}" if each.unsolved else corrected,
        str(each.unsolved),
    )


def _others(each: ModelSuccess) -> tuple[str, ...]:
    return (
        shorten(each.name, NAME_LIMIT),
        INFINITE if each.ratio_of_means is None else amount_text(each.ratio_of_means),
        str(each.best_at),
        "not told" if each.essentiality is None else _share(each.essentiality),
    )


def _tries(report: SuccessReport) -> Iterator[Table]:
    tries = [count for count, _ in report.models[0].pass_at]
    if len(tries) > 1:
        rows = tuple(
            (shorten(each.name, NAME_LIMIT), *(f"{100 * chance:.1f} %" for _, chance in each.pass_at))
            for each in report.models
        )
        yield Table(
            title="Solved within so many attempts",
            columns=(Column(title="Model", numeric=False), *(Column(title=str(count)) for count in tries)),
            groups=(("", rows),),
        )


def _families(report: SuccessReport) -> Iterator[Table]:
    if report.groups:
        rows = tuple(
            (
                shorten(name, NAME_LIMIT),
                str(len(models)),
                "not told" if share is None else _share(share),
            )
            for name, models, share in report.groups
        )
        yield Table(
            title="Families: what successes would cost more without them",
            columns=(
                Column(title="Family", numeric=False),
                Column(title="Models"),
                Column(title="Essential"),
            ),
            groups=(("", rows),),
        )


def _frontier_lines(report: SuccessReport) -> Iterator[str]:
    frontier = report.frontier
    whole = INFINITE if frontier.cost is None else amount_text(frontier.cost)
    yield f"Frontier, the cheapest choice at each problem: {whole}"
    if frontier.split is not None:
        yield f"  chosen on half of the attempts, judged on the other: {amount_text(frontier.split)}"
    if frontier.human is not None:
        alone = amount_text(frontier.human)
        yield f"  an expert alone: {alone}; cheaper at {frontier.human_best_at} problems"
    if report.verifier_cost:
        yield f"  each attempt with {_money(report.verifier_cost, report.unit)} for verifying it"


def success_json(report: SuccessReport) -> str:
    """Return what successes cost as JSON text; tables ``models``, ``families`` and ``pass_at``."""
    frontier = report.frontier
    known = {
        "frontier_cost_of_success": frontier.cost,
        "frontier_cost_of_success_split": frontier.split,
        "expert_cost": frontier.human,
        "benefit": frontier.benefit,
    }
    content = {
        "schema": SCHEMA,
        "question": "What does a success cost?",
        "verdict": {"text": success_sentence(report), "state": "costed"},
        "estimates": {name: estimate_object(value) for name, value in known.items() if value is not None},
        "tables": {
            "models": [_object(each) for each in report.models],
            "families": [
                {
                    "family": name,
                    "models": list(models),
                    "essentiality": None if share is None else estimate_object(share),
                }
                for name, models, share in report.groups
            ],
            "pass_at": [
                {"model": each.name, "tries": tries, "chance": chance}
                for each in report.models
                for tries, chance in each.pass_at
            ],
        },
        "assumptions": [
            {
                "name": "cost of verifying an attempt",
                "value": _money(report.verifier_cost, report.unit),
                "source": "as asked",
            }
        ],
        "warnings": [{"code": each.code, "text": each.text} for each in report.cautions],
        "provenance": [{"source": each.source, "chosen": dict(each.facts)} for each in report.provenance],
    }
    return json_text(content)


def _object(each: ModelSuccess) -> dict[str, Any]:
    parts = {
        "success_rate": each.rate,
        "attempt_cost": each.attempt_cost,
        "cost_of_success": each.cost,
        "cost_of_success_corrected": each.corrected,
        "mean_cost_over_mean_rate": each.ratio_of_means,
        "essentiality": each.essentiality,
    }
    return {
        "name": each.name,
        **{name: None if value is None else estimate_object(value) for name, value in parts.items()},
        "unsolved": each.unsolved,
        "cheapest_at": each.best_at,
    }


def _share(value: Estimate) -> str:
    ends = [None if end is None else 100 * end for end in (value.low, value.high)]
    digits = max(0, decimals(100 * value.value, *ends))
    interval = bracket(ends[0], ends[1], digits)
    return f"{grouped(100 * value.value, digits)} %" + (f" {interval}" if interval else "")


def _money(value: float, unit: str) -> str:
    return money(value) if unit == "USD" else grouped(value, decimals(value))
