"""Fits of a table of runtimes as text, as the JSON envelope, and in HELM's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.reporting.cost_aware import cost_assumptions, cost_aware_object, cost_lines
from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.format import decimals, estimate_text, grouped, percent
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean
from isocost.reporting.prediction import form_lines
from isocost.reporting.shaped import shape_object
from isocost.reporting.trend_tables import times_text_of
from isocost.runtime import DenoisedRuntime, PublishedRuntime, RuntimeModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.money import Currency
    from isocost.runtime import SideBySide
    from isocost.studies.times import Needed, TimesFit, TimesReport
    from isocost.studies.trends import Variation

__all__ = ["beside_text", "coefficients", "fit_sentence", "helm_json", "times_json", "times_text"]

_QUESTION = "What does one request take, of each model in the table?"
_MOST_SIZES = 8
Json = dict[str, Any]


def times_text(report: TimesReport) -> str:
    """Write the fits as lines of text, a paragraph for each model."""
    return "\n\n".join("\n".join(_paragraph(fit, report.question.terms.currency)) for fit in report.fits)


def times_json(report: TimesReport) -> str:
    """Write the same as the JSON envelope."""
    currency = report.question.terms.currency
    content: Json = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {"text": "\n".join(fit_sentence(fit) for fit in report.fits), "state": _state(report)},
        "estimates": {},
        "tables": {
            "models": [_model(fit) | {"costs": cost_aware_object(fit.costs, currency)} for fit in report.fits]
        },
        "assumptions": cost_assumptions(report.fits[0].costs, currency, "each deployment"),
        "warnings": [
            {"code": caution.code, "text": caution.text, "about": fit.name}
            for fit in report.fits
            for caution in fit.cautions
        ],
        "provenance": [{"source": report.source}],
    }
    return json_text(content)


def helm_json(report: TimesReport) -> str:
    """Write the coefficients in HELM's form, ours to the microsecond.

    Raises
    ------
    InputError
        If a model comes under several conditions, or T(p, o) has a term that the form does not know.
    """
    models = [fit.table.model for fit in report.fits]
    twice = next((model for model in models if models.count(model) > 1), None)
    if twice is not None:
        under = ", ".join(fit.name for fit in report.fits if fit.table.model == twice)
        raise InputError(
            f"HELM's form has one entry for each model, and there are {under}; choose with --where"
        )
    return json_text({fit.table.model: _helm(fit) for fit in report.fits})


def _helm(fit: TimesFit) -> Json:
    found = fit.fit
    if not isinstance(found, (PublishedRuntime, DenoisedRuntime)) and not (
        found.context is None and found.changeover is None
    ):
        raise InputError(
            f"HELM's form has no place for the {'context' if found.context else 'changeover'} term of "
            f"{fit.name}; take --json, or --rule published"
        )
    decode, prefill, overhead = coefficients(fit)
    content = {
        "runtime_per_output_token": round(decode.value, 6),
        "runtime_for_prompt_tokens": {str(size): round(alpha.value, 6) for size, alpha in prefill},
    }
    return content if overhead is None else content | {"overhead": round(overhead.value, 6)}


def coefficients(
    fit: TimesFit,
) -> tuple[Estimate, Sequence[tuple[int, Estimate]], Estimate | None]:
    """Return decode, prefill by prompt size and overhead, whoever fitted them."""
    found = fit.fit
    if isinstance(found, PublishedRuntime):
        return (
            _published(found.decode_s, "s/token"),
            [(size, _published(alpha, "s")) for size, alpha in found.prefill_s],
            None if found.overhead_s is None else _published(found.overhead_s, "s"),
        )
    overhead = found.overhead if isinstance(found, DenoisedRuntime) else None
    return found.decode, found.prefill, overhead


def _published(value: float, unit: str) -> Estimate:
    return Estimate(value=value, unit=unit, kind="fitted", method="rule of arXiv 2305.02440")


def _state(report: TimesReport) -> str:
    return "fitted" if report.question.request is None else "predicted"


def fit_sentence(fit: TimesFit) -> str:
    """Say the most about a fit: the request that was asked about, or the time of a further token."""
    decode, _, _ = coefficients(fit)
    name = clean(fit.name)
    if fit.runtime is None:
        return f"{name} takes {estimate_text(decode)} for each token after the first."
    kind = " (extrapolated)" if fit.runtime.kind == "extrapolated" else ""
    return f"{name} takes {estimate_text(fit.runtime)} for this request{kind}."


def _paragraph(fit: TimesFit, currency: Currency) -> list[str]:
    decode, prefill, overhead = coefficients(fit)
    shown = prefill if len(prefill) <= _MOST_SIZES else _spread(prefill)
    lines = [
        fit_sentence(fit),
        f"  {'first token':14s} " + ", ".join(f"{estimate_text(alpha)} for {p} in" for p, alpha in shown),
        f"  {'further tokens':14s} {estimate_text(decode)} each",
    ]
    if isinstance(fit.fit, RuntimeModel):
        lines += form_lines(fit.fit)
    if overhead is not None:
        lines.append(f"  {'overhead':14s} {estimate_text(overhead)} a request")
    if fit.variation is not None:
        lines.append(f"  {'equal requests':14s} {_variation(fit.variation)}")
    if fit.beside is not None:
        lines.append(f"  {'side by side':14s} {beside_text(fit.beside)}")
    if fit.needed is not None:
        lines.append(f"  {'instances':14s} {_needed(fit.needed)}")
    lines += cost_lines(fit.costs, currency)
    return [*lines, *(f"  note: {clean(caution.text)}" for caution in fit.cautions)]


def _spread(prefill: Sequence[tuple[int, Estimate]]) -> list[tuple[int, Estimate]]:
    places = {round(step * (len(prefill) - 1) / (_MOST_SIZES - 1)) for step in range(_MOST_SIZES)}
    return [prefill[place] for place in sorted(places)]


def _variation(variation: Variation) -> str:
    cells = variation.cells
    return (
        f"coefficient of variation {times_text_of(variation.typical)} in the median of {len(cells)} "
        f"size{'s' if len(cells) > 1 else ''} timed again"
    )


def beside_text(beside: SideBySide) -> str:
    """Say how raw, denoised and idealized runtimes compare, in one line."""
    text = f"raw is {_times(beside.raw_over_denoised)} denoised"
    share = beside.service_share
    if beside.denoised_over_idealized is None or beside.raw_over_idealized is None or share is None:
        return text
    text += (
        f", denoised {_times(beside.denoised_over_idealized)} idealized, raw "
        f"{_times(beside.raw_over_idealized)} idealized: "
    )
    if share.value < 0:
        ratio = beside.raw_over_idealized
        faster = [None if end is None else 1 - end for end in (ratio.high, ratio.low)]
        return (
            text + f"the service takes {_share(1 - ratio.value, *faster)} less time than the idealized stack"
        )
    return (
        text
        + f"{_share(share.value, share.low, share.high)} of the raw runtime is the service, not the model"
    )


def _share(value: float, low: float | None = None, high: float | None = None) -> str:
    return percent(value, low, high).lstrip("+")


def _times(ratio: Estimate) -> str:
    digits = decimals(ratio.value, ratio.low, ratio.high)
    low, high = ratio.low, ratio.high
    ends = "" if low is None or high is None else f" [{grouped(low, digits)}, {grouped(high, digits)}]"
    return f"{grouped(ratio.value, digits)}{ends} times"


def _needed(needed: Needed) -> str:
    most = max(needed.found)
    wanted = f"{100 * needed.half_width_share:g} %"
    have = f"{most} give +-{_share(needed.found[most])}"
    if needed.instances is None:
        return f"+-{wanted} would take more than ten times as many ({have}); time more sizes instead"
    return f"about {needed.instances} of each size for +-{wanted} ({have})"


def _model(fit: TimesFit) -> Json:
    decode, prefill, overhead = coefficients(fit)
    found = fit.fit
    content: Json = {
        "name": fit.name,
        "model": fit.table.model,
        "conditions": dict(fit.table.conditions),
        "rows": len(fit.table.runtime_s),
        "decode": estimate_object(decode),
        "overhead": estimate_object(overhead),
        "prefill": [{"input_tokens": size, "runtime": estimate_object(alpha)} for size, alpha in prefill],
        "runtime": estimate_object(fit.runtime),
        "instances_needed": None if fit.needed is None else fit.needed.instances,
        "half_width_shares": {}
        if fit.needed is None
        else {str(count): share for count, share in fit.needed.found.items()},
        "side_by_side": None if fit.beside is None else _beside_object(fit.beside),
    }
    if not isinstance(found, (PublishedRuntime, DenoisedRuntime)):
        content |= {
            "context": estimate_object(found.context),
            "changeover": estimate_object(found.changeover),
            "held_out_error": estimate_object(found.held_out_error),
            **shape_object(found),
        }
    return content


def _beside_object(beside: SideBySide) -> Json:
    return {
        "cells": beside.cells,
        "raw_over_denoised": estimate_object(beside.raw_over_denoised),
        "denoised_over_idealized": estimate_object(beside.denoised_over_idealized),
        "raw_over_idealized": estimate_object(beside.raw_over_idealized),
        "service_share": estimate_object(beside.service_share),
    }
