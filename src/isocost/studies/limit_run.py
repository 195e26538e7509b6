"""Carrying out a search for the limit: the client first, then the probes that the journal lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.journal import read_runs
from isocost.studies.client_edge import calibrate, edge_of, highest_rate
from isocost.studies.limit_plans import ALONE
from isocost.studies.limit_search import alone_run, is_finished, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Event

    from isocost.core.observation import Run
    from isocost.journal import LoadStage, StudyFolder
    from isocost.studies.client_edge import ClientEdge
    from isocost.studies.limit_plans import PlannedProbe
    from isocost.studies.targets import OpenedTarget

__all__ = ["client_edge", "highest_probed", "search_is_finished", "search_runs", "search_stage"]


def search_runs(folder: StudyFolder, stage: LoadStage) -> tuple[Run, ...]:
    """Return what the journal has of a search."""
    if not folder.journal_file.is_file():
        return ()
    return tuple(run for run in read_runs(folder.journal_file) if run.stage == stage.name)


def client_edge(runs: Sequence[Run], stage: str) -> ClientEdge | None:
    """Return what the client was found to carry before a search; ``None`` where the journal does not say."""
    alone = next((run for run in runs if run.stage == stage and run.label == ALONE and run.segments), None)
    return None if alone is None else edge_of(alone.segments[0].facts)


def highest_probed(stage: LoadStage, runs: Sequence[Run]) -> float | None:
    """Return the rate above which nothing is probed: as asked for, or as the client carries."""
    return _lower(stage, client_edge(runs, stage.name))


def search_is_finished(stage: LoadStage, runs: Sequence[Run]) -> bool:
    """Whether nothing of a search is left."""
    return is_finished(stage, runs, highest=highest_probed(stage, runs))


def search_stage(
    folder: StudyFolder,
    stage: LoadStage,
    ready: OpenedTarget,
    measure: Callable[[PlannedProbe, OpenedTarget], None],
    stop: Event,
) -> bool:
    """Carry out what is left of a search; see `isocost.studies.limit_search.search`.

    Parameters
    ----------
    folder : StudyFolder
    stage : LoadStage
    ready : OpenedTarget
    measure : callable
        Measures one run into the journal.
    stop : threading.Event

    Returns
    -------
    bool
        Whether it came to its end.
    """
    before = search_runs(folder, stage)
    edge = client_edge(before, stage.name)
    first = ready
    if edge is None and alone_run(before, stage.name) is None:
        edge = calibrate(stop)
        first = replace(ready, facts={**ready.facts, **edge.facts})

    def carry(probe: PlannedProbe) -> Run | None:
        if stop.is_set():
            return None
        measure(probe, first if probe.run.label == ALONE else ready)
        runs = search_runs(folder, stage)
        return next((run for run in runs if run.label == probe.run.label and run.finished), None)

    return search(stage, before, carry, highest=_lower(stage, edge))


def _lower(stage: LoadStage, edge: ClientEdge | None) -> float | None:
    asked = None if stage.find_limit is None else stage.find_limit.max_rate
    tokens = sum(shape.output_tokens for shape in stage.shapes) / len(stage.shapes)
    known = [each for each in (asked, highest_rate(edge, tokens)) if each is not None]
    return min(known, default=None)
