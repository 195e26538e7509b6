"""The answer of files that other tools wrote: sweeps in CSV and results of load generators."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile
from isocost.core.deployment import Deployment
from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.core.service_level import parse_service_level
from isocost.economics import bounded_curve, cost_curve, edge_shares_of
from isocost.exchange import SweepFile, SweepFormat, read_results, read_sweep
from isocost.studies.choice import (
    assumptions_of,
    cheapest,
    competing,
    frontier_of_levels,
    workload_cautions,
)
from isocost.studies.energy import EnergyQuestion, with_energy
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.levels import Steady, edge_told, judged_levels
from isocost.studies.money import MoneyTerms, given_price, refuse_range, waiting_assumptions, waiting_doubts
from isocost.studies.report import Assumption, DeploymentReport, StudyReport
from isocost.studies.request_cost import currency_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.core.operating_point import OperatingPoint
    from isocost.core.provenance import Provenance
    from isocost.core.service_level import ServiceLevel
    from isocost.economics import CostCurve
    from isocost.studies.hourly import HourlyReport

__all__ = ["FileQuestion", "report_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion:
    """What is asked of files.

    Parameters
    ----------
    price_usd_per_hour : float or None
        Of each whole deployment; goes before what a file says.
    machine : str or None
        To take the price from, as in `isocost.studies.machine.find_machine`.
    service_levels : tuple of str
        Such as ``"ttft.p95=1s"``.
    steady : {"any", "partial", "only"}
        Which runs count as levels: all, as published; those steady at least in part; only steady ones.
    form : SweepFormat
        How to read CSV files.
    pool_folders : bool
        Whether result files of the same load in different folders are repeats.
    rates : mapping of str to float
        Units for one US dollar, by code, for prices in other currencies; before the catalogue's.
    energy : EnergyQuestion
        What is said of power and of the grid.
    money : MoneyTerms
        A range of the price, a price of waiting.
    """

    price_usd_per_hour: float | None = None
    machine: str | None = None
    service_levels: tuple[str, ...] = ()
    steady: Steady = "partial"
    form: SweepFormat = field(default_factory=SweepFormat)
    pool_folders: bool = False
    rates: Mapping[str, float] = field(default_factory=dict)
    energy: EnergyQuestion = field(default_factory=EnergyQuestion)
    money: MoneyTerms = field(default_factory=MoneyTerms)


def report_files(
    paths: Sequence[Path], question: FileQuestion | None = None, *, today: str | None = None
) -> StudyReport:
    """Answer files of sweeps over load as a study is answered; nothing is measured.

    Parameters
    ----------
    paths : sequence of Path
        CSV files with one run a row, result files of load generators, or folders of them.
    question : FileQuestion, optional
    today : str, optional
        ISO date of a given price; today if left out.

    Returns
    -------
    StudyReport
        Each sweep as a deployment.

    Raises
    ------
    InputError
        If a file is no good, no run was in a steady state, or the question has a fault.
    CatalogError
        If there is no such machine or no rate of a currency.
    """
    question = question or FileQuestion()
    promised = tuple(parse_service_level(text) for text in question.service_levels)
    given = today or datetime.now(UTC).date().isoformat()
    price, hourly = _price(question, given)
    read = _read(paths, question)
    prices = (
        _stated(read, question.rates, given)
        if price is None
        else {point.deployment: price for point in read.points}
    )
    reports, cautions = _reports(read.points, promised, question, prices)
    curves = [each.curve for each in reports if each.curve is not None]
    shared = _shared(curves)
    recommended, probability = cheapest(competing(reports, None))
    found = StudyReport(
        name=", ".join(path.name or str(path) for path in paths),
        deployments=reports,
        recommended=recommended,
        probability_cheapest=probability,
        size_floor=None,
        frontier=frontier_of_levels(reports),
        price=shared,
        service_levels=promised,
        assumptions=(
            *assumptions_of(shared, promised, None, reports),
            *waiting_assumptions(question.money),
            _steady_assumption(question.steady),
        ),
        hourly=hourly,
        cautions=(
            *read.cautions,
            *cautions,
            *_unpriced(reports),
            *_replaced(read, price),
            *workload_cautions(reports),
            *waiting_doubts(curves, question.money),
            *(() if hourly is None else hourly.cautions),
        ),
        provenance=_provenance(read.points),
    )
    return with_energy(found, question.energy, machine=question.machine)


def _price(question: FileQuestion, today: str) -> tuple[HourlyPrice | None, HourlyReport | None]:
    given, machine = question.price_usd_per_hour, question.machine
    if given is not None and machine is not None:
        raise InputError("give either --price-per-hour or --machine, not both")
    if machine is None:
        return given_price(given, question.money, today=today), None
    refuse_range(question.money, machine)
    hourly = hourly_report(machine)
    if isinstance(hourly.machine.profile, MachineProfile):
        return hourly.price, None
    return hourly.price, hourly_report(machine, HourlyQuestion(changes={}, sensitivity=True))


def _read(paths: Sequence[Path], question: FileQuestion) -> SweepFile:
    """Read all files; sweeps of one name in two files are told apart by the file."""
    twice = next(
        (path for path in paths if [each.resolve() for each in paths].count(path.resolve()) > 1), None
    )
    if twice is not None:
        raise InputError(f"{twice} is given twice; give each file once")
    tables = [path for path in paths if path.suffix.lower() in (".csv", ".tsv")]
    parts = [(path.stem, read_sweep(path, question.form)) for path in tables]
    others = [path for path in paths if path not in tables]
    if others:
        results = read_results(others, pool_folders=question.pool_folders)
        parts.append(("results", SweepFile(points=results.points, prices={}, cautions=results.cautions)))
    points: list[OperatingPoint] = []
    prices = {}
    for stem, part in parts:
        taken = {point.deployment for point in points}
        names = {
            name: f"{name} ({stem})" if name in taken else name
            for name in dict.fromkeys(point.deployment for point in part.points)
        }
        points += [replace(point, deployment=names[point.deployment]) for point in part.points]
        prices.update({names[name]: price for name, price in part.prices.items()})
    cautions = tuple(caution for _, part in parts for caution in part.cautions)
    return SweepFile(points=tuple(points), prices=prices, cautions=cautions)


def _stated(read: SweepFile, rates: Mapping[str, float], today: str) -> dict[str, HourlyPrice]:
    """Return the prices that the files state, in US dollars."""
    found = {}
    for name, price in read.prices.items():
        currency = currency_named(price.currency, rates, today=today)
        at = (
            ""
            if price.currency == "USD"
            else f", {currency.per_usd:g} {price.currency}/USD of {currency.date}"
        )
        found[name] = HourlyPrice(
            usd_per_hour=currency.to_usd(price.amount), source=f"given by the file{at}", date=today
        )
    return found


def _reports(
    points: Sequence[OperatingPoint],
    promised: tuple[ServiceLevel, ...],
    question: FileQuestion,
    prices: Mapping[str, HourlyPrice],
) -> tuple[tuple[DeploymentReport, ...], tuple[Caution, ...]]:
    """Judge and price each sweep; one without a usable level is told by cautions."""
    found: list[DeploymentReport] = []
    cautions: list[Caution] = []
    for name in dict.fromkeys(point.deployment for point in points):
        mine = [point for point in points if point.deployment == name]
        levels = judged_levels(mine, question.steady)
        if not levels.points:
            cautions += levels.cautions
            continue
        curve = cost_curve(
            levels.points,
            price=prices.get(name),
            service_levels=promised,
            waiting_usd_per_second=question.money.waiting_usd_per_second,
        )
        curve = bounded_curve(curve, edge_shares_of(levels.judged))
        found.append(
            DeploymentReport(
                deployment=Deployment(name=name, model=mine[0].keys.get("model") or name),
                workload=mine[0].keys.get("lengths") or mine[0].keys.get("workload") or "",
                runtime=None,
                curve=replace(curve, cautions=(*levels.cautions, *edge_told(curve, mine))),
            )
        )
    if not found:
        raise InputError(
            "no run was in a steady state, so no level can be priced: "
            + "; ".join(caution.text for caution in cautions[:3])
            + "; measure longer, or take the runs as they are with --steady any"
        )
    return tuple(found), tuple(cautions)


def _shared(curves: Sequence[CostCurve]) -> HourlyPrice | None:
    """Return the price of all curves where they have one in common."""
    first = curves[0].price
    return first if all(curve.price == first for curve in curves) else None


def _steady_assumption(steady: Steady) -> Assumption:
    told = {
        "any": "every run is taken as a level, steady or not",
        "partial": "runs that never were in a steady state are left out; partly steady ones get bounds",
        "only": "only runs in a steady state are levels",
    }
    return Assumption(name="steady state", value=told[steady], source="s = L R / M of each run")


def _unpriced(reports: Sequence[DeploymentReport]) -> Iterator[Caution]:
    swept = [each for each in reports if each.curve is not None]
    without = [each.deployment.name for each in swept if each.curve is not None and each.curve.price is None]
    if without and len(without) < len(swept):
        yield Caution(
            "price-unknown",
            f"no price is known of {', '.join(without[:5])}: they are not compared with the others; "
            "fill in the file's price column",
        )


def _replaced(read: SweepFile, given: HourlyPrice | None) -> Iterator[Caution]:
    """Yield a doubt where one price stands in place of others that the files state."""
    stated = {(each.amount, each.currency) for each in read.prices.values()}
    if given is None or not stated - {(given.usd_per_hour, "USD")}:
        return
    told = ", ".join(f"{amount:g} {currency}" for amount, currency in sorted(stated)[:5])
    yield Caution(
        "price-replaced",
        f"the prices of the file, {told} an hour, are not used: each deployment is taken to cost "
        f"{given.usd_per_hour:.4g} USD an hour, as asked; leave that out to use the file's",
    )


def _provenance(points: Sequence[OperatingPoint]) -> tuple[Provenance, ...]:
    """Make one entry a file and tool: where numbers come from."""
    found: dict[tuple[str, str], Provenance] = {}
    for point in points:
        file = point.provenance.source.split(", ", maxsplit=1)[0]
        found.setdefault((file, point.provenance.tool), replace(point.provenance, source=file))
    return tuple(found.values())
