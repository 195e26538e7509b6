"""Carry out what a study asks for, going on where it was left."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.errors import BudgetError
from isocost.core.limits import Limits
from isocost.journal import (
    JournalWriter,
    LoadStage,
    QualityStage,
    StudyFolder,
    create_study,
    finished_numbers,
    open_study,
    read_runs,
    set_aside,
    study_lock,
    write_template,
)
from isocost.measurement import MOST_IN_FLIGHT, require_open_files
from isocost.studies.asking import is_settled, settle
from isocost.studies.billing_facts import without_probing
from isocost.studies.crew import crewed, require_executor
from isocost.studies.live import RunWatch
from isocost.studies.measure_run import measure_run
from isocost.studies.plans import planned_runs, remaining
from isocost.studies.progress import Progress
from isocost.studies.shards import collect_shards
from isocost.studies.spending import stage_budget, way_on
from isocost.studies.targets import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from isocost.core.load import RunPlan
    from isocost.core.observation import Run
    from isocost.journal import Stage
    from isocost.measurement import Budget
    from isocost.studies.limit_plans import PlannedProbe
    from isocost.studies.plans import PlannedRun
    from isocost.studies.targets import OpenedTarget

__all__ = ["Progress", "measure_stage", "run_study"]

_USUAL_PROBES = 12  # of a search, to tell how far it has come


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
        If the study is in use, cannot be written, or has another stage of that name; or if requests may cost
        money and no limit is given.
    BudgetError
        If the stage has used what its limits allow; what was measured until then is in the journal.
    MeasurementError
        If the target failed; what was measured until then is in the journal.
    """
    told, stopped = watch or _ignore, stop or threading.Event()
    require_executor(stage)
    if stage.target.engine is not None:
        return _enter(path, settle(stage), told, stopped)
    folder = StudyFolder(path)
    budget = stage_budget(stage, folder.journal_file)  # before anything is sent
    with _opened(folder, stage, budget) as target:  # before anything is written: it may not answer
        return _enter(path, settle(stage, target), told, stopped, target, budget)


def run_study(
    path: Path,
    *,
    repeat: Sequence[str] = (),
    limits: Limits | None = None,
    watch: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Carry out all that is left of a study; see `measure_stage`.

    Runs named in `repeat`, such as ``"load: 8 concurrent #0"``, are set aside first and measured anew.
    What `limits` gives takes the place of the limits of each stage that is not finished, and is written down.
    """
    folder = open_study(path)
    told, stopped = watch or _ignore, stop or threading.Event()
    with study_lock(folder.path):
        if repeat:
            stages = {stage.name for stage in folder.stages()}
            set_aside(folder.journal_file, repeat, stages=stages)
        write_template(folder.assumptions_file)
        return all(_go_on(folder, stage, limits, told, stopped) for stage in folder.stages())


def _enter(
    path: Path,
    stage: Stage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None = None,
    budget: Budget | None = None,
) -> bool:
    """Write a stage down and carry it out."""
    folder = create_study(path)
    with study_lock(folder.path):
        entered = folder.add_stage(stage)
        write_template(folder.assumptions_file)
        return _carry_out(folder, entered, watch, stop, target, budget)


def _go_on(
    folder: StudyFolder,
    stage: Stage,
    limits: Limits | None,
    watch: Callable[[Progress], None],
    stop: threading.Event,
) -> bool:
    """Carry out a stage as ``study.yaml`` has it; what that leaves open the target tells."""
    if limits is not None and _has_left(folder, stage):
        stage = folder.limit(stage, (stage.limits or Limits()).with_changes(limits))
    settled = settle(stage)
    if is_settled(settled):
        return _carry_out(folder, settled, watch, stop)
    budget = stage_budget(stage, folder.journal_file)
    with _opened(folder, stage, budget) as target:
        return _carry_out(folder, settle(stage, target), watch, stop, target, budget)


@contextmanager
def _opened(folder: StudyFolder, stage: Stage, budget: Budget) -> Iterator[OpenedTarget]:
    """Open the target of a stage; where not even that is in its budget, say how to go on."""
    timed = not isinstance(stage, QualityStage)
    with ExitStack() as stack:
        texts = getattr(stage, "conversation", None) is not None
        opening = opened(stage.target, stage.deployment, timed=timed, texts=texts, budget=budget)
        try:
            target = stack.enter_context(opening)
        except BudgetError as error:
            raise BudgetError(_told(str(error), folder, stage)) from None
        yield target


def _has_left(folder: StudyFolder, stage: Stage) -> bool:
    """Whether a stage is not carried out to its end."""
    if isinstance(stage, LoadStage) and stage.find_limit is not None:
        from isocost.studies.limit_run import search_is_finished, search_runs  # noqa: PLC0415 - of a search

        return not search_is_finished(stage, search_runs(folder, stage))
    done = {label for label, run in _measured_runs(folder, stage).items() if run.finished}
    return any(run.label not in done for run in planned_runs(settle(stage)))


def _ignore(progress: Progress) -> None:
    """Take no notice."""


def _carry_out(
    folder: StudyFolder,
    stage: Stage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None = None,
    budget: Budget | None = None,
) -> bool:
    """Measure what the journal lacks of a stage; a target that is not given is opened when it is needed."""
    if isinstance(stage, QualityStage):
        return _ask(folder, stage, watch, stop, target, budget)
    if isinstance(stage, LoadStage) and stage.find_limit is not None:
        return _seek(folder, stage, watch, stop, target, budget)
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
    budget = budget or stage_budget(stage, folder.journal_file)
    with (
        JournalWriter(folder.journal_file) as journal,
        _opened(folder, stage, budget) if target is None else nullcontext(target) as alone,
        crewed(stage, alone, folder) as ready,
    ):
        for number, (run, plan) in enumerate(plans):
            if stop.is_set():
                return False
            place = (stage.name, run.label, len(planned) - len(plans) + number, len(planned))
            counts = RunWatch(watch, place, plan, budget)
            facts = without_probing(ready.facts) if number else ready.facts  # told once
            measure_run(journal, stage, replace(ready, facts=facts), run, counts, stop)
            if budget.refusal is not None:
                raise BudgetError(_told(budget.refusal, folder, stage))
    return not stop.is_set()


def _seek(
    folder: StudyFolder,
    stage: LoadStage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None,
    budget: Budget | None,
) -> bool:
    """Carry out what the journal lacks of a search for the limit."""
    from isocost.studies.limit_run import (  # noqa: PLC0415 - only of a search
        search_is_finished,
        search_runs,
        search_stage,
    )

    if search_is_finished(stage, search_runs(folder, stage)) or stop.is_set():
        return not stop.is_set()
    require_open_files((stage.find_limit.max_in_flight if stage.find_limit else None) or MOST_IN_FLIGHT)
    budget = budget or stage_budget(stage, folder.journal_file)
    with (
        JournalWriter(folder.journal_file) as journal,
        _opened(folder, stage, budget) if target is None else nullcontext(target) as ready,
    ):

        def measure(probe: PlannedProbe, chosen: OpenedTarget) -> None:
            place = (stage.name, probe.run.label, probe.number, max(_USUAL_PROBES, probe.number + 2))
            facts = without_probing(chosen.facts) if probe.number else chosen.facts  # told once
            counts = RunWatch(watch, place, probe.plan, budget)
            measure_run(journal, stage, replace(chosen, facts=facts), probe.run, counts, stop, probe)
            if budget.refusal is not None:
                raise BudgetError(_told(budget.refusal, folder, stage))

        return search_stage(folder, stage, ready, measure, stop)


def _most_in_flight(plan: RunPlan) -> int:
    return plan.load.concurrency or plan.max_in_flight or MOST_IN_FLIGHT


def _told(refusal: str, folder: StudyFolder, stage: Stage) -> str:
    """Say why a stage ended, what is kept and how to go on."""
    runs = _measured_runs(folder, stage).values()
    kept = sum(int((~run.observations.warmup).sum()) for run in runs)
    return f"{refusal}; {kept:,} requests of stage {stage.name!r} are kept; {way_on(refusal, folder.path)}"


def _ask(
    folder: StudyFolder,
    stage: QualityStage,
    watch: Callable[[Progress], None],
    stop: threading.Event,
    target: OpenedTarget | None,
    budget: Budget | None,
) -> bool:
    """Ask the questions that the journal has no answer to."""
    from isocost.studies.probing import ask_questions, unanswered  # noqa: PLC0415 - much to load for a load

    left = unanswered(folder, stage)
    if not left or stop.is_set():
        return not left
    budget = budget or stage_budget(stage, folder.journal_file)
    with _opened(folder, stage, budget) if target is None else nullcontext(target) as ready:
        return ask_questions(folder, stage, left, ready, budget, watch, stop)


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
