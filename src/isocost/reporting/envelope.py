"""The result of a study for programs: one JSON object, the same shape for every command."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.breakeven_envelope import break_even_rows
from isocost.reporting.cautions import cautions_of
from isocost.reporting.energy import energy_rows
from isocost.reporting.json_text import json_text
from isocost.reporting.limit import limit_rows
from isocost.reporting.mix_section import mix_rows
from isocost.reporting.objects import SCHEMA, estimate_object, finite
from isocost.reporting.offered import offered_object
from isocost.reporting.principles import principle_rows
from isocost.reporting.quality import quality_rows
from isocost.reporting.replay import replay_rows
from isocost.reporting.run_table import run_rows
from isocost.reporting.sensitivity import sensitivity_rows
from isocost.reporting.server_side import server_rows
from isocost.reporting.trend_rows import block_rows, contention_rows, variation_rows
from isocost.reporting.verdict import verdict_of
from isocost.reporting.workload import workload_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.core.provenance import Provenance
    from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel
    from isocost.frontier.dominance import Axis, FrontierUnit
    from isocost.runtime.model import RuntimeModel
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.report import DeploymentReport, RequestAlone, StudyReport

__all__ = ["SCHEMA", "envelope", "envelope_json", "estimate_object"]

QUESTION = "What does an answer cost, and where should it run?"
Json = dict[str, Any]


def envelope(report: StudyReport, *, question: str = QUESTION) -> Json:
    """Return a study's result as plain objects.

    Parameters
    ----------
    report : StudyReport
    question : str
        What was asked, in words.

    Returns
    -------
    dict
        ``schema``, ``question``, ``verdict`` (``text``, ``state``), ``estimates`` (by name), ``tables`` (rows
        by name: ``deployments``, ``levels``, ``technologies``, ``principles``, ``runtimes``, ``cells``,
        ``variation``, ``blocks``, ``contention``, ``units``, ``hourly_parts``, ``hourly_parameters``,
        ``energy``, ``energy_deployments``, ``quality``, ``categories``, ``right_answers``, ``mix``,
         ``shadow_prices``, ``server``, ``runs``, ``anchors``, ``endings``, ``limits``, ``probes``,
         ``replay``),
        ``assumptions``, ``warnings`` (``code``, ``text``, ``about``) and ``provenance``.
        What is unknown is ``None``, never NaN.
    """
    verdict = verdict_of(report)
    return {
        "schema": SCHEMA,
        "question": question,
        "verdict": {"text": verdict.text, "state": verdict.state},
        "estimates": _estimates(report),
        "tables": _tables(report),
        "assumptions": [
            {"name": each.name, "value": each.value, "source": each.source} for each in report.assumptions
        ],
        "warnings": [
            {"code": caution.code, "text": caution.text, "about": scope or None}
            for scope, caution in cautions_of(report)
        ],
        "provenance": [_provenance(each) for each in report.provenance],
    }


def envelope_json(report: StudyReport, *, question: str = QUESTION) -> str:
    """Return the `envelope` as JSON text: strict (no NaN), and the same text for the same report."""
    return json_text(envelope(report, question=question)) + "\n"


def _estimates(report: StudyReport) -> Json:
    """Return the few numbers that the verdict rests on."""
    chosen = next((each for each in report.deployments if each.deployment.name == report.recommended), None)
    if chosen is None or chosen.curve is None or chosen.curve.zone.best is None:
        return {}
    zone = chosen.curve.zone
    best = chosen.curve.level_at(chosen.curve.zone.best)
    costs = {
        f"cost_per_million_{_BASES[basis]}_tokens": each
        for basis, each in best.cost_per_million_tokens.items()
    }
    named = {
        **costs,
        "cost_per_request": best.cost_per_request,
        "machine_seconds_per_million_output_tokens": best.machine_seconds_per_million,
        "output_tokens_per_second": best.output_tokens_per_second,
        "service_level_premium": zone.premium,
        "cost_with_waiting_per_million_output_tokens": None
        if best.waiting is None
        else best.waiting.cost_per_million_tokens,
    }
    return {name: estimate_object(each) for name, each in named.items() if each is not None}


_BASES = {"output": "output", "input": "input", "both": "input_and_output"}


def _tables(report: StudyReport) -> Json:
    curves = [each.curve for each in report.deployments if each.curve is not None]
    models = [each.runtime for each in report.deployments if each.runtime is not None]
    tables = {
        "deployments": [_deployment(each, report) for each in report.deployments],
        "levels": [_level(level, curve) for curve in curves for level in curve.levels],
        "technologies": [_technology(c, c.technology) for c in curves if c.technology is not None],
        "principles": principle_rows(report),
        "runtimes": [_runtime(model, report.alone(model)) for model in models],
        "cells": [cell for model in models for cell in _cells(model)],
    }
    tables |= _trends(report) | run_rows(report) | limit_rows(report)
    if report.hourly is not None:
        tables |= _hourly(report.hourly)
    if report.workload_cost is not None:
        tables |= workload_rows(report.workload_cost, estimate_object)
    if report.breakeven is not None:
        tables |= break_even_rows(report.breakeven)
    tables |= energy_rows(report) | quality_rows(report) | server_rows(report)
    tables["replay"] = replay_rows(report)
    if report.sensitivity is not None:
        tables |= sensitivity_rows(report.sensitivity)
    if report.mix is not None:
        tables |= mix_rows(report.mix)
    if report.frontier is not None:
        tables["units"] = [_unit(unit, report.frontier.axes) for unit in report.frontier.units]
    return {name: rows for name, rows in tables.items() if rows}


def _trends(report: StudyReport) -> dict[str, list[Json]]:
    known = [each.trends for each in report.deployments if each.trends is not None]
    return {
        "variation": [row for each in known if each.variation for row in variation_rows(each.variation)],
        "blocks": [row for each in known if each.drift for row in block_rows(each.drift)],
        "contention": [row for each in known if each.contention for row in contention_rows(each.contention)],
    }


def _hourly(hourly: HourlyReport) -> Json:
    """Return what the price of an hour is made of, per machine, and from what it follows."""
    parameters = getattr(hourly.machine.profile, "parameters", {})
    return {
        "hourly_parts": [
            {"part": name, "hourly_cost": estimate_object(each)} for name, each in hourly.parts.items()
        ],
        "hourly_parameters": [{"parameter": name, **asdict(each)} for name, each in parameters.items()],
    }


def _deployment(each: DeploymentReport, report: StudyReport) -> Json:
    price = None if each.curve is None else each.curve.price
    return {
        "deployment": each.deployment.name,
        "model": each.deployment.model,
        "parameters": each.deployment.parameters,
        "workload": each.workload or None,
        "shared_prefixes": each.shared or None,
        "recommended": each.deployment.name == report.recommended,
        "probability_cheapest": report.probability_cheapest
        if each.deployment.name == report.recommended
        else None,
        "price_usd_per_hour": None if price is None else price.usd_per_hour,
        "price_source": None if price is None else price.source,
        "price_date": None if price is None else price.date,
        "waiting_usd_per_hour": None
        if each.curve is None or each.curve.waiting_usd_per_second is None
        else each.curve.waiting_usd_per_second * 3600,
        "zone": None if each.curve is None else [load.label for load in each.curve.zone.levels],
        "efficient_scale": _efficient_scale(each.curve),
        "price_of_tokens": None if each.bill is None else each.bill.price,
        "spent_usd_at_most": None if each.bill is None else each.bill.usd,
        "billed_usd_per_million_output_tokens": None
        if each.bill is None
        else each.bill.usd_per_million_output,
    }


def _efficient_scale(curve: CostCurve | None) -> Json | None:
    scale = None if curve is None else curve.efficient_scale
    if scale is None:
        return None
    return {
        "load": scale.load.label,
        "low": None if scale.low is None else scale.low.label,
        "high": None if scale.high is None else scale.high.label,
        "share": scale.share,
        "tolerance": scale.tolerance,
    }


def _level(level: CostLevel, curve: CostCurve) -> Json:
    return {
        "deployment": curve.deployment,
        "load": level.load.label,
        "concurrency": level.load.concurrency,
        "rate_per_s": level.load.rate_per_s,
        "best": level.load == curve.zone.best,
        "in_zone": level.load in curve.zone.levels,
        "repeats": len(level.points),
        "requests": _total(point.requests for point in level.points),
        "failures": _total(point.failures for point in level.points),
        **offered_object(level),
        "reasoning_tokens_per_request": _mean(
            None if point.reasoning_tokens_per_request is None else point.reasoning_tokens_per_request.value
            for point in level.points
        ),
        "output_tokens_per_second": estimate_object(level.output_tokens_per_second),
        "machine_seconds_per_million": estimate_object(level.machine_seconds_per_million),
        "cost_per_million_tokens": {
            basis: estimate_object(each) for basis, each in sorted(level.cost_per_million_tokens.items())
        },
        "cost_per_request": estimate_object(level.cost_per_request),
        "latency": {
            name: estimate_object(level.latency.get(name))
            for name in sorted({*level.latency, *level.latency_untold})
        },
        "latency_untold": dict(sorted(level.latency_untold.items())),
        "unmet": None if level.unmet is None else [each.label for each in level.unmet],
        "probability_best": level.probability_best,
        "waiting": _waiting(level),
    }


def _waiting(level: CostLevel) -> Json | None:
    told = level.waiting
    if told is None:
        return None
    return {
        "cost_with_waiting_per_million_output_tokens": estimate_object(told.cost_per_million_tokens),
        "requests_inside": estimate_object(told.requests_inside),
        "residence_s": estimate_object(told.residence_s),
        "is_proxy": told.is_proxy,
    }


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if any(count is None for count in known) else sum(count or 0 for count in known)


def _mean(values: Iterable[float | None]) -> float | None:
    known = list(values)
    told = [value for value in known if value is not None]
    return sum(told) / len(told) if told and len(told) == len(known) else None


def _technology(curve: CostCurve, technology: BatchTechnology) -> Json:
    return {
        "deployment": curve.deployment,
        "form": technology.form,
        "formula": technology.formula,
        "coefficients": {name: estimate_object(each) for name, each in technology.coefficients.items()},
        "held_out": [asdict(each) for each in technology.held_out],
        "fixed_s": estimate_object(technology.fixed_s),
        "slope_s": estimate_object(technology.slope_s),
        "exponent": estimate_object(technology.exponent),
        "returns_to_concurrency": [
            {"concurrency": concurrency, "returns": estimate_object(each)}
            for concurrency, each in technology.returns
        ],
        "incremental_machine_seconds": [
            {"concurrency": concurrency, "machine_seconds_per_million": estimate_object(each)}
            for concurrency, each in technology.incremental_machine_seconds
        ],
        "short_run": [
            {
                "concurrency": each.concurrency,
                "requests_per_second": estimate_object(each.requests_per_second),
                "average_cost_per_token": estimate_object(each.average_cost),
                "residence_s": estimate_object(each.residence_s),
                "congestion_s": estimate_object(each.congestion_s),
                "congestion_cost_per_request": estimate_object(each.congestion_cost),
                "social_marginal_cost_per_request": estimate_object(each.social_marginal_cost),
            }
            for each in curve.short_run
        ],
    }


def _runtime(model: RuntimeModel, longest: RequestAlone) -> Json:
    return {
        "deployment": model.deployment,
        "prefill": [
            {"input_tokens": tokens, "runtime": estimate_object(each)} for tokens, each in model.prefill
        ],
        "decode": estimate_object(model.decode),
        "context": estimate_object(model.context),
        "changeover": estimate_object(model.changeover),
        "held_out_error": estimate_object(model.held_out_error),
        "machine_busy_share": model.machine_busy_share,
        "longest_alone": {
            "input_tokens": longest.input_tokens,
            "output_tokens": longest.output_tokens,
            "runtime": estimate_object(longest.runtime),
            "cost": estimate_object(longest.cost),
        },
    }


def _cells(model: RuntimeModel) -> list[Json]:
    return [
        {
            "deployment": model.deployment,
            "input_tokens": cell.input_tokens,
            "output_tokens": cell.output_tokens,
            "measured": estimate_object(cell.measured),
            "fitted_s": finite(cell.fitted_s),
            "held_out_s": finite(cell.held_out_s),
        }
        for cell in model.cells
    ]


def _unit(unit: FrontierUnit, axes: Iterable[Axis]) -> Json:
    return {
        "name": unit.name,
        "group": unit.group,
        "on_frontier": unit.on_frontier,
        "dominated_by": list(unit.dominated_by),
        "values": {axis.name: estimate_object(value) for axis, value in zip(axes, unit.values, strict=True)},
    }


def _provenance(each: Provenance) -> Json:
    return {
        "source": each.source,
        "tool": each.tool,
        "measured_at_utc": each.measured_at_utc,
        "facts": dict(sorted(each.facts.items())),
    }
