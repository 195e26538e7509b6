"""How efficient production units are, by the method and the quantities of the user's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.exchange.unit_table import read_unit_table
from isocost.frontier.production import doubts_about
from isocost.studies.scored_units import Scoring, problem_of
from isocost.studies.unit_dates import dated_scoring
from isocost.studies.unit_dominance import MOST_MEASURED, dominance_scoring
from isocost.studies.unit_envelopment import envelopment_scoring, reference_scoring
from isocost.studies.unit_noise import partial_scoring, stochastic_scoring
from isocost.studies.unit_question import UnitQuestion, check_question
from isocost.studies.unit_sources import open_units

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.core.provenance import Provenance
    from isocost.exchange.unit_table import UnitTable
    from isocost.studies.scored_units import ScoredUnit
    from isocost.studies.unit_sources import UnitSource

__all__ = ["UnitReport", "unit_report"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitReport:
    """How efficient units are.

    Parameters
    ----------
    name : str
        Of the file or studies.
    question : UnitQuestion
    table : UnitTable
        Their quantities.
    units : tuple of ScoredUnit
        In the order of the table.
    scoring : Scoring
        The method's account of all of them.
    tasks : tuple of str
        That quality is the mean over.
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    question: UnitQuestion
    table: UnitTable
    units: tuple[ScoredUnit, ...]
    scoring: Scoring
    tasks: tuple[str, ...]
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


def unit_report(
    source: UnitSource, question: UnitQuestion | None = None, *, reference: Path | None = None
) -> UnitReport:
    """Score the units of a file, of studies or of sweeps.

    Parameters
    ----------
    source : UnitSource
        What to open, by which columns.
    question : UnitQuestion, optional
        By dominance unless said.
    reference : Path, optional
        A file of units to hold them against, of the same columns.

    Returns
    -------
    UnitReport

    Raises
    ------
    InputError
        If units cannot be read, words do not go together, or values cannot be scored so.
    """
    question = question or UnitQuestion()
    opened = open_units(source)
    table = opened.table
    check_question(question, table)
    if reference is not None:
        if source.quality is not None:
            raise InputError("--reference reads all columns from a file; leave --quality out")
        others = read_unit_table(reference, source.columns, renames=source.renames)
        scoring = reference_scoring(table, others, question)
    else:
        scoring = _scored(table, question)
    return UnitReport(
        name=table.source,
        question=question,
        table=table,
        units=scoring.units(table),
        scoring=scoring,
        tasks=opened.tasks,
        cautions=(*table.cautions, *scoring.cautions, *_doubts(table, question)),
        provenance=opened.provenance,
    )


def _scored(table: UnitTable, question: UnitQuestion) -> Scoring:
    if table.dates is not None:
        return dated_scoring(table, question)
    if question.method == "pareto":
        if table.groups is not None:
            raise InputError("--group goes with --method dea, fdh or sfa; pareto compares single units")
        return dominance_scoring(table, question)
    if question.method == "order-m":
        return partial_scoring(table, question)
    if question.method == "sfa":
        return stochastic_scoring(table, question)
    return envelopment_scoring(table, question)


def _doubts(table: UnitTable, question: UnitQuestion) -> tuple[Caution, ...]:
    """Doubts that no method has told yet."""
    found: list[Caution] = []
    if table.has_intervals and question.method in ("pareto", "fdh") and len(table.names) > MOST_MEASURED:
        found.append(
            Caution(
                "error-not-carried",
                f"the columns' intervals are not carried: {len(table.names):,} units are more than the "
                f"{MOST_MEASURED} that are compared pair by pair",
            )
        )
    if question.method == "pareto" and table.inputs and table.outputs:
        try:
            found += [each for each in doubts_about(problem_of(table), "fdh") if each.code != "mixed-ratio"]
        except InputError:  # dominance takes any numbers
            return tuple(found)
    return tuple(found)
