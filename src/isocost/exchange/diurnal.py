"""Diurnal curves in CSV files: how a day's requests spread over its hours."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.exchange.table import read_table
from isocost.workload.demand import DAY_H, DayPart, DiurnalCurve

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = ["read_diurnal"]

_TIMES = ("hour", "time")
_AMOUNTS = ("share", "weight", "requests")
_CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)(?::00)?")


def read_diurnal(path: Path) -> DiurnalCurve:
    """Read how a day's requests spread over its hours.

    Columns are ``hour``, 0 to 23, one row each, or ``time``, ``HH:MM`` at which a part of the day begins that
    lasts until the next row's; and one of ``share`` (adding up to 1, or to 100), ``weight`` (in any unit) and
    ``requests``: what falls into that part of the day, not a rate. Rows may stand in any order.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DiurnalCurve
        With the day's requests where the column is ``requests``.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, does not cover the day, tells an hour twice, or holds an
        amount below 0 or no request at all.
    """
    table = read_table(path)
    time, amount = (_one_of(table, names) for names in (_TIMES, _AMOUNTS))
    found = [(_start(table, row, time), _amount(table, row, amount)) for row in table.rows]
    starts = sorted(start for start, _ in found)
    twice = next((one for one, other in pairwise(starts) if one == other), None)
    if twice is not None:
        raise InputError(f"{table.source} tells {_clock(twice)} twice; give each part of the day one row")
    _refuse_gaps(table.source, time, starts)
    total = math.fsum(each for _, each in found)
    _refuse_total(table.source, amount, total)
    ends = [*starts[1:], DAY_H]
    amounts = dict(found)
    return DiurnalCurve(
        parts=tuple(
            DayPart(start_h=start, end_h=end, share=amounts[start] / total)
            for start, end in zip(starts, ends, strict=True)
        ),
        source=table.source,
        requests=total if amount == "requests" else None,
    )


def _one_of(table: Table, names: tuple[str, ...]) -> str:
    found = [name for name in names if name in table.columns]
    if len(found) != 1:
        raise InputError(
            f"{table.source} needs one of the columns {', '.join(names)} and has "
            f"{' and '.join(found) or 'none of them'} (its columns: {', '.join(table.columns[:12])})"
        )
    return found[0]


def _start(table: Table, row: Row, column: str) -> float:
    """Return the hour since midnight at which a row begins."""
    text = row.cells[column]
    where = f"{table.source}, line {row.line}"
    if column == "hour":
        value = table.number(row, column)
        if value is None or not value.is_integer() or not 0 <= value < DAY_H:
            raise InputError(f"{where}: hour must be a whole number from 0 to 23, got {text!r}")
        return value
    match = _CLOCK.fullmatch(text)
    if match is None or int(match["hours"]) >= DAY_H:
        raise InputError(f"{where}: time must be HH:MM from 00:00 to 23:59, got {text!r}")
    return int(match["hours"]) + int(match["minutes"]) / 60


def _amount(table: Table, row: Row, column: str) -> float:
    value = table.number(row, column)
    if value is None or value < 0:
        raise InputError(
            f"{table.source}, line {row.line}: {column} must be a number of at least 0, "
            f"got {row.cells[column]!r}"
        )
    return value


def _refuse_gaps(source: str, column: str, starts: list[float]) -> None:
    if column == "hour":
        lacking = [str(hour) for hour in range(int(DAY_H)) if float(hour) not in starts]
        if lacking:
            raise InputError(
                f"{source} does not cover the day: hour{'s' if len(lacking) > 1 else ''} "
                f"{', '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} missing; give each of 0 to 23 a "
                "row, 0 where nobody asks"
            )
    elif starts[0] > 0:
        raise InputError(
            f"{source} does not cover the day: 00:00 to {_clock(starts[0])} is missing; let its first part "
            "begin at 00:00"
        )


def _refuse_total(source: str, column: str, total: float) -> None:
    if not total > 0:
        raise InputError(f"{source}: no part of the day has any request; give amounts above 0")
    if column == "share" and min(abs(total - 1), abs(total / 100 - 1)) > 0.01:
        raise InputError(
            f"{source}: the shares add up to {total:g}, neither to 1 nor to 100; call the column weight if "
            "they need not"
        )


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
