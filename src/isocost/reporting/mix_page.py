"""The best mix of models as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.mix import mix_figure
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
from isocost.reporting.markup import Markup, element, exact, shorten
from isocost.reporting.mix import mix_remarks, mix_tables, mix_verdict

if TYPE_CHECKING:
    from isocost.studies.mix import MixReport

__all__ = ["mix_page"]


def mix_page(report: MixReport) -> str:
    """Write a report of mixes as one HTML file.

    Parameters
    ----------
    report : MixReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    figure = mix_figure(report)
    tables = mix_tables(report)
    return document(
        name=f"mix of {shorten(report.name, 60)}",
        dates=(),
        verdict=_verdict(report),
        parts=[
            Part(title=figure.title, markup=figure_markup(figure), expendable=False),
            *_remarks(report),
            *(
                Part(title=each.title, markup=table_markup(each, opened=True), expendable=number == 0)
                for number, each in enumerate(tables)
            ),
        ],
        footer=_small_print(report),
        command="isocost mix",
    )


def _verdict(report: MixReport) -> Markup:
    first, *rest = mix_verdict(report)
    return verdict_markup("Where to send requests", first, rest)


def _remarks(report: MixReport) -> list[Part]:
    lines = [as_sentence(line.strip()) for line in mix_remarks(report) if line]
    if not lines:
        return []
    title = "The average, and a cascade" if report.cascade is not None else "The average"
    items = element("ul", None, *(element("li", None, line) for line in lines))
    markup = element("section", {"class": "section"}, element("h2", None, title), items)
    return [Part(title=title, markup=markup, expendable=False)]


def _small_print(report: MixReport) -> list[Markup]:
    doubts = [*report.cautions, *(() if report.cascade is None else report.cascade.cautions)]
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in doubts]
    asked = [
        (name, exact(value), "as asked")
        for name, value in (
            ("Budget, mean cost a request", report.question.budget),
            ("Quality to reach, mean", report.question.floor),
        )
        if value is not None
    ]
    rule = (
        "Mixing",
        "each request goes to a unit drawn with fixed shares, whatever it asks",
        "so cost and quality mix in proportion, arXiv 2403.12031",
    )
    origins = [origin(each) for each in report.provenance]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", [*asked, rule], "None."),
        *definitions("Where the numbers come from", origins, "Not recorded."),
    ]
