"""Energy and carbon of an hour of a machine: what it draws while it serves and while it waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.economics import (
    ENERGY_BOUNDARIES,
    EnergyBoundary,
    carbon_g,
    check_values,
    combine_known,
    hourly_parts,
    power_within,
)
from isocost.statistics import Draws, assumed_draws, summarise
from isocost.studies.grid import find_grid
from isocost.studies.power import find_hardware, surroundings, told_power

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.catalog import OwnedMachine
    from isocost.core.estimate import Estimate
    from isocost.economics.ownership import Boundary
    from isocost.studies.grid import Grid
    from isocost.studies.hourly import HourlyReport

__all__ = ["HourlyEnergy", "hourly_energy"]

_POWER_PARTS = ("power", "idle power", "server power")
_WITHIN: Mapping[EnergyBoundary, tuple[str, ...]] = {
    "accelerator": _POWER_PARTS[:2],
    "server": _POWER_PARTS,
    "facility": _POWER_PARTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyEnergy:
    """What an hour of use of a machine takes, all of it.

    Parameters
    ----------
    energy : mapping of EnergyBoundary to Estimate
        kWh per hour of use; of an owned machine with its share of the hours in which nobody is served.
    carbon : Estimate
        gCO2e per hour of use: operational, location-based.
    grid : Grid
    obtained : str
        ``"machine model"`` or ``"share of design power"``.
    """

    energy: Mapping[EnergyBoundary, Estimate]
    carbon: Estimate
    grid: Grid
    obtained: str


def hourly_energy(report: HourlyReport, grid: str, *, seed: int = 0) -> HourlyEnergy:
    """Work out what an hour of use takes, from the parameters behind its cost.

    Parameters
    ----------
    report : HourlyReport
    grid : str
        As `isocost.studies.grid.find_grid` takes it.
    seed : int
        That of the report: the same draws of the same assumptions.

    Returns
    -------
    HourlyEnergy

    Raises
    ------
    InputError
        If nobody says what the machine draws.
    CatalogError, MissingExtraError
        If the grid cannot be found.

    Examples
    --------
    400 W at a PUE of 1.5 are 0.6 kWh an hour:

    >>> from isocost.studies.hourly import hourly_report
    >>> found = hourly_energy(hourly_report("a800-owned"), "350g/kWh")
    >>> round(found.energy["facility"].value, 6), round(found.carbon.value, 6)
    (0.6, 210.0)
    """
    where = find_grid(grid)
    profile = report.machine.profile
    if isinstance(profile, MachineProfile):
        drawn, obtained = _rented(report, profile, seed), "share of design power"
    else:
        drawn, obtained = _owned(profile, report.machine.count, seed), "machine model"
    carbon = combine_known(
        lambda kwh, grams: carbon_g(3.6e6 * kwh, grams),
        drawn["facility"],
        assumed_draws("grid", where.intensity, seed=seed),
        unit="gCO2e/h",
        basis="facility, operational, location-based",
    )
    return HourlyEnergy(
        energy={name: summarise(each) for name, each in drawn.items()},
        carbon=summarise(carbon),
        grid=where,
        obtained=obtained,
    )


def _owned(owned: OwnedMachine, count: int, seed: int) -> dict[EnergyBoundary, Draws]:
    """Let a kWh cost 1: the parts of the hour that are power then are its energy."""
    one = Assumed(value=1.0, unit="", source="", date="")
    around = "server_power_w" in owned.parameters and owned.formula == "full"
    names = ENERGY_BOUNDARIES if around else ("accelerator", "facility")
    found: dict[EnergyBoundary, Draws] = {}
    for name in names:
        pue = owned.parameters["pue"] if name == "facility" else one
        assumed = {**owned.parameters, "electricity": one, "pue": pue}
        found[name] = _summed(owned, assumed, _WITHIN[name], count, seed)
    return {name: replace(each, basis=name) for name, each in found.items()}


def _summed(
    owned: OwnedMachine, assumed: Mapping[str, Assumed], parts: tuple[str, ...], count: int, seed: int
) -> Draws:
    boundary: Boundary = "all-in" if owned.formula == "full" else "accelerator"
    values = {name: each.value for name, each in assumed.items()}
    check_values(values, formula=owned.formula, boundary=boundary)
    drawn = {name: assumed_draws(name, each, seed=seed) for name, each in assumed.items()}
    points = hourly_parts(values, formula=owned.formula, boundary=boundary)
    spread = hourly_parts(
        {name: each.samples for name, each in drawn.items()}, formula=owned.formula, boundary=boundary
    )
    some = [name for name in parts if name in points]
    full = drawn["full_power_w"]
    return replace(
        full,
        value=count * sum(float(points[name]) for name in some),
        samples=full.samples * 0 + count * sum(spread[name] for name in some),
        unit="kWh/h",
        kind="assumed",
        method=f"{', '.join(some)} of the {owned.formula} formula",
        source=f"profile {owned.name}, {owned.date}",
    )


def _rented(report: HourlyReport, profile: MachineProfile, seed: int) -> dict[EnergyBoundary, Draws]:
    name = f"{report.machine.count}x{profile.name}"
    hardware = find_hardware(accelerator=None, count=None, machine=name)
    told = told_power(hardware, seed=seed)
    if told is None:
        raise InputError(
            f"--grid: nobody says what {profile.name} draws; take an owned machine (isocost catalog machines)"
        )
    power = power_within(told.draws, told.boundary, surroundings(hardware, pue=None, seed=seed))
    return {
        boundary: combine_known(lambda watts: watts / 1000, each, unit="kWh/h", basis=boundary)
        for boundary, each in power.items()
    }
