"""The operating points of a run: one, or those of the levels that its schedule of rates is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.journal import LoadStage
from isocost.studies.arriving import level_runs
from isocost.studies.levels import judged_levels
from isocost.studies.plans import planned_runs
from isocost.studies.trace_windows import trace_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isocost.core.observation import Run
    from isocost.core.operating_point import OperatingPoint
    from isocost.journal import Stage

__all__ = ["open_points"]


def open_points(
    run: Run,
    stage: Stage,
    point_of: Callable[[Run], OperatingPoint | None],
    cautions: list[Caution],
) -> tuple[OperatingPoint, ...]:
    """Return what a run says of each level of load.

    Of a schedule, levels that come after one in overload are left out: its queue is still there. A slice of a
    ramp carries a caution, since its rate never stays the same.

    Parameters
    ----------
    run : Run
    stage : Stage
        To which it belongs.
    point_of : callable
        Returns the operating point of a run at one load; ``None``: nothing can be said.
    cautions : list of Caution
        Takes what is to be said of levels that are left out.
    """
    if isinstance(stage, LoadStage) and stage.trace is not None:
        return trace_points(run, stage.trace, point_of, cautions)
    planned = _planned_due(run, stage)
    if not isinstance(stage, LoadStage) or stage.open_loop is None or planned is None:
        point = point_of(run)
        return () if point is None else (point,)
    found: list[OperatingPoint] = []
    parts = level_runs(run, stage.open_loop, planned)
    for number, (level, part) in enumerate(parts):
        point = point_of(part)
        if point is None:
            continue
        if level is not None:
            told = _ramp_caution(run) if not level.steady else ()
            point = replace(point, cautions=(*point.cautions, *told))
        found.append(point)
        if level is not None and not judged_levels([point], windowed=True).points:
            cautions.extend(_after_overload(part, len(parts) - number - 1))
            break
    return tuple(found)


def _planned_due(run: Run, stage: Stage) -> tuple[float, ...] | None:
    if not isinstance(stage, LoadStage) or stage.open_loop is None:
        return None
    return next((each.due_s for each in planned_runs(stage) if each.label == run.label), None)


def _after_overload(part: Run, left_out: int) -> Iterator[Caution]:
    if left_out:
        levels = f"{left_out} level{'s' if left_out > 1 else ''}"
        yield Caution(
            "after-overload",
            f"{part.deployment}: {levels} after {part.label!r} left out: more was offered there than was "
            "finished, and its queue was still there afterwards",
        )


def _ramp_caution(run: Run) -> tuple[Caution, ...]:
    return (
        Caution(
            "ramp",
            f"the rate rose or fell all through {run.label!r}: its slices are no steady levels, and "
            "latencies lag behind the rate; measure the rates that matter as steps",
        ),
    )
