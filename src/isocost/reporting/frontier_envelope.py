"""Frontiers by capability for programs: the same envelope as every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.capability import capability_verdict
from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isocost.core.estimate import Caution
    from isocost.core.provenance import Provenance
    from isocost.frontier import RankAgreement, ScenarioFrontier
    from isocost.studies.capability import CapabilityReport

__all__ = ["capability_json"]

Json = dict[str, Any]


def capability_json(report: CapabilityReport) -> str:
    """Return who is on which frontier as JSON text: strict, and the same text for the same report.

    Tables: ``standings``, ``coincidences``, ``rank_correlations``, ``ratios``, ``frontiers`` (``ahead``,
    ``dominated_by``, a row a scenario and metric) and ``units`` (a row a scenario and model).
    """
    tables = {
        "standings": [
            {"model": s.model, "metric": s.metric, "on_frontier": s.ahead, "scenarios": s.scenarios}
            for s in report.standings
        ],
        "coincidences": [
            {"metrics": [c.one, c.other], "same_frontier": c.same, "scenarios": c.scenarios}
            for c in report.coincidences
        ],
        "rank_correlations": [_rank(each) for each in report.ranks],
        "ratios": _ratios(report),
        "frontiers": [_frontier(each) for each in report.frontiers],
        "units": _units(report),
    }
    return _written(
        "Who is efficient at which capability, by which metric?",
        {"text": capability_verdict(report).text, "state": "compared"},
        tables,
        {"dominance": report.dominance},
        report.cautions,
        report.provenance,
    )


def _written(
    question: str,
    verdict: Json,
    tables: Json,
    assumptions: Mapping[str, str],
    cautions: Iterable[Caution],
    provenance: Iterable[Provenance],
) -> str:
    content = {
        "schema": SCHEMA,
        "question": question,
        "verdict": verdict,
        "estimates": {},
        "tables": tables,
        "assumptions": [
            {"name": name, "value": value, "source": "as asked"} for name, value in assumptions.items()
        ],
        "warnings": [{"code": each.code, "text": each.text} for each in cautions],
        "provenance": [{"source": each.source, "chosen": dict(each.facts)} for each in provenance],
    }
    return json_text(content)


def _rank(each: RankAgreement) -> Json:
    return {
        "quantities": [each.one, each.other],
        "spearman": estimate_object(each.spearman),
        "kendall": estimate_object(each.kendall),
        "scenarios": each.scenarios,
    }


def _ratios(report: CapabilityReport) -> list[Json]:
    if report.ratio is None:
        return []
    over, under = report.ratio.over, report.ratio.under
    return [
        {"model": model, "over": over, "under": under, "ratio": estimate_object(ratio)}
        for model, ratio in report.ratio.models
    ]


def _frontier(each: ScenarioFrontier) -> Json:
    return {
        "scenario": each.scenario,
        "metric": each.metric,
        "ahead": list(each.ahead),
        "dominated_by": {
            unit.name: list(unit.dominated_by) for unit in each.frontier.units if not unit.on_frontier
        },
    }


def _units(report: CapabilityReport) -> list[Json]:
    names = [metric.name for metric in report.table.metrics]
    return [
        {
            "scenario": unit.scenario,
            "model": unit.model,
            report.table.capability.name: estimate_object(unit.capability),
            "metrics": {
                name: estimate_object(value) for name, value in zip(names, unit.metrics, strict=True)
            },
        }
        for unit in report.table.units
    ]
