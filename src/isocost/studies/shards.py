"""Shards that a measurement left behind when it was cut off: taken into the journal, then removed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.observation import Outcome
from isocost.journal import (
    JournalWriter,
    finished_numbers,
    intact,
    observation_of,
    read_rows,
    read_runs,
    read_tickets,
    shifted,
    study_lock,
)

if TYPE_CHECKING:
    from isocost.core.observation import Observation
    from isocost.journal import ShardTicket, StudyFolder

__all__ = ["collect_shards", "remove_shard"]

_PATIENCE_S = 10.0


def collect_shards(folder: StudyFolder) -> None:
    """Take what workers had journaled when their coordinator was killed into the study's journal.

    A request that the journal has already is passed over, so that being cut off here does no harm. Warm-up
    and cut requests stay behind: nothing counts them.

    Parameters
    ----------
    folder : StudyFolder
        Held by this process.

    Raises
    ------
    InputError
        If a worker of an earlier coordinator still writes, or somebody else wrote a ticket or a shard.
    """
    tickets = read_tickets(folder.shards)
    if not tickets:
        return
    for ticket in tickets:
        _await_writer(Path(ticket.path).parent)
    runs = {(run.stage, run.label): run for run in read_runs(folder.journal_file)}
    with JournalWriter(folder.journal_file) as journal:
        for ticket in tickets:
            run = runs.get((ticket.stage, ticket.label))
            if run is None or not Path(ticket.path).is_file():
                continue
            run_id = journal.begin_run(
                run.stage, run.label, deployment=run.deployment, load=run.load, repeat=run.repeat
            )
            segment_id = journal.last_segment(run_id)
            known = finished_numbers(folder.journal_file, ticket.stage).get(ticket.label, frozenset())
            for seen in _missing(ticket, known):
                if segment_id is not None:
                    journal.record(run_id, segment_id, seen)
    for ticket in tickets:  # all is committed
        remove_shard(folder.shards, ticket)


def remove_shard(folder: Path, ticket: ShardTicket) -> None:
    """Remove a shard whose requests are all in the study's journal, and its ticket."""
    ticket.remove_shard()
    ticket.remove(folder)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _missing(ticket: ShardTicket, known: frozenset[int]) -> list[Observation]:
    found: list[Observation] = []
    after, path = 0, Path(ticket.path)
    with intact(path):
        while rows := read_rows(path, after=after):
            after = rows[-1]["request_id"]
            found += [
                shifted(observation_of(row), ticket.offset_s)
                for row in rows
                if not row["warmup"] and row["outcome"] != Outcome.CANCELLED and row["number"] not in known
            ]
    return found


def _await_writer(folder: Path) -> None:
    """Wait for a worker that hears of its coordinator's end only now."""
    until = time.monotonic() + _PATIENCE_S
    while folder.is_dir():
        try:
            with study_lock(folder):
                return
        except InputError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
