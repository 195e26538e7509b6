"""Scores of answers for a cascade: one row a request and model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.exchange.table import named_unit, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = ["ScoredAnswers", "read_scores"]

COST_NAMES = ("cost_usd", "cost", "usd")
QUALITY_NAMES = ("quality", "correct", "accuracy")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAnswers:
    """What each model answered to each request: cost, score and quality.

    Parameters
    ----------
    requests, models : tuple of str
        In the order of the file.
    cost_unit : str
        As the name of the column tells it; ``""`` where it does not.
    costs, scores, qualities : tuple of tuple of float
        One row a request, one column a model.
    """

    requests: tuple[str, ...]
    models: tuple[str, ...]
    cost_unit: str
    costs: tuple[tuple[float, ...], ...]
    scores: tuple[tuple[float, ...], ...]
    qualities: tuple[tuple[float, ...], ...]


def read_scores(
    path: Path, *, renames: Mapping[str, str] | None = None, where: Mapping[str, str] | None = None
) -> ScoredAnswers:
    """Read what a cascade is learned from.

    Columns: ``request``, ``model``, ``cost_usd`` (or ``cost``, ``usd``) of the answer with that of scoring
    it, ``score``, which decides whether it is accepted, and ``quality`` (or ``correct``, ``accuracy``).

    Parameters
    ----------
    path : Path
        A CSV file with a header.
    renames, where : mapping of str to str, optional
        Columns to rename; rows to choose.

    Returns
    -------
    ScoredAnswers

    Raises
    ------
    InputError
        If the file is no table, lacks a column or a number, or a request lacks a model or has one twice.
    """
    table = read_table(path, renames=renames, where=where)
    request, model = (table.column((name,), f"the {name}") for name in ("request", "model"))
    columns = (
        table.column(COST_NAMES, "the cost"),
        table.column(("score",), "the score"),
        table.column(QUALITY_NAMES, "the quality"),
    )
    cells: dict[tuple[str, str], tuple[float, ...]] = {}
    for row in table.rows:
        key = row.cells[request], row.cells[model]
        if key in cells:
            raise InputError(
                f"{table.source}, line {row.line}: request {key[0]!r} has model {key[1]!r} twice"
            )
        cells[key] = tuple(_number(table, row, column) for column in columns)
        if cells[key][0] < 0:
            raise InputError(f"{table.source}, line {row.line}: {columns[0]} must be at least 0")
    requests = tuple(dict.fromkeys(key[0] for key in cells))
    models = tuple(dict.fromkeys(key[1] for key in cells))
    for one in requests:
        lacking = next((other for other in models if (one, other) not in cells), None)
        if lacking is not None:
            raise InputError(
                f"{table.source}: request {one!r} has no row of model {lacking!r}; a cascade is judged on "
                "requests that every model answered"
            )
    parts = tuple(
        tuple(tuple(cells[one, other][part] for other in models) for one in requests) for part in range(3)
    )
    return ScoredAnswers(
        requests=requests,
        models=models,
        cost_unit=named_unit(columns[0]),
        costs=parts[0],
        scores=parts[1],
        qualities=parts[2],
    )


def _number(table: Table, row: Row, column: str) -> float:
    value = table.number(row, column)
    if value is None:
        raise InputError(f"{table.source}, line {row.line}: {column} is empty; give each row one")
    return value
