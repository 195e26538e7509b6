"""Tables in CSV files: columns by name, rows chosen by their text, numbers checked where they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.exchange.text_file import csv_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Row", "Table", "named_unit", "read_header", "read_table"]

_ENDINGS = (
    ("tokens_per_second", "tokens/s"),
    ("tokens_per_s", "tokens/s"),
    ("_cents", "US cents"),
    ("_usd", "USD"),
    ("_kwh", "kWh"),
    ("_wh", "Wh"),
    ("_ms", "ms"),
    ("_s", "s"),
    ("_j", "J"),
    ("_w", "W"),
    ("flops", "FLOP"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table.

    Parameters
    ----------
    line : int
        Where it ends in the file, counted from 1.
    cells : mapping of str to str
        By column; without blanks at both ends.
    """

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file with a header.

    Parameters
    ----------
    source : str
        The file.
    columns : tuple of str
        After renaming, in the order of the file.
    rows : tuple of Row
        Those that were asked for.
    """

    source: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, names: Sequence[str], role: str, *, rename: str | None = None) -> str:
        """Return which of `names` the table has; several of them would have to be guessed among.

        Parameters
        ----------
        names : sequence of str
            The first is the one to give; if the table has it, the others do not count.
        role : str
            What the column holds, in words.
        rename : str, optional
            What to say that the user might do instead; by default to rename a column with ``--map``.

        Raises
        ------
        InputError
            If it has none, or several but not the first.
        """
        found = [name for name in names if name in self.columns]
        advice = rename or f"rename one with --map THEIRS={names[0]}"
        if not found:
            raise InputError(
                f"{self.source} has no column {names[0]!r} for {role} "
                f"(it has: {_listed(self.columns)}); {advice}"
            )
        if found[0] != names[0] and len(found) > 1:
            raise InputError(
                f"{self.source} has several columns that may be {role}: {', '.join(found)}; {advice}"
            )
        return found[0]

    def number(self, row: Row, column: str, *, above_zero: bool = False) -> float | None:
        """Read a number; ``None`` where the cell is empty.

        Raises
        ------
        InputError
            If the cell holds anything else than a finite number, or one not above 0 where it must be.
        """
        text = row.cells[column]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (above_zero and value <= 0):
            wanted = "a finite number above 0" if above_zero else "a finite number"
            raise InputError(
                f"{self.source}, line {row.line}: {column} must be {wanted}, "
                f"or empty where unknown; got {text!r}"
            )
        return value


def read_table(
    path: Path, *, renames: Mapping[str, str] | None = None, where: Mapping[str, str] | None = None
) -> Table:
    """Read a CSV file with a header.

    Parameters
    ----------
    path : Path
    renames : mapping of str to str, optional
        The file's names of columns to ours.
    where : mapping of str to str, optional
        Only rows whose columns (after renaming) have these texts.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the file cannot be read, is no table, lacks a column that is renamed or asked for, or has no row
        left.
    """
    lines = _lines(path)
    columns = _columns(path, lines[0][1] if lines else (), renames or {})
    rows = tuple(_row(path, line, cells, columns) for line, cells in lines[1:])
    return Table(source=path.name, columns=columns, rows=_chosen(path, columns, rows, where or {}))


def read_header(path: Path) -> tuple[str, ...]:
    """Read the names of a CSV file's columns, and no further.

    Raises
    ------
    InputError
        If the file cannot be read or is empty.
    """
    with csv_rows(path) as reader:
        header = next((cells for cells in reader if any(cell.strip() for cell in cells)), ())
    return _columns(path, header, {})


def named_unit(column: str) -> str:
    """Tell the unit that a column's name ends in; ``""`` where it names none.

    Examples
    --------
    >>> named_unit("raw_runtime_s"), named_unit("idealized_cost_cents"), named_unit("accuracy")
    ('s', 'US cents', '')
    """
    lower = column.lower()
    return next((unit for ending, unit in _ENDINGS if lower.endswith(ending)), "")


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Read lines that hold something, with the number of the line each ends in."""
    with csv_rows(path) as reader:
        return [(reader.line_num, cells) for cells in reader if "".join(cells).strip()]


def _columns(path: Path, header: Sequence[str], renames: Mapping[str, str]) -> tuple[str, ...]:
    names = [name.strip() for name in header]
    if not any(names):
        raise InputError(f"{path} is empty; give a CSV file whose first line names its columns")
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise InputError(f"{path} has no commas between its columns; save it with commas")
    absent = next((name for name in renames if name not in names), None)
    if absent is not None:
        raise InputError(
            f"{path} has no column {absent!r} to rename (it has: {_listed(names)}); write --map theirs=ours"
        )
    columns = [renames.get(name, name) for name in names]
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path} has the column {twice!r} twice; name each column once")
    return tuple(columns)


def _row(path: Path, line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        raise InputError(f"{path}, line {line}: {len(cells)} cells under {len(columns)} columns")
    return Row(line=line, cells=dict(zip(columns, map(str.strip, cells), strict=True)))


def _chosen(
    path: Path, columns: Sequence[str], rows: tuple[Row, ...], where: Mapping[str, str]
) -> tuple[Row, ...]:
    if not rows:
        raise InputError(f"{path} has a header but no row")
    for name in where:
        if name not in columns:
            raise InputError(f"{path} has no column {name!r} to choose by (it has: {_listed(columns)})")
    kept = tuple(row for row in rows if all(row.cells[name] == text for name, text in where.items()))
    if not kept:
        asked = ", ".join(f"{name}={text}" for name, text in where.items())
        seen = "; ".join(f"{name} holds {_values(rows, name)}" for name in where)
        raise InputError(f"{path} has no row with {asked}: {seen}")
    return kept


def _values(rows: Sequence[Row], column: str) -> str:
    return _listed(list(dict.fromkeys(row.cells[column] or "nothing" for row in rows)), limit=6)


def _listed(names: Sequence[str], *, limit: int = 12) -> str:
    return ", ".join(names[:limit]) + (", …" if len(names) > limit else "")
