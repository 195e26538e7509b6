"""What a worker does: measure its part of a run and journal it where it is."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from isocost import __version__
from isocost.core.errors import IsocostError, MeasurementError
from isocost.journal import JournalWriter, read_rows, study_lock
from isocost.measurement import HttpTarget, clock_now, machine_facts, require_open_files
from isocost.studies.core_dumps import without_core_dumps
from isocost.studies.shard_job import failure_message, read_job, shard_folder
from isocost.studies.targets import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation
    from isocost.core.ports import Line, Message
    from isocost.studies.shard_job import ShardJob
    from isocost.studies.targets import OpenedTarget

__all__ = ["work"]

_OPENING_S = 0.5  # of an open loop: for opening connections, so that all count from one instant


def work(line: Line) -> None:
    """Serve a coordinator until its line ends.

    Parameters
    ----------
    line : Line
        It brings ``hello``, ``clock``, ``prepare`` with a job, ``begin`` with an instant, ``rows``, ``stop``
        and ``forget``.
    """
    ears = _Ears(line)
    worker = _Worker(line, ears)
    with suppress(EOFError):
        while (message := ears.next()) is not None:
            try:
                worker.obey(message)
            except IsocostError as error:
                line.say(failure_message(error))


class _Ears:
    """Hears the coordinator in a thread of its own, and answers at once what needs no measuring."""

    def __init__(self, line: Line) -> None:
        self.stop = threading.Event()
        self.shard: Path | None = None
        self._line = line
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="isocost-ears", daemon=True).start()

    def next(self) -> Message | None:
        """Return what is to be done next; ``None``: nothing more will come."""
        return self._inbox.get()

    def _listen(self) -> None:
        try:
            while True:
                self._take(self._line.hear(None) or {})
        except EOFError:
            self.stop.set()
            self._inbox.put(None)

    def _take(self, message: Message) -> None:
        wanted = message.get("do")
        if wanted == "clock":
            self._line.say({"clock": time.monotonic(), "number": message["number"]})
        elif wanted == "rows":
            after, limit = message["after"], message["limit"]
            rows = [] if self.shard is None else read_rows(self.shard, after=after, limit=limit)
            self._line.say({"rows": rows})
        elif wanted == "stop":
            self.stop.set()
        else:
            if wanted == "prepare":
                self.stop.clear()
            self._inbox.put(message)


class _Worker:
    """Carries out one job after the other against targets that stay open."""

    def __init__(self, line: Line, ears: _Ears) -> None:
        self._line, self._ears = line, ears
        self._open: tuple[object, OpenedTarget] | None = None

    def obey(self, message: Message) -> None:
        """Do what is asked; what comes out of turn is passed over."""
        if message.get("do") == "hello":
            self._line.say(
                {
                    "hello": {
                        "clock_id": clock_now().clock_id,
                        "version": __version__,
                        "facts": machine_facts(),
                    }
                }
            )
        elif message.get("do") == "prepare":
            self._measure(read_job(message))
        elif message.get("do") == "forget" and self._ears.shard is not None:
            shutil.rmtree(self._ears.shard.parent, ignore_errors=True)

    def _measure(self, job: ShardJob) -> None:
        require_open_files(job.plan.load.concurrency or 1)
        target = self._target(job)
        folder = shard_folder(job)
        with study_lock(folder):
            path = folder / "journal.sqlite"
            with JournalWriter(path) as journal:
                self._ears.shard = path
                health = self._carry_out(job, target, journal, path)
        if health is not None:
            self._line.say({"done": asdict(health)})

    def _target(self, job: ShardJob) -> OpenedTarget:
        """Open a target once; it is an address, so there is nothing to be closed."""
        asked = (job.target, job.deployment)
        if self._open is None or self._open[0] != asked:
            without_core_dumps([job.target])
            with opened(job.target, job.deployment) as ready:
                self._open = (asked, ready)
        ready = self._open[1]
        if job.salt is None or not isinstance(ready.target, HttpTarget):
            return ready
        return replace(ready, target=replace(ready.target, salt=job.salt))

    def _carry_out(
        self, job: ShardJob, target: OpenedTarget, journal: JournalWriter, path: Path
    ) -> ClientHealth | None:
        """Measure from the instant at which all begin; ``None`` when it never came."""
        run_id = journal.begin_run(
            job.stage, job.label, deployment=target.deployment.name, load=job.plan.load, repeat=job.repeat
        )
        segment_id = journal.begin_segment(
            run_id, clock=clock_now(), deployment=target.deployment, facts=target.facts
        )

        def record(observation: Observation) -> None:
            journal.record(run_id, segment_id, observation)
            if journal.failure is not None:
                self._ears.stop.set()

        plan = self._warmed_up(job.plan, target, record)
        self._line.say({"ready": {"path": str(path)}})
        begin = self._ears.next()
        if begin is None or begin.get("do") != "begin":
            return None
        at_s = float(begin["at_s"])
        if plan.due_s is not None:
            plan = replace(plan, begins_at_s=at_s + _OPENING_S)
        self._ears.stop.wait(max(at_s - time.monotonic(), 0.0))
        health = target.target.measure(plan, record=record, stop=self._ears.stop)
        if journal.failure is not None:
            raise MeasurementError(journal.failure)
        journal.end_segment(segment_id, health)
        return health

    def _warmed_up(
        self, plan: RunPlan, target: OpenedTarget, record: Callable[[Observation], None]
    ) -> RunPlan:
        """Warm up for an open loop beforehand, so that what is due counts from when all begin."""
        if plan.due_s is None or not plan.warmup:
            return plan
        target.target.measure(replace(plan, indices=(), due_s=()), record=record, stop=self._ears.stop)
        return replace(plan, warmup=())
