"""How efficient production units are, as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.document import (
    LIMIT,
    Part,
    as_sentence,
    definitions,
    document,
    figure_markup,
    origin,
    table_markup,
    verdict_markup,
)
from isocost.reporting.frontier_figures import frontier_figures
from isocost.reporting.markup import Markup, shorten
from isocost.reporting.unit_tables import unit_tables
from isocost.reporting.units import method_lines, unit_sentence
from isocost.reporting.units_envelope import assumptions_of

if TYPE_CHECKING:
    from isocost.studies.units import UnitReport

__all__ = ["frontier_page"]

ROWS = 400
"""Units in the page's tables, at most."""


def frontier_page(report: UnitReport) -> str:
    """Write units and their efficiency as one HTML file.

    Parameters
    ----------
    report : UnitReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    return document(
        name=report.name,
        dates=(),
        verdict=_verdict(report),
        parts=_parts(report),
        footer=_small_print(report),
        command="isocost frontier",
    )


def _verdict(report: UnitReport) -> Markup:
    head, _, rest = unit_sentence(report).partition(": ")
    worded = report.question.method == "sfa" or report.table.dates
    named = as_sentence(rest) if worded else rest  # a name stays as it is written
    lines = [*([named] if rest else []), *method_lines(report)]
    return verdict_markup("How efficient these units are", shorten(head.rstrip("."), LIMIT) + ".", lines)


def _parts(report: UnitReport) -> list[Part]:
    tables = [
        Part(title=each.title, markup=table_markup(each, opened=number == 0), expendable=True)
        for number, each in enumerate(unit_tables(report, most=ROWS))
    ]
    figures = [
        Part(title=each.title, markup=figure_markup(each), expendable=True)
        for each in frontier_figures(report)
    ]
    return [*figures, *tables]


def _small_print(report: UnitReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    assumed = [(name, str(value), "as asked") for name, value in assumptions_of(report)]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", assumed, "None."),
        *definitions(
            "Where the numbers come from", [origin(each) for each in report.provenance], "Not recorded."
        ),
    ]
