"""Production units and their efficiency as lines of text."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from isocost.frontier.direction import Direction
from isocost.reporting.markup import clean, shorten
from isocost.reporting.plain import LEAST, table_lines
from isocost.reporting.unit_tables import NAME_LIMIT, possible, unit_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.frontier import StochasticFrontier
    from isocost.studies.units import UnitReport

__all__ = ["method_lines", "unit_sentence", "unit_text"]

FEW = 8
"""Names in a sentence, at most."""
NAMED = 28
"""Characters of a name that are shown even where lines get longer than they should."""
ROWS = 40
"""Units in the text, at most; JSON has all."""
_RETURNS = {
    "vrs": "variable returns",
    "crs": "constant returns",
    "drs": "non-increasing returns",
    "irs": "non-decreasing returns",
    "fdh": "no mixing of units",
}


def unit_text(report: UnitReport, *, width: int = 100) -> str:
    """Write the verdict, how scores are to be read, a line for each unit, and the doubts."""
    lines = [unit_sentence(report), *method_lines(report)]
    longest = max((len(unit.name) for unit in report.units[:ROWS]), default=0)
    least = max(LEAST, min(longest, NAMED))  # loads are told apart by the end of a name
    for table in unit_tables(report, most=ROWS):
        lines += ["", *table_lines(table, width=width, least=least)]
    if len(report.units) > ROWS:
        lines.append(f"… and {len(report.units) - ROWS:,} more; --json has all")
    return "\n".join([*lines, *(f"! {clean(shorten(each.text, 400))}" for each in report.cautions)])


def unit_sentence(report: UnitReport) -> str:
    """Say in a sentence or two what the method found."""
    if report.scoring.changes:
        return clean(" ".join(_changed(report)))
    if report.scoring.stochastic is not None:
        return clean(_stochastic(report, report.scoring.stochastic))
    if report.question.method == "order-m":
        return clean(_partial(report))
    if report.question.method == "pareto":
        return clean(_dominance(report))
    return clean(_enveloped(report))


def method_lines(report: UnitReport) -> Iterator[str]:
    """Yield how scores were made and are to be read, and what is not told."""
    if report.scoring.convention is not None:
        yield clean(f"Score: {report.scoring.convention}; n = {len(report.units):,}.")
    if report.tasks:
        yield clean(
            f"Quality: mean over {', '.join(report.tasks[:FEW])}{', …' if len(report.tasks) > FEW else ''}."
        )
    yield from (clean(line) for line in _tests(report))
    for note in report.scoring.notes:
        yield clean(f"Note: {note}.")


def _dominance(report: UnitReport) -> str:
    ahead = [unit.name for unit in report.units if unit.on_frontier]
    by = ", ".join(f"{axis.name} ({axis.better} is better)" for axis in report.table.axes)
    verb = "is" if len(ahead) == 1 else "are"
    dominance = report.question.dominance or "strict"
    text = (
        f"{len(ahead):,} of {len(report.units):,} units {verb} on the frontier by {by}, {dominance} "
        "dominance: "
        f"{_named(ahead)}."
    )
    shown = [unit for unit in report.units if unit.improvements]
    if not shown:
        return text
    most = max(shown, key=lambda unit: max(each.share or 0.0 for each in unit.improvements))
    return (
        f"{text} Most is possible for {shorten(most.name, NAME_LIMIT)}, all else as good: "
        f"{possible(most, report)}."
    )


def _enveloped(report: UnitReport) -> str:
    question = report.question
    ahead = [unit.name for unit in report.units if unit.on_frontier]
    scores = [unit.score for unit in report.units if unit.score is not None]
    verb = "is" if len(ahead) == 1 else "are"
    towards = question.towards(report.table)
    how = f"{_RETURNS[question.technology]}, " + (
        _along(report) if towards == "directional" else f"{towards}-oriented"
    )
    text = f"{len(ahead):,} of {len(report.units):,} units {verb} efficient by {question.method} ({how})"
    text += f": {_named(ahead)}." if ahead else "."
    if scores:
        text += f" The median score is {_median(scores)}."
    unscored = len(report.units) - len(scores)
    if unscored:
        text += (
            f" {unscored} {'has' if unscored == 1 else 'have'} no score: the program has no finite solution."
        )
    return text


def _along(report: UnitReport) -> str:
    direction = (report.question.direction or Direction()).label
    disposal = report.question.disposal(report.table)
    if not report.table.bads:
        return f"directional, {direction.removesuffix(', bad outputs by own')}"
    return (
        f"directional, {direction}, bad outputs {'weakly' if disposal == 'weak' else 'strongly'} disposable"
    )


def _partial(report: UnitReport) -> str:
    beyond = report.question.towards(report.table) != "output"
    scores = [unit.score for unit in report.units if unit.score is not None]
    better = [
        unit.name
        for unit in report.units
        if unit.score is not None and (unit.score > 1 + 1e-9 if beyond else unit.score < 1 - 1e-9)
    ]
    verb = "surpasses" if len(better) == 1 else "surpass"
    named = f": {_named(better)}" if better else ""
    order = report.question.order
    frontier = "order-m" if order is None or isinstance(order, int) else "order-alpha"
    return (
        f"{len(better)} of {len(report.units):,} units {verb} the {frontier} frontier{named}. The median "
        f"score is {_median(scores)}."
    )


def _median(scores: Sequence[float]) -> str:
    """Write the median, without the solver's last digits: distances of 1e-17 are 0."""
    return f"{round(statistics.median(scores), 12):.3g}"


def _stochastic(report: UnitReport, found: StochasticFrontier) -> str:
    if found.mean_efficiency is None:
        return f"No efficiency can be told of {len(report.units):,} units: {found.cannot_tell}."
    both = found.mean_efficiency
    test = found.inefficiency
    verb = "is told" if test.p_value < 0.05 else "cannot be told"
    return (
        f"Mean efficiency of {len(report.units):,} units is {both[0]:.4g} by Battese and Coelli, "
        f"{both[1]:.4g} by "
        f"JLMS; inefficiency {verb} from noise (LR {test.statistic:.5g}, p {test.p_value:.2g}, "
        f"{test.distribution})."
    )


def _changed(report: UnitReport) -> Iterator[str]:
    for each in report.scoring.changes:
        mean = each.mean
        yield (
            f"From {each.before} to {each.after} productivity went to {mean.total:.4g} of what it was on "
            "the mean of "
            f"{len(each.units):,} units: catching up {mean.efficiency:.4g}, the frontier's move "
            f"{mean.technical:.4g}."
        )


def _tests(report: UnitReport) -> Iterator[str]:
    scoring = report.scoring
    if scoring.bootstrap is not None:
        options = scoring.bootstrap.options
        yield (
            f"Corrected: Simar and Wilson's smoothed bootstrap, {options.resamples:,} resamples, bandwidth "
            f"{scoring.bootstrap.bandwidth:.3g} ({options.rule}), bias on the "
            f"{options.scale.capitalize()} scale"
            + (
                "."
                if scoring.bootstrap.clusters is None
                else f", {scoring.bootstrap.clusters} deployments kept whole."
            )
        )
    if scoring.grouped is not None and scoring.grouped.p_value is not None:
        yield (
            f"Groups: {_same(scoring.grouped.p_value)} (permutation test, mean log gap "
            f"{scoring.grouped.gap:.3g}, p "
            f"{scoring.grouped.p_value:.2g})."
        )
    if scoring.metafrontier is not None:
        test = scoring.metafrontier.common
        yield (
            f"Groups: {_same(test.p_value)} (LR {test.statistic:.4g}, p {test.p_value:.2g}, "
            f"{test.distribution})."
        )
    if scoring.stochastic is not None and scoring.stochastic.units:
        yield (
            f"Log likelihood {scoring.stochastic.log_likelihood:.7g}; residuals skewed by "
            f"{scoring.stochastic.skewness:.3g}."
        )


def _same(p_value: float) -> str:
    if p_value < 0.05:
        return "they do not share one frontier and one distribution of efficiency"
    return "that they share one frontier is not ruled out"


def _named(names: Sequence[str]) -> str:
    few = [shorten(name, NAME_LIMIT) for name in names[:FEW]]
    return ", ".join(few) + (f" and {len(names) - FEW:,} more" if len(names) > FEW else "")
