"""A break-even as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.breakeven import break_even_sentence
from isocost.reporting.breakeven_section import break_even_parts, break_even_words
from isocost.reporting.charts import cost_figure
from isocost.reporting.document import Part, document, figure_markup, table_markup
from isocost.reporting.markup import element
from isocost.reporting.page import small_print
from isocost.reporting.pricing import pricing_of
from isocost.reporting.tables import cost_unit, level_table

if TYPE_CHECKING:
    from isocost.reporting.markup import Markup
    from isocost.studies.breakeven import BreakEvenReport
    from isocost.studies.report import StudyReport

__all__ = ["break_even_page"]


def break_even_page(report: StudyReport) -> str:
    """Write a report that was asked for a break-even as a page about it.

    Parameters
    ----------
    report : StudyReport
        With a `breakeven`.

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    told = report.breakeven
    assert told is not None  # noqa: S101 - the caller asked for it
    return document(
        name=report.name,
        dates=[each.measured_at_utc for each in report.provenance if each.measured_at_utc],
        verdict=_verdict(told),
        parts=[*break_even_parts(report, titled=False), *_levels(report)],
        footer=small_print(report),
        command="isocost breakeven",
    )


def _verdict(told: BreakEvenReport) -> Markup:
    return element(
        "section",
        {"class": "verdict", "aria-label": "Verdict"},
        element("p", {"class": "kicker"}, "Own deployment or not"),
        element("h1", None, break_even_sentence(told)),
        *(element("div", {"class": "lead"}, each) for each in break_even_words(told, verdict=False)),
    )


def _levels(report: StudyReport) -> list[Part]:
    """Show what the deployment does at each level: where the break-even comes from."""
    figure, table = cost_figure(report), level_table(report)
    unit = cost_unit(pricing_of(report))
    parts = []
    if figure is not None:
        markup = figure_markup(figure, element("span", None, "Cost in ", unit, " "))
        parts.append(Part(title=figure.title, markup=markup, expendable=True))
    if table is not None:
        parts.append(Part(title=table.title, markup=table_markup(table, opened=False), expendable=True))
    return parts
