"""Who is efficient at which capability, as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.capability import capability_tables, capability_verdict
from isocost.reporting.charts.capability import capability_figures
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
    from isocost.studies.capability import CapabilityReport

__all__ = ["capability_page"]


def capability_page(report: CapabilityReport) -> str:
    """Write a report of capability as one HTML file.

    Parameters
    ----------
    report : CapabilityReport

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
        command="isocost frontier --preset capability",
    )


def _verdict(report: CapabilityReport) -> Markup:
    verdict = capability_verdict(report)
    return verdict_markup("Who is efficient", verdict.head, [verdict.rest])


def _parts(report: CapabilityReport) -> list[Part]:
    figures = [
        Part(title=each.title, markup=figure_markup(each), expendable=each.key == "scenarios")
        for each in capability_figures(report)
    ]
    tables = [
        Part(title=each.title, markup=table_markup(each, opened=number == 0), expendable=number > 0)
        for number, each in enumerate(capability_tables(report))
    ]
    return [*figures, *tables]


def _small_print(report: CapabilityReport) -> list[Markup]:
    cautions = [("", as_sentence(shorten(each.text, LIMIT)), each.code) for each in report.cautions]
    rule = {
        "weak": "dropped is who is beaten in the metric and in capability, arXiv 2305.02440",
        "strict": "dropped is who is beaten in one of both and not ahead in the other",
    }
    origins = [origin(each) for each in report.provenance]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", [("Dominance", report.dominance, rule[report.dominance])], "None."),
        *definitions("Where the numbers come from", origins, "Not recorded."),
    ]
