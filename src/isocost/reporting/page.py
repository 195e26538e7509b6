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
    limit_figure,
)
from isocost.reporting.document import (
    LIMIT,
    SIZE_LIMIT,
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
from isocost.reporting.limit import limit_tables
from isocost.reporting.markup import Markup, element, join, shorten
from isocost.reporting.mix_section import mix_parts
from isocost.reporting.offered import offered_table
from isocost.reporting.pricing import pricing_of
from isocost.reporting.principles import principle_parts
from isocost.reporting.quality import quality_tables
from isocost.reporting.replay import replay_table
from isocost.reporting.run_table import run_table
from isocost.reporting.runtime_section import runtime_parts
from isocost.reporting.sensitivity import sensitivity_parts
from isocost.reporting.server_side import server_table
from isocost.reporting.tables import cost_data, cost_table, cost_unit, level_table, returns_table, unit_table
from isocost.reporting.verdict import verdict_of
from isocost.reporting.what_if import SCRIPTS, SMALL_PRINT_NOTE, what_if_controls, with_notes
from isocost.reporting.workload import workload_page_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.reporting.charts import Figure
    from isocost.reporting.pricing import Pricing
    from isocost.reporting.verdict import Phrase, Verdict
    from isocost.studies.report import StudyReport

__all__ = ["html_page", "small_print"]

NOTHING = Markup()

_KICKERS = {
    "recommended": "Where to run",
    "price-unknown": "Where to run",
    "nothing-qualifies": "Verdict",
    "runtime-only": "What a request takes",
    "quality-only": "What is answered right",
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
    pricing, verdict = pricing_of(report), verdict_of(report)
    parts = [
        *_figures(report, pricing),
        *sensitivity_parts(report),
        *principle_parts(report),
        *mix_parts(report),
        *break_even_parts(report),
        *_tables(report),
        *runtime_parts(report),
    ]
    pages = (_page(report, verdict, parts, controls) for controls in what_if_controls(report, verdict))
    return next((page for page in pages if len(page.encode()) <= SIZE_LIMIT), _page(report, verdict, parts))


def _page(report: StudyReport, verdict: Verdict, parts: Sequence[Part], controls: Markup = NOTHING) -> str:
    return document(
        name=report.name,
        dates=[each.measured_at_utc for each in report.provenance if each.measured_at_utc],
        verdict=join([_verdict(verdict), controls]),
        parts=with_notes(parts) if controls else parts,
        footer=[*([SMALL_PRINT_NOTE] if controls else []), *small_print(report)],
        scripts=SCRIPTS if controls else (),
    )


def _verdict(verdict: Verdict) -> Markup:
    head = [_phrase(phrase) for phrase in verdict.phrases if phrase.strong]
    rest = [_phrase(phrase) for phrase in verdict.phrases if not phrase.strong]
    return element(
        "section",
        {"class": f"verdict {verdict.state}", "aria-label": "Verdict"},
        element("p", {"class": "kicker"}, _KICKERS[verdict.state]),
        element("h1", None, *head),
        element("p", {"class": "lead"}, *rest),
    )


def _phrase(phrase: Phrase) -> Markup:
    if phrase.amount is not None:
        return cost_data(phrase.amount, sentence=True)
    if phrase.price:
        return element("span", {"class": "price-phrase"}, phrase.text)
    return join([phrase.text])


def _figures(report: StudyReport, pricing: Pricing) -> list[Part]:
    hourly = None if report.hourly is None else hourly_figure(report.hourly)
    figures = [
        frontier_figure(report),
        cost_figure(report),
        latency_figure(report),
        limit_figure(report),
        energy_figure(report),
        hourly,
    ]
    return [
        Part(title=each.title, markup=_priced(each, pricing), expendable=each.key != "cost", stays="")
        for each in figures
        if each is not None
    ]


def _priced(figure: Figure, pricing: Pricing) -> Markup:
    unit = (
        [join(["Cost in ", cost_unit(pricing), " "])] if figure.key in ("frontier", "cost", "energy") else []
    )
    return figure_markup(figure, *unit)


def _tables(report: StudyReport) -> list[Part]:
    hourly = [] if report.hourly is None else hourly_page_tables(report.hourly)
    tables = [
        (level_table(report), True, ""),
        (offered_table(report), False, ""),
        (replay_table(report), False, ""),
        (server_table(report), False, ""),
        *((table, True, "") for table in limit_tables(report)),
        (run_table(report), False, ""),
        (cost_table(report), False, ""),
        (returns_table(report), False, ""),
        (unit_table(report), False, ""),
        *((table, True, "") for table in quality_tables(report)),
        *((table, True, "service") for table in workload_page_tables(report)),
        *((table, False, "hour") for table in energy_tables(report)),
        *((table, False, "hour") for table in hourly),
    ]
    return [
        Part(title=table.title, markup=table_markup(table, opened=opened), expendable=not opened, stays=stays)
        for table, opened, stays in tables
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
