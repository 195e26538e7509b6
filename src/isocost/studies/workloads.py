"""What a workload of one's own costs on the deployments of a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.economics import TaskTokens, parse_sharing, workload_cost
from isocost.exchange import read_tasks
from isocost.studies.report import Assumption
from isocost.workload import draw_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isocost.economics import CostCurve, WorkloadCost
    from isocost.studies.report import StudyReport

__all__ = ["with_workload"]

_ALIKE = 1.25  # input per output tokens within this factor are taken for one mix


def with_workload(
    report: StudyReport, path: Path, *, sharing: str | None = None, seed: int = 0
) -> StudyReport:
    """Add to a report what the workload of a file costs on the recommended deployment.

    Parameters
    ----------
    report : StudyReport
    path : Path
        CSV, one task type a row; see `isocost.exchange.read_tasks`.
    sharing : str, optional
        ``"output"``, ``"tokens"``, or the weight of an input token; all tokens alike where the sweep counted
        input tokens, else by output.
    seed : int
        Seeds long-tailed lengths.

    Returns
    -------
    StudyReport

    Raises
    ------
    InputError
        If the file or the rule is no good, or the report has no sweep.
    """
    swept = [each.curve for each in report.deployments if each.curve is not None]
    if not swept:
        raise InputError("no load was measured, so a workload has no cost; measure one: isocost measure load")
    curve = next((each for each in swept if each.deployment == report.recommended), swept[0])
    tasks = read_tasks(path)
    drawn = [
        TaskTokens(
            name=workload.name,
            requests=len(workload.shapes),
            input_tokens=sum(shape.input_tokens for shape in workload.shapes),
            output_tokens=sum(shape.output_tokens for shape in workload.shapes),
        )
        for workload in draw_tasks(tasks, seed=seed)
    ]
    cost = workload_cost(curve, drawn, parse_sharing(sharing or _usual(curve)))
    random = any(task.input_tail > 1 or task.output_tail > 1 for task in tasks)
    return replace(
        report,
        workload_cost=cost,
        assumptions=(
            *report.assumptions,
            Assumption(
                name="sharing between input and output",
                value=cost.sharing.label,
                source="given by you" if sharing else "by default; another with --share",
            ),
            *([_drawn(path, seed)] if random else []),
        ),
        cautions=(*report.cautions, *_cautions(curve, drawn, cost)),
    )


def _drawn(path: Path, seed: int) -> Assumption:
    return Assumption(name="lengths of requests", value=f"log-normal, seed {seed}", source=path.name)


def _usual(curve: CostCurve) -> str:
    counted = workload_cost(
        curve,
        [TaskTokens(name="one", requests=1, input_tokens=1, output_tokens=1)],
        parse_sharing("output"),
    )
    return "output" if counted.measured_ratio is None else "tokens"


def _cautions(curve: CostCurve, tasks: list[TaskTokens], cost: WorkloadCost) -> Iterator[Caution]:
    """Yield a doubt where the workload is of another mix than the sweep: the rule then decides."""
    asked, seen = cost.asked_ratio, cost.measured_ratio
    if seen is None:
        yield Caution(
            "mix-unknown",
            "the sweep did not count input tokens, so whether its requests are like those of the workload is "
            "not known",
        )
        return
    if max(asked, seen) <= _ALIKE * min(asked, seen):
        return
    rules = [
        workload_cost(curve, tasks, parse_sharing(rule), load=cost.load) for rule in ("output", "tokens")
    ]
    ends = [sum(each.machine_s.value for each in rule.tasks) for rule in rules]
    yield Caution(
        "another-mix",
        f"the workload has {asked:.3g} input tokens for each output token and the sweep had {seen:.3g}, so "
        f"its cost rests on the rule: {ends[0]:,.0f} machine-seconds if output tokens bear all, "
        f"{ends[1]:,.0f} if all tokens bear alike; measure a sweep with its sizes",
    )
