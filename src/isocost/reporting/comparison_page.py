"""A comparison of two stacks as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.comparison import forest_figure
from isocost.reporting.comparison import comparison_tables, comparison_verdict
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
from isocost.reporting.markup import Markup, shorten

if TYPE_CHECKING:
    from isocost.studies.compared import CompareReport

__all__ = ["comparison_page"]


def comparison_page(report: CompareReport) -> str:
    """Write a comparison as one HTML file.

    Parameters
    ----------
    report : CompareReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    dates = [each.measured_at_utc for each in report.provenance if each.measured_at_utc is not None]
    return document(
        name=f"{shorten(report.baseline, 36)} and {shorten(report.other, 36)}",
        dates=dates,
        verdict=_verdict(report),
        parts=_parts(report),
        footer=_small_print(report),
        command="isocost compare",
    )


def _verdict(report: CompareReport) -> Markup:
    verdict = comparison_verdict(report)
    return verdict_markup("Two stacks compared", verdict.head, filter(None, (verdict.gate, *verdict.rest)))


def _parts(report: CompareReport) -> list[Part]:
    figure = forest_figure(report)
    tables = [each for each in comparison_tables(report) if each.groups]
    return [
        Part(title=figure.title, markup=figure_markup(figure), expendable=False),
        *(
            Part(title=each.title, markup=table_markup(each, opened=number == 0), expendable=number > 0)
            for number, each in enumerate(tables)
        ),
    ]


def _small_print(report: CompareReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", list(report.assumptions), "None."),
        *definitions(
            "Where the numbers come from", [origin(each) for each in report.provenance], "Not recorded."
        ),
    ]
