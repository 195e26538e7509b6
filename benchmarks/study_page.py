"""What the pages of docs/studies are written with: tables in their places, and pictures that stand alone."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from isocost.reporting.markup import Markup, element
from isocost.reporting.svg import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RULES = (
    ".chart text", ".chart .", ".grid", ".base", ".s0", ".s4", ".mark", ".open", ".dashed",
    ".line", ".thin", ".whisker", ".bound", ".frontier-line",
)  # fmt: skip
FONT = (
    '.chart text { font-family: Inter, "Segoe UI", "Liberation Sans", Arial, sans-serif; }\n'
    ".chart .heading { font-size: 16px; font-weight: 600; }\n"
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def filled(page: str, tables: Mapping[str, str]) -> str:
    """Return the page with its tables in their places."""
    for name, rows in tables.items():
        begin, end = f"<!-- begin: {name} -->", "<!-- end -->"
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        assert re.search(pattern, page, flags=re.DOTALL), f"the page has no place for {name}"
        page = re.sub(pattern, lambda _, new=f"{begin}\n\n{rows}\n\n{end}": new, page, flags=re.DOTALL)  # type: ignore[misc]
    return page


def standing_alone(width: float, height: float, title: str, subtitle: str, body: Sequence[str]) -> str:
    """Write a drawing as a file of its own, with the colours of the light theme and the report's rules."""
    attributes: dict[str, str | float | bool | None] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": width,
        "height": height,
        "class": "chart",
        "role": "img",
    }
    drawn = element(
        "svg",
        attributes,
        element("title", None, f"{title}: {subtitle}"),
        Markup(f"<style>\n{_sheet()}</style>"),
        element("rect", {"width": width, "height": height, "fill": "#fcfbf8"}),
        text(16, 26, title, "heading"),
        text(16, 46, subtitle, "axis-title"),
        *body,
    )
    return drawn + "\n"


def _sheet() -> str:
    """Take the colours of the light theme and the rules of charts from the report's style sheet."""
    css = (files("isocost.reporting") / "assets" / "report.css").read_text(encoding="utf-8")
    colours = css[: css.index("}") + 1]
    rules = [line for line in css.splitlines() if line.startswith(RULES)]
    return "\n".join([colours, *rules, FONT])
