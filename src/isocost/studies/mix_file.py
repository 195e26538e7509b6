"""The best mix of a file's units, and a cascade learned for the same aim."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.provenance import Provenance
from isocost.exchange import read_units
from isocost.exchange.table import read_table
from isocost.studies.cascade import cascade_report
from isocost.studies.mix import MixQuestion, mixed_units

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.core.estimate import Caution
    from isocost.frontier import Axis, ProductionUnit
    from isocost.studies.mix import MixReport

__all__ = ["mix_report"]

COST_COLUMNS = ("cost_usd", "usd_per_request", "cost_per_request_usd", "cost", "price")
QUALITY_COLUMNS = ("quality", "accuracy", "score", "exact_match", "capability")


def mix_report(
    path: Path,
    question: MixQuestion | None = None,
    *,
    cascade: Path | None = None,
    train_share: float = 0.5,
    seed: int = 0,
) -> MixReport:
    """Find the best mix of a file's units for a budget or a quality.

    Parameters
    ----------
    path : Path
        A CSV file, one unit a row, with its mean cost a request and its mean quality.
    question : MixQuestion, optional
    cascade : Path, optional
        Scores of single answers (see `isocost.exchange.read_scores`), to learn a cascade for the same aim.
    train_share : float
        Of those requests, the share that the cascade is learned on, in (0, 1).
    seed : int

    Returns
    -------
    MixReport

    Raises
    ------
    InputError
        If the file has no such columns, a cost is negative, or both aims are given.
    """
    question = question or MixQuestion()
    if question.budget is not None and question.floor is not None:
        raise InputError("give --budget or --quality, not both: each leaves the other to be found")
    if cascade is not None and question.budget is None and question.floor is None:
        raise InputError("a cascade is learned for an aim: give --budget or --quality with --cascade")
    axes, units, cautions = _read(path, question)
    found = mixed_units(
        path.name,
        axes,
        units,
        question,
        provenance=Provenance(source=str(path), tool="a file given", facts=dict(question.where or {})),
        seed=seed,
    )
    learned = None
    if cascade is not None:
        learned = cascade_report(
            cascade, budget=question.budget, quality=question.floor, train_share=train_share, seed=seed
        )
    return replace(found, cascade=learned, cautions=(*cautions, *found.cautions))


def _read(
    path: Path, question: MixQuestion
) -> tuple[tuple[Axis, ...], tuple[ProductionUnit, ...], tuple[Caution, ...]]:
    columns = _columns(path, question)
    read = read_units(
        path,
        inputs=[columns[0]],
        outputs=[columns[1]],
        name=question.name,
        renames=question.renames,
        where=question.where,
    )
    below = next((unit for unit in read.units if unit.values[0].value < 0), None)
    if below is not None:
        raise InputError(
            f"{path}: {below.name} has {columns[0]} {below.values[0].value:g}; a cost must be at least 0"
        )
    return read.axes, read.units, read.cautions


def _columns(path: Path, question: MixQuestion) -> tuple[str, str]:
    if question.cost is not None and question.quality is not None:
        return question.cost, question.quality
    table = read_table(path, renames=question.renames)
    found = []
    for given, usual, option in (
        (question.cost, COST_COLUMNS, "--cost"),
        (question.quality, QUALITY_COLUMNS, "--quality-column"),
    ):
        known = given or next((name for name in usual if name in table.columns), None)
        if known is None:
            raise InputError(
                f"{path} has none of the columns {', '.join(usual)}; name yours with {option} COLUMN "
                f"(it has {', '.join(table.columns[:12])})"
            )
        found.append(known)
    return found[0], found[1]
