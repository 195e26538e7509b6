"""Tables as aligned lines of text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from isocost.reporting.markup import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.reporting.tables import Column, Table

__all__ = ["LEAST", "table_lines"]

GAP = 2
LEAST = 12
"""Columns of text are not cut below this width."""


def table_lines(table: Table, *, width: int = 100, least: int = LEAST) -> list[str]:
    r"""Write a table as lines: title, headings, rows under their group; the first column gives way for width.

    Parameters
    ----------
    table : Table
    width : int
        Columns of the terminal; where even short names do not fit, lines are longer.
    least : int
        The first column is not cut below so many characters.

    Examples
    --------
    >>> from isocost.reporting.tables import Column, Table
    >>> columns = (Column(title="Model", numeric=False), Column(title="On frontiers"))
    >>> table = Table(title="Who", columns=columns, groups=(("", (("a", "3 of 4"),)),))
    >>> print("\n".join(table_lines(table)))
    Who
                  On
    Model  frontiers
    a         3 of 4
    """
    rows = [tuple(clean(cell) for cell in row) for _, group in table.groups for row in group]
    needed = [max((len(row[i]) for row in rows), default=0) for i in range(len(table.columns))]
    heads = _headings(table.columns, needed)
    sizes = [max(len(row[i]) for row in [*heads, *rows]) for i in range(len(table.columns))]
    spare = width - sum(sizes[1:]) - GAP * (len(sizes) - 1)
    sizes[0] = min(sizes[0], max(spare, least))
    lines = [table.title, *(_line(row, table.columns, sizes) for row in heads)]
    for name, group in table.groups:
        lines += [clean(name)] if name else []
        lines += [_line([clean(cell) for cell in row], table.columns, sizes) for row in group]
    return lines


def _headings(columns: Sequence[Column], needed: Sequence[int]) -> list[tuple[str, ...]]:
    """Break headings into lines that their columns need no more room for than for the longest word."""
    broken = [
        [*_broken(column.title, size), *([column.unit] if any(c.unit for c in columns) else [])]
        for column, size in zip(columns, needed, strict=True)
    ]
    height = max(len(lines) for lines in broken)
    filled = [[""] * (height - len(lines)) + lines for lines in broken]
    return list(zip(*filled, strict=True))


def _broken(title: str, size: int) -> list[str]:
    room = max(size, *(len(word) for word in title.split()), 0)
    return textwrap.wrap(title, room, break_long_words=False) or [""]


def _line(row: Sequence[str], columns: Sequence[Column], sizes: Sequence[int]) -> str:
    cells = [
        shorten(cell, size).rjust(size) if column.numeric else shorten(cell, size).ljust(size)
        for cell, column, size in zip(row, columns, sizes, strict=True)
    ]
    return (" " * GAP).join(cells).rstrip()
