"""Contention, variation and drift in sentences, as text, and as the JSON envelope."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from isocost.reporting.format import grouped
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean, shorten
from isocost.reporting.objects import SCHEMA, estimate_object
from isocost.reporting.plain import table_lines
from isocost.reporting.trend_rows import block_rows, contention_rows, drift_rows, variation_rows
from isocost.reporting.trend_tables import times_text_of, trend_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.runtime import Contention, Drift, ProfileDrift
    from isocost.studies.trends import TrendReport

__all__ = ["trend_sentences", "trends_json", "trends_text"]

_QUESTION = "What moves the runtime of a request but its size?"
_NAME = 60
Json = dict[str, Any]


def trend_sentences(report: TrendReport) -> tuple[str, ...]:
    """Say the most about contention, variation and drift, one sentence for each that was asked about."""
    return tuple(clean(sentence) for sentence in _sentences(report))


def trends_text(report: TrendReport, *, width: int = 100) -> str:
    """Write sentences, tables and doubts as lines of text.

    Parameters
    ----------
    report : TrendReport
    width : int
        Columns of the terminal.
    """
    lines = [*trend_sentences(report)]
    for table in trend_tables(report):
        lines += ["", *table_lines(table, width=width)]
    lines += [""] if report.cautions else []
    return "\n".join([*lines, *(f"note: {clean(caution.text)}" for caution in report.cautions)])


def trends_json(report: TrendReport) -> str:
    """Write the same as the JSON envelope; tables ``contention``, ``variation``, ``drift``, ``blocks``."""
    tables = {
        "contention": [row for each in report.contentions for row in contention_rows(each)],
        "variation": [row for each in report.variations for row in variation_rows(each)],
        "drift": [row for each in report.drifts for row in drift_rows(each)],
        "blocks": [row for each in report.profile_drifts for row in block_rows(each)],
    }
    content: Json = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {"text": " ".join(trend_sentences(report)), "state": "compared"},
        "estimates": {name: estimate_object(each) for name, each in _estimates(report) if each is not None},
        "tables": {name: rows for name, rows in tables.items() if rows},
        "assumptions": [],
        "warnings": [{"code": each.code, "text": each.text, "about": None} for each in report.cautions],
        "provenance": [{"source": report.source}],
    }
    return json_text(content)


def _sentences(report: TrendReport) -> Iterator[str]:
    if report.contentions:
        yield _contention(report.contentions)
    if report.variations:
        yield _variation(report)
    if report.drifts:
        yield _drift(report.drifts)
    yield from (_profile(each) for each in report.profile_drifts)


def _contention(seen: Sequence[Contention]) -> str:
    rising = [
        each for each in seen if each.per_doubling and each.per_doubling.low and each.per_doubling.low > 1
    ]
    most = max(seen, key=lambda each: each.levels[-1][2])
    count, _, ratio = most.levels[-1]
    first = most.levels[0][0]
    each_doubling = "" if most.per_doubling is None else f", each doubling {times_text_of(most.per_doubling)}"
    return (
        f"{_title(most.name)}, {most.request}: {grouped(ratio, 2)} times as long at {count} at once as at "
        f"{first}{each_doubling} times"
        + (
            f", the most of {len(seen)} kinds of request; {len(rising)} of them rise with parallel requests "
            "beyond their interval."
            if len(seen) > 1
            else ", beyond its interval."
            if rising
            else ", which may be chance."
        )
    )


def _variation(report: TrendReport) -> str:
    cells = [cell for each in report.variations for cell in each.cells]
    least, most = min(c.coefficient for c in cells), max(c.coefficient for c in cells)
    needed = sorted(count for each in report.variations for count in each.needed)
    return (
        f"Equal requests differ by a coefficient of variation of {times_text_of(report.all_cells)} in the "
        f"median of {len(cells)} sizes, {grouped(least, 3)} to {grouped(most, 3)}; a mean within "
        f"+-{100 * report.question.half_width_share:g} % takes {needed[len(needed) // 2]:,} requests of the "
        "middle size."
    )


def _drift(seen: Sequence[Drift]) -> str:
    steps = [(each, each.steps[-1]) for each in seen]
    sure = [pair for pair in steps if _leaves_out_one(pair[1].ratio)]
    most, step = max(sure or steps, key=lambda pair: abs(math.log(pair[1].ratio.value)))
    return (
        f"{_title(most.name)}: {times_text_of(step.ratio)} times the runtime of {most.first} on {step.date}"
        + (f", the most of {len(seen)}" if len(seen) > 1 else "")
        + ("" if sure else ", and no change can be told")
        + "; one campaign a date cannot tell a change that lasts from the mood of a day."
    )


def _leaves_out_one(ratio: Estimate) -> bool:
    return ratio.low is not None and ratio.high is not None and not ratio.low <= 1 <= ratio.high


def _profile(each: ProfileDrift) -> str:
    name = _title(each.name)
    if each.whole is None:
        return f"{name}: {len(each.blocks)} repeats are too few to tell drift; three or more are needed."
    change = f"{times_text_of(each.whole)} times from the first of {len(each.blocks)} repeats to the last"
    return (
        f"{name}: runtimes drifted, {change}." if each.drifted else f"{name}: no drift can be told, {change}."
    )


def _title(name: str) -> str:
    return shorten(name, _NAME)


def _estimates(report: TrendReport) -> Iterator[tuple[str, Estimate | None]]:
    yield "coefficient_of_variation", report.all_cells
