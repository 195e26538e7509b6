"""A fitted T(p, o) and what it predicts, as text and as the JSON envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.cost_aware import cost_assumptions, cost_lines, in_currency
from isocost.reporting.envelope import estimate_object
from isocost.reporting.format import estimate_text, percent, seconds
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean
from isocost.reporting.shaped import shape_lines, shape_object

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.runtime import RuntimeModel
    from isocost.studies.profile import RuntimePrediction

__all__ = ["form_lines", "prediction_json", "prediction_text"]

_QUESTION = "What does one request take, on this deployment, alone?"


def prediction_text(prediction: RuntimePrediction) -> str:
    """Write a fit, and the prediction where one was asked for, as lines of text."""
    model = prediction.model
    lines = [
        _sentence(prediction),
        f"  {'first token':14s} "
        + ", ".join(f"{estimate_text(alpha)} for {p} in" for p, alpha in model.prefill),
        f"  {'further tokens':14s} {estimate_text(model.decode)} each",
        *form_lines(model),
        *(
            f"  {cell.input_tokens:6d} in {cell.output_tokens:5d} out: "
            f"measured {estimate_text(cell.measured)}, fitted {seconds(cell.fitted_s)}"
            for cell in model.cells
        ),
        *cost_lines(prediction.costs, prediction.terms.currency),
        *(f"  note: {clean(caution.text)}" for caution in prediction.cautions),
    ]
    return "\n".join(lines)


def form_lines(model: RuntimeModel) -> list[str]:
    """Write which terms were chosen, and how well sizes are foretold that were left out."""
    error = model.held_out_error
    return [
        *shape_lines(model),
        f"  {'context term':14s} " + ("not needed" if model.context is None else _context(model.context)),
        *_changeover(model.changeover),
        f"  {'left-out cells':14s} " + ("too few" if error is None else f"foretold within {_share(error)}"),
    ]


def prediction_json(prediction: RuntimePrediction) -> str:
    """Write the same as the JSON envelope."""
    model, costs = prediction.model, prediction.costs
    cost = None if costs is None else in_currency(costs.cost, prediction.terms.currency)
    content: dict[str, Any] = {
        "schema": "isocost/1",
        "question": _QUESTION,
        "verdict": {"text": _sentence(prediction), "state": "predicted" if prediction.runtime else "fitted"},
        "estimates": {
            "runtime": estimate_object(prediction.runtime),
            "cost": estimate_object(cost),
            "energy": estimate_object(None if costs is None else costs.energy),
            "decode": estimate_object(model.decode),
            "context": estimate_object(model.context),
            "changeover": estimate_object(model.changeover),
            "held_out_error": estimate_object(model.held_out_error),
        },
        "tables": {
            "prefill": [
                {"input_tokens": p, "time_to_first_token": estimate_object(alpha)}
                for p, alpha in model.prefill
            ],
            "cells": [
                {
                    "input_tokens": cell.input_tokens,
                    "output_tokens": cell.output_tokens,
                    "measured": estimate_object(cell.measured),
                    "fitted_s": cell.fitted_s,
                    "held_out_s": cell.held_out_s,
                }
                for cell in model.cells
            ],
        },
        "shape": shape_object(model),
        "assumptions": cost_assumptions(prediction.costs, prediction.terms.currency, model.deployment),
        "warnings": [{"code": caution.code, "text": caution.text} for caution in prediction.cautions],
        "provenance": [{"source": prediction.study}],
    }
    return json_text(content)


def _changeover(delta: Estimate | None) -> list[str]:
    if delta is None:
        return []
    return [f"  {'first decode':14s} {estimate_text(delta)} more after a prompt of several tokens"]


def _share(error: Estimate) -> str:
    return percent(error.value).lstrip("+") + " on average"


def _context(gamma: Estimate) -> str:
    """Write gamma as what a thousand tokens of context add to each further token."""
    ends = [None if end is None else 1000 * end for end in (gamma.low, gamma.high)]
    return f"{seconds(1000 * gamma.value, *ends)} more for each 1,000 tokens of context"


def _sentence(prediction: RuntimePrediction) -> str:
    name = clean(prediction.model.deployment)
    if prediction.runtime is None:
        return f"{name} takes {estimate_text(prediction.model.decode)} for each token after the first."
    kind = " (extrapolated)" if prediction.runtime.kind == "extrapolated" else ""
    return (
        f"{name} takes {estimate_text(prediction.runtime)} for {prediction.input_tokens} tokens in and "
        f"{prediction.output_tokens} out{kind}."
    )
