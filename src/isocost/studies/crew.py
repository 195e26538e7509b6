"""Several workers as one target: their parts begin at one instant and are put together as records."""

from __future__ import annotations

import os
import time
import uuid
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from isocost import __version__
from isocost.core.errors import InputError, LostWorkerWarning, MeasurementError
from isocost.execution import ClockOffset, Processes, RayCluster, Serial, compare_clocks, deal, worst_health
from isocost.journal import LoadStage, ShardTicket
from isocost.measurement import clock_now
from isocost.studies.hand import Hand
from isocost.studies.shard_job import ShardJob, to_message
from isocost.studies.shards import remove_shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from threading import Event

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation
    from isocost.core.ports import Executor, Gate, Line, Target
    from isocost.journal import ExecutorSpec, Stage, StudyFolder, TargetSpec
    from isocost.studies.targets import OpenedTarget

__all__ = ["Crew", "crewed", "require_executor"]

_ENTRY = "isocost.studies.shard_work:work"
_HELLO_S = 60.0
_LEAD_S = 0.1  # from telling the instant to that instant
_READ_EVERY_S = 0.25
_ASK_EVERY_S = 5.0
_PAUSE_S = 0.01


def require_executor(stage: Stage) -> None:
    """See that the workers of a stage can do what it asks for, before anything is written or sent.

    Raises
    ------
    InputError
        If its number of workers is out of range.
    MeasurementError, MissingExtraError
        If the cluster that it names is not there, or Ray is not installed.
    """
    if isinstance(stage, LoadStage) and stage.executor is not None and stage.executor.name == "ray":
        RayCluster(stage.executor.ray_address or "auto", stage.executor.workers).require()


@contextmanager
def crewed(stage: Stage, alone: OpenedTarget, folder: StudyFolder) -> Iterator[OpenedTarget]:
    """Hire the workers that a stage asks for, for as long as it is measured; `alone` where it asks for none.

    Raises
    ------
    InputError, MeasurementError, MissingExtraError
        If they cannot be hired.
    """
    if not isinstance(stage, LoadStage) or stage.executor is None:
        yield alone
        return
    executor = _executor(stage.executor, stage.target)
    with executor.hire(_ENTRY) as lines:
        crew = Crew(lines, kind=executor.kind, stage=stage, alone=alone, shards=folder.shards)
        yield replace(alone, target=crew, facts={**alone.facts, **crew.members}, crew=crew)


def _executor(spec: ExecutorSpec, target: TargetSpec) -> Executor:
    if spec.name == "ray":
        return RayCluster(spec.ray_address or "auto", spec.workers)
    if spec.name == "serial":
        return Serial()
    workers = len(os.sched_getaffinity(0)) if spec.workers is None else spec.workers
    return Processes(workers, pass_on=() if target.api_key_env is None else (target.api_key_env,))


class Crew:
    """Workers that carry out each plan together; implements `isocost.core.ports.Target`.

    Parameters
    ----------
    lines : sequence of Line
        To workers that were just started.
    kind : str
        Of their executor.
    stage : LoadStage
        What they measure.
    alone : OpenedTarget
        The target as this process sees it.
    shards : Path
        Folder for shards and their tickets.

    Attributes
    ----------
    members : dict of str to str
        Facts on the workers.
    facts : dict of str to str
        Facts on the latest run: clocks, the worst worker, who was lost.

    Raises
    ------
    InputError
        If a worker runs another version.
    MeasurementError
        If a worker does not answer.
    """

    def __init__(
        self, lines: Sequence[Line], *, kind: str, stage: LoadStage, alone: OpenedTarget, shards: Path
    ) -> None:
        self._stage, self._alone, self._shards = stage, alone, shards
        self._elsewhere = kind == "ray"
        self._clock_id = clock_now().clock_id
        self._hands = [Hand(line, *_hello(line)) for line in lines]
        self.members = _members(kind, self._hands)
        self.facts: dict[str, str] = {}
        self.run = ("", 0)

    @property
    def model(self) -> str:
        """Name of the model that the target serves."""
        return self._alone.target.model

    @property
    def endpoint(self) -> Target:
        """The target as this process sees it."""
        return self._alone.target

    @property
    def lost(self) -> tuple[Hand, ...]:
        """Workers that were lost in the latest run."""
        return tuple(hand for hand in self._hands if hand.lost is not None)

    def begin_run(self, label: str, repeat: int) -> None:
        """Say which run the next plan belongs to."""
        self.run = (label, repeat)

    def end_run(self) -> None:
        """Remove the shards of the latest run; to be called when their records are safe."""
        for hand in self._hands:
            if hand.ticket is not None:
                if self._elsewhere:
                    hand.say({"do": "forget"})
                remove_shard(self._shards, hand.ticket)
                hand.ticket = None

    def measure(
        self,
        plan: RunPlan,
        *,
        record: Callable[[Observation], None],
        stop: Event,
        gate: Gate | None = None,
    ) -> ClientHealth:
        """Carry out `plan` together; see `isocost.core.ports.Target`.

        A gate that one process asks before each request cannot hold for several; so with one nothing is sent.

        Raises
        ------
        InputError
            If there is a gate.
        MeasurementError
            If the target failed, or no worker is left; what was journaled until then is recorded.
        """
        if gate is not None:
            raise InputError("a gate is kept by one process, and a crew sends from others")
        self._hands = [hand for hand in self._hands if hand.lost is None]
        if not self._hands:
            raise MeasurementError(
                "no worker is left; see why they ended, then go on with: isocost run STUDY"
            )
        parts = deal(plan, len(self._hands))
        busy = self._hands[: len(parts)]
        self._prepare(busy, parts)
        clocks = self._begin(busy)
        self._follow(busy, record, stop)
        return self._sum_up(busy, clocks)

    def _prepare(self, busy: Sequence[Hand], parts: Sequence[RunPlan]) -> None:
        label, repeat = self.run
        salt = self._alone.facts.get("prompt_salt")
        for number, (hand, part) in enumerate(zip(busy, parts, strict=True)):
            job = ShardJob(
                shard=uuid.uuid4().hex,
                folder=None if self._elsewhere else str(self._shards.absolute()),
                target=self._stage.target,
                deployment=self._alone.deployment.name,
                stage=self._stage.name,
                label=label,
                repeat=repeat,
                plan=part,
                salt=None if salt is None else int(salt),
            )
            hand.prepare(job.shard, to_message(job), (number, len(busy)))
        while any(hand.state == "preparing" for hand in busy):
            _hear_all(busy)
        for hand in busy:
            if hand.failure is not None:
                raise hand.failure

    def _begin(self, busy: Sequence[Hand]) -> dict[str, ClockOffset]:
        """Compare clocks, leave tickets, and name one instant to all."""
        clocks = {}
        for hand in busy:
            clock = self._compared(hand)
            if clock is None:
                continue
            clocks[hand.name] = clock
            hand.ticket = ShardTicket(
                shard=hand.shard,
                stage=self._stage.name,
                label=self.run[0],
                path=hand.path,
                worker=hand.name,
                clock_id=hand.clock_id,
                offset_s=clock.offset_s,
            )
            hand.near = hand.clock_id == self._clock_id and not self._elsewhere
            hand.ticket.write(self._shards)
        begin_s = time.monotonic() + _LEAD_S
        for hand in busy:
            if hand.ticket is not None:
                hand.begin(begin_s - hand.ticket.offset_s)
        return clocks

    def _compared(self, hand: Hand) -> ClockOffset | None:
        """Hold a worker's clock against ours; ``None`` when it is lost meanwhile."""
        if hand.lost is not None:
            return None
        if hand.clock_id == self._clock_id:
            return ClockOffset(offset_s=0.0, bound_s=0.0)
        try:
            return compare_clocks(hand.line)
        except EOFError as error:
            hand.lose(str(error))
            return None

    def _follow(self, busy: Sequence[Hand], record: Callable[[Observation], None], stop: Event) -> None:
        """Take over what the workers journal, until all have ended."""
        read_s = asked_s = time.monotonic()
        told = False
        while any(hand.state == "measuring" for hand in busy):
            _hear_all(busy, record)
            now = time.monotonic()
            if not told and (stop.is_set() or any(hand.failure is not None for hand in busy)):
                told = True
                for hand in busy:
                    hand.say({"do": "stop"})
            if now - read_s > _READ_EVERY_S:
                read_s = now
                for hand in busy:
                    hand.read(record)
            if now - asked_s > _ASK_EVERY_S:
                asked_s = now
                for hand in busy:
                    hand.ask_for_life(now)
        for hand in busy:
            hand.read_to_the_end(record)

    def _sum_up(self, busy: Sequence[Hand], clocks: dict[str, ClockOffset]) -> ClientHealth:
        """Say how the crew fared; raise what made it fail."""
        for hand in busy:
            if hand.failure is not None:
                raise hand.failure
        if all(hand.lost is not None for hand in busy):
            raise MeasurementError(
                f"all workers were lost ({_ends(busy)}); what they had journaled is kept, go on with: "
                "isocost run STUDY"
            )
        healthy = [(hand, hand.health) for hand in busy if hand.health is not None]
        worst = worst_health([health for _, health in healthy])
        whose = max(healthy, key=lambda each: (each[1].saturated, each[1].cpu_share))[0]
        later = {hand.name: clock for hand, _ in healthy if (clock := self._compared(hand)) is not None}
        self.facts = {
            "clock_bound_s": f"{_bound_s(clocks, later):.6f}",
            "clock_offsets_s": ", ".join(f"{clock.offset_s:.6f}" for clock in clocks.values()),
            "worst_worker": f"{whose.name}: {worst.cpu_share:.0%} of a core",
        }
        if self.lost:
            self._tell_of_losses()
        return worst

    def _tell_of_losses(self) -> None:
        text = _ends(self.lost)
        self.facts["lost_workers"] = text
        self.facts["lost_at_s"] = f"{min(hand.heard_s for hand in self.lost):.6f}"
        kept = sum(hand.taken for hand in self.lost)
        warnings.warn(
            f"{self._stage.name}, {self.run[0]}: {len(self.lost)} of {len(self._hands)} workers were lost "
            f"({text}); the {kept} requests journaled there are kept, those in flight are not; send what is "
            "missing with: isocost run STUDY",
            LostWorkerWarning,
            stacklevel=2,
        )


def _hello(line: Line) -> tuple[str, dict[str, str]]:
    """Return a worker's clock and machine.

    Raises
    ------
    InputError, MeasurementError
        If it runs another version, or says nothing.
    """
    try:
        line.say({"do": "hello"})
        answer = line.hear(_HELLO_S)
    except EOFError as error:
        raise MeasurementError(f"{line.name} did not start: {error}") from None
    if answer is None:
        raise MeasurementError(f"{line.name} did not start within {_HELLO_S:g} s")
    hello = answer["hello"]
    if hello["version"] != __version__:
        raise InputError(
            f"{line.name} has isocost {hello['version']} and this is {__version__}; install the same version"
        )
    return hello["clock_id"], hello["facts"]


def _ends(hands: Sequence[Hand]) -> str:
    return "; ".join(f"{hand.name}: {hand.lost}" for hand in hands)


def _members(kind: str, hands: Sequence[Hand]) -> dict[str, str]:
    """Say who measures, for the provenance."""
    workers = f"{len(hands)} worker" + ("" if len(hands) == 1 else "s")
    if kind != "ray":
        return {"executor": f"{kind}, {workers}"}
    machines = {
        f"client_{number}": f"{hand.name}: {hand.machine.get('client_processor', 'unknown')}, "
        f"{hand.machine.get('client_cores', '?')} cores"
        for number, hand in enumerate(hands)
    }
    return {"executor": f"ray, {workers} on {len(hands)} node" + ("" if len(hands) == 1 else "s"), **machines}


def _hear_all(busy: Sequence[Hand], record: Callable[[Observation], None] | None = None) -> None:
    heard = [hand.hear(record) for hand in busy]
    if not any(heard):
        time.sleep(_PAUSE_S)


def _bound_s(begin: dict[str, ClockOffset], end: dict[str, ClockOffset]) -> float:
    """Return how wrong an instant of a worker may be put: what was not known, and what its clock drifted."""
    drifts = {
        name: abs(end[name].offset_s - clock.offset_s) + end[name].bound_s if name in end else 0.0
        for name, clock in begin.items()
    }
    return max((clock.bound_s + drifts[name] for name, clock in begin.items()), default=0.0)
