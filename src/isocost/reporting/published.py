"""Published runtimes, and what they foretell of a request, as text and as the JSON envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.cost_aware import (
    cost_assumptions,
    cost_aware_object,
    cost_lines,
    cost_text,
    energy_text,
)
from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.format import estimate_text, flop
from isocost.reporting.json_text import json_text
from isocost.reporting.plain import table_lines
from isocost.reporting.published_catalog import coefficient_lines, fit_object, hardware_text
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from isocost.studies.published import HardwarePrediction, PublishedReport

__all__ = ["published_json", "published_text"]

_QUESTION = "What would one request take of a model whose runtime was published?"
Json = dict[str, Any]


def published_text(report: PublishedReport, *, width: int = 100) -> str:
    """Write a prediction for each hardware, or the coefficients where no request was asked about."""
    if report.question.request is None:
        return "\n".join(coefficient_lines([each.fit for each in report.predictions], width=width))
    notes = [f"  note: {caution.text}" for caution in report.cautions]
    return "\n".join([_sentence(report), "", *_table(report, width), "", *_grounds(report), *notes])


def published_json(report: PublishedReport) -> str:
    """Write the same as the JSON envelope."""
    currency = report.question.terms.currency
    work = report.work
    content: Json = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {
            "text": _sentence(report),
            "state": "published" if report.question.request is None else "predicted",
        },
        "estimates": {},
        "tables": {
            "hardware": [
                fit_object(each.fit)
                | {
                    "accelerators": each.accelerators,
                    "runtime": estimate_object(each.runtime),
                    "costs": cost_aware_object(each.costs, currency),
                }
                for each in report.predictions
            ],
            "operations": []
            if work is None
            else [
                {
                    "dimensions": work.dimensions,
                    "paper": work.paper,
                    "layers": work.counted.layers,
                    "attention": work.counted.attention,
                    "vocabulary": work.counted.vocabulary,
                }
            ],
        },
        "assumptions": [
            assumption
            for each in report.predictions
            for assumption in cost_assumptions(each.costs, currency, _hardware(each))
        ],
        "warnings": [{"code": caution.code, "text": caution.text} for caution in report.cautions],
        "provenance": [
            {"source": each.fit.source, "date": each.fit.date, "about": each.fit.hardware}
            for each in report.predictions
        ],
    }
    return json_text(content)


def _sentence(report: PublishedReport) -> str:
    first = report.predictions[0]
    if first.runtime is None or report.question.request is None:
        there = ", ".join(hardware_text(each.fit) for each in report.predictions)
        return f"{report.name} has a published runtime on {there}."
    p, o = report.question.request
    kind = " (extrapolated)" if first.runtime.kind == "extrapolated" else ""
    return (
        f"{report.name} takes {estimate_text(first.runtime)} for {p:,} tokens in and {o:,} out on "
        f"{_hardware(first)}, alone{kind}."
    )


def _hardware(each: HardwarePrediction) -> str:
    return hardware_text(each.fit, each.accelerators)


def _table(report: PublishedReport, width: int) -> list[str]:
    columns = (
        Column(title="Hardware", numeric=False),
        Column(title="Metric", numeric=False),
        Column(title="Runtime"),
        Column(title="Cost a request"),
        Column(title="Energy"),
        Column(title="Kind", numeric=False),
    )
    rows = tuple(_row(each, report) for each in report.predictions)
    return table_lines(Table(title="", columns=columns, groups=(("", rows),)), width=width)[1:]


def _row(each: HardwarePrediction, report: PublishedReport) -> tuple[str, ...]:
    costs = each.costs
    return (
        _hardware(each),
        each.fit.metric,
        estimate_text(each.runtime),
        cost_text(None if costs is None else costs.cost, report.question.terms.currency),
        energy_text(None if costs is None else costs.energy),
        "" if each.runtime is None else each.runtime.kind,
    )


def _grounds(report: PublishedReport) -> list[str]:
    """Say what each figure of the table rests on."""
    lines = []
    for each in report.predictions:
        lines.append(f"{_hardware(each)}: {each.fit.description}")
        lines.append(f"  {'coefficients':14s} {each.fit.source}, {each.fit.date}")
        if each.runtime is not None and each.runtime.has_interval:
            lines.append(
                f"  {'interval':14s} rounding to 1 ms, and what 95 of 100 timed requests of "
                f"{each.runtime.n} models keep to"
            )
        lines += cost_lines(each.costs, report.question.terms.currency)
    if report.work is not None:
        work, counted = report.work, report.work.counted
        lines += [
            f"operations ({work.dimensions}): {flop(work.paper)} by 24 h^2 L (p + o - 1), without "
            f"attention's pairs ({flop(counted.attention)}) and vocabulary ({flop(counted.vocabulary)})"
        ]
    return lines
