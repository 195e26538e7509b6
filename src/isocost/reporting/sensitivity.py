"""What the recommended cost hangs on: sentences, tables, rows for programs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from isocost.economics import THROUGHPUT
from isocost.reporting.charts.tornado import tornado_figure
from isocost.reporting.document import Part, figure_markup, table_markup
from isocost.reporting.format import decimals, estimate_text, grouped
from isocost.reporting.influences import influence_table
from isocost.reporting.markup import clean, element, shorten
from isocost.reporting.objects import finite
from isocost.reporting.plain import table_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.economics import CostSensitivity, Influence, ServiceInfluence, Turn
    from isocost.reporting.tables import Table
    from isocost.studies.report import StudyReport

__all__ = ["question_sentence", "sensitivity_parts", "sensitivity_rows", "sensitivity_text"]

TITLE = "What the cost hangs on"
_DECIDES = "What decides, and what was taken as exact"
_NAME = 60
_LITTLE = 0.01  # of the variance; the terminal leaves such assumptions out


def question_sentence(found: CostSensitivity) -> str:
    """Name in one sentence the number to question first."""
    first, value = found.found.first_question, found.found.value
    cost = _cost_text(value, found)
    if first is None:
        return f"Nothing to question in {cost} per million output tokens: no number has a range."
    share = f"{max(100 * first.total_order, 0.0):.0f} %"
    return (
        f"Question {clean(first.name)} first: it explains {share} of the variance of {cost} per million "
        "output tokens over the stated ranges."
    )


def _cost_text(value: float, found: CostSensitivity) -> str:
    number = grouped(value, decimals(value))
    return f"${number}" if found.unit.startswith("USD") else f"{number} machine-seconds"


def sensitivity_text(report: StudyReport, *, width: int = 100) -> str:
    """Write what the recommended cost hangs on: a table, what decides the level, what decides the choice.

    Parameters
    ----------
    report : StudyReport
    width : int
        Columns of the terminal.
    """
    found = report.sensitivity
    if found is None:
        return ""
    shown = [each for each in found.found.influences if each.total_order >= _LITTLE or _measured(each)]
    lines = table_lines(_table(found, shown), width=width) if shown else [TITLE]
    if few := len(found.found.influences) - len(shown):
        lines.append(f"and {few} more, each with less than {100 * _LITTLE:g} % of the variance")
    for sentence in _sentences(found):
        lines += textwrap.wrap(sentence, width, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def sensitivity_parts(report: StudyReport) -> list[Part]:
    """Return the section of a page: the tornado, the table behind it and what follows; none unasked."""
    found = report.sensitivity
    if found is None:
        return []
    figure = tornado_figure(report)
    sentences = element("ul", None, *(element("li", None, sentence) for sentence in _sentences(found)))
    section = element("section", {"class": "decides"}, element("h3", None, _DECIDES), sentences)
    parts = (
        [] if figure is None else [Part(title=figure.title, markup=figure_markup(figure), expendable=True)]
    )
    parts.append(Part(title=_DECIDES, markup=section, expendable=True))
    if found.found.influences:
        table = _table(found, found.found.influences)
        parts.append(Part(title=table.title, markup=table_markup(table, opened=False), expendable=True))
    return parts


def _measured(each: Influence) -> bool:
    return each.name == THROUGHPUT


def _table(found: CostSensitivity, shown: Sequence[Influence]) -> Table:
    amounts = [found.found.value, *(end for each in found.found.influences for end in _ends(each))]
    digits = max(decimals(value) for value in amounts)
    return influence_table(
        shown,
        title=f"{TITLE} ({shorten(found.deployment, _NAME)} at {found.load.label}): one at a time, and "
        "shares of the variance (Sobol)",
        unit="USD" if found.unit.startswith("USD") else "machine-s",
        amount=lambda value: grouped(value, digits),
    )


def _ends(each: Influence) -> tuple[float, float]:
    return each.at_low, each.at_high


def _sentences(found: CostSensitivity) -> list[str]:
    ranged = (
        ["The ranges decide: one too narrow makes a number look harmless."] if found.found.influences else []
    )
    return [
        *ranged,
        *(f"{text[:1].upper()}{text[1:]}." for text in found.exact),
        *(_service_text(each, found) for each in found.services),
        *_choice_texts(found),
    ]


def _service_text(each: ServiceInfluence, found: CostSensitivity) -> str:
    """Say whether a service level, within the interval of what was measured, decides where to run."""
    name, seen = each.service_level.label, estimate_text(each.seen)
    if not each.decides:
        return f"{name}: measured {seen}; nowhere in the intervals of the sweep does it change the level."
    ends = [
        "nothing qualifies" if end is None else f"{end[0].label} at {_cost_text(end[1], found)}"
        for end in (each.if_better, each.if_worse)
    ]
    return f"{name}: measured {seen}; at the better ends of the intervals {ends[0]}, at the worse {ends[1]}."


def _choice_texts(found: CostSensitivity) -> list[str]:
    if found.turns is None:
        return []
    name = shorten(found.deployment, _NAME)
    if not found.turns:
        return [f"No single number within its range changes the choice of {name}."]
    return [_turn_text(each, name) for each in found.turns]


def _turn_text(turn: Turn, chosen: str) -> str:
    side = "above" if turn.upward else "below"
    instead = "nothing qualifies" if turn.instead is None else f"{shorten(turn.instead, _NAME)} is the choice"
    unit = "" if turn.unit == "1" else f" {turn.unit}"
    number = clean(turn.name)
    return (
        f"{number[:1].upper()}{number[1:]} could change the choice of {chosen}: {side} {turn.at:.4g}{unit}, "
        f"within its range [{turn.low:.4g}, {turn.high:.4g}], {instead}."
    )


def sensitivity_rows(found: CostSensitivity) -> dict[str, list[dict[str, Any]]]:
    """Return the tables ``sensitivity``, ``sensitivity_services`` and ``sensitivity_choice``."""
    where = {"deployment": found.deployment, "load": found.load.label}
    return {
        "sensitivity": [
            {**where, **_influence(each), "figure_unit": found.unit} for each in found.found.influences
        ],
        "sensitivity_services": [
            {
                **where,
                "service_level": each.service_level.label,
                "decides": each.decides,
                **_end("if_better", each.if_better),
                **_end("if_worse", each.if_worse),
            }
            for each in found.services
        ],
        "sensitivity_choice": [
            {
                "deployment": found.deployment,
                "assumption": turn.name,
                "low": turn.low,
                "high": turn.high,
                "unit": turn.unit,
                "turns_at": turn.at,
                "direction": "above" if turn.upward else "below",
                "instead": turn.instead,
            }
            for turn in found.turns or ()
        ],
    }


def _end(name: str, end: Any) -> dict[str, Any]:  # noqa: ANN401 - a load with its cost, or nothing
    return {
        f"{name}_load": None if end is None else end[0].label,
        f"{name}_cost": None if end is None else end[1],
    }


def _influence(each: Influence) -> dict[str, Any]:
    assumed = each.assumed
    return {
        "assumption": each.name,
        "value": assumed.value,
        "low": assumed.low,
        "high": assumed.high,
        "shape": assumed.shape,
        "unit": assumed.unit,
        "source": assumed.source,
        "date": assumed.date or None,
        "at_low": finite(each.at_low),
        "at_high": finite(each.at_high),
        "first_order": finite(each.first_order),
        "total_order": finite(each.total_order),
    }
