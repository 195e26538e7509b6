"""Tables of the journal, their version, and how a file is opened."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.journal.untrusted import check_tables, distrust

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT", "open_for_reading", "open_for_writing"]

FORMAT = 3
"""Version of the tables; a newer one is refused, an older one is migrated."""

_TABLES = """
CREATE TABLE run (
    run_id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,
    label TEXT NOT NULL,
    deployment TEXT NOT NULL,
    concurrency INTEGER,
    rate_per_s REAL,
    repeat INTEGER NOT NULL,
    finished_utc TEXT,
    UNIQUE (stage, label)
) STRICT;
CREATE TABLE segment (
    segment_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    number INTEGER NOT NULL,
    started_utc TEXT NOT NULL,
    clock_id TEXT NOT NULL,
    utc_anchor_s REAL NOT NULL,
    monotonic_anchor_s REAL NOT NULL,
    deployment TEXT NOT NULL,
    facts TEXT NOT NULL,
    health TEXT,
    UNIQUE (run_id, number)
) STRICT;
CREATE TABLE request (
    request_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    segment_id INTEGER NOT NULL REFERENCES segment,
    warmup INTEGER NOT NULL,
    number INTEGER NOT NULL,
    requested_input_tokens INTEGER NOT NULL,
    requested_output_tokens INTEGER NOT NULL,
    due_at_s REAL NOT NULL,
    sent_at_s REAL NOT NULL,
    first_at_s REAL,
    done_at_s REAL NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    reasoning_tokens INTEGER,
    cached_tokens INTEGER,
    counted_by TEXT,
    outcome TEXT NOT NULL,
    http_status INTEGER,
    finish_reason TEXT,
    detail TEXT,
    chunks INTEGER NOT NULL,
    gap_us BLOB NOT NULL,
    chunk_tokens BLOB
) STRICT;
CREATE UNIQUE INDEX measured_once ON request (run_id, number) WHERE warmup = 0 AND outcome <> 'cancelled';
CREATE TABLE answer (
    run_id INTEGER NOT NULL REFERENCES run,
    number INTEGER NOT NULL,
    question TEXT NOT NULL,
    category TEXT,
    verdict TEXT NOT NULL,
    cut INTEGER NOT NULL,
    text TEXT,
    PRIMARY KEY (run_id, number)
) STRICT;
CREATE TABLE server_time (
    segment_id INTEGER NOT NULL REFERENCES segment,
    warmup INTEGER NOT NULL,
    number INTEGER NOT NULL,
    queue_s REAL,
    prefill_s REAL,
    decode_s REAL,
    PRIMARY KEY (segment_id, warmup, number)
) STRICT;
CREATE TABLE telemetry (
    segment_id INTEGER NOT NULL REFERENCES segment,
    at_s REAL NOT NULL,
    moment TEXT NOT NULL,
    told TEXT NOT NULL
) STRICT;
"""
_MISSING = {  # in older formats; all else is the same
    1: _TABLES[_TABLES.index("CREATE TABLE answer") :],
    2: _TABLES[_TABLES.index("CREATE TABLE server_time") :],
}


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the journal at `path`, creating its tables in a new file; only the thread that opens may use it.

    Raises
    ------
    InputError
        If the file is of a newer format, no journal, or cannot be written.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        distrust(connection)
        version = _version(connection, path)
        check_tables(connection, path, _TABLES)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        elif version in _MISSING:
            connection.executescript(f"BEGIN; {_MISSING[version]} PRAGMA user_version = {FORMAT}; COMMIT;")
    except sqlite3.OperationalError as error:
        raise InputError(
            f"cannot write the journal {path}: {error}; choose a folder that can be written"
        ) from None
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the journal at `path` to read it, also while another process writes it or on a read-only disk.

    Raises
    ------
    InputError
        If there is no such file, it is of a newer format, or no journal.
    """
    if not path.is_file():
        raise InputError(
            f"there is no journal at {path}; measure first: isocost measure … --out {path.parent}"
        )
    try:
        return _checked(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True), path)
    except sqlite3.OperationalError:  # a journal in WAL mode on a read-only disk cannot make its index file
        return _checked(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True), path)


def _checked(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    distrust(connection)
    if _version(connection, path) > 0:
        check_tables(connection, path, _TABLES)
        connection.execute("SELECT count(*) FROM run")
        return connection
    connection.close()  # its writer was killed before it had made the tables: nothing was recorded
    empty = sqlite3.connect(":memory:")
    empty.executescript(_TABLES)
    return empty


def _version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        raise InputError(f"{path} is not a journal of isocost; move it away and measure again") from None
    if version > FORMAT:
        raise InputError(
            f"{path} has journal format {version} and this isocost reads up to {FORMAT}; get a newer isocost"
        )
    return version
