"""A comparison for programs: the same envelope as every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.comparison import comparison_verdict
from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.json_text import json_text

if TYPE_CHECKING:
    from isocost.runtime import Part, StepOverhead
    from isocost.statistics import Ratio
    from isocost.studies.compared import ComparedModel, CompareReport

__all__ = ["comparison_json"]

Json = dict[str, Any]


def comparison_json(report: CompareReport) -> str:
    """Return a comparison as JSON text: strict, and the same text for the same report.

    ``estimates`` holds the ratio that was asked about by its key; tables: ``means``, ``ratios`` (a row a
    model and ratio), ``parts``, ``step_overheads``, ``differences``; ``gate`` is ``null`` where none was
    asked for.
    """
    verdict = comparison_verdict(report)
    content = {
        "schema": SCHEMA,
        "question": "How many times A is B, and is B worse?",
        "verdict": {"text": verdict.text, "state": verdict.state},
        "gate": _gate(report),
        "estimates": {report.headline.key: estimate_object(report.headline.estimate)},
        "tables": {
            "means": [_ratio(each) for each in report.means],
            "ratios": [
                {"model": model.model, **_ratio(each)} for model in report.models for each in model.ratios
            ],
            "parts": [
                {"model": model.model, **_part(part)}
                for model in report.models
                if model.runtime is not None
                for part in model.runtime.parts
            ],
            "step_overheads": [_overhead(each) for each in report.overheads],
            "differences": [row for model in report.models for row in _differences(model)],
        },
        "assumptions": [
            {"name": name, "value": value, "source": source} for name, value, source in report.assumptions
        ],
        "warnings": [{"code": each.code, "text": each.text} for each in report.cautions],
        "provenance": [
            {
                "source": each.source,
                "tool": each.tool,
                "measured_at_utc": each.measured_at_utc,
                "facts": dict(sorted(each.facts.items())),
            }
            for each in report.provenance
        ],
    }
    return json_text(content)


def _gate(report: CompareReport) -> Json | None:
    gate = report.gate
    if gate is None:
        return None
    return {
        "metric": gate.ratio.key,
        "margin": gate.margin,
        "state": gate.state,
        "failed": gate.failed,
        "repeats_to_tell": gate.repeats,
    }


def _ratio(ratio: Ratio) -> Json:
    return {
        "key": ratio.key,
        "label": ratio.label,
        "better": ratio.better,
        "a": estimate_object(ratio.baseline),
        "b": estimate_object(ratio.other),
        "ratio": estimate_object(ratio.estimate),
        "probability_above_1": ratio.probability_above,
    }


def _part(part: Part) -> Json:
    return {
        "key": part.key,
        "label": part.label,
        "a": estimate_object(part.baseline),
        "b": estimate_object(part.other),
        "difference": estimate_object(part.difference),
    }


def _overhead(each: StepOverhead) -> Json:
    return {
        "measure": each.measure,
        "models": each.models,
        "a": estimate_object(each.baseline),
        "b": estimate_object(each.other),
        "difference": estimate_object(each.difference),
        "model_work_ratio": estimate_object(each.work),
    }


def _differences(model: ComparedModel) -> list[Json]:
    return [
        {"model": model.model, "what": each.label, "a": each.baseline, "b": each.other}
        for each in model.differences
    ]
