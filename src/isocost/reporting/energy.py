"""Energy and carbon beside money: lines for the terminal, tables for the page, rows for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.boundaries import amount_of_energy, boundary_place, carbon_text
from isocost.reporting.format import money, percent
from isocost.reporting.markup import clean, shorten
from isocost.reporting.objects import estimate_object
from isocost.reporting.tables import Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics import EnergyBoundary, EnergyLevel
    from isocost.studies.energy import DeploymentEnergy, EnergyReport
    from isocost.studies.report import StudyReport

__all__ = ["HOW_TO_TELL_POWER", "energy_lines", "energy_rows", "energy_tables"]

Json = dict[str, Any]
NAME_LIMIT = 60
HOW_TO_TELL_POWER = (
    "energy: not told, since no power is known; tell it with --power-w W, or --accelerator NAME --count N"
)


def energy_lines(report: StudyReport, deployment: str) -> list[str]:
    """Say what a token of a deployment takes at its best level; nothing where its power is not known.

    Parameters
    ----------
    report : StudyReport
    deployment : str
        Name of one of its deployments.
    """
    told = None if report.energy is None else report.energy.of(deployment)
    curve = next((each.curve for each in report.deployments if each.deployment.name == deployment), None)
    if report.energy is None or told is None or curve is None:
        return []
    best = curve.zone.best or curve.zone.cheapest
    level = told.curve.level_at(best)
    lines = [] if level is None else [_token_line(level, told, report.energy)]
    if told.curve.best is not None:
        lines.append(_best_line(told, best))
    marginal = told.short_run.usd_per_token
    if marginal is not None:
        ends = [None if end is None else 1e6 * end for end in (marginal.low, marginal.high)]
        lines.append(
            f"energy that varies with load: {money(1e6 * marginal.value, *ends)} per million output tokens"
        )
    return lines


def _token_line(level: EnergyLevel, told: DeploymentEnergy, energy: EnergyReport) -> str:
    at = told.curve.measured_at
    parts = [
        f"{amount_of_energy(level.per_token[at])} per output token {boundary_place(at)}, {told.obtained}"
    ]
    if at != "facility" and "facility" in level.per_token:
        parts.append(f"{amount_of_energy(level.per_token['facility'])} {boundary_place('facility')}")
    if level.carbon_per_million is not None and energy.grid is not None:
        parts.append(carbon_text(level.carbon_per_million, clean(energy.grid.name)))
    return f"energy at {level.load.label}: {'; '.join(parts)}"


def _best_line(told: DeploymentEnergy, cheapest: Load) -> str:
    best, premium = told.curve.best, told.curve.premium
    if best is None or best == cheapest:
        return "least energy: at the cheapest level too"
    more = "" if premium is None else f"; the cheapest level takes {_more(premium)} more"
    return f"least energy: at {best.label}{more}"


def _more(premium: Estimate) -> str:
    return percent(premium.value, premium.low, premium.high).removeprefix("+")


def energy_tables(report: StudyReport) -> list[Table]:
    """Tabulate energy at each boundary, and energy and carbon at the widest; none where no power is known."""
    energy = report.energy
    if energy is None:
        return []
    names = _boundaries(energy)
    inner, widest = boundary_place(names[0]), boundary_place(names[-1])
    by_boundary = (
        Column(title="Power", unit=f"W, {inner}"),
        *(Column(title=boundary_place(name).capitalize(), unit="J per output token") for name in names),
        Column(title="One token more", unit="J, from the level below"),
    )
    wide = (
        Column(title="Energy", unit="kWh per M output"),
        Column(title="Energy", unit="J per request"),
        Column(title="Carbon", unit="gCO2e per M output"),
        Column(title="Carbon", unit="gCO2e per request"),
    )
    return [
        _table("Energy of a token", by_boundary, energy, lambda level: _boundary_cells(level, names)),
        _table(f"Energy and carbon {widest}", wide, energy, lambda level: _wide_cells(level, names[-1])),
    ]


def _table(
    title: str,
    columns: tuple[Column, ...],
    energy: EnergyReport,
    cells: Callable[[EnergyLevel], tuple[str, ...]],
) -> Table:
    """Tabulate levels of all deployments; a column that nobody fills is left out."""
    every = [
        (f"{shorten(each.curve.deployment, NAME_LIMIT)}: power {each.obtained}", each.curve.levels)
        for each in energy.deployments
    ]
    groups = [(name, [(level.load.label, *cells(level)) for level in levels]) for name, levels in every]
    rows = [row for _, some in groups for row in some]
    headed = (Column(title="Load", numeric=False), *columns)
    kept = [i for i in range(len(headed)) if i == 0 or any(row[i] for row in rows)]
    return Table(
        title=title,
        columns=tuple(headed[i] for i in kept),
        groups=tuple((name, tuple(tuple(row[i] for i in kept) for row in some)) for name, some in groups),
    )


def _boundaries(energy: EnergyReport) -> list[EnergyBoundary]:
    found = {name: None for each in energy.deployments for name in each.curve.levels[0].per_token}
    order: tuple[EnergyBoundary, ...] = ("accelerator", "server", "facility")
    return [name for name in order if name in found]


def _boundary_cells(level: EnergyLevel, names: list[EnergyBoundary]) -> tuple[str, ...]:
    return (
        number_cell(level.power.get(names[0])),
        *(number_cell(level.per_token.get(name)) for name in names),
        number_cell(level.incremental),
    )


def _wide_cells(level: EnergyLevel, widest: EnergyBoundary) -> tuple[str, ...]:
    return (
        number_cell(level.per_million.get(widest)),
        number_cell(level.per_request.get(widest)),
        number_cell(level.carbon_per_million),
        number_cell(level.carbon_per_request),
    )


def energy_rows(report: StudyReport) -> dict[str, list[Json]]:
    """Return energy and carbon as plain objects: a row a level, and a row a deployment."""
    if report.energy is None:
        return {}
    return {
        "energy": [row for each in report.energy.deployments for row in _level_rows(each, report.energy)],
        "energy_deployments": [_deployment_row(each) for each in report.energy.deployments],
    }


def _level_rows(each: DeploymentEnergy, energy: EnergyReport) -> Iterator[Json]:
    for level in each.curve.levels:
        yield {
            "deployment": each.curve.deployment,
            "load": level.load.label,
            "concurrency": level.load.concurrency,
            "rate_per_s": level.load.rate_per_s,
            "obtained": each.obtained,
            "measured_at": each.curve.measured_at,
            "least_energy": level.load == each.curve.best,
            "power_w": _objects(level.power),
            "joules_per_output_token": _objects(level.per_token),
            "kwh_per_million_output_tokens": _objects(level.per_million),
            "joules_per_request": _objects(level.per_request),
            "joules_per_output_token_more": estimate_object(level.incremental),
            "carbon_g_per_million_output_tokens": estimate_object(level.carbon_per_million),
            "carbon_g_per_request": estimate_object(level.carbon_per_request),
            "grid": None if energy.grid is None else energy.grid.name,
        }


def _deployment_row(each: DeploymentEnergy) -> Json:
    line = each.curve.load_power
    return {
        "deployment": each.curve.deployment,
        "obtained": each.obtained,
        "source": each.source,
        "least_energy_at": None if each.curve.best is None else each.curve.best.label,
        "energy_premium_of_the_cheapest": estimate_object(each.curve.premium),
        "base_power_w": None if line is None else estimate_object(line.base),
        "joules_per_output_token_over_load": None if line is None else estimate_object(line.slope),
        "power_line_error": None if line is None else line.error,
        "marginal_energy_cost": estimate_object(each.short_run.usd_per_token),
        "marginal_energy_cost_from": each.short_run.told,
    }


def _objects(amounts: Mapping[EnergyBoundary, Estimate]) -> Json:
    return {name: estimate_object(each) for name, each in amounts.items()}
