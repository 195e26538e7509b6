"""The journal read back: runs with their segments and their requests as columns."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.deployment import Architecture, Deployment, Pool
from isocost.core.load import Load
from isocost.core.observation import ClientHealth, Clock, Observations, Outcome, Run, Segment
from isocost.journal.schema import open_for_reading
from isocost.journal.telemetry import readings_of, server_time_columns
from isocost.journal.untrusted import intact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["finished_numbers", "read_deployments", "read_runs"]

_COLUMNS = (
    "request.number, segment.number, request.warmup, requested_input_tokens, requested_output_tokens, "
    "due_at_s, sent_at_s, first_at_s, done_at_s, input_tokens, output_tokens, outcome, counted_by, chunks, "
    "gap_us, chunk_tokens, cached_tokens, reasoning_tokens"
)


def read_runs(path: Path) -> tuple[Run, ...]:
    """Read all runs of a journal, in the order in which they began.

    Parameters
    ----------
    path : Path
        The file ``journal.sqlite``.

    Returns
    -------
    tuple of Run

    Raises
    ------
    InputError
        If there is no journal, or a newer isocost wrote it.
    """
    with closing(open_for_reading(path)) as connection, intact(path):
        rows = connection.execute(
            "SELECT run_id, stage, label, deployment, concurrency, rate_per_s, repeat, finished_utc "
            "FROM run ORDER BY run_id"
        ).fetchall()
        return tuple(_run(connection, row) for row in rows)


def read_deployments(path: Path) -> dict[str, Deployment]:
    """Read what was known of each deployment when it was last measured, by its name."""
    with closing(open_for_reading(path)) as connection, intact(path):
        rows = connection.execute("SELECT deployment FROM segment ORDER BY segment_id").fetchall()
        found = [_deployment(json.loads(text)) for (text,) in rows]
    return {deployment.name: deployment for deployment in found}


def finished_numbers(path: Path, stage: str) -> dict[str, frozenset[int]]:
    """Say which requests of a stage need not be sent again: numbers by label of the run."""
    if not path.is_file():
        return {}
    with closing(open_for_reading(path)) as connection, intact(path):
        rows = connection.execute(
            "SELECT label, number FROM request JOIN run USING (run_id) "
            "WHERE stage = ? AND warmup = 0 AND outcome <> ?",
            (stage, Outcome.CANCELLED.value),
        ).fetchall()
    labels = {label for label, _ in rows}
    return {name: frozenset(number for label, number in rows if label == name) for name in labels}


def _run(connection: sqlite3.Connection, row: Sequence[Any]) -> Run:
    run_id, stage, label, deployment, concurrency, rate, repeat, finished = row
    return Run(
        stage=stage,
        label=label,
        deployment=deployment,
        load=Load(concurrency=concurrency, rate_per_s=rate),
        repeat=repeat,
        finished=finished is not None,
        segments=_segments(connection, run_id),
        observations=_observations(connection, run_id),
    )


def _segments(connection: sqlite3.Connection, run_id: int) -> tuple[Segment, ...]:
    rows = connection.execute(
        "SELECT number, clock_id, utc_anchor_s, monotonic_anchor_s, started_utc, health, facts "
        "FROM segment WHERE run_id = ? ORDER BY number",
        (run_id,),
    ).fetchall()
    readings = readings_of(connection, run_id)
    return tuple(
        Segment(
            number=number,
            clock=Clock(clock_id=clock_id, utc_anchor_s=utc, monotonic_anchor_s=monotonic),
            started_utc=started,
            health=None if health is None else ClientHealth(**json.loads(health)),
            facts=_texts(json.loads(facts)),
            telemetry=readings.get(number, ()),
        )
        for number, clock_id, utc, monotonic, started, health, facts in rows
    )


def _observations(connection: sqlite3.Connection, run_id: int) -> Observations:
    times, join = server_time_columns(connection)
    cursor = connection.execute(
        f"SELECT {_COLUMNS}, {times} FROM request "  # noqa: S608 - constants
        f"JOIN segment ON segment.segment_id = request.segment_id {join} "
        "WHERE request.run_id = ? ORDER BY request_id",
        (run_id,),
    )
    rows, gaps = [], bytearray()
    for row in cursor:  # gaps are most of the bytes: they are never held twice
        _check_chunks(row[13], row[14], row[15])
        gaps += row[14]
        rows.append((*row[:14], *row[15:]))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 20
    chunks = np.array(columns[13], dtype=np.int64)
    gap_us = np.frombuffer(gaps, dtype="<u4")
    first = _floats(columns[7])
    return Observations(
        index=np.array(columns[0], dtype=np.int64),
        segment=np.array(columns[1], dtype=np.int64),
        warmup=np.array(columns[2], dtype=np.bool_),
        requested_input_tokens=np.array(columns[3], dtype=np.int64),
        requested_output_tokens=np.array(columns[4], dtype=np.int64),
        due_at_s=_floats(columns[5]),
        sent_at_s=_floats(columns[6]),
        first_at_s=first,
        last_at_s=first + _sums(gap_us, np.maximum(chunks - 1, 0)) * 1e-6,
        done_at_s=_floats(columns[8]),
        input_tokens=_floats(columns[9]),
        output_tokens=_floats(columns[10]),
        outcome=np.array(columns[11], dtype=np.str_),
        counted_by=np.array([name or "" for name in columns[12]], dtype=np.str_),
        chunks=chunks,
        gap_us=gap_us,
        chunk_tokens=_chunk_tokens(columns[14], chunks),
        cached_tokens=_floats(columns[15]),
        reasoning_tokens=_floats(columns[16]),
        server_queue_s=_floats(columns[17]),
        server_prefill_s=_floats(columns[18]),
        server_decode_s=_floats(columns[19]),
    )


def _check_chunks(chunks: int, gap_us: bytes, chunk_tokens: bytes | None) -> None:
    """Refuse a request whose gaps are not as many as its chunks: room is made by what it says."""
    if chunks < 0 or len(gap_us) != 4 * max(chunks - 1, 0):
        raise ValueError(f"{chunks} chunks with {len(gap_us)} bytes of gaps")
    if chunk_tokens is not None and len(chunk_tokens) != 2 * chunks:
        raise ValueError(f"{chunks} chunks with {len(chunk_tokens)} bytes of tokens")


def _texts(facts: Any) -> dict[str, str]:  # noqa: ANN401 - whatever the file holds
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise TypeError("facts are no texts by name")
    return facts


def _floats(values: Sequence[float | None]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)  # None becomes NaN


def _sums(
    values: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Sum consecutive groups of `values`; an empty group sums to 0."""
    totals = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    ends = np.cumsum(counts)
    return np.asarray(totals[ends] - totals[ends - counts], dtype=np.float64)


def _chunk_tokens(blobs: Sequence[bytes | None], chunks: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401
    """Tokens of every chunk; ``None`` where no request says, 1 where this one does not."""
    if all(blob is None for blob in blobs):
        return None
    ones = (np.ones(count, dtype="<u2").tobytes() for count in chunks)
    filled = (one if blob is None else blob for blob, one in zip(blobs, ones, strict=True))
    return np.frombuffer(b"".join(filled), dtype="<u2")


def _deployment(facts: dict[str, Any]) -> Deployment:
    pools = []
    for pool in facts["pools"]:
        architecture = pool.pop("architecture")
        pools.append(
            Pool(
                architecture=None if architecture is None else Architecture.from_mapping(architecture), **pool
            )
        )
    if not (isinstance(facts["name"], str) and isinstance(facts["model"], str)):
        raise TypeError("a deployment without name and model")
    return Deployment(name=facts["name"], model=facts["model"], pools=tuple(pools))
