"""The break-even as a section of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.breakeven import (
    at_load_sentence,
    break_even_sentence,
    break_even_tables,
    replica_sentence,
)
from isocost.reporting.charts import break_even_figure
from isocost.reporting.document import Part, figure_markup, table_markup
from isocost.reporting.markup import element

if TYPE_CHECKING:
    from isocost.reporting.markup import Markup
    from isocost.studies.breakeven import BreakEvenReport
    from isocost.studies.report import StudyReport

__all__ = ["break_even_parts", "break_even_words"]

TITLE = "Own deployment or not?"
FIXED = "At the prices of this report: a price that is tried in the page does not change what is said here."


def break_even_parts(report: StudyReport, *, titled: bool = True) -> list[Part]:
    """Write the parts of a page on a break-even: words, the surface, tables; none where it was not asked.

    Parameters
    ----------
    report : StudyReport
    titled : bool
        Whether the words stand as a section of their own; otherwise the page says them elsewhere.
    """
    told = report.breakeven
    if told is None:
        return []
    parts = []
    if titled:
        words = [*break_even_words(told), element("p", None, FIXED)]
        section = element("section", {"class": "section"}, element("h2", None, TITLE), *words)
        parts.append(Part(title=TITLE, markup=section, expendable=False))
    figure = break_even_figure(told)
    if figure is not None:
        parts.append(Part(title=figure.title, markup=figure_markup(figure), expendable=True))
    return parts + [
        Part(title=each.title, markup=table_markup(each, opened=True), expendable=number > 0)
        for number, each in enumerate(break_even_tables(told))
    ]


def break_even_words(told: BreakEvenReport, *, verdict: bool = True) -> list[Markup]:
    """Write the sentences of a break-even as paragraphs; the verdict first, unless it is said elsewhere."""
    first = [break_even_sentence(told)] if verdict else []
    steps = replica_sentence(told)
    said = [*first, *at_load_sentence(told), *([] if steps is None else [steps])]
    return [element("p", None, each) for each in said]
