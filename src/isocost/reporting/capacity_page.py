"""The capacity for a day as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.capacity import capacity_tables, capacity_verdict
from isocost.reporting.charts.capacity import capacity_figure
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
    from isocost.studies.capacity import CapacityReport

__all__ = ["capacity_page"]


def capacity_page(report: CapacityReport) -> str:
    """Write a capacity plan as one HTML file.

    Parameters
    ----------
    report : CapacityReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    figure = capacity_figure(report)
    tables = capacity_tables(report)
    return document(
        name=f"capacity of {shorten(report.deployment, 60)}",
        dates=[each.measured_at_utc for each in report.provenance if each.measured_at_utc is not None],
        verdict=_verdict(report),
        parts=[
            Part(title=figure.title, markup=figure_markup(figure), expendable=False),
            *(
                Part(title=each.title, markup=table_markup(each, opened=number > 0), expendable=number == 0)
                for number, each in enumerate(tables)
            ),
        ],
        footer=_small_print(report),
        command="isocost capacity",
    )


def _verdict(report: CapacityReport) -> Markup:
    first, *rest = capacity_verdict(report)
    return verdict_markup("Capacity for a day", first, rest)


def _small_print(report: CapacityReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    given = [(each.name, each.value, each.source) for each in report.assumptions]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", given, "None."),
        *definitions(
            "Where the numbers come from", [origin(each) for each in report.provenance], "Not recorded."
        ),
    ]
