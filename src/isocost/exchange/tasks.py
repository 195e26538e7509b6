"""Workloads in CSV files: one task type a row, or one request a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.exchange.table import read_table
from isocost.workload.tasks import TaskType

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = ["read_tasks"]

_INPUT = ("input_tokens", "prompt_tokens", "isl")
_OUTPUT = ("output_tokens", "completion_tokens", "osl")


def read_tasks(path: Path) -> tuple[TaskType, ...]:
    """Read the task types of a workload.

    Columns are ``input_tokens`` and ``output_tokens``, medians where a tail is given; optionally ``task``, a
    name; ``requests``, how many (1 if left out); ``input_tail`` and ``output_tail``, 95th percentile over
    median.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of TaskType
        One a row.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a row is no task type.
    """
    table = read_table(path)
    advice = "rename one in the file"
    columns = (
        table.column(_INPUT, "the input", rename=advice),
        table.column(_OUTPUT, "the output", rename=advice),
    )
    return tuple(_task(table, row, columns) for row in table.rows)


def _task(table: Table, row: Row, columns: tuple[str, str]) -> TaskType:
    lengths = [table.number(row, column, above_zero=True) for column in columns]
    if lengths[0] is None or lengths[1] is None:
        raise InputError(f"{table.source}, line {row.line}: a task needs both lengths, one is empty")
    requests = _optional(table, row, "requests", 1.0)
    if not requests.is_integer():
        raise InputError(f"{table.source}, line {row.line}: requests must be whole, got {requests:g}")
    try:
        return TaskType(
            name=row.cells.get("task") or f"line {row.line}",
            requests=int(requests),
            input_tokens=lengths[0],
            output_tokens=lengths[1],
            input_tail=_optional(table, row, "input_tail", 1.0),
            output_tail=_optional(table, row, "output_tail", 1.0),
        )
    except InputError as error:
        raise InputError(f"{table.source}, line {row.line}: {error}") from None


def _optional(table: Table, row: Row, column: str, otherwise: float) -> float:
    value = table.number(row, column, above_zero=True) if column in table.columns else None
    return otherwise if value is None else value
