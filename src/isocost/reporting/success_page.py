"""What a success costs as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.success import success_figure
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
from isocost.reporting.markup import Markup, exact, shorten
from isocost.reporting.success import RATIO_NOTE, success_tables, success_verdict

if TYPE_CHECKING:
    from isocost.studies.success import SuccessReport

__all__ = ["success_page"]


def success_page(report: SuccessReport) -> str:
    """Write a report of costs of successes as one HTML file.

    Parameters
    ----------
    report : SuccessReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    figure = success_figure(report)
    tables = success_tables(report)
    figures = (
        [] if figure is None else [Part(title=figure.title, markup=figure_markup(figure), expendable=False)]
    )
    return document(
        name=f"successes of {shorten(report.name, 60)}",
        dates=(),
        verdict=_verdict(report),
        parts=[
            *figures,
            *(
                Part(title=each.title, markup=table_markup(each, opened=number == 0), expendable=number > 0)
                for number, each in enumerate(tables)
            ),
        ],
        footer=_small_print(report),
        command="isocost success",
    )


def _verdict(report: SuccessReport) -> Markup:
    first, *rest = success_verdict(report)
    return verdict_markup("What a right answer costs", first, [*rest, RATIO_NOTE])


def _small_print(report: SuccessReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    unit = f" {report.unit}" if report.unit else ""
    given = [
        ("Verifying an attempt", f"{exact(report.verifier_cost)}{unit}", "as asked"),
        (
            "A success",
            "attempts are repeated until one succeeds: cost / rate at each problem, then the mean",
            "cost-of-pass, arXiv 2504.13359",
        ),
    ]
    origins = [origin(each) for each in report.provenance]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", given, "None."),
        *definitions("Where the numbers come from", origins, "Not recorded."),
    ]
