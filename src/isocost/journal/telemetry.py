"""What servers said of themselves, as it is kept in the journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.core.telemetry import MOST_TOLD, Reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from isocost.core.observation import Observation

__all__ = ["INSERT_READING", "INSERT_TIMES", "readings_of", "server_time_columns", "times_row"]

INSERT_TIMES = "INSERT INTO server_time VALUES (?, ?, ?, ?, ?, ?)"
INSERT_READING = "INSERT INTO telemetry VALUES (?, ?, ?, ?)"
_TIMES = ("queue_s", "prefill_s", "decode_s")
_JOIN = (
    "LEFT JOIN server_time ON server_time.segment_id = request.segment_id "
    "AND server_time.warmup = request.warmup AND server_time.number = request.number"
)


def times_row(segment_id: int, seen: Observation) -> tuple[Any, ...] | None:
    """Return the row of `INSERT_TIMES`; ``None`` where the server said nothing of its time."""
    told = seen.server
    if told is None:
        return None
    return (segment_id, int(seen.warmup), seen.index, told.queue_s, told.prefill_s, told.decode_s)


def server_time_columns(connection: sqlite3.Connection) -> tuple[str, str]:
    """Return three columns of a query over requests, and what it joins; nulls in journals before format 3."""
    if not _has_table(connection, "server_time"):
        return ", ".join(f"NULL AS server_{name}" for name in _TIMES), ""
    return ", ".join(f"server_time.{name} AS server_{name}" for name in _TIMES), _JOIN


def readings_of(connection: sqlite3.Connection, run_id: int) -> dict[int, tuple[Reading, ...]]:
    """Return what the server said during a run, by the number of the segment."""
    if not _has_table(connection, "telemetry"):
        return {}
    rows: Sequence[tuple[int, float, Any, str]] = connection.execute(
        "SELECT segment.number, telemetry.at_s, telemetry.moment, telemetry.told "
        "FROM telemetry JOIN segment USING (segment_id) WHERE segment.run_id = ? ORDER BY telemetry.rowid",
        (run_id,),
    ).fetchall()
    found: dict[int, tuple[Reading, ...]] = {}
    for number, at_s, moment, told in rows:
        if moment in ("before", "during", "after"):
            reading = Reading(at_s=at_s, moment=moment, told=_numbers(told))
            found[number] = (*found.get(number, ()), reading)
    return found


def _numbers(text: str) -> dict[str, float]:
    """Read an object of numbers; what no server can have told is left out."""
    told = json.loads(text)
    items = told.items() if isinstance(told, dict) else ()
    return {
        name: float(value)
        for name, value in items
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_TOLD
    }


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
    return bool(connection.execute(query, (name,)).fetchone()[0])
