"""The report as one HTML file that needs nothing else and lets nothing else in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.breakeven_section import break_even_parts
from isocost.reporting.cautions import shared_cautions
from isocost.reporting.charts import (
    cost_figure,
    energy_figure,
    frontier_figure,
    hourly_figure,
    latency_figure,
)
from isocost.reporting.document import (
    LIMIT,
    Part,
    as_sentence,
    definitions,
    document,
    figure_markup,
    origin,
    table_markup,
)
from isocost.reporting.energy import energy_tables
from isocost.reporting.hourly import hourly_page_tables
from isocost.reporting.markup import Markup, element, exact, join, shorten
from isocost.reporting.pricing import pricing_of
from isocost.reporting.principles import principle_parts
from isocost.reporting.runtime_section import runtime_parts
from isocost.reporting.tables import cost_data, cost_table, cost_unit, level_table, returns_table, unit_table
from isocost.reporting.verdict import verdict_of
from isocost.reporting.workload import workload_page_tables

if TYPE_CHECKING:
    from isocost.reporting.charts import Figure
    from isocost.reporting.pricing import Pricing
    from isocost.reporting.verdict import Phrase, Verdict
    from isocost.studies.report import StudyReport

__all__ = ["html_page", "small_print"]

_KICKERS = {
    "recommended": "Where to run",
    "price-unknown": "Where to run",
    "nothing-qualifies": "Verdict",
    "runtime-only": "What a request takes",
}


def html_page(report: StudyReport) -> str:
    """Write a report as one HTML file.

    Parameters
    ----------
    report : StudyReport

    Returns
    -------
    str
        A page that opens from disk, asks the network for nothing and runs no code but its own. Names from
        outside stay text whatever they hold.
    """
    pricing = pricing_of(report)
    return document(
        name=report.name,
        dates=[each.measured_at_utc for each in report.provenance if each.measured_at_utc],
        verdict=_verdict(verdict_of(report), pricing),
        parts=[
            *_figures(report, pricing),
            *principle_parts(report),
            *break_even_parts(report),
            *_tables(report),
            *runtime_parts(report),
        ],
        footer=small_print(report),
    )


def _verdict(verdict: Verdict, pricing: Pricing) -> Markup:
    head = [_phrase(phrase) for phrase in verdict.phrases if phrase.strong]
    rest = [_phrase(phrase) for phrase in verdict.phrases if not phrase.strong]
    return element(
        "section",
        {"class": f"verdict {verdict.state}", "aria-label": "Verdict"},
        element("p", {"class": "kicker"}, _KICKERS[verdict.state]),
        element("h1", None, *head),
        element("p", {"class": "lead"}, *rest),
        *([_what_if(pricing)] if _can_reprice(verdict, pricing) else []),
    )


def _can_reprice(verdict: Verdict, pricing: Pricing) -> bool:
    return pricing.uniform and any(phrase.amount is not None for phrase in verdict.phrases)


def _phrase(phrase: Phrase) -> Markup:
    if phrase.amount is not None:
        return cost_data(phrase.amount, sentence=True)
    if phrase.price:
        return element("span", {"class": "price-phrase"}, phrase.text)
    return join([phrase.text])


def _what_if(pricing: Pricing) -> Markup:
    known = "" if pricing.price is None else exact(pricing.price.usd_per_hour)
    field = {
        "id": "price",
        "type": "number",
        "min": "0",
        "step": "any",
        "inputmode": "decimal",
        "value": known,
        "data-known": known,
        "placeholder": "unknown",
        "autocomplete": "off",
    }
    return element(
        "form",
        {"class": "what-if", "hidden": True},
        element("label", {"for": "price"}, "What if the deployment costs, USD per hour"),
        element("input", field),
        element("button", {"type": "reset", "hidden": True}, "Back to the report's"),
        element("output", {"for": "price", "class": "said"}, ""),
    )


def _figures(report: StudyReport, pricing: Pricing) -> list[Part]:
    hourly = None if report.hourly is None else hourly_figure(report.hourly)
    figures = [
        frontier_figure(report),
        cost_figure(report),
        latency_figure(report),
        energy_figure(report),
        hourly,
    ]
    return [
        Part(title=each.title, markup=_priced(each, pricing), expendable=each.key != "cost")
        for each in figures
        if each is not None
    ]


def _priced(figure: Figure, pricing: Pricing) -> Markup:
    unit = (
        [join(["Cost in ", cost_unit(pricing), " "])] if figure.key in ("frontier", "cost", "energy") else []
    )
    return figure_markup(figure, *unit)


def _tables(report: StudyReport) -> list[Part]:
    tables = [
        (level_table(report), True),
        (cost_table(report), False),
        (returns_table(report), False),
        (unit_table(report), False),
        *((table, True) for table in workload_page_tables(report)),
        *((table, False) for table in energy_tables(report)),
        *((table, False) for table in ([] if report.hourly is None else hourly_page_tables(report.hourly))),
    ]
    return [
        Part(title=table.title, markup=table_markup(table, opened=opened), expendable=not opened)
        for table, opened in tables
        if table is not None
    ]


def small_print(report: StudyReport) -> list[Markup]:
    """Write the doubts, assumptions and origins of a report."""
    cautions = [
        (shorten(scope, 200), as_sentence(shorten(caution.text, LIMIT)), caution.code)
        for scope, caution in shared_cautions(report)
    ]
    assumptions = [
        (shorten(each.name, 80), shorten(each.value, LIMIT), shorten(each.source, LIMIT))
        for each in report.assumptions
    ]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", assumptions, "None."),
        *definitions(
            "Where the numbers come from", [origin(each) for each in report.provenance], "Not recorded."
        ),
    ]
