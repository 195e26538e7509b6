"""The answer of a study: fit, price and compare what its journal holds; nothing is measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from isocost.catalog import MachineProfile
from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.core.money import HourlyPrice
from isocost.core.service_level import parse_service_level
from isocost.frontier import Axis, ProductionUnit, frontier_of
from isocost.journal import open_study, read_assumptions, read_deployments, read_runs
from isocost.studies.deployments import Measured, Terms, deployment_reports, run_provenance
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.plans import planned_runs
from isocost.studies.report import Assumption, DeploymentReport, StudyReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.core.deployment import Deployment
    from isocost.core.provenance import Provenance
    from isocost.core.service_level import ServiceLevel
    from isocost.economics import CostLevel
    from isocost.frontier import Frontier
    from isocost.journal import Assumptions, StudyFolder
    from isocost.studies.hourly import HourlyReport

__all__ = ["report_study", "write_report"]


def report_study(
    path: Path,
    *,
    price_usd_per_hour: float | None = None,
    machine: str | None = None,
    service_levels: Sequence[str] = (),
    size_floor: int | None = None,
    today: str | None = None,
) -> StudyReport:
    """Answer the study at `path` with the given prices and service levels.

    What is not given is taken from ``assumptions.yaml``; a price that stands nowhere stays unknown.

    Parameters
    ----------
    path : Path
        Folder of the study.
    price_usd_per_hour : float, optional
        Of the whole deployment, at least 0.
    machine : str, optional
        To take the price from: owned or by the hour, a number in front for several, or a file; see
        `isocost.studies.machine.find_machine`.
    service_levels : sequence of str
        Such as ``"ttft.p95=1s"``.
    size_floor : int, optional
        Least number of parameters of a deployment worth recommending.
    today : str, optional
        ISO date of a given price; today if left out.

    Returns
    -------
    StudyReport

    Raises
    ------
    InputError
        If there is no study, nothing is measured yet, or an assumption is no good.
    CatalogError
        If there is no such machine.
    """
    folder = open_study(path)
    assumed = read_assumptions(folder.assumptions_file)
    given = today or datetime.now(UTC).date().isoformat()
    price, hourly = _price(price_usd_per_hour, machine, assumed, today=given, folder=folder.path)
    levels = tuple(parse_service_level(text) for text in (service_levels or assumed.service_levels))
    floor = size_floor if size_floor is not None else assumed.size_floor
    if floor is not None and floor < 0:
        raise InputError(f"the size floor must be at least 0 parameters, got {floor}")
    stages = {stage.name: stage for stage in folder.stages()}
    measured = Measured(
        stages=stages,
        runs=[run for run in read_runs(folder.journal_file) if run.stage in stages],
        deployments=read_deployments(folder.journal_file),
    )
    reports, cautions = deployment_reports(measured, Terms(price=price, service_levels=levels))
    if not reports:
        raise InputError(
            f"the study {path} holds no usable measurement yet"
            + "".join(f"; {caution.text}" for caution in cautions)
            + f"; measure with: isocost run {path}"
        )
    recommended, probability = _cheapest(_candidates(reports, floor))
    return StudyReport(
        name=folder.path.resolve().name,
        deployments=reports,
        recommended=recommended,
        probability_cheapest=probability,
        size_floor=floor,
        frontier=_frontier(reports),
        price=price,
        service_levels=levels,
        assumptions=_assumptions(price, levels, floor, reports),
        hourly=hourly,
        cautions=(
            *_unfinished(folder, measured),
            *cautions,
            *_workload_cautions(reports),
            *(() if hourly is None else hourly.cautions),
        ),
        provenance=_provenance(measured),
    )


def write_report(path: Path, page: str, *, output: Path | None = None) -> Path:
    """Write the page of a report into its study, or to `output`; return where it lies.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    folder = open_study(path)
    target = output or folder.report_file
    kept = (folder.study_file, folder.assumptions_file, folder.journal_file)
    if target.resolve() in [file.resolve() for file in kept]:
        raise InputError(f"{target} is a part of the study; give the page another name: --output FILE")
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror}; choose another place: --output FILE"
        ) from None
    return target


def _price(
    given: float | None, machine: str | None, assumed: Assumptions, *, today: str, folder: Path
) -> tuple[HourlyPrice | None, HourlyReport | None]:
    """Say what an hour costs, and what that is made of: as given, by a machine, or as the study assumes."""
    if given is not None and machine is not None:
        raise InputError("give either --price-per-hour or --machine, not both")
    if assumed.price_usd_per_hour is not None and assumed.machine is not None:
        raise InputError("assumptions.yaml gives both price_usd_per_hour and machine; keep one of them")
    if given is not None:
        return HourlyPrice(usd_per_hour=given, source="given by you", date=today), None
    if machine is None and assumed.price_usd_per_hour is not None:
        return HourlyPrice(
            usd_per_hour=assumed.price_usd_per_hour,
            source=assumed.price_source or "assumptions.yaml",
            date=assumed.price_date or today,
        ), None
    named = machine or assumed.machine
    if named is None:
        return None, None
    hourly = hourly_report(named, folder=folder)
    if isinstance(hourly.machine.profile, MachineProfile):
        return hourly.price, None
    return hourly.price, hourly_report(named, HourlyQuestion(changes={}, sensitivity=True), folder=folder)


def _provenance(measured: Measured) -> tuple[Provenance, ...]:
    """Make one entry a stage: when it began and what it was measured on."""
    entries = []
    for name in measured.stages:
        first = next((run for run in measured.runs if run.stage == name and run.segments), None)
        if first is not None:
            entries.append(replace(run_provenance(first), source=f"stage {name}"))
    return tuple(entries)


def _candidates(reports: Sequence[DeploymentReport], floor: int | None) -> dict[str, CostLevel]:
    """Return the best level of each deployment that qualifies; an unknown size passes no floor.

    Costs under different workloads are not alike: only deployments under the first workload compete.
    """
    swept = [report for report in reports if report.curve is not None]
    return {
        report.deployment.name: report.curve.level_at(report.curve.zone.best)
        for report in swept
        if report.curve is not None
        and report.curve.zone.best is not None
        and report.workload == swept[0].workload
        and (floor is None or (report.deployment.parameters or 0) >= floor)
    }


def _unfinished(folder: StudyFolder, measured: Measured) -> Iterator[Caution]:
    planned = [(stage.name, run.label) for stage in measured.stages.values() for run in planned_runs(stage)]
    done = {(run.stage, run.label) for run in measured.runs if run.finished}
    missing = [label for label in planned if label not in done]
    if missing:
        yield Caution(
            "unfinished-study",
            f"{len(missing)} of {len(planned)} runs of this study are not finished; "
            f"go on: isocost run {folder.path}",
        )


def _workload_cautions(reports: Sequence[DeploymentReport]) -> Iterator[Caution]:
    workloads = dict.fromkeys(report.workload for report in reports if report.curve is not None)
    if len(workloads) > 1:
        yield Caution(
            "several-workloads",
            f"{len(workloads)} workloads were measured, and costs under different ones are not alike: "
            f"the recommendation is for {next(iter(workloads))!r}",
        )


def _cheapest(candidates: Mapping[str, CostLevel]) -> tuple[str | None, float | None]:
    """Name the cheapest candidate, and the probability that it is: from joint draws, on repeats only."""
    if not candidates:
        return None, None
    names = list(candidates)
    costs = [candidates[name].machine_seconds_per_million.value for name in names]
    chosen = int(np.argmin(costs))
    draws = [level.draws.samples for level in candidates.values() if level.draws is not None]
    repeated = all(len(level.points) > 1 for level in candidates.values())
    if len(names) < 2 or len(draws) < len(names) or not repeated or np.isnan(draws).any():
        return names[chosen], None
    return names[chosen], float(np.mean(np.argmin(draws, axis=0) == chosen))


def _frontier(reports: Sequence[DeploymentReport]) -> Frontier | None:
    """Compare all levels of all deployments by cost, speed for one user and, where all are known, size."""
    units = [
        (report, level)
        for report in reports
        if report.curve is not None
        for level in report.curve.levels
        if "user_speed.p50" in level.latency
    ]
    if not units:
        return None
    sized = all(report.deployment.parameters is not None for report, _ in units)
    priced = all("output" in level.cost_per_million_tokens for _, level in units)
    cost = (
        Axis(name="cost per million output tokens", unit="USD/1M tokens", better="lower")
        if priced
        else Axis(name="machine time per million output tokens", unit="s/1M tokens", better="lower")
    )
    speed = Axis(name="speed for one user", unit="tokens/s", better="higher")
    size = Axis(name="parameters", unit="parameters", better="higher")
    return frontier_of(
        [
            ProductionUnit(
                name=f"{report.deployment.name} at {level.load.label}",
                group=report.deployment.name,
                values=_values(report, level, sized=sized),
            )
            for report, level in units
        ],
        axes=(cost, speed, size) if sized else (cost, speed),
    )


def _values(report: DeploymentReport, level: CostLevel, *, sized: bool) -> tuple[Estimate, ...]:
    cost = level.cost_per_million_tokens.get("output", level.machine_seconds_per_million)
    values = (cost, level.latency["user_speed.p50"])
    return (*values, _size(report.deployment)) if sized else values


def _size(deployment: Deployment) -> Estimate:
    return Estimate(
        value=float(deployment.parameters or 0),
        unit="parameters",
        kind="published",
        method="count of weights from the dimensions of the architecture",
    )


def _assumptions(
    price: HourlyPrice | None,
    levels: Sequence[ServiceLevel],
    floor: int | None,
    reports: Sequence[DeploymentReport],
) -> tuple[Assumption, ...]:
    found = []
    if price is not None:
        span = "" if price.low is None or price.high is None else f" [{price.low:g}, {price.high:g}]"
        found.append(
            Assumption(
                name="price of the whole deployment",
                value=f"{price.usd_per_hour:g}{span} USD per hour",
                source=f"{price.source}, {price.date}",
            )
        )
    if len(reports) > 1:
        alike = "every deployment costs the same per hour", "tokens of different tokenizers count alike"
        found += [
            Assumption(name=name, value=value, source="this study")
            for name, value in zip(("one price", "one token"), alike, strict=True)
        ]
    found += [Assumption(name="service level", value=level.label, source="given by you") for level in levels]
    if floor is not None:
        found.append(
            Assumption(
                name="size floor", value=f"{floor:,} parameters (size, not quality)", source="given by you"
            )
        )
    return tuple(found)
