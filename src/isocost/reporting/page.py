"""The report as one HTML file that needs nothing else and lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from isocost.reporting.cautions import shared_cautions
from isocost.reporting.charts import cost_figure, frontier_figure, latency_figure, runtime_figures
from isocost.reporting.charts.figure import legend_mark
from isocost.reporting.markup import Markup, element, exact, join, shorten
from isocost.reporting.pricing import pricing_of
from isocost.reporting.tables import cell_table, cost_data, cost_table, cost_unit, level_table, unit_table
from isocost.reporting.verdict import verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.provenance import Provenance
    from isocost.reporting.charts import Figure, Panel, Series
    from isocost.reporting.pricing import Pricing
    from isocost.reporting.tables import Column, Table
    from isocost.reporting.verdict import Phrase, Verdict
    from isocost.studies.report import StudyReport

__all__ = ["html_page"]

_KICKERS = {
    "recommended": "Where to run",
    "price-unknown": "Where to run",
    "nothing-qualifies": "Verdict",
    "runtime-only": "What a request takes",
}
SIZE_LIMIT = 300 * 1024
"""Bytes that a page may have; beyond, what stands last gives way, save costs and levels."""
LIMIT = 400
"""Longest text from outside that is shown in full; longer ones are cut in the middle."""


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
    parts = [*_figures(report, pricing_of(report)), *_tables(report)]
    page = _assemble(report, parts)
    for number in reversed([i for i, part in enumerate(parts) if part.expendable]):
        if len(page.encode()) <= SIZE_LIMIT:
            break
        parts[number] = replace(parts[number], markup=_left_out(parts[number].title))
        page = _assemble(report, parts)
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A figure or table of the page; an expendable one gives way when the page grows too large."""

    title: str
    markup: Markup
    expendable: bool


def _left_out(title: str) -> Markup:
    text = f"{title}: left out of the page for its size; isocost report --json holds the numbers."
    return element("p", {"class": "left-out"}, text)


def _assemble(report: StudyReport, parts: Sequence[_Part]) -> str:
    main = element(
        "main", None, _verdict(verdict_of(report), pricing_of(report)), *(part.markup for part in parts)
    )
    footer = element("footer", None, *_small_print(report))
    body = element(
        "body", None, _masthead(report), main, footer, element("script", None, _asset("report.js"))
    )
    return f"<!DOCTYPE html>\n{element('html', {'lang': 'en'}, _head(report), body)}\n"


@cache
def _asset(name: str) -> Markup:
    """Read a style sheet or script of ours; trusted, and fit to stand in an element as it is."""
    text = resources.files("isocost.reporting").joinpath("assets", name).read_text(encoding="utf-8")
    if "</" in text:
        raise AssertionError(f"{name} must not hold an end tag")
    return Markup(text)


def _hash(name: str) -> str:
    digest = hashlib.sha256(_asset(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _head(report: StudyReport) -> Markup:
    policy = (
        f"default-src 'none'; style-src {_hash('report.css')}; script-src {_hash('report.js')}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", None, f"{shorten(report.name, 80)}: isocost report"),
        element("style", None, _asset("report.css")),
    )


def _masthead(report: StudyReport) -> Markup:
    dates = sorted({each.measured_at_utc[:10] for each in report.provenance if each.measured_at_utc})
    when = " to ".join(dict.fromkeys([dates[0], dates[-1]])) if dates else ""
    parts = [element("strong", None, "isocost"), element("span", None, _name(report.name))]
    parts += [element("span", None, f"measured {when}")] if when else []
    button = element("button", {"type": "button", "id": "theme", "hidden": True}, "Dark")
    return element("header", {"class": "masthead"}, *parts, button)


def _name(text: str, limit: int = 80) -> Markup:
    """Write a name from outside, kept apart from the direction of the text around it."""
    return element("bdi", None, shorten(text, limit))


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


def _figures(report: StudyReport, pricing: Pricing) -> list[_Part]:
    figures = [frontier_figure(report), cost_figure(report), latency_figure(report), *runtime_figures(report)]
    return [
        _Part(title=each.title, markup=_figure(each, pricing), expendable=each.key != "cost")
        for each in figures
        if each is not None
    ]


def _figure(figure: Figure, pricing: Pricing) -> Markup:
    priced = [join(["Cost in ", cost_unit(pricing), " "])]
    unit = priced if figure.key in ("frontier", "cost") else []
    return element(
        "figure",
        {"id": figure.key, "class": "plot"},
        element("h2", None, figure.title),
        element("p", {"class": "subtitle"}, *unit, figure.subtitle),
        *([_legend(figure.legend)] if figure.legend else []),
        element(
            "div", {"class": f"panels columns-{figure.columns}"}, *(_panel(panel) for panel in figure.panels)
        ),
        element("figcaption", None, " ".join(figure.notes)),
    )


def _legend(legend: Sequence[Series]) -> Markup:
    items = [element("li", None, legend_mark(series), _name(series.name)) for series in legend]
    return element("ul", {"class": "legend"}, *items)


def _panel(panel: Panel) -> Markup:
    title = [element("h3", None, _name(panel.title, 100))] if panel.title else []
    if len(panel.drawings) == 1:
        return element("div", {"class": "panel"}, *title, panel.drawings[0])
    wide, narrow = panel.drawings
    both = [element("div", {"class": "wide"}, wide), element("div", {"class": "narrow"}, narrow)]
    return element("div", {"class": "panel"}, *title, *both)


def _tables(report: StudyReport) -> list[_Part]:
    models = [each.runtime for each in report.deployments if each.runtime is not None]
    tables = [
        (level_table(report), True),
        (cost_table(report), False),
        (unit_table(report), False),
        (cell_table(models), False),
    ]
    return [
        _Part(title=table.title, markup=_table(table, opened=opened), expendable=not opened)
        for table, opened in tables
        if table is not None
    ]


def _table(table: Table, *, opened: bool) -> Markup:
    head = element("thead", None, element("tr", None, *(_heading(column) for column in table.columns)))
    bodies = [_rows(name, rows, table.columns) for name, rows in table.groups]
    inner = element("div", {"class": "scroll", "tabindex": "0"}, element("table", None, head, *bodies))
    summary = element("summary", None, element("h2", None, table.title))
    return element("details", {"class": "table", "open": opened}, summary, inner)


def _heading(column: Column) -> Markup:
    unit = [element("small", None, column.unit)] if column.unit else []
    return element("th", {"scope": "col", "class": _side(column)}, column.title, *unit)


def _side(column: Column) -> str | None:
    return "number" if column.numeric else None


def _rows(name: str, rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> Markup:
    lines = []
    if name:
        span = {"colspan": str(len(columns)), "scope": "rowgroup"}
        lines.append(element("tr", {"class": "group"}, element("th", span, _name(name))))
    for row in rows:
        cells = [
            element("td" if i else "th", {"class": _side(column), "scope": None if i else "row"}, cell)
            for i, (cell, column) in enumerate(zip(row, columns, strict=True))
        ]
        lines.append(element("tr", None, *cells))
    return element("tbody", None, *lines)


def _small_print(report: StudyReport) -> list[Markup]:
    cautions = [
        (shorten(scope, 200), _sentence(shorten(caution.text, LIMIT)), caution.code)
        for scope, caution in shared_cautions(report)
    ]
    assumptions = [
        (shorten(each.name, 80), shorten(each.value, LIMIT), shorten(each.source, LIMIT))
        for each in report.assumptions
    ]
    return [
        *_list("Cautions", cautions, "None: nothing looked doubtful."),
        *_list("Assumptions", assumptions, "None."),
        *_list("Where the numbers come from", [_origin(each) for each in report.provenance], "Not recorded."),
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list(title: str, rows: Sequence[tuple[str, str, str]], otherwise: str) -> list[Markup]:
    if not rows:
        return [element("section", None, element("h2", None, title), element("p", None, otherwise))]
    entries = [
        part
        for name, value, source in rows
        for part in (
            element("dt", None, _name(name or "Whole study", LIMIT)),
            element(
                "dd",
                None,
                _name(value, LIMIT),
                *([element("small", None, _name(source, LIMIT))] if source else []),
            ),
        )
    ]
    return [element("section", None, element("h2", None, title), element("dl", None, *entries))]


def _origin(each: Provenance) -> tuple[str, str, str]:
    facts = "; ".join(f"{name}: {value}" for name, value in sorted(each.facts.items()))
    when = f"{each.tool}, {each.measured_at_utc}" if each.measured_at_utc else each.tool
    return shorten(each.source, 80), when, shorten(facts, LIMIT)
