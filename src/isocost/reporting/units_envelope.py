"""Production units and their efficiency for programs: the same envelope as every command."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.json_text import json_text
from isocost.reporting.objects import SCHEMA, estimate_object, finite
from isocost.reporting.units import unit_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.studies.scored_units import ScoredUnit
    from isocost.studies.units import UnitReport

__all__ = ["assumptions_of", "unit_json"]

Json = dict[str, Any]
LONG = 10_000
"""Units from which on a row takes one line."""


def unit_json(report: UnitReport) -> str:
    """Return units and their efficiency as JSON text.

    Tables: ``axes``; ``units``, a row a unit with ``name``, ``score``, ``status``, ``on_frontier``,
    ``dominated_by``, ``peers``, ``slacks``, ``interval``, ``values``, and what else the method tells;
    ``changes`` (a row a unit and pair of dates, ``from`` and ``to``; ``before`` and ``after`` are
    distances), ``coefficients``, ``tests``, ``groups``.
    """
    scoring = report.scoring
    content = {
        "schema": SCHEMA,
        "question": "How efficient are these units?",
        "verdict": {"text": unit_sentence(report), "state": "compared"},
        "estimates": {},
        "tables": {
            "axes": [
                {"name": axis.name, "unit": axis.unit, "better": axis.better, "ratio": axis.bounded}
                for axis in report.table.axes
            ],
            "units": list(_units(report)),
            "changes": [
                {"from": each.before, "to": each.after, **asdict(unit)}
                for each in scoring.changes
                for unit in (*each.units, each.mean)
            ],
            "coefficients": list(_coefficients(report)),
            "tests": list(_tests(report)),
            "groups": [] if scoring.grouped is None else [asdict(each) for each in scoring.grouped.groups],
        },
        "assumptions": [
            {"name": name, "value": value, "source": "as asked"} for name, value in assumptions_of(report)
        ],
        "warnings": [{"code": each.code, "text": each.text} for each in report.cautions],
        "provenance": [{"source": each.source, "chosen": dict(each.facts)} for each in report.provenance],
    }
    indent = 2 if len(report.units) <= LONG else None
    return json_text(content, indent=indent)


def _units(report: UnitReport) -> Iterator[Json]:
    table = report.table
    for row, unit in enumerate(report.units):
        yield {
            "name": unit.name,
            "score": finite(unit.score),
            "status": unit.status,
            "on_frontier": unit.on_frontier,
            "dominated_by": list(unit.dominated_by),
            "peers": [{"name": peer.name, "weight": peer.weight} for peer in unit.peers],
            "slacks": dict(unit.slacks),
            "interval": estimate_object(unit.interval),
            "values": {
                axis.name: estimate_object(value)
                for axis, value in zip(table.axes, table.estimates(row), strict=True)
            },
            **dict(_more(unit)),
        }


def _more(unit: ScoredUnit) -> Iterator[tuple[str, Any]]:
    """Yield what only some methods tell."""
    for name in (
        "group",
        "date",
        "leaves_slack",
        "verdict",
        "probability",
        "compared_with",
        "jlms",
        "gap_ratio",
    ):
        value = getattr(unit, name)
        if value is not None:
            yield name, value
    if unit.targets:
        yield "targets", dict(unit.targets)
    if unit.improvements:
        yield "improvements", [asdict(each) for each in unit.improvements]
    if unit.super_score is not None or unit.super_status is not None:
        yield "super_score", unit.super_score
        yield "super_status", unit.super_status
    if unit.scale is not None:
        yield "scale_efficiency", unit.scale.scale
        yield "returns_to_scale", unit.scale.returns
        yield "score_crs", unit.scale.crs
        yield "score_vrs", unit.scale.vrs
    if unit.priced is not None:
        yield "priced", {name: value for name, value in asdict(unit.priced).items() if name != "name"}


def _coefficients(report: UnitReport) -> Iterator[Json]:
    found = report.scoring.stochastic
    for one in () if found is None else (*found.coefficients, *found.scales):
        yield {
            "name": one.name,
            "estimate": estimate_object(one.estimate),
            "standard_error": finite(one.standard_error),
        }


def _tests(report: UnitReport) -> Iterator[Json]:
    scoring = report.scoring
    if scoring.stochastic is not None:
        yield {"of": "no inefficiency", **asdict(scoring.stochastic.inefficiency)}
    if scoring.metafrontier is not None:
        yield {"of": "one frontier for all groups", **asdict(scoring.metafrontier.common)}
    if scoring.grouped is not None:
        yield {
            "of": "one frontier for all groups",
            "statistic": scoring.grouped.gap,
            "p_value": scoring.grouped.p_value,
            "distribution": "permutation",
        }


def assumptions_of(report: UnitReport) -> Iterator[tuple[str, Any]]:
    """Yield what was asked, and how it was done, by name."""
    question = report.question
    if question.method == "pareto":
        yield "dominance", question.dominance or "strict"
    yield "method", question.method
    if question.method in ("dea", "fdh"):
        yield "returns", question.technology
    if question.method != "sfa":
        yield "orientation", question.towards(report.table)
    if report.table.bads and question.method in ("dea", "fdh"):
        yield "disposability", question.disposal(report.table)
    if report.scoring.convention is not None:
        yield "convention", report.scoring.convention
    for name in question.prices:
        yield f"price of {name}", question.prices[name]
    if report.scoring.stochastic is not None:
        yield "form", question.form or "cobb-douglas"
        yield "kind", report.scoring.stochastic.kind
        yield "inefficiency", report.scoring.stochastic.distribution
    if report.scoring.bootstrap is not None:
        options = report.scoring.bootstrap.options
        yield "bandwidth", f"{report.scoring.bootstrap.bandwidth:.6g}, {options.rule}"
        yield "bias on", options.scale
        yield "resamples", options.resamples
    if report.tasks:
        yield "quality over", ", ".join(report.tasks)
