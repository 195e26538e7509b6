"""The answer of a study: fit, price and compare what its journal holds; nothing is measured."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile
from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.core.service_level import parse_service_level
from isocost.journal import (
    QualityStage,
    open_study,
    read_answers,
    read_assumptions,
    read_deployments,
    read_runs,
)
from isocost.studies.billing_facts import billing_assumptions
from isocost.studies.choice import (
    assumptions_of,
    cheapest,
    competing,
    frontier_of_levels,
    workload_cautions,
)
from isocost.studies.deployments import Measured, Terms, deployment_reports, run_provenance
from isocost.studies.energy import EnergyQuestion, with_energy
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.limits_found import searched_levels
from isocost.studies.money import (
    MoneyTerms,
    given_price,
    price_with_range,
    refuse_range,
    waiting_assumptions,
    waiting_doubts,
)
from isocost.studies.plans import planned_labels
from isocost.studies.report import StudyReport
from isocost.studies.right_answers import quality_cautions, right_answers
from isocost.studies.study_mix import study_mix
from isocost.studies.token_bill import stage_bills
from isocost.studies.unverified import unverified_doubts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isocost.core.provenance import Provenance
    from isocost.core.question import GradedAnswer
    from isocost.journal import Assumptions, StudyFolder
    from isocost.studies.hourly import HourlyReport

__all__ = ["report_study", "write_report"]


def report_study(  # noqa: PLR0913 - each is one thing that a user may say
    path: Path,
    *,
    price_usd_per_hour: float | None = None,
    machine: str | None = None,
    service_levels: Sequence[str] = (),
    size_floor: int | None = None,
    money: MoneyTerms | None = None,
    today: str | None = None,
    energy: EnergyQuestion | None = None,
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
    money : MoneyTerms, optional
        A range of the price, a price of waiting.
    today : str, optional
        ISO date of a given price; today if left out.
    energy : EnergyQuestion, optional
        What is said of power and of the grid.

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
    money = money or MoneyTerms()
    price, hourly = _price((price_usd_per_hour, money), machine, assumed, today=given, folder=folder.path)
    asked = service_levels or assumed.service_levels or searched_levels(folder.stages())
    levels = tuple(parse_service_level(text) for text in asked)
    floor = size_floor if size_floor is not None else assumed.size_floor
    if floor is not None and floor < 0:
        raise InputError(f"the size floor must be at least 0 parameters, got {floor}")
    stages = {stage.name: stage for stage in folder.stages()}
    runs = [run for run in read_runs(folder.journal_file) if run.stage in stages]
    measured = Measured(
        stages=stages,
        runs=runs,
        deployments=read_deployments(folder.journal_file),
        answers=_answers(folder),
        bills=stage_bills(stages, runs, folder.journal_file),
    )
    terms = Terms(price=price, service_levels=levels, waiting_usd_per_second=money.waiting_usd_per_second)
    reports, cautions = deployment_reports(measured, terms)
    if not reports:
        raise InputError(
            f"the study {path} holds no usable measurement yet"
            + "".join(f"; {caution.text}" for caution in cautions)
            + f"; {_way_on(folder, measured)}"
        )
    recommended, probability = cheapest(competing(reports, floor))
    found = StudyReport(
        name=folder.path.resolve().name,
        deployments=reports,
        recommended=recommended,
        probability_cheapest=probability,
        size_floor=floor,
        frontier=frontier_of_levels(reports),
        price=price,
        service_levels=levels,
        assumptions=(
            *assumptions_of(price, levels, floor, reports),
            *waiting_assumptions(money),
            *billing_assumptions(stages.values()),
        ),
        hourly=hourly,
        cautions=(
            *_unfinished(folder, measured),
            *unverified_doubts(measured.runs),
            *cautions,
            *workload_cautions(reports),
            *quality_cautions(reports, recommended),
            *waiting_doubts([each.curve for each in reports if each.curve is not None], money),
            *(() if hourly is None else hourly.cautions),
        ),
        provenance=_provenance(measured),
        right_answers=right_answers(reports),
        mix=study_mix(folder.path.resolve().name, reports),
    )
    behind = None if price_usd_per_hour is not None else machine or assumed.machine
    return with_energy(found, energy, machine=behind, folder=folder.path)


def _answers(folder: StudyFolder) -> dict[str, tuple[GradedAnswer, ...]]:
    asked = [stage.name for stage in folder.stages() if isinstance(stage, QualityStage)]
    return {name: read_answers(folder.journal_file, name) for name in asked}


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
    asked: tuple[float | None, MoneyTerms],
    machine: str | None,
    assumed: Assumptions,
    *,
    today: str,
    folder: Path,
) -> tuple[HourlyPrice | None, HourlyReport | None]:
    """Say what an hour costs, and what that is made of: as given, by a machine, or as the study assumes."""
    usd, money = asked
    if usd is not None and machine is not None:
        raise InputError("give either --price-per-hour or --machine, not both")
    if assumed.price_usd_per_hour is not None and assumed.machine is not None:
        raise InputError("assumptions.yaml gives both price_usd_per_hour and machine; keep one of them")
    if usd is None and machine is None and assumed.price_usd_per_hour is not None:
        price = HourlyPrice(
            usd_per_hour=assumed.price_usd_per_hour,
            source=assumed.price_source or "assumptions.yaml",
            date=assumed.price_date or today,
        )
        return price_with_range(price, money), None
    named = machine or (assumed.machine if usd is None else None)
    if named is None:
        return given_price(usd, money, today=today), None
    refuse_range(money, named)
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


def _way_on(folder: StudyFolder, measured: Measured) -> str:
    """Say how to measure what is missing, or anew what brought nothing: a finished run is not repeated."""
    _, missing = _planned(measured)
    again = [f"{run.stage}: {run.label}" for run in measured.runs if run.finished]
    if missing or not again:
        return f"measure with: isocost run {folder.path}"
    others = "" if len(again) == 1 else f" (and --repeat for each of the other {len(again) - 1})"
    command = f"isocost run {folder.path} --repeat {shlex.quote(again[0])}"
    return f"see to the cause, then measure anew: {command}{others}"


def _planned(measured: Measured) -> tuple[int, int]:
    """Count the runs that the stages ask for, and those of them that are not finished."""
    planned = [(stage.name, label) for stage in measured.stages.values() for label in planned_labels(stage)]
    done = {(run.stage, run.label) for run in measured.runs if run.finished}
    return len(planned), sum(label not in done for label in planned)


def _unfinished(folder: StudyFolder, measured: Measured) -> Iterator[Caution]:
    planned, missing = _planned(measured)
    if missing:
        yield Caution(
            "unfinished-study",
            f"{missing} of {planned} runs of this study are not finished; go on: isocost run {folder.path}",
        )
