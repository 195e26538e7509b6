"""Cost of a success, a row a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.dots import DotRow, Dots, dot_figure
from isocost.reporting.format import estimate_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.reporting.charts.figure import Figure
    from isocost.studies.success import ModelSuccess, SuccessReport

__all__ = ["success_figure"]

ONE, BEST = "one model for all problems", "the cheapest choice at each problem"


def success_figure(report: SuccessReport) -> Figure | None:
    """Draw what a success costs with each model, and with the best choice at each problem.

    Parameters
    ----------
    report : SuccessReport

    Returns
    -------
    Figure or None
    """
    expert = report.frontier.human
    name = f"cost of a success{f', {report.unit}' if report.unit else ''}"
    return dot_figure(
        Dots(
            key="success",
            title="What a success costs",
            subtitle=f"{name}, mean over {report.problems} problems, logarithmic; the cheapest first",
            quantity=name,
            rows=tuple(_rows(report)),
            reference=() if expert is None else ((expert.value, "an expert alone"),),
            log=True,
            notes=(
                "A model that never solved some problem has no bound there.",
                "Intervals: bootstrap over problems.",
            ),
        )
    )


def _rows(report: SuccessReport) -> Iterator[DotRow]:
    frontier = report.frontier
    yield DotRow(
        name="the cheapest at each",
        value=frontier.cost,
        otherwise="unbounded: a problem that nobody solved",
        group=BEST,
    )
    if frontier.split is not None:
        yield DotRow(
            name="chosen by half of the attempts",
            value=frontier.split,
            group=BEST,
            notes=("judged by the other half: near what a choice by so few attempts costs",),
        )
    for each in report.models:
        yield _row(each)


def _row(each: ModelSuccess) -> DotRow:
    return DotRow(
        name=each.name,
        value=each.cost,
        otherwise="unbounded",
        at_least=each.corrected,
        group=ONE,
        notes=(
            f"an attempt: {estimate_text(each.attempt_cost)}",
            f"success rate: {estimate_text(each.rate)}",
            f"problems never solved: {each.unsolved}",
        ),
    )
