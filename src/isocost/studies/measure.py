"""Carry out what a study asks for, going on where it was left."""

from __future__ import annotations

import threading
import time
import warnings
from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING

from isocost.core.errors import ClientSaturatedWarning, FailedRequestsWarning, MeasurementError
from isocost.core.observation import Outcome
from isocost.journal import (
    JournalWriter,
    QualityStage,
    create_study,
    finished_numbers,
    open_study,
    read_runs,
    set_aside,
    study_lock,
    write_template,
)
from isocost.measurement import MOST_IN_FLIGHT, clock_now, require_open_files, server_watched
from isocost.studies.asking import is_settled, settle
from isocost.studies.crew import crewed, require_executor
from isocost.studies.ending import ending_at
from isocost.studies.plans import planned_runs, remaining
from isocost.studies.progress import Progress
from isocost.studies.shards import collect_shards
from isocost.studies.targets import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation, Run
    from isocost.core.telemetry import Reading
    from isocost.journal import Stage, StudyFolder
    from isocost.studies.plans import PlannedRun
    from isocost.studies.targets import OpenedTarget

__all__ = ["Progress", "measure_stage", "run_study"]


def measure_stage(
    path: Path,
    stage: Stage,
    *,
    watch: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Enter a stage into the study at `path` and carry out what is left of it.

    Parameters
    ----------
    path : Path
        The study folder; made when it is not there.
    stage : Stage
        What to measure.
    watch : callable, optional
        Told of progress now and then.
    stop : threading.Event, optional
        When set, measuring ends cleanly; what is finished stays.

    Returns
    -------
    bool
        Whether the stage was carried out to its end.

    Raises
    ------
    InputError
        If the study is in use, cannot be written, or has another stage of that name.
    BudgetError
        If a stage of questions has spent its budget; what was answered until then is in the journal.
    MeasurementError
        If the target failed; what was measured until then is in the journal.
    """
    told, stopped = watch or _ignore, stop or threading.Event()
    require_executor(stage)
    if stage.target.engine is not None:
        return _enter(path, settle(stage), told, stopped)
    timed = not isinstance(stage, QualityStage)
    with opened(
        stage.target, stage.deployment, timed=timed
    ) as target:  # before anything is written: it may not answer
        return _enter(path, settle(stage, target), told, stopped, target)


def run_study(
    path: Path,
    *,
    repeat: Sequence[str] = (),
    watch: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Carry out all that is left of a study; see `measure_stage`.

    Runs named in `repeat`, such as ``"load: 8 concurrent #0"``, are set aside first and measured anew.
    """
    folder = open_study(path)
    told, stopped = watch or _ignore, stop or threading.Event()
    with study_lock(folder.path):
        if repeat:
            stages = {stage.name for stage in folder.stages()}
            set_aside(folder.journal_file, repeat, stages=stages)
        write_template(folder.assumptions_file)
        return all(_go_on(folder, stage, told, stopped) for stage in folder.stages())


def _enter(
    path: Path,
    stage: Stage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None = None,
) -> bool:
    """Write a stage down and carry it out."""
    folder = create_study(path)
    with study_lock(folder.path):
        entered = folder.add_stage(stage)
        write_template(folder.assumptions_file)
        return _carry_out(folder, entered, watch, stop, target)


def _go_on(
    folder: StudyFolder, stage: Stage, watch: Callable[[Progress], None], stop: threading.Event
) -> bool:
    """Carry out a stage as ``study.yaml`` has it; what that leaves open the target tells."""
    settled = settle(stage)
    if is_settled(settled):
        return _carry_out(folder, settled, watch, stop)
    with opened(stage.target, stage.deployment, timed=not isinstance(stage, QualityStage)) as target:
        return _carry_out(folder, settle(stage, target), watch, stop, target)


def _ignore(progress: Progress) -> None:
    """Take no notice."""


def _carry_out(
    folder: StudyFolder,
    stage: Stage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None = None,
) -> bool:
    """Measure what the journal lacks of a stage; a target that is not given is opened when it is needed."""
    if isinstance(stage, QualityStage):
        return _ask(folder, stage, watch, stop, target)
    planned = planned_runs(stage)
    collect_shards(folder)
    before = _measured_runs(folder, stage)
    done = finished_numbers(folder.journal_file, stage.name)
    plans = [
        (run, plan)
        for run in planned
        if (plan := _left(run, before.get(run.label), done, stage.request_timeout_s)) is not None
    ]
    if not plans or stop.is_set():
        return not plans
    require_open_files(max(_most_in_flight(plan) for _, plan in plans))
    opening = opened(stage.target, stage.deployment) if target is None else nullcontext(target)
    with (
        JournalWriter(folder.journal_file) as journal,
        opening as alone,
        crewed(stage, alone, folder) as ready,
    ):
        for number, (run, plan) in enumerate(plans):
            if stop.is_set():
                return False
            report = _Reporter(watch, stage.name, len(planned) - len(plans) + number, len(planned))
            _measure_run(journal, stage, ready, run, plan, report, stop)
    return not stop.is_set()


def _most_in_flight(plan: RunPlan) -> int:
    return plan.load.concurrency or plan.max_in_flight or MOST_IN_FLIGHT


def _ask(
    folder: StudyFolder,
    stage: QualityStage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None,
) -> bool:
    """Ask the questions that the journal has no answer to."""
    from isocost.studies.probing import ask_questions, unanswered  # noqa: PLC0415 - much to load for a load

    left = unanswered(folder, stage)
    if not left or stop.is_set():
        return not left
    opening = opened(stage.target, stage.deployment, timed=False) if target is None else nullcontext(target)
    with opening as ready:
        return ask_questions(folder, stage, left, ready, watch, stop)


def _measured_runs(folder: StudyFolder, stage: Stage) -> dict[str, Run]:
    """Return what the journal has of a stage, by the labels of its runs."""
    if not folder.journal_file.is_file():
        return {}
    return {run.label: run for run in read_runs(folder.journal_file) if run.stage == stage.name}


def _left(
    run: PlannedRun, before: Run | None, done: dict[str, frozenset[int]], timeout_s: float
) -> RunPlan | None:
    """Plan what the journal lacks of a run."""
    if before is not None and before.finished:
        return None
    return remaining(
        run,
        done=done.get(run.label, frozenset()),
        spent_s=0.0 if before is None else _spent_s(before),
        timeout_s=timeout_s,
    )


def _spent_s(run: Run) -> float:
    """Return the seconds of sending in the segments of a run so far."""
    seen = run.observations
    total = 0.0
    for segment in run.segments:
        mine = (seen.segment == segment.number) & ~seen.warmup
        if (lost_at_s := segment.facts.get("lost_at_s")) is not None:
            mine &= seen.sent_at_s <= float(lost_at_s)  # the load was not all there any more
        if mine.any():
            total += float(seen.sent_at_s[mine].max() - seen.sent_at_s[mine].min())
    return total


class _Reporter:
    """Counts the observations of one run and tells the watcher a few times a second."""

    def __init__(self, watch: Callable[[Progress], None], stage: str, done: int, total: int) -> None:
        self._watch, self._stage, self._done, self._total = watch, stage, done, total
        self._requests = 0
        self._failures: Counter[str] = Counter()
        self._told_at = -1.0
        self._began_at = time.monotonic()

    def see(self, observation: Observation, plan: RunPlan, label: str) -> None:
        """Count one observation."""
        if observation.warmup:
            return
        self._requests += 1
        if observation.outcome not in (Outcome.OK, Outcome.CANCELLED):
            self._failures[observation.detail or observation.outcome.value] += 1
        now = time.monotonic()
        if now - self._told_at > 0.2:
            self._told_at = now
            share = (
                self._requests / len(plan.indices)
                if plan.indices
                else min(1.0, (now - self._began_at) / (plan.duration_s or 1.0))
            )
            self._watch(
                Progress(
                    stage=self._stage,
                    run=label,
                    done=self._done,
                    total=self._total,
                    requests=self._requests,
                    failures=self._failures.total(),
                    fraction=(self._done + share) / self._total,
                )
            )

    def warn_of_failures(self, label: str) -> None:
        """Say how many requests failed, and why most of them."""
        if self._failures:
            reason, _ = self._failures.most_common(1)[0]
            warnings.warn(
                f"{self._stage}, {label}: {self._failures.total()} of {self._requests} requests failed; "
                f"most often: {reason}",
                FailedRequestsWarning,
                stacklevel=2,
            )


def _remedy(health: ClientHealth) -> str:
    if health.held_back_share:
        return "let more be in flight with --max-in-flight; if the target is overloaded, offer less"
    return "measure fewer streams, or from an idle machine"


def _measure_run(
    journal: JournalWriter,
    stage: Stage,
    target: OpenedTarget,
    run: PlannedRun,
    plan: RunPlan,
    report: _Reporter,
    stop: threading.Event,
) -> None:
    run_id = journal.begin_run(
        stage.name, run.label, deployment=target.deployment.name, load=run.load, repeat=run.repeat
    )
    segment_id = journal.begin_segment(
        run_id, clock=clock_now(), deployment=target.deployment, facts=target.facts
    )

    def record(observation: Observation) -> None:
        journal.record(run_id, segment_id, observation)
        report.see(observation, plan, run.label)
        if journal.failure is not None:
            stop.set()

    endpoint = target.target
    if target.crew is not None:
        target.crew.begin_run(run.label, run.repeat)
        endpoint = target.crew.endpoint

    def tell(reading: Reading) -> None:
        journal.record_reading(segment_id, reading)

    first_index = plan.first_index if plan.indices is None else plan.indices[0]
    with ending_at(getattr(stage, "until_width", None), stop=stop, first_index=first_index) as ending:

        def record_and_judge(observation: Observation) -> None:
            record(observation)
            ending.see(observation)

        with server_watched(endpoint, tell):
            health: ClientHealth = target.target.measure(plan, record=record_and_judge, stop=ending.stop)
    if journal.failure is not None:
        raise MeasurementError(journal.failure)
    journal.end_segment(segment_id, health)
    complete = True
    if target.crew is not None:
        complete = not target.crew.lost
        journal.add_facts(segment_id, target.crew.facts)  # behind all records: they are safe now
        target.crew.end_run()
    report.warn_of_failures(run.label)
    if health.saturated:
        warnings.warn(
            f"{stage.name}, {run.label}: this client was at its limit ({', '.join(health.limits)}), so "
            f"the target may be faster than it looks; {_remedy(health)}",
            ClientSaturatedWarning,
            stacklevel=2,
        )
    if complete and not stop.is_set():
        journal.finish_run(run_id)
