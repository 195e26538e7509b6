"""What all pages share: one HTML file that needs nothing else and lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import legend_mark
from isocost.reporting.markup import Markup, element, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.provenance import Provenance
    from isocost.reporting.charts import Figure, Panel, Series
    from isocost.reporting.tables import Column, Table

__all__ = [
    "LIMIT",
    "SIZE_LIMIT",
    "Part",
    "as_sentence",
    "definitions",
    "document",
    "figure_markup",
    "name_markup",
    "origin",
    "table_markup",
    "verdict_markup",
]

SIZE_LIMIT = 300 * 1024
"""Bytes that a page may have; beyond, what stands last gives way, save costs and levels."""
SCRIPT = ("theme.js", "figures.js", "download.js")
"""What runs in every page, as one script."""
LIMIT = 400
"""Longest text from outside that is shown in full; longer ones are cut in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A figure or table of the page.

    Parameters
    ----------
    title : str
    markup : Markup
    expendable : bool
        Whether it gives way when the page grows too large.
    stays : str
        Which of the page's what-if inputs it hangs on without following them, of ``price``, ``hour`` and
        ``service``: the page says so when one of them is tried.
    """

    title: str
    markup: Markup
    expendable: bool
    stays: str = "price hour service"


def document(
    *,
    name: str,
    dates: Sequence[str],
    verdict: Markup,
    parts: Sequence[Part],
    footer: Sequence[Markup],
    command: str = "isocost report",
    scripts: Sequence[str] = (),
) -> str:
    """Write a page; expendable parts give way, the last ones first, until it is small enough.

    Parameters
    ----------
    name : str
        Of what the page reports.
    dates : sequence of str
        ISO 8601 dates on which it was measured; may be empty.
    verdict : Markup
    parts : sequence of Part
        In the order of the page.
    footer : sequence of Markup
    command : str
        What prints the numbers of parts that gave way, with ``--json``.
    scripts : sequence of str
        Assets that run in the page after those that every page has, in this order.
    """
    main = (verdict, footer, (SCRIPT, *((each,) for each in scripts)))

    def page_without(gone: set[int]) -> str:
        left = [
            replace(part, markup=_left_out(part.title, command)) if i in gone else part
            for i, part in enumerate(parts)
        ]
        return _assemble(name, dates, main, left)

    gone: set[int] = set()
    for number in reversed([i for i, part in enumerate(parts) if part.expendable]):
        if len(page_without(gone).encode()) <= SIZE_LIMIT:
            break
        gone.add(number)
    for number in sorted(gone):  # what gave way in vain, before something larger did, comes back
        if len(page_without(gone - {number}).encode()) <= SIZE_LIMIT:
            gone.remove(number)
    return page_without(gone)


def _left_out(title: str, command: str) -> Markup:
    text = f"{title}: left out of the page for its size; {command} --json holds the numbers."
    return element("p", {"class": "left-out"}, text)


def _assemble(
    name: str,
    dates: Sequence[str],
    around: tuple[Markup, Sequence[Markup], Sequence[tuple[str, ...]]],
    parts: Sequence[Part],
) -> str:
    verdict, footer, scripts = around
    main = element("main", None, verdict, *(part.markup for part in parts))
    foot = element("footer", None, *footer)
    code = [element("script", None, _assets(script)) for script in scripts]
    body = element("body", None, _masthead(name, dates), main, foot, *code)
    return f"<!DOCTYPE html>\n{element('html', {'lang': 'en'}, _head(name, scripts), body)}\n"


@cache
def _asset(name: str) -> Markup:
    """Read a style sheet or script of ours; trusted, fit to stand in an element, and without indents."""
    text = resources.files("isocost.reporting").joinpath("assets", name).read_text(encoding="utf-8")
    if "</" in text:
        raise AssertionError(f"{name} must not hold an end tag")
    return Markup("\n".join(line.strip() for line in text.splitlines()))


@cache
def _assets(names: tuple[str, ...]) -> Markup:
    return Markup("\n".join(_asset(name) for name in names))


def _hash(*names: str) -> str:
    digest = hashlib.sha256(_assets(names).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _head(name: str, scripts: Sequence[tuple[str, ...]]) -> Markup:
    policy = (
        f"default-src 'none'; style-src {_hash('report.css')}; "
        f"script-src {' '.join(_hash(*script) for script in scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", None, f"{shorten(name, 80)}: isocost report"),
        element("style", None, _asset("report.css")),
    )


def _masthead(name: str, dates: Sequence[str]) -> Markup:
    days = sorted({date[:10] for date in dates})
    when = " to ".join(dict.fromkeys([days[0], days[-1]])) if days else ""
    parts = [element("strong", None, "isocost"), element("span", None, name_markup(name))]
    parts += [element("span", None, f"measured {when}")] if when else []
    button = element("button", {"type": "button", "id": "theme", "hidden": True}, "Dark")
    return element("header", {"class": "masthead"}, *parts, button)


def name_markup(text: str, limit: int = 80) -> Markup:
    """Write a name from outside, kept apart from the direction of the text around it."""
    return element("bdi", None, shorten(text, limit))


def verdict_markup(kicker: str, head: str, lead: Iterable[str]) -> Markup:
    """Write the verdict of a page: what it is about, the sentence that matters, and what follows it."""
    return element(
        "section",
        {"class": "verdict", "aria-label": "Verdict"},
        element("p", {"class": "kicker"}, kicker),
        element("h1", None, head),
        *(element("p", {"class": "lead"}, each) for each in lead),
    )


def figure_markup(figure: Figure, *unit: str) -> Markup:
    """Write a figure; `unit` stands before its subtitle."""
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
        *([_figure_data(figure)] if figure.data else []),
    )


def _figure_data(figure: Figure) -> Markup:
    """Write the numbers behind a figure, unseen, for downloads: a line a row, a tab between cells."""
    lines = ("\t".join(" ".join(cell.split()) for cell in row) for row in figure.data)
    return element("pre", {"class": "figure-data", "hidden": True}, "\n".join(lines))


def _legend(legend: Sequence[Series]) -> Markup:
    items = [element("li", None, legend_mark(series), name_markup(series.name)) for series in legend]
    return element("ul", {"class": "legend"}, *items)


def _panel(panel: Panel) -> Markup:
    title = [element("h3", None, name_markup(panel.title, 100))] if panel.title else []
    if len(panel.drawings) == 1:
        return element("div", {"class": "panel"}, *title, panel.drawings[0])
    wide, narrow = panel.drawings
    both = [element("div", {"class": "wide"}, wide), element("div", {"class": "narrow"}, narrow)]
    return element("div", {"class": "panel"}, *title, *both)


def table_markup(table: Table, *, opened: bool) -> Markup:
    """Write a table that can be folded."""
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
        lines.append(element("tr", {"class": "group"}, element("th", span, name_markup(name))))
    for row in rows:
        cells = [
            element("td" if i else "th", {"class": _side(column), "scope": None if i else "row"}, cell)
            for i, (cell, column) in enumerate(zip(row, columns, strict=True))
        ]
        lines.append(element("tr", None, *cells))
    return element("tbody", None, *lines)


def as_sentence(text: str) -> str:
    """Let a text begin with a capital letter."""
    return text[:1].upper() + text[1:]


def definitions(title: str, rows: Sequence[tuple[str, str, str]], otherwise: str) -> list[Markup]:
    """Write names with their value and source; `otherwise` where there are none."""
    if not rows:
        return [element("section", None, element("h2", None, title), element("p", None, otherwise))]
    entries = [
        part
        for name, value, source in rows
        for part in (
            element("dt", None, name_markup(name or "Whole study", LIMIT)),
            element(
                "dd",
                None,
                name_markup(value, LIMIT),
                *([element("small", None, name_markup(source, LIMIT))] if source else []),
            ),
        )
    ]
    return [element("section", None, element("h2", None, title), element("dl", None, *entries))]


def _who_first(fact: tuple[str, str]) -> tuple[bool, str]:
    """Put who measured together first, where no shortening takes it away; the rest by name."""
    return fact[0] != "executor", fact[0]


def origin(each: Provenance) -> tuple[str, str, str]:
    """Tell where numbers come from, as a row of `definitions`."""
    facts = "; ".join(f"{name}: {value}" for name, value in sorted(each.facts.items(), key=_who_first))
    when = f"{each.tool}, {each.measured_at_utc}" if each.measured_at_utc else each.tool
    return shorten(each.source, 80), when, shorten(facts, LIMIT)
