"""From the runs of a study to what is known of each deployment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from isocost import __version__
from isocost.core.deployment import Deployment
from isocost.core.errors import EstimationError
from isocost.core.estimate import Caution
from isocost.core.provenance import Provenance
from isocost.economics import bounded_curve, cost_curve, edge_shares_of
from isocost.journal import LoadStage, QualityStage, RuntimeStage
from isocost.statistics import operating_point
from isocost.studies.anchor import anchor_cautions, check_anchor, is_anchor
from isocost.studies.endings import ending_cautions, run_endings
from isocost.studies.levels import edge_told, judged_levels
from isocost.studies.limits_found import is_level, limit_cautions, limits_of
from isocost.studies.open_levels import open_points
from isocost.studies.profile import fit_profile
from isocost.studies.report import DeploymentReport
from isocost.studies.scored import scored
from isocost.studies.server_levels import server_levels
from isocost.studies.sharing import shared_text
from isocost.studies.token_bill import bill_of
from isocost.studies.trace_windows import trace_windows
from isocost.studies.trends import deployment_trends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.money import HourlyPrice
    from isocost.core.observation import Run
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.question import GradedAnswer
    from isocost.core.service_level import ServiceLevel
    from isocost.economics import CostCurve
    from isocost.journal import Stage
    from isocost.runtime import RuntimeModel
    from isocost.studies.anchor import AnchorCheck
    from isocost.studies.scored import MeasuredQuality
    from isocost.studies.token_bill import TokenBill

__all__ = ["Measured", "Terms", "deployment_reports", "run_provenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a study folder holds.

    Parameters
    ----------
    stages : mapping of str to Stage
        By name.
    runs : sequence of Run
        Of these stages.
    deployments : mapping of str to Deployment
        By name, as known when last measured.
    answers : mapping of str to sequence of GradedAnswer
        By stage of questions.
    bills : mapping of str to TokenBill
        By stage of load that is paid by the token.
    """

    stages: Mapping[str, Stage]
    runs: Sequence[Run]
    deployments: Mapping[str, Deployment]
    answers: Mapping[str, Sequence[GradedAnswer]] = field(default_factory=dict)
    bills: Mapping[str, TokenBill] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a report is asked for.

    Parameters
    ----------
    price : HourlyPrice or None
    service_levels : tuple of ServiceLevel
    waiting_usd_per_second : float or None
        Price of waiting, per request-second.
    """

    price: HourlyPrice | None
    service_levels: tuple[ServiceLevel, ...]
    waiting_usd_per_second: float | None = None


def deployment_reports(
    measured: Measured, terms: Terms
) -> tuple[tuple[DeploymentReport, ...], tuple[Caution, ...]]:
    """Fit and price each deployment; what cannot be used is told by cautions.

    Sweeps of one deployment under different workloads are different questions: each gets a report of its
    own, named after its stage.

    Parameters
    ----------
    measured : Measured
    terms : Terms

    Returns
    -------
    tuple of DeploymentReport
        In the order in which they were first measured.
    tuple of Caution
    """
    cautions: list[Caution] = []
    reports: list[DeploymentReport] = []
    for name in dict.fromkeys(run.deployment for run in measured.runs):
        deployment = measured.deployments.get(name, Deployment(name=name, model=name))
        mine = [run for run in measured.runs if run.deployment == name]
        profile = [run for run in mine if isinstance(measured.stages[run.stage], RuntimeStage)]
        runtime = _fitted(name, profile, cautions)
        sweeps = _by_workload(measured.stages, mine)
        qualities = _qualities(measured, name, mine)
        if (runtime is not None or qualities) and not sweeps:
            reports.append(
                DeploymentReport(
                    deployment=deployment,
                    workload="",
                    runtime=runtime,
                    curve=None,
                    provenance=run_provenance(mine[0]),
                    trends=deployment_trends(name, profile, None),
                    qualities=qualities,
                )
            )
        for number, (stage, runs) in enumerate(sweeps):
            called = name if len(sweeps) == 1 else f"{name} ({stage.name})"
            swept = [(run, measured.stages[run.stage]) for run in runs]
            curve = _curve(
                called,
                [each for each in swept if not (is_anchor(each[0]) or _is_aside(each, runs))],
                terms,
                cautions,
            )
            anchors = _anchors(called, runs, curve, cautions)
            endings = run_endings(called, swept)
            limits = limits_of(called, swept, curve)
            cautions += [*anchor_cautions(anchors), *ending_cautions(endings), *limit_cautions(limits)]
            if curve is not None or limits or ((runtime is not None or qualities) and number == 0):
                reports.append(
                    DeploymentReport(
                        deployment=replace(deployment, name=called),
                        workload=stage.workload,
                        runtime=runtime if number == 0 else None,
                        curve=curve,
                        provenance=run_provenance(runs[0]),
                        trends=deployment_trends(called, profile if number == 0 else (), curve),
                        qualities=qualities,
                        server=server_levels(curve),
                        anchors=anchors,
                        endings=endings,
                        shared=shared_text(stage),
                        replay=() if stage.trace is None else trace_windows(runs, stage.trace),
                        limits=limits,
                        bill=bill_of(measured.bills, runs),
                    )
                )
    return tuple(reports), tuple(cautions)


def _is_aside(run: tuple[Run, Stage], runs: Sequence[Run]) -> bool:
    """Whether a run belongs to a search for the limit and is no level of load."""
    searched = isinstance(run[1], LoadStage) and run[1].find_limit is not None
    return searched and not is_level(run[0], runs)


def _qualities(measured: Measured, name: str, runs: Sequence[Run]) -> tuple[MeasuredQuality, ...]:
    """Score each stage of questions that a deployment answered."""
    stages = [measured.stages[stage] for stage in dict.fromkeys(run.stage for run in runs)]
    found = [
        scored(stage, measured.answers.get(stage.name, ()), name)
        for stage in stages
        if isinstance(stage, QualityStage)
    ]
    return tuple(each for each in found if each is not None)


def _by_workload(stages: Mapping[str, Stage], runs: Sequence[Run]) -> list[tuple[LoadStage, list[Run]]]:
    """Put sweeps together whose requests and kind of loop are the same, told by their first stage."""
    groups: dict[object, tuple[LoadStage, list[Run]]] = {}
    for run in runs:
        stage = stages[run.stage]
        if isinstance(stage, LoadStage):
            asked = (
                stage.shapes,
                stage.target.endpoint_type,
                repr(sorted(stage.target.extra_body.items())),
                stage.open_loop is None,
                stage.trace,
                stage.conversation,
                stage.shared_prefix,
                stage.find_limit is None,
            )
            groups.setdefault(asked, (stage, []))[1].append(run)
    return list(groups.values())


def _fitted(name: str, runs: Sequence[Run], cautions: list[Caution]) -> RuntimeModel | None:
    if not runs:
        return None
    try:
        return fit_profile(name, runs)
    except EstimationError as error:
        cautions.append(Caution("no-runtime", f"{name}: {error}"))
        return None


def _curve(
    name: str, runs: Sequence[tuple[Run, Stage]], terms: Terms, cautions: list[Caution]
) -> CostCurve | None:
    points = [
        replace(point, deployment=name)
        for run, stage in runs
        for point in open_points(run, stage, lambda part: _point(part, cautions), cautions)
    ]
    if not points:
        return None
    if all(point.load.concurrency is not None for point in points):
        return _priced(points, terms)
    judged = judged_levels(points, windowed=True)
    if not judged.points:
        cautions += [replace(each, text=f"{name}: {each.text}") for each in judged.cautions]
        return None
    curve = bounded_curve(_priced(judged.points, terms), edge_shares_of(judged.judged))
    return replace(curve, cautions=(*judged.cautions, *edge_told(curve, points)))


def _anchors(
    name: str, runs: Sequence[Run], curve: CostCurve | None, cautions: list[Caution]
) -> tuple[AnchorCheck, ...]:
    """Compare each run that looks back at the beginning of a sweep with the repeats of its level."""
    if curve is None:
        return ()
    points = [point for level in curve.levels for point in level.points]
    looked = [_point(run, cautions) for run in runs if is_anchor(run)]
    checks = [check_anchor(replace(each, deployment=name), points) for each in looked if each is not None]
    return tuple(check for check in checks if check is not None)


def _priced(points: Sequence[OperatingPoint], terms: Terms) -> CostCurve:
    return cost_curve(
        points,
        price=terms.price,
        service_levels=terms.service_levels,
        waiting_usd_per_second=terms.waiting_usd_per_second,
    )


def _point(run: Run, cautions: list[Caution]) -> OperatingPoint | None:
    try:
        return operating_point(run, provenance=run_provenance(run))
    except EstimationError as error:
        cautions.append(Caution("no-operating-point", f"{run.deployment}, {run.label}: {error}"))
        return None


def run_provenance(run: Run) -> Provenance:
    """Say where a run's numbers come from: its stage, its first segment, the machine that measured."""
    first = run.segments[0] if run.segments else None
    return Provenance(
        source=f"{run.stage}, {run.label}",
        tool=f"isocost {__version__}",
        measured_at_utc=None if first is None else first.started_utc,
        facts={} if first is None else dict(first.facts),
    )
