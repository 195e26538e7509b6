"""The search for the limit: which probes are sent, one after another, and what the journal keeps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import MeasurementError
from isocost.statistics.limit_search import Visited, next_rate, rounded_rate
from isocost.statistics.promise import fewest_to_pass
from isocost.studies.limit_plans import ALONE, DRAIN, VERDICT, alone_probe, quiet_probe, rate_probe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isocost.core.observation import Run
    from isocost.journal import FindLimitSpec, LoadStage
    from isocost.studies.limit_plans import PlannedProbe

__all__ = [
    "alone_run",
    "fact_of",
    "first_rate",
    "is_apart",
    "is_finished",
    "search",
    "stage_probes",
    "visited_of",
]

_QUIET = 1.5


def is_apart(run: Run) -> bool:
    """Whether a run of a search is no level of load: requests one at a time before the probes and between."""
    return run.label.startswith((ALONE, DRAIN))


def stage_probes(runs: Sequence[Run], stage: str) -> tuple[Run, ...]:
    """Return the probes of a stage that were told, in the order in which they were sent."""
    return tuple(run for run in runs if run.stage == stage and not is_apart(run) and fact_of(run, VERDICT))


def alone_run(runs: Sequence[Run], stage: str) -> Run | None:
    """Return the requests one at a time before the probes; ``None`` where they are not finished."""
    return next((run for run in runs if run.stage == stage and run.label == ALONE and run.finished), None)


def visited_of(runs: Sequence[Run]) -> tuple[Visited, ...]:
    """Return what probes told."""
    return tuple(
        Visited(run.load.rate_per_s or 0.0, fact_of(run, VERDICT))  # type: ignore[arg-type]
        for run in runs
    )


def fact_of(run: Run, name: str) -> str:
    """Return what the journal keeps of a run by that name; empty where nothing."""
    return next((each.facts[name] for each in reversed(run.segments) if name in each.facts), "")


def search(
    stage: LoadStage,
    before: Sequence[Run],
    carry: Callable[[PlannedProbe], Run | None],
    *,
    highest: float | None,
) -> bool:
    """Carry out what is left of a search; probes that were told are not sent again.

    Parameters
    ----------
    stage : LoadStage
        With `find_limit`.
    before : sequence of Run
        Of the stage, as the journal has them.
    carry : callable
        Measures a probe and returns its run as the journal then has it; ``None`` where it was stopped.
    highest : float or None
        No rate above it is probed, requests per second.

    Returns
    -------
    bool
        Whether the search came to its end.

    Raises
    ------
    MeasurementError
        If not even one request at a time is answered.
    """
    spec = _spec(stage)
    runs = {run.label: run for run in before}
    alone = alone_run(before, stage.name) or carry(alone_probe(stage, spec, runs.get(ALONE)))
    if alone is None:
        return False
    told = list(stage_probes(before, stage.name))
    while (rate := _next(spec, alone, told, highest)) is not None:
        number = len(told) + 1
        if told and fact_of(told[-1], VERDICT) != "passed":
            label = f"{DRAIN} #{number}"
            there = runs.get(label)
            if (there is None or not there.finished) and carry(
                quiet_probe(stage, label, number, there, _quiet_s(alone))
            ) is None:
                return False
        found = carry(rate_probe(stage, spec, rate, number, runs))
        if found is None:
            return False
        told.append(found)
    return True


def is_finished(stage: LoadStage, runs: Sequence[Run], *, highest: float | None) -> bool:
    """Whether the journal holds all that a search asks for."""
    alone = alone_run(runs, stage.name)
    probes = stage_probes(runs, stage.name)
    return alone is not None and _next(_spec(stage), alone, probes, highest) is None


def _next(spec: FindLimitSpec, alone: Run, told: Sequence[Run], highest: float | None) -> float | None:
    """Return the rate to probe next; ``None``: the search is over."""
    if fact_of(alone, VERDICT) == "failed":
        return None
    fewest = fewest_to_pass([level.statistic for level in spec.levels])
    rate = next_rate(
        visited_of(told),
        first=first_rate(alone),
        resolution=spec.resolution,
        lowest=fewest / spec.longest_s,
        highest=highest,
    )
    return None if rate is None else rounded_rate(rate)


def _spec(stage: LoadStage) -> FindLimitSpec:
    if stage.find_limit is None:
        raise ValueError("the stage asks for no search")
    return stage.find_limit


def first_rate(alone: Run) -> float:
    """Return the rate that one stream sustains: 1 over the mean time of requests one at a time.

    Raises
    ------
    MeasurementError
        If none was answered.
    """
    seen = alone.observations
    mine = seen.ok & ~seen.warmup
    if not mine.any():
        raise MeasurementError("no request was answered, not even one at a time; see: isocost report STUDY")
    return rounded_rate(1 / float((seen.done_at_s - seen.sent_at_s)[mine].mean()))


def _quiet_s(alone: Run) -> float:
    seen = alone.observations
    waits = (seen.first_at_s - seen.due_at_s)[seen.ok & ~seen.warmup]
    return _QUIET * float(np.nanmax(waits))
