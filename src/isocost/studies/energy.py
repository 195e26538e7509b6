"""Energy and carbon of a report: beside its money, at each level of load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.economics import EnergyBoundary, energy_curve, output_tokens_per_request
from isocost.statistics import DRAWS, Draws, assumed_draws, generator, pooled_draws, pooled_scatter
from isocost.studies.energy_money import ShortRunEnergy, short_run_energy
from isocost.studies.grid import Grid, find_grid
from isocost.studies.power import find_hardware, surroundings, told_power
from isocost.studies.report import Assumption

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics import CostCurve, EnergyCurve, Surroundings
    from isocost.studies.power import Hardware, ToldPower
    from isocost.studies.report import DeploymentReport, StudyReport

__all__ = ["DeploymentEnergy", "EnergyQuestion", "EnergyReport", "with_energy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyQuestion:
    """What is said of power and of where electricity comes from; ``None``: nothing.

    Parameters
    ----------
    power_w : float or None
        Watts of each whole deployment at all loads; goes before what was measured.
    accelerator : str or None
        Of the catalogue; with `count`.
    count : int or None
        How many of it a deployment has.
    grid : str or None
        As `isocost.studies.grid.find_grid` takes it.
    pue : float or None
        Power of the building over that of its machines; the machine's own, else the catalogue's.
    power_at : EnergyBoundary or None
        Where power was measured or given; at the accelerators unless the data say otherwise.
    """

    power_w: float | None = None
    accelerator: str | None = None
    count: int | None = None
    grid: str | None = None
    pue: float | None = None
    power_at: EnergyBoundary | None = None

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if self.power_w is not None and not 0 < self.power_w < float("inf"):
            raise InputError(f"--power-w must be above 0 watts, got {self.power_w:g}")
        if self.power_at is not None and self.power_at not in get_args(EnergyBoundary):
            raise InputError(
                f"--power-at must be one of {', '.join(get_args(EnergyBoundary))}, got {self.power_at!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentEnergy:
    """Energy over load of one deployment, and how its power was obtained.

    Parameters
    ----------
    curve : EnergyCurve
    obtained : str
        ``"measured"``, ``"given"``, ``"share of design power"`` or ``"machine model"``.
    source : str
        Who says so.
    short_run : ShortRunEnergy
        What energy is of the cost that varies with load.
    """

    curve: EnergyCurve
    obtained: str
    source: str
    short_run: ShortRunEnergy


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyReport:
    """Energy and carbon of the deployments of a report.

    Parameters
    ----------
    deployments : tuple of DeploymentEnergy
        Those whose power is known.
    grid : Grid or None
    """

    deployments: tuple[DeploymentEnergy, ...]
    grid: Grid | None

    def of(self, deployment: str) -> DeploymentEnergy | None:
        """Return what is known of a deployment by name."""
        return next((each for each in self.deployments if each.curve.deployment == deployment), None)

    def per_token(self, deployment: str, load: Load) -> Estimate | None:
        """Return joules per output token of a level where its power is known; ``None``: nowhere."""
        told = self.of(deployment)
        level = None if told is None else told.curve.level_at(load)
        return None if told is None or level is None else level.per_token[told.curve.measured_at]


def with_energy(
    report: StudyReport,
    question: EnergyQuestion | None = None,
    *,
    machine: str | None = None,
    folder: Path | None = None,
    seed: int = 0,
) -> StudyReport:
    """Add to a report what its tokens take of energy and carbon, where power is known.

    Parameters
    ----------
    report : StudyReport
    question : EnergyQuestion, optional
    machine : str, optional
        The machine behind its price.
    folder : Path, optional
        Where the file of a machine may lie.
    seed : int

    Returns
    -------
    StudyReport
        The same where no power is known.

    Raises
    ------
    InputError
        If something given is out of range, or a grid or a PUE is given and no power is known.
    CatalogError
        If there is no such accelerator, machine or grid.
    MissingExtraError
        If a grid is asked for by its code without the extra ``[carbon]``.
    """
    asked = question or EnergyQuestion()
    hardware = find_hardware(accelerator=asked.accelerator, count=asked.count, machine=machine, folder=folder)
    around = surroundings(hardware, pue=asked.pue, seed=seed)
    grid = None if asked.grid is None else find_grid(asked.grid)
    told = told_power(hardware, seed=seed)
    terms = _Terms(question=asked, hardware=hardware, around=around, grid=grid, told=told, seed=seed)
    swept = [each for each in report.deployments if each.curve is not None]
    found = {each.deployment.name: pair for each in swept if (pair := _of(each, report, terms)) is not None}
    if not found:
        _must_be_told(asked)
        return report
    reports = tuple(
        replace(each, curve=found[each.deployment.name][1]) if each.deployment.name in found else each
        for each in report.deployments
    )
    energies = tuple(energy for energy, _ in found.values())
    return replace(
        report,
        deployments=reports,
        energy=EnergyReport(deployments=energies, grid=grid),
        assumptions=(*report.assumptions, *_assumptions(energies, terms)),
        cautions=(*report.cautions, *_cautions(report, energies, terms)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    question: EnergyQuestion
    hardware: Hardware
    around: Surroundings
    grid: Grid | None
    told: ToldPower | None
    seed: int


def _must_be_told(asked: EnergyQuestion) -> None:
    """Refuse a grid, a PUE or a boundary where there is no power that they could act on."""
    given = {"--grid": asked.grid, "--pue": asked.pue, "--power-at": asked.power_at}
    flag = next((flag for flag, value in given.items() if value is not None), None)
    if flag is not None:
        raise InputError(
            f"{flag} is given and no power is known; tell it with --power-w W, --accelerator NAME --count N, "
            "a --machine with accelerators, or a column power_w"
        )


def _of(
    each: DeploymentReport, report: StudyReport, terms: _Terms
) -> tuple[DeploymentEnergy, CostCurve] | None:
    curve = each.curve
    if curve is None:
        return None
    known = _power(curve, terms)
    if known is None:
        return None
    power, obtained, boundary, source = known
    points = [point for level in curve.levels for point in level.points]
    energy = energy_curve(
        curve,
        power,
        measured_at=boundary,
        around=terms.around,
        tokens_per_request=output_tokens_per_request(points, seed=terms.seed),
        grid=None if terms.grid is None else assumed_draws("grid", terms.grid.intensity, seed=terms.seed),
        seed=terms.seed,
    )
    short_run, priced = short_run_energy(
        curve, energy, report=report, hardware=terms.hardware, around=terms.around, seed=terms.seed
    )
    return DeploymentEnergy(curve=energy, obtained=obtained, source=source, short_run=short_run), priced


_Known = tuple["Mapping[Load, Draws] | Draws", str, EnergyBoundary, str]


def _power(curve: CostCurve, terms: _Terms) -> _Known | None:
    """Return power, how it was obtained, where it is and who says so: given, measured, or of the hardware."""
    asked, told = terms.question, terms.told
    at: EnergyBoundary = asked.power_at or "accelerator"
    if asked.power_w is not None:
        exact = Draws(
            value=asked.power_w,
            samples=np.full(DRAWS, asked.power_w),
            unit="W",
            kind="assumed",
            method="as given, the same at all loads",
            source="given by you",
        )
        return exact, "given", at, "given by you"
    if measured := _measured(curve, terms.seed):
        first = next(iter(measured.values()))
        return measured, "measured", asked.power_at or _said(first.basis), first.source or "measured"
    if told is None:
        return None
    return told.draws, told.obtained, told.boundary, told.draws.source or ""


def _measured(curve: CostCurve, seed: int) -> dict[Load, Draws]:
    """Draw the power of each level all of whose runs tell it."""
    told = {
        level.load: [point.power_w for point in level.points if point.power_w is not None]
        for level in curve.levels
    }
    scatter = pooled_scatter(told.values())
    return {
        level.load: pooled_draws(
            told[level.load],
            rng=generator(seed, f"power of {curve.deployment} at {level.load.label}"),
            scatter=scatter,
        )
        for level in curve.levels
        if told[level.load] and len(told[level.load]) == len(level.points)
    }


def _said(basis: str | None) -> EnergyBoundary:
    """Read the boundary of a measured power from its basis; the accelerators where it says nothing."""
    names: tuple[EnergyBoundary, ...] = get_args(EnergyBoundary)
    return next((name for name in names if basis is not None and name in basis.lower()), "accelerator")


def _assumptions(energies: tuple[DeploymentEnergy, ...], terms: _Terms) -> Iterator[Assumption]:
    by_power: dict[tuple[str, str], list[str]] = {}
    for each in energies:
        power = each.curve.levels[0].power[each.curve.measured_at]
        value = each.obtained if each.obtained == "measured" else f"{power.value:,.3g} W, {power.method}"
        source = f"boundary {each.curve.measured_at}, {each.source}"
        by_power.setdefault((value, "" if each.obtained == "measured" else source), []).append(source)
    for (value, _), sources in by_power.items():
        more = f" and {len(sources) - 1} more" if len(sources) > 1 and value == "measured" else ""
        yield Assumption(name="power", value=value, source=f"{sources[0]}{more}")
    yield from dict.fromkeys(_varying(each.short_run) for each in energies)
    wider = {name for each in energies for name in each.curve.levels[0].power}
    around = {"PUE": terms.around.pue} if "facility" in wider else {}
    host = {"power of the rest of the servers": terms.around.host_w} if "server" in wider else {}
    for name, draws in {**host, **around}.items():
        if draws is not None:
            unit = "" if draws.unit == "1" else f" {draws.unit}"
            yield Assumption(
                name=name, value=f"{draws.value:g}{unit}, {draws.method}", source=draws.source or ""
            )
    if terms.grid is not None:
        found = terms.grid.intensity
        span = "" if found.is_exact else f" [{found.low:g}, {found.high:g}]"
        yield Assumption(
            name="carbon of electricity",
            value=f"{found.value:.4g}{span} gCO2e/kWh, location-based; nothing embodied is counted",
            source=", ".join(part for part in (found.source, found.date) if part),
        )


def _varying(short_run: ShortRunEnergy) -> Assumption:
    """Say what energy is of the cost that varies with load, v."""
    marginal, name = short_run.usd_per_token, "energy that varies with load"
    if marginal is None:
        return Assumption(name=name, value=short_run.told, source="this study")
    told = f"v = {1e6 * marginal.value:.3g} USD per million output tokens"
    return Assumption(name=name, value=told, source=short_run.told)


def _cautions(
    report: StudyReport, energies: tuple[DeploymentEnergy, ...], terms: _Terms
) -> Iterator[Caution]:
    if any(each.curve.measured_at == "accelerator" for each in energies) and terms.around.host_w is None:
        yield Caution(
            "host-not-counted",
            "what the servers draw besides their accelerators is not known: energy and carbon of the "
            "facility leave it out and are too low; give --accelerator and --count, or measure at the server "
            "(--power-at server)",
        )
    levels = {
        each.deployment.name: len(each.curve.levels) for each in report.deployments if each.curve is not None
    }
    for each in energies:
        name, curve = each.curve.deployment, each.curve
        if len(curve.levels) < levels[name]:
            yield Caution(
                "power-gaps",
                f"{name}: the power of {levels[name] - len(curve.levels)} of {levels[name]} levels is not "
                "told; they have no energy",
            )
        line = curve.load_power
        if line is not None and line.slope.high is not None and line.slope.high < 0:
            yield Caution(
                "power-falls",
                f"{name}: power falls as load rises, so energy that varies with load is taken as 0; look at "
                "what was measured",
            )
