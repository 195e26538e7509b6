"""Contention, variation and drift as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts import (
    contention_figure,
    drift_figure,
    profile_drift_figure,
    variation_figure,
)
from isocost.reporting.document import (
    LIMIT,
    Part,
    as_sentence,
    definitions,
    document,
    figure_markup,
    table_markup,
)
from isocost.reporting.markup import Markup, element, shorten
from isocost.reporting.trend_tables import trend_tables
from isocost.reporting.trends import trend_sentences

if TYPE_CHECKING:
    from isocost.reporting.charts import Figure
    from isocost.studies.trends import TrendReport

__all__ = ["trend_figures", "trends_page"]


def trend_figures(report: TrendReport) -> tuple[Figure, ...]:
    """Return a chart for each thing that was asked about."""
    figures = (
        contention_figure(report.contentions),
        variation_figure({each.name: each.cells for each in report.variations}),
        drift_figure(report.drifts),
        profile_drift_figure(report.profile_drifts),
    )
    return tuple(figure for figure in figures if figure is not None)


def trends_page(report: TrendReport) -> str:
    """Write what moves runtimes as one HTML file.

    Parameters
    ----------
    report : TrendReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    first, *others = trend_sentences(report)
    head, _, rest = first.partition("; ")
    lead = " ".join([as_sentence(rest), *others]).strip()
    verdict = element(
        "section",
        {"class": "verdict", "aria-label": "Verdict"},
        element("p", {"class": "kicker"}, "What moves a runtime"),
        element("h1", None, head.removesuffix(".") + "."),
        element("p", {"class": "lead"}, lead),
    )
    figures = [
        Part(title=each.title, markup=figure_markup(each), expendable=False) for each in trend_figures(report)
    ]
    tables = [
        Part(title=each.title, markup=table_markup(each, opened=number == 0), expendable=True)
        for number, each in enumerate(trend_tables(report))
    ]
    return document(
        name=report.source,
        dates=(),
        verdict=verdict,
        parts=[*figures, *tables],
        footer=_small_print(report),
        command="isocost runtime",
    )


def _small_print(report: TrendReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Where the numbers come from", [(shorten(report.source, LIMIT), "as given", "")], ""),
    ]
