"""One run, measured into the journal."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from isocost.core.errors import ClientSaturatedWarning, MeasurementError
from isocost.measurement import clock_now, gate_of, server_watched
from isocost.studies.ending import ending_at
from isocost.studies.sharing import warn_of_new_beginnings

if TYPE_CHECKING:
    import threading
    from contextlib import AbstractContextManager

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation
    from isocost.core.telemetry import Reading
    from isocost.journal import JournalWriter, Stage
    from isocost.studies.ending import Ending
    from isocost.studies.limit_plans import PlannedProbe
    from isocost.studies.limit_probe import ProbeWatch
    from isocost.studies.live import RunWatch
    from isocost.studies.plans import PlannedRun
    from isocost.studies.targets import OpenedTarget

__all__ = ["measure_run"]


def measure_run(
    journal: JournalWriter,
    stage: Stage,
    target: OpenedTarget,
    run: PlannedRun,
    counts: RunWatch,
    stop: threading.Event,
    probe: PlannedProbe | None = None,
) -> None:
    """Measure one run into the journal, and finish it there when it came to its end.

    Parameters
    ----------
    journal : JournalWriter
    stage : Stage
    target : OpenedTarget
    run : PlannedRun
    counts : RunWatch
        Holds what is left to send, and the budget.
    stop : threading.Event
        Ends it early; it goes on later.
    probe : PlannedProbe or None
        Of a search for the limit: ends it when it can be told, and what it told is kept.

    Raises
    ------
    MeasurementError
        If the target fails, or the journal cannot be written.
    """
    plan = counts.plan
    run_id = journal.begin_run(
        stage.name, run.label, deployment=target.deployment.name, load=run.load, repeat=run.repeat
    )
    segment_id = journal.begin_segment(
        run_id, clock=clock_now(), deployment=target.deployment, facts=target.facts
    )

    def record(observation: Observation) -> None:
        journal.record(run_id, segment_id, observation)
        counts.see(observation)
        if gate is not None:
            gate.settle(observation)
        if journal.failure is not None:
            stop.set()

    warn_of_new_beginnings(plan, f"{stage.name}, {run.label}")
    gate = gate_of(counts.budget) if target.crew is None else None
    endpoint = target.target
    if target.crew is not None:
        target.crew.begin_run(run.label, run.repeat)
        endpoint = target.crew.endpoint

    def tell(reading: Reading) -> None:
        journal.record_reading(segment_id, reading)

    with _ending(stage, plan, stop, probe) as ending:

        def record_and_judge(observation: Observation) -> None:
            record(observation)
            ending.see(observation)

        with server_watched(endpoint, tell), counts:
            health: ClientHealth = target.target.measure(
                plan, record=record_and_judge, stop=ending.stop, gate=gate
            )
    if gate is not None:
        gate.end()
    if journal.failure is not None:
        raise MeasurementError(journal.failure)
    journal.end_segment(segment_id, health)
    whole = _dismiss(target, journal, segment_id)
    counts.warn_of_failures()
    _warn_if_saturated(health, f"{stage.name}, {run.label}", probe)
    complete = gate is None or not gate.closed
    if complete and whole and not stop.is_set():
        _keep_told(journal, segment_id, probe, health)
        journal.finish_run(run_id)


def _ending(
    stage: Stage, plan: RunPlan, stop: threading.Event, probe: PlannedProbe | None
) -> AbstractContextManager[Ending | ProbeWatch]:
    """Return what ends a run early."""
    if probe is not None:
        return probe.watch.watching(stop)
    first_index = plan.first_index if plan.indices is None else plan.indices[0]
    return ending_at(getattr(stage, "until_width", None), stop=stop, first_index=first_index)


def _dismiss(target: OpenedTarget, journal: JournalWriter, segment_id: int) -> bool:
    """Let the workers of a run go, if there were any, when their records are safe; whether none was lost."""
    if target.crew is None:
        return True
    whole = not target.crew.lost
    journal.add_facts(segment_id, target.crew.facts)  # behind all records: they are safe now
    target.crew.end_run()
    return whole


def _keep_told(
    journal: JournalWriter, segment_id: int, probe: PlannedProbe | None, health: ClientHealth
) -> None:
    if probe is not None:
        journal.add_facts(segment_id, probe.facts(health))


def _warn_if_saturated(health: ClientHealth, run: str, probe: PlannedProbe | None) -> None:
    if health.saturated and probe is None:  # of a probe the verdict says so
        warnings.warn(
            f"{run}: this client was at its limit ({', '.join(health.limits)}), so "
            f"the target may be faster than it looks; {_remedy(health)}",
            ClientSaturatedWarning,
            stacklevel=2,
        )


def _remedy(health: ClientHealth) -> str:
    if health.held_back_share:
        return "let more be in flight with --max-in-flight; if the target is overloaded, offer less"
    return "offer less load, or measure from an idle machine"
