"""One worker as its coordinator sees it: what it was told, what it said, what was taken over of its shard."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from isocost.core.observation import ClientHealth
from isocost.journal import observation_of, read_rows, shifted
from isocost.studies.shard_job import raised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from isocost.core.errors import IsocostError
    from isocost.core.observation import Observation
    from isocost.core.ports import Line, Message
    from isocost.journal import ShardTicket

__all__ = ["Hand"]

_PATIENCE_S = 30.0
_LAST_ROWS_S = 10.0
_NEAR_ROWS = 1024
_FAR_ROWS = 64  # few, since the worker reads them while it measures


class Hand:
    """A worker: idle, then preparing, ready, measuring, and idle again; or lost.

    Parameters
    ----------
    line : Line
    clock_id : str
        Of its machine.
    machine : mapping of str to str
        Facts on its machine.
    """

    def __init__(self, line: Line, clock_id: str, machine: Mapping[str, str]) -> None:
        self.line, self.clock_id, self.machine = line, clock_id, machine
        self.name = line.name
        self.state: Literal["idle", "preparing", "ready", "measuring"] = "idle"
        self.lost: str | None = None
        self.near = False  # its shard can be read here
        self.ticket: ShardTicket | None = None
        self.heard_s = time.monotonic()
        self._place = (0, 1)
        self._begin_anew("")

    def _begin_anew(self, shard: str) -> None:
        self.shard, self.path = shard, ""
        self.health: ClientHealth | None = None
        self.failure: IsocostError | None = None
        self.taken = 0  # measured requests
        self._row = 0  # the last one taken
        self._awaits_rows = False
        self._rows_ended = False

    def say(self, message: Message) -> None:
        """Tell it something; that it is gone is noted."""
        if self.lost is not None:
            return
        try:
            self.line.say(message)
        except EOFError as error:
            self.lose(str(error))

    def lose(self, why: str) -> None:
        """Note that it is gone."""
        self.lost, self.state = why, "idle"

    def prepare(self, shard: str, job: Message, place: tuple[int, int]) -> None:
        """Give it a job; `place`: the how-manieth of how many it is."""
        self._begin_anew(shard)
        self._place = place
        self.ticket = None
        self.state = "preparing"
        self.say(job)

    def begin(self, at_s: float) -> None:
        """Let it begin at an instant of its own clock."""
        self.heard_s = time.monotonic()
        self.state = "measuring"
        self.say({"do": "begin", "at_s": at_s})

    def ask_for_life(self, now: float) -> None:
        """Let it say something; one that has been silent for long is lost."""
        if self.state == "measuring" and now - self.heard_s > _PATIENCE_S:
            self.lose(f"it was silent for {_PATIENCE_S:g} s")
        elif self.state == "measuring":
            self.say({"do": "clock", "number": 0})

    def hear(self, record: Callable[[Observation], None] | None = None, timeout_s: float = 0.0) -> bool:
        """Take one message; return whether there was one."""
        if self.lost is not None:
            return False
        try:
            message = self.line.hear(timeout_s)
        except EOFError as error:
            self.lose(str(error))
            return False
        if message is None:
            return False
        self.heard_s = time.monotonic()
        self._take(message, record)
        return True

    def _take(self, message: Message, record: Callable[[Observation], None] | None) -> None:
        if "ready" in message:
            self.path, self.state = message["ready"]["path"], "ready"
        elif "done" in message:
            self.health, self.state = ClientHealth(**message["done"]), "idle"
        elif "failed" in message:
            self.failure, self.state = raised(message["failed"], self.name), "idle"
        elif "rows" in message and record is not None:
            self._awaits_rows = False
            self._rows_ended = len(message["rows"]) < _FAR_ROWS
            self._take_over(message["rows"], record)
            if not self._rows_ended and self.state == "measuring":
                self.read(record)  # there are more, and a machine that is lost takes them along

    def read(self, record: Callable[[Observation], None]) -> None:
        """Take over what it has journaled meanwhile: from its file where that is near, else from itself."""
        if self.ticket is None:
            return
        if self.near:
            while rows := read_rows(Path(self.path), after=self._row, limit=_NEAR_ROWS):
                self._take_over(rows, record)
        elif not self._awaits_rows and self.lost is None:
            self._awaits_rows = True
            self.say({"do": "rows", "after": self._row, "limit": _FAR_ROWS})

    def read_to_the_end(self, record: Callable[[Observation], None]) -> None:
        """Take over the rest of a shard that nothing more is added to."""
        if not self.near and self.lost is not None:
            self.near = (
                True  # on this machine after all, or on a disk that both have; else there is no such file
            )
        until = time.monotonic() + _LAST_ROWS_S
        self._rows_ended = False
        self.read(record)
        while not self.near and self.lost is None and time.monotonic() < until:
            if self.hear(record, 1.0) and not self._awaits_rows:
                if self._rows_ended:
                    return
                self.read(record)

    def _take_over(self, rows: list[dict[str, Any]], record: Callable[[Observation], None]) -> None:
        offset_s = 0.0 if self.ticket is None else self.ticket.offset_s
        for row in rows:
            seen = shifted(observation_of(row), offset_s)
            if seen.warmup:
                first, step = self._place
                seen = replace(seen, index=first + seen.index * step)  # as the whole plan numbers it
            self.taken += not seen.warmup
            record(seen)
            self._row = row["request_id"]
