"""The journal's writer: a thread of its own, so that the reading thread never waits for a disk."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from concurrent.futures import Future
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from isocost.core.errors import InputError, MeasurementError
from isocost.journal.schema import open_for_writing
from isocost.journal.telemetry import INSERT_READING, INSERT_TIMES, times_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from isocost.core.deployment import Deployment
    from isocost.core.load import Load
    from isocost.core.observation import ClientHealth, Clock, Observation
    from isocost.core.question import GradedAnswer
    from isocost.core.telemetry import Reading

__all__ = ["BATCH_ROWS", "BATCH_S", "JournalWriter"]

BATCH_ROWS = 64
BATCH_S = 0.05
"""A finished request is committed at most so many rows or seconds after its last byte."""

_T = TypeVar("_T")
_Row = tuple[Any, ...]
_Rows = tuple[_Row, _Row | None]
"""A request's row, and that of what its server said of its time."""
_INSERT = f"INSERT INTO request VALUES (NULL, {', '.join('?' * 22)})"  # noqa: S608 - no outside text in it
_UNWRITTEN = (sqlite3.Error, OverflowError)
"""A full disk, say; or a number that is too large for a column."""
_MOST_TOKENS = 2**16 - 1  # of one chunk
_INSERT_ANSWER = "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)"


class JournalWriter:
    """Appends runs, segments and requests; use it as a context manager.

    Parameters
    ----------
    path : Path
        The file ``journal.sqlite``; created when absent.

    Raises
    ------
    InputError
        If the file cannot be written or is of a newer format.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Callable[[sqlite3.Connection], None] | _Rows | None] = (
            queue.SimpleQueue()
        )
        self._failure: str | None = None
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._write, args=(opened,), name="journal", daemon=True)
        self._thread.start()
        opened.result()

    def __enter__(self) -> JournalWriter:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit what is left and close; raise if anything could not be written."""
        self._queue.put(None)
        self._thread.join()
        if self._failure is not None and not isinstance(error, MeasurementError):
            raise MeasurementError(self._failure)

    @property
    def failure(self) -> str | None:
        """Why rows could not be written (a full disk, say); ``None`` while all is well."""
        return self._failure

    def begin_run(self, stage: str, label: str, *, deployment: str, load: Load, repeat: int) -> int:
        """Return the id of the run `label` of `stage`, entering it when it is new."""
        values = (stage, label, deployment, load.concurrency, load.rate_per_s, repeat)

        def enter(connection: sqlite3.Connection) -> int:
            connection.execute(
                "INSERT OR IGNORE INTO run (stage, label, deployment, concurrency, rate_per_s, repeat) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            found = connection.execute("SELECT run_id FROM run WHERE stage = ? AND label = ?", (stage, label))
            return int(found.fetchone()[0])

        return self._ask(enter)

    def begin_segment(
        self, run_id: int, *, clock: Clock, deployment: Deployment, facts: Mapping[str, str]
    ) -> int:
        """Return the id of a new segment of a run."""
        values = (_now(), clock.clock_id, clock.utc_anchor_s, clock.monotonic_anchor_s)
        texts = (json.dumps(asdict(deployment)), json.dumps(dict(facts)))

        def enter(connection: sqlite3.Connection) -> int:
            cursor = connection.execute(
                "INSERT INTO segment (run_id, number, started_utc, clock_id, utc_anchor_s, "
                "monotonic_anchor_s, deployment, facts) "
                "SELECT ?, count(*), ?, ?, ?, ?, ?, ? FROM segment WHERE run_id = ?",
                (run_id, *values, *texts, run_id),
            )
            return int(cursor.lastrowid or 0)

        return self._ask(enter)

    def record(self, run_id: int, segment_id: int, observation: Observation) -> None:
        """Append one finished request; never blocks."""
        self._queue.put((_row(run_id, segment_id, observation), times_row(segment_id, observation)))

    def record_reading(self, segment_id: int, reading: Reading) -> None:
        """Append what a server said of itself.

        Raises
        ------
        MeasurementError
            If it cannot be written.
        """
        row = (segment_id, reading.at_s, reading.moment, json.dumps(dict(reading.told)))
        self._ask(lambda connection: connection.execute(INSERT_READING, row))

    def record_answer(
        self, run_id: int, segment_id: int, observation: Observation, answer: GradedAnswer
    ) -> None:
        """Append a finished request with what its answer was worth, both or neither; return when it is kept.

        Raises
        ------
        MeasurementError
            If it cannot be written.
        """
        row = _row(run_id, segment_id, observation)
        worth = (answer.question, answer.category, answer.verdict, int(answer.cut), answer.text)

        def enter(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN")
            try:
                connection.execute(_INSERT, row)
                connection.execute(_INSERT_ANSWER, (run_id, observation.index, *worth))
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

        self._ask(enter)

    def end_segment(self, segment_id: int, health: ClientHealth) -> None:
        """Write down how the client fared in a segment."""
        text = json.dumps(asdict(health))
        self._ask(
            lambda connection: connection.execute(
                "UPDATE segment SET health = ? WHERE segment_id = ?", (text, segment_id)
            )
        )

    def add_facts(self, segment_id: int, facts: Mapping[str, str]) -> None:
        """Add to what is known of a segment what only its end could tell."""
        text = json.dumps(dict(facts))
        self._ask(
            lambda connection: connection.execute(
                "UPDATE segment SET facts = json_patch(facts, ?) WHERE segment_id = ?", (text, segment_id)
            )
        )

    def last_segment(self, run_id: int) -> int | None:
        """Return the id of the latest segment of a run; ``None`` where it has none."""
        found = self._ask(
            lambda connection: connection.execute(
                "SELECT max(segment_id) FROM segment WHERE run_id = ?", (run_id,)
            ).fetchone()
        )
        return None if found[0] is None else int(found[0])

    def finish_run(self, run_id: int) -> None:
        """Mark a run's plan as carried out."""
        self._ask(
            lambda connection: connection.execute(
                "UPDATE run SET finished_utc = ? WHERE run_id = ?", (_now(), run_id)
            )
        )

    def _ask(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        answer: Future[_T] = Future()

        def work(connection: sqlite3.Connection) -> None:
            try:
                answer.set_result(question(connection))
            except _UNWRITTEN as error:
                answer.set_exception(error)

        self._queue.put(work)
        try:
            return answer.result()
        except _UNWRITTEN as error:
            raise MeasurementError(self._failure or self._complaint(error)) from None

    def _complaint(self, error: Exception) -> str:
        return (
            f"cannot write the journal {self._path}: {error}; what was committed before is safe. "
            f"Make room, then go on with: isocost run {self._path.parent}"
        )

    def _write(self, opened: Future[None]) -> None:
        try:
            connection = open_for_writing(self._path)
        except InputError as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        while self._write_batch(connection):
            pass
        try:
            connection.close()
        except _UNWRITTEN as error:
            self._failure = self._failure or self._complaint(error)

    def _write_batch(self, connection: sqlite3.Connection) -> bool:
        """Write what is there, at most one batch; return whether more may come."""
        item = self._queue.get()
        if not isinstance(item, tuple):
            return self._obey(item, connection)
        rows, last = self._gather(item)
        try:
            connection.execute("BEGIN")
            connection.executemany(_INSERT, [row for row, _ in rows])
            connection.executemany(INSERT_TIMES, [times for _, times in rows if times is not None])
            connection.execute("COMMIT")
        except _UNWRITTEN as error:
            self._failure = self._failure or self._complaint(error)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return last is _NOTHING or self._obey(last, connection)

    @staticmethod
    def _obey(item: Any, connection: sqlite3.Connection) -> bool:  # noqa: ANN401 - a callable or None
        if item is None:
            return False
        item(connection)
        return True

    def _gather(self, first: _Rows) -> tuple[list[_Rows], Any]:
        """Collect rows until a batch is full, its time is over or something else is asked for."""
        rows, until = [first], time.monotonic() + BATCH_S
        while len(rows) < BATCH_ROWS and (left := until - time.monotonic()) > 0:
            try:
                item = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if not isinstance(item, tuple):
                return rows, item
            rows.append(item)
        return rows, _NOTHING


_NOTHING = object()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _row(run_id: int, segment_id: int, seen: Observation) -> _Row:
    return (
        run_id,
        segment_id,
        int(seen.warmup),
        seen.index,
        seen.requested_input_tokens,
        seen.requested_output_tokens,
        seen.due_at_s,
        seen.sent_at_s,
        seen.chunk_at_s[0] if seen.chunk_at_s else None,
        seen.done_at_s,
        seen.input_tokens,
        seen.output_tokens,
        seen.reasoning_tokens,
        seen.cached_tokens,
        seen.counted_by,
        seen.outcome.value,
        seen.http_status,
        seen.finish_reason,
        seen.detail,
        len(seen.chunk_at_s),
        _gaps_us(seen.chunk_at_s),
        _chunk_tokens(seen.chunk_tokens),
    )


def _chunk_tokens(counts: tuple[int, ...] | None) -> bytes | None:
    """Return the tokens of each chunk; ``None`` where they are not known, or one is no chunk of tokens."""
    if counts is None or max(counts, default=0) > _MOST_TOKENS:
        return None
    return np.asarray(counts, dtype="<u2").tobytes()


def _gaps_us(chunk_at_s: tuple[float, ...]) -> bytes:
    if len(chunk_at_s) < 2:  # nothing to compute, and this is what requests of one token have
        return b""
    gap_us = np.rint(np.diff(np.asarray(chunk_at_s, dtype=np.float64)) * 1e6)
    return np.clip(gap_us, 0, 2**32 - 1).astype("<u4").tobytes()
