"""A break-even for programs: the envelope of every command, and its tables within that of a report."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from isocost.reporting.breakeven import at_load_sentence, break_even_sentence, replica_sentence
from isocost.reporting.cautions import cautions_of
from isocost.reporting.json_text import json_text
from isocost.reporting.objects import SCHEMA, estimate_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.economics import Answer
    from isocost.studies.breakeven import BreakEvenReport
    from isocost.studies.report import StudyReport

__all__ = ["break_even_json", "break_even_rows"]

_QUESTION = "From which load on does the own deployment cost less?"
Json = dict[str, Any]


def break_even_json(report: StudyReport) -> str:
    """Return the break-even of a report as JSON text.

    Estimates: ``break_even_utilization``, ``break_even_requests_per_second``,
    ``break_even_tokens_per_second``, ``break_even_hourly_price``, ``break_even_price_factor``, capacities and
    costs; absent where they cannot be told. Tables as `break_even_rows` returns them.
    """
    told = report.breakeven
    assert told is not None  # noqa: S101 - the caller asked for it
    steps = replica_sentence(told)
    text = " ".join([break_even_sentence(told), *at_load_sentence(told), *([] if steps is None else [steps])])
    content = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {"text": text, "state": told.found.answer or "price-unknown"},
        "estimates": {
            name: estimate_object(each) for name, each in _estimates(told).items() if each is not None
        },
        "tables": break_even_rows(told),
        "assumptions": [
            {"name": each.name, "value": each.value, "source": each.source} for each in report.assumptions
        ],
        "warnings": [
            {"code": caution.code, "text": caution.text, "about": scope or None}
            for scope, caution in cautions_of(report)
        ],
        "provenance": [
            {
                "source": each.source,
                "tool": each.tool,
                "measured_at_utc": each.measured_at_utc,
                "facts": dict(each.facts),
            }
            for each in report.provenance
        ],
    }
    return json_text(content) + "\n"


def break_even_rows(told: BreakEvenReport) -> dict[str, list[Json]]:
    """Return the tables of a break-even as plain objects; those without rows are left out.

    ``break_even`` (one row), ``break_even_readings``, ``break_even_payback`` and ``break_even_surface``: one
    row a multiple of the varied price, with who is cheaper from which load to which.
    """
    surface, payback = told.surface, told.payback
    tables: dict[str, list[Json]] = {
        "break_even": [_row(told)],
        "break_even_readings": [
            {"reading": each.reading, "utilization": estimate_object(each.utilization), "never": each.never}
            for each in told.readings
        ],
        "break_even_payback": []
        if payback is None
        else [
            {
                "capital": estimate_object(payback.capital),
                "hours_per_month": payback.hours_per_month,
                "load_share": each.share,
                "months": estimate_object(each.months),
                "never": each.never,
            }
            for each in payback.rows
        ],
        "break_even_surface": []
        if surface is None
        else [
            {
                "varied": "rent" if told.kind == "rent" else "own hour",
                "factor": factor,
                "break_even_share": at,
                "answers": _runs(surface.shares, cells),
            }
            for factor, at, cells in zip(surface.factors, surface.line, surface.cells, strict=True)
        ],
    }
    return {name: rows for name, rows in tables.items() if rows}


def _runs(shares: Sequence[float], cells: Sequence[Answer]) -> list[Json]:
    """Gather neighbouring loads with one answer, in capacities of one replica."""
    pairs = list(zip(shares, cells, strict=True))
    return [
        {"answer": answer, "from_share": alike[0][0], "to_share": alike[-1][0]}
        for answer, run in groupby(pairs, key=lambda pair: pair[1])
        if (alike := list(run))
    ]


def _estimates(told: BreakEvenReport) -> Json:
    found = told.found
    return {
        "break_even_utilization": found.utilization,
        "break_even_requests_per_second": found.requests_per_second,
        "break_even_tokens_per_second": found.tokens_per_second,
        "break_even_hourly_price": found.hourly_price,
        "break_even_price_factor": found.price_factor,
        "capacity_requests_per_second": found.capacity_requests_per_second,
        "capacity_tokens_per_second": found.capacity_tokens_per_second,
        "own_cost_per_full_hour": found.own_full,
        "other_cost_per_full_hour": found.other_full,
        "own_cost_per_request_full": told.own_request,
        "other_cost_per_request": told.other_request,
    }


def _row(told: BreakEvenReport) -> Json:
    found, at, tokens = told.found, told.at, told.token_price
    capacity = found.capacity_requests_per_second or found.capacity_tokens_per_second
    always = found.always_from
    return {
        "deployment": told.deployment,
        "against": told.name,
        "kind": told.kind,
        "load": told.capacity.label,
        "answer_full": found.answer,
        "verdict": break_even_sentence(told),
        **{name: estimate_object(each) for name, each in _estimates(told).items()},
        "never": found.never,
        "load_unit": capacity.unit,
        "dearer_again": [[low * capacity.value, high * capacity.value] for low, high in found.windows],
        "always_cheaper_from": None if always is None else always * capacity.value,
        "input_tokens_per_request": told.input_tokens,
        "output_tokens_per_request": told.output_tokens,
        "cached_share": told.cached_share,
        "price_usd_per_million": None
        if tokens is None
        else {"input": tokens.input_usd, "output": tokens.output_usd, "cached": tokens.cached_usd},
        "price_source": tokens.source if tokens is not None else told.rent.source if told.rent else None,
        "price_date": tokens.date or None if tokens is not None else told.rent.date if told.rent else None,
        "rent_usd_per_hour": None if told.rent is None else told.rent.usd_per_hour,
        "requests_per_day": told.requests_per_day,
        "replicas": None if at is None else at.replicas,
        "own_per_hour": None if at is None else estimate_object(at.own_per_hour),
        "other_per_hour": None if at is None else estimate_object(at.other_per_hour),
        "answer": None if at is None else at.answer,
        "probability_own_cheaper": None if at is None else at.probability_own,
    }
