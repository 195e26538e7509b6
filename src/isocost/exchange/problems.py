"""Attempts at problems: one row an attempt, or one row a problem and model."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.table import named_unit, read_table
from isocost.frontier import Attempts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = ["ProblemFile", "read_problems"]

COST_NAMES = ("cost_usd", "cost", "usd")
SUCCESS_NAMES = ("success", "successes", "correct", "passed")
GROUP_NAMES = ("group", "family", "vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFile:
    """Attempts of a file.

    Parameters
    ----------
    attempts : Attempts
        Costs as the file gives them, without verifying.
    cost_unit : str
        ``"USD"``, or ``""`` where the name of the column does not tell.
    human : tuple of float or None
        What an expert takes for each problem; ``None`` without such a column.
    groups : mapping of str to tuple of str
        Models by family; empty without such a column.
    """

    attempts: Attempts
    cost_unit: str
    human: tuple[float, ...] | None
    groups: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Cell:
    tried: int = 0
    won: int = 0
    paid: float = 0.0


def read_problems(
    path: Path,
    *,
    verifier_cost: float = 0.0,
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> ProblemFile:
    """Read what attempts at problems cost and which succeeded.

    Columns: ``problem``, ``model``, ``cost_usd`` (or ``cost``, ``usd``) of an attempt, ``success`` (or
    ``successes``, ``correct``, ``passed``): how many of ``attempts`` (1 if left out) succeeded. Rows of one
    problem and model are taken together. Optionally ``human_cost_usd``, what an expert takes for the
    problem, and ``group`` (or ``family``, ``vendor``) of the model.

    Parameters
    ----------
    path : Path
        A CSV file with a header.
    verifier_cost : float
        Of judging one attempt, added to its cost; at least 0.
    renames, where : mapping of str to str, optional

    Returns
    -------
    ProblemFile

    Raises
    ------
    InputError
        If the file is no table, lacks a column, a number is no good, a model lacks a problem, or the expert's
        cost differs between rows of a problem.
    """
    if not verifier_cost >= 0 or not np.isfinite(verifier_cost):
        raise InputError(f"the cost of verifying an attempt must be at least 0, got {verifier_cost:g}")
    table = read_table(path, renames=renames, where=where)
    problem, model = (table.column((name,), f"the {name}") for name in ("problem", "model"))
    cost = table.column(COST_NAMES, "the cost of an attempt")
    success = table.column(SUCCESS_NAMES, "how many attempts succeeded")
    cells: dict[tuple[str, str], _Cell] = defaultdict(_Cell)
    for row in table.rows:
        _count(table, row, cells[row.cells[problem], row.cells[model]], cost, success)
    problems = tuple(dict.fromkeys(key[0] for key in cells))
    models = tuple(dict.fromkeys(key[1] for key in cells))
    rows = [[_cell(table, cells, one, other) for other in models] for one in problems]
    return ProblemFile(
        attempts=Attempts(
            problems=problems,
            models=models,
            attempts=np.array([[cell.tried for cell in row] for row in rows]),
            successes=np.array([[cell.won for cell in row] for row in rows]),
            cost=np.array([[cell.paid / cell.tried + verifier_cost for cell in row] for row in rows]),
        ),
        cost_unit=named_unit(cost),
        human=_human(table, problem, problems),
        groups=_groups(table, model),
    )


def _count(table: Table, row: Row, cell: _Cell, cost: str, success: str) -> None:
    tried = _whole(table, row, "attempts") if "attempts" in table.columns else 1
    won = _whole(table, row, success)
    if tried < 1 or won > tried:
        raise InputError(
            f"{table.source}, line {row.line}: {won} of {tried} attempts succeeded; give at least one "
            "attempt and no more successes than attempts"
        )
    paid = table.number(row, cost, above_zero=True)
    if paid is None:
        raise InputError(f"{table.source}, line {row.line}: {cost} is empty; give each row one")
    cell.tried += tried
    cell.won += won
    cell.paid += paid * tried


def _whole(table: Table, row: Row, column: str) -> int:
    text = row.cells[column].lower()
    if text in ("true", "false"):
        return int(text == "true")
    value = table.number(row, column)
    if value is None or value < 0 or not value.is_integer():
        raise InputError(
            f"{table.source}, line {row.line}: {column} must be a whole number of at least 0, got "
            f"{row.cells[column]!r}"
        )
    return int(value)


def _cell(table: Table, cells: Mapping[tuple[str, str], _Cell], problem: str, model: str) -> _Cell:
    if (problem, model) not in cells:
        raise InputError(
            f"{table.source}: {model!r} has no attempt at problem {problem!r}; every model needs one, or "
            "leave the problem or the model out"
        )
    return cells[problem, model]


def _human(table: Table, problem: str, problems: tuple[str, ...]) -> tuple[float, ...] | None:
    column = next((name for name in ("human_cost_usd", "human_cost") if name in table.columns), None)
    if column is None:
        return None
    known: dict[str, float] = {}
    for row in table.rows:
        value = table.number(row, column, above_zero=True)
        if value is not None and known.setdefault(row.cells[problem], value) != value:
            raise InputError(
                f"{table.source}, line {row.line}: {column} of problem {row.cells[problem]!r} is {value:g}, "
                f"and was {known[row.cells[problem]]:g}; give one for each problem"
            )
    lacking = next((name for name in problems if name not in known), None)
    if lacking is not None:
        raise InputError(f"{table.source}: {column} of problem {lacking!r} is empty; give each problem one")
    return tuple(known[name] for name in problems)


def _groups(table: Table, model: str) -> dict[str, tuple[str, ...]]:
    column = next((name for name in GROUP_NAMES if name in table.columns), None)
    if column is None:
        return {}
    found: dict[str, dict[str, None]] = {}
    for row in table.rows:
        found.setdefault(row.cells[column] or row.cells[model], {})[row.cells[model]] = None
    return {name: tuple(models) for name, models in found.items()}
