"""The whole job on the embedded engine: two models in two precisions on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.journal import (
    Assumptions,
    EngineSpec,
    LoadStage,
    RuntimeStage,
    TargetSpec,
    create_study,
    study_lock,
    write_template,
)
from isocost.runtime import profile_cells
from isocost.studies.answer import report_study
from isocost.studies.break_even_question import BreakEvenQuestion
from isocost.studies.breakeven import with_break_even
from isocost.studies.measure import run_study
from isocost.studies.sensitivity import with_sensitivity
from isocost.workload import preset

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from isocost.journal import Stage
    from isocost.studies.measure import Progress
    from isocost.studies.report import StudyReport

__all__ = ["quickstart_report", "quickstart_study"]

_LEVELS = (1, 4, 16)
_PROFILED = ("tiny-F16", "small-F16")
_SIZE_FLOOR = 50_000_000
_MACHINE, _RENTED = "server-2core-owned", "cloud-2core"


def quickstart_study(
    path: Path,
    *,
    watch: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Measure the embedded engine: ``tiny`` and ``small`` in F16 and Q8_0.

    Parameters
    ----------
    path : Path
        Folder of the study; one that was begun is gone on with.
    watch, stop
        As in `measure_stage`.

    Returns
    -------
    bool
        Whether all was measured.
    """
    folder = create_study(path)
    with study_lock(folder.path):
        for stage in _stages():
            folder.add_stage(stage)
        write_template(folder.assumptions_file, Assumptions(machine=_MACHINE, size_floor=_SIZE_FLOOR))
    return run_study(path, watch=watch, stop=stop)


def quickstart_report(path: Path, *, price_usd_per_hour: float | None = None) -> StudyReport:
    """Answer the quickstart's study with all that a report can tell of it.

    Without a price, two threads of an owned server are priced by what they are made of; the report says
    which of that to question first, and from which load on such a server costs less than a rented machine.

    Parameters
    ----------
    path : Path
        Folder of the study.
    price_usd_per_hour : float, optional
        Of this machine.

    Returns
    -------
    StudyReport
    """
    report = with_sensitivity(report_study(path, price_usd_per_hour=price_usd_per_hour))
    if price_usd_per_hour is not None:
        return report
    return with_break_even(report, BreakEvenQuestion(rent=_RENTED))


def _stages() -> tuple[Stage, ...]:
    configurations = [(model, precision) for model in ("tiny", "small") for precision in ("F16", "Q8_0")]
    stages: list[Stage] = []
    for model, precision in configurations:
        name = f"{model}-{precision}"
        target = TargetSpec(engine=EngineSpec(model=model, precision=precision))  # type: ignore[arg-type]
        if name in _PROFILED:
            stages.append(_profile(name, target))
        stages.append(_sweep(name, target))
    return tuple(stages)


def _profile(name: str, target: TargetSpec) -> RuntimeStage:
    cells = profile_cells(512, 32)
    return RuntimeStage(name=f"runtime {name}", deployment=name, target=target, cells=cells, repeats=8)


def _sweep(name: str, target: TargetSpec) -> LoadStage:
    workload = preset("chat-small", seed=0)
    return LoadStage(
        name=f"load {name}",
        deployment=name,
        target=target,
        workload=workload.description,
        shapes=workload.shapes,
        concurrency=_LEVELS,
        repeats=3,
        duration_s=2.4,
    )
