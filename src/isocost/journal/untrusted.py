"""A journal of a stranger: tables of ours and nothing else, values of the right shape, or one sentence."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_tables", "distrust", "intact"]

_LONGEST_VALUE = 64 * 2**20
_BROKEN = (
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    sqlite3.DatabaseError,
)


def distrust(connection: sqlite3.Connection) -> None:
    """Let nothing in the file's schema call functions, and refuse values longer than 64 MiB."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def check_tables(connection: sqlite3.Connection, path: Path, tables: str) -> None:
    """Refuse a journal with views, triggers, virtual tables, computed columns or tables of others.

    What a view or a trigger says would be carried out in the name of the reader: it may never end.

    Parameters
    ----------
    connection : sqlite3.Connection
    path : Path
        For the message.
    tables : str
        SQL that makes the tables as they should be.

    Raises
    ------
    InputError
        If there is anything in it that this SQL does not make.
    """
    expected, columns = _expected(tables)
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    for kind, name, sql in found:
        own_statistics = kind == "table" and str(name).startswith("sqlite_stat")
        automatic = kind == "index" and sql is None
        if own_statistics or automatic:
            continue
        if (kind, name) not in expected or not _is_plain(kind, sql, expected[kind, name]):
            raise _strange(path, f"the {kind} {str(name)[:60]!r}")
    for name, allowed in columns.items():
        for _, column, *_, hidden in connection.execute(f"PRAGMA table_xinfo({name})"):
            if column not in allowed or hidden:
                raise _strange(path, f"the column {str(column)[:60]!r} of {name}")


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with the values of a journal into one sentence.

    Raises
    ------
    InputError
        If a value is missing, of the wrong kind or too large, or the file is damaged.
    """
    try:
        yield
    except InputError:
        raise
    except _BROKEN as error:
        raise InputError(
            f"the journal {path} is damaged, or isocost did not write it ({type(error).__name__}: "
            f"{str(error)[:120]}); take it from a copy, or measure again"
        ) from None


def _is_plain(kind: str, sql: str, ours: str) -> bool:
    """Whether a table is stored in the file itself; an index must be ours to the letter."""
    if kind == "index":
        return sql == ours
    return " ".join(str(sql).upper().split()[:2]) == "CREATE TABLE" and "CHECK" not in str(sql).upper()


def _strange(path: Path, what: str) -> InputError:
    return InputError(
        f"{path} is not a journal of isocost alone: it has {what}; use the file that isocost wrote, or "
        "measure again"
    )


@lru_cache(maxsize=4)
def _expected(tables: str) -> tuple[dict[tuple[str, str], str], dict[str, frozenset[str]]]:
    """Return SQL by kind and name, and the columns of each table."""
    model = sqlite3.connect(":memory:")
    try:
        model.executescript(tables)
        rows = model.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
        names = [name for kind, name, _ in rows if kind == "table"]
        columns = {
            name: frozenset(row[1] for row in model.execute(f"PRAGMA table_xinfo({name})")) for name in names
        }
    finally:
        model.close()
    return {(kind, name): sql for kind, name, sql in rows}, columns
