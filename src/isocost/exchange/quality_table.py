"""Scores of models in a CSV file of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.quality import QualityScore
from isocost.exchange.score_parts import scored
from isocost.exchange.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isocost.core.estimate import Estimate
    from isocost.exchange.table import Row, Table

__all__ = ["quality_table"]

MODEL_NAMES = ("model", "name", "unit", "deployment")
SCORE_NAMES = ("score", "accuracy", "quality", "acc")


def quality_table(path: Path) -> Iterator[QualityScore]:
    """Yield the score of each row.

    Raises
    ------
    InputError
        If there are no such columns, or a row lacks model or score.
    """
    table = read_table(path)
    advice = "rename one in the file"
    model = table.column(MODEL_NAMES, "the model", rename=advice)
    score = table.column(SCORE_NAMES, "the score", rename=advice)
    for row in table.rows:
        if not row.cells[model]:
            raise InputError(f"{table.source}, line {row.line}: {model} is empty; give each row one")
        yield QualityScore(
            model=row.cells[model],
            task=row.cells.get("task") or "all",
            metric=score,
            value=_value(table, row, score),
            tool="a file given",
        )


def _value(table: Table, row: Row, score: str) -> Estimate:
    source = f"{table.source}, line {row.line}"
    value = table.number(row, score)
    if value is None:
        raise InputError(f"{source}: {score} is empty; leave such rows out")
    low, high, error, other, questions = (
        table.number(row, name) if name in table.columns else None
        for name in (f"{score}_low", f"{score}_high", f"{score}_se", "stderr", "n")
    )
    if questions is not None and (questions < 1 or not questions.is_integer()):
        raise InputError(f"{source}: n must be a whole number of questions, got {questions:g}")
    told = scored(
        value,
        error=other if error is None else error,
        questions=None if questions is None else int(questions),
        source=source,
    )
    if low is None and high is None:
        return told
    try:
        return replace(told, low=low, high=high, method="mean score with its interval, as the file says")
    except InputError as fault:
        raise InputError(f"{source}: {score}: {fault}") from None
