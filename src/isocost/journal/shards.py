"""Shards: what a worker has journaled where it measured, read back request by request."""

from __future__ import annotations

import base64
import json
import math
import re
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.observation import Observation, Outcome, ServerTimes
from isocost.journal.schema import open_for_reading
from isocost.journal.telemetry import server_time_columns

__all__ = ["ShardTicket", "observation_of", "read_rows", "read_tickets", "shifted"]

_MOST_ROWS = 1024
_BLOBS = ("gap_us", "chunk_tokens")
_NAME = re.compile(r"[0-9a-f]{32}")
_JOURNAL = "journal.sqlite"
_FILES = (_JOURNAL, f"{_JOURNAL}-wal", f"{_JOURNAL}-shm", ".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTicket:
    """Where a shard lies and what it belongs to; a file beside the journal as long as the shard is there.

    Parameters
    ----------
    shard : str
        Its name: 32 hexadecimal digits, and the name of its folder.
    stage, label : str
        The run it is part of.
    path : str
        Its journal, on the machine that wrote it.
    worker : str
        Who wrote it, in words.
    clock_id : str
        That machine's clock.
    offset_s : float
        To be added to its instants to put them on the clock of the run's segment.

    Raises
    ------
    ValueError
        If it is not one that we wrote: it says which files are read and removed.
    """

    shard: str
    stage: str
    label: str
    path: str
    worker: str
    clock_id: str
    offset_s: float

    def __post_init__(self) -> None:
        """Refuse what leads anywhere but to a shard."""
        texts = (self.shard, self.stage, self.label, self.path, self.worker, self.clock_id)
        if not all(isinstance(text, str) for text in texts) or _NAME.fullmatch(self.shard) is None:
            raise ValueError("the name of a shard has 32 hexadecimal digits")
        path = Path(self.path)
        if not path.is_absolute() or (path.parent.name, path.name) != (self.shard, _JOURNAL):
            raise ValueError("a shard is a journal in a folder of its name")
        if not isinstance(self.offset_s, int | float) or not math.isfinite(self.offset_s):
            raise ValueError("an offset is a number of seconds")

    def write(self, folder: Path) -> None:
        """Leave the ticket in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.shard}.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    def remove(self, folder: Path) -> None:
        """Take the ticket away."""
        (folder / f"{self.shard}.json").unlink(missing_ok=True)

    def remove_shard(self) -> None:
        """Remove the shard: files that a worker wrote, and its folder when nothing else is in it."""
        folder = Path(self.path).parent
        for name in _FILES:
            with suppress(OSError):
                (folder / name).unlink()
        with suppress(OSError):
            folder.rmdir()


def read_tickets(folder: Path) -> tuple[ShardTicket, ...]:
    """Read the tickets of shards that were left in `folder`.

    Raises
    ------
    InputError
        If one cannot be read.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(ShardTicket(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            raise InputError(f"{path} is not what a measurement leaves there; move it away") from None
    return tuple(found)


def read_rows(path: Path, *, after: int = 0, limit: int = _MOST_ROWS) -> list[dict[str, Any]]:
    """Read the requests that a shard has committed, in the order in which they ended, as plain values.

    Parameters
    ----------
    path : Path
        The shard's journal; one that is not there, or not yet, has none.
    after : int
        The ``request_id`` of the last one that is known.
    limit : int
        How many at most.

    Returns
    -------
    list of dict
        Columns of the table ``request``, and what the server told of its time; what is no text and no number
        is written in base 64.
    """
    if not path.is_file():
        return []
    with closing(open_for_reading(path)) as connection:
        times, join = server_time_columns(connection)
        cursor = connection.execute(
            f"SELECT request.*, {times} FROM request {join} "  # noqa: S608 - constants
            "WHERE request_id > ? ORDER BY request_id LIMIT ?",
            (after, limit),
        )
        names = [column[0] for column in cursor.description]
        return [_plain(dict(zip(names, row, strict=True))) for row in cursor]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    coded = {name: base64.b64encode(row[name]).decode() for name in _BLOBS if row[name] is not None}
    return {**row, **coded}


def observation_of(row: dict[str, Any]) -> Observation:
    """Return the request that a row of `read_rows` tells of; gaps are whole microseconds."""
    gaps = np.frombuffer(base64.b64decode(row["gap_us"]), dtype="<u4")
    tokens = row["chunk_tokens"]
    same = (
        "requested_input_tokens", "requested_output_tokens", "due_at_s", "sent_at_s", "done_at_s",
        "input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens", "counted_by", "http_status",
        "finish_reason", "detail",
    )  # fmt: skip
    return Observation(
        index=row["number"],
        warmup=bool(row["warmup"]),
        outcome=Outcome(row["outcome"]),
        chunk_at_s=_chunk_at_s(row["first_at_s"], gaps),
        chunk_tokens=None if tokens is None else _counts(tokens),
        server=_server_times(row),
        **{name: row[name] for name in same},
    )


def _server_times(row: dict[str, Any]) -> ServerTimes | None:
    told = {name: row[f"server_{name}"] for name in ("queue_s", "prefill_s", "decode_s")}
    return None if all(value is None for value in told.values()) else ServerTimes(**told)


def _chunk_at_s(first_at_s: float | None, gap_us: np.ndarray[Any, Any]) -> tuple[float, ...]:
    if first_at_s is None:
        return ()
    sums = np.concatenate([[0], np.cumsum(gap_us, dtype=np.int64)])
    return tuple((first_at_s + sums * 1e-6).tolist())


def _counts(coded: str) -> tuple[int, ...]:
    return tuple(np.frombuffer(base64.b64decode(coded), dtype="<u2").tolist())


def shifted(seen: Observation, offset_s: float) -> Observation:
    """Put a request on another clock: add `offset_s` to each of its instants.

    Examples
    --------
    >>> from isocost.core.observation import Outcome
    >>> seen = Observation(
    ...     index=0, requested_input_tokens=1, requested_output_tokens=1, due_at_s=1.0, sent_at_s=1.0,
    ...     done_at_s=2.0, chunk_at_s=(1.5,), outcome=Outcome.OK,
    ... )
    >>> shifted(seen, 10.0).chunk_at_s
    (11.5,)
    """
    if offset_s == 0:
        return seen
    return replace(
        seen,
        due_at_s=seen.due_at_s + offset_s,
        sent_at_s=seen.sent_at_s + offset_s,
        done_at_s=seen.done_at_s + offset_s,
        chunk_at_s=tuple(instant + offset_s for instant in seen.chunk_at_s),
    )
