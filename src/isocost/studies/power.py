"""What a deployment draws and what stands around it: told, or from an accelerator or a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from isocost.catalog import (
    MachineProfile,
    OwnedMachine,
    accelerator_profile,
    common_parameter,
    owned_machine,
    owned_names,
)
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.economics import Surroundings
from isocost.statistics import DRAWS, Draws, assumed_draws, combine
from isocost.studies.machine import find_machine

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.economics import EnergyBoundary
    from isocost.studies.machine import Machine

__all__ = ["LOAD_SHARE", "Hardware", "ToldPower", "find_hardware", "surroundings", "told_power"]

LOAD_SHARE = Assumed(
    value=0.71,
    low=0.27,
    high=0.99,
    unit="1",
    source="assumption: median, least and most of 838 configurations under load on H100 and B200, ML.ENERGY "
    "Benchmark v3 (Chung et al., 2025), data of 2026-02-16",
    date="",
)
"""Share of its design power that an accelerator is assumed to draw under load, the same at every level."""
_MOST_PUE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What a deployment runs on, as far as somebody says.

    Parameters
    ----------
    accelerator : str or None
        Of the catalogue.
    count : int or None
        How many of it.
    machine : Machine or None
        With a price; owned, or by the hour.
    """

    accelerator: str | None
    count: int | None
    machine: Machine | None

    @property
    def owned(self) -> OwnedMachine | None:
        """Profile of the machine, where it is owned."""
        profile = None if self.machine is None else self.machine.profile
        return None if profile is None or isinstance(profile, MachineProfile) else profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPower:
    """One power for all levels of load.

    Parameters
    ----------
    draws : Draws
        Watts of the whole deployment.
    obtained : str
        ``"given"``, ``"share of design power"`` or ``"machine model"``.
    boundary : EnergyBoundary
        Where it is.
    """

    draws: Draws
    obtained: str
    boundary: EnergyBoundary


def find_hardware(
    *, accelerator: str | None, count: int | None, machine: str | None, folder: Path | None = None
) -> Hardware:
    """Say what a deployment runs on: as given, else as its machine says.

    Parameters
    ----------
    accelerator : str or None
        Of the catalogue.
    count : int or None
        How many of it, at least 1.
    machine : str or None
        As `isocost.studies.machine.find_machine` takes it.
    folder : Path, optional
        Where the file of a machine may lie.

    Returns
    -------
    Hardware

    Raises
    ------
    InputError
        If one of accelerator and count is missing, or they are not those of the machine.
    CatalogError
        If a name is in no catalogue.

    Examples
    --------
    >>> found = find_hardware(accelerator=None, count=None, machine="8xh100-rented")
    >>> found.accelerator, found.count, found.owned
    ('h100', 8, None)
    """
    if count is not None and count < 1:
        raise InputError(f"--count must be at least 1 accelerator, got {count}")
    if accelerator is not None and count is None:
        raise InputError(f"--accelerator {accelerator} does not say how many: give --count as well")
    if accelerator is None and count is not None:
        raise InputError(f"--count {count} does not say of what: give --accelerator as well")
    name = None if accelerator is None else accelerator_profile(accelerator).name
    if machine is None:
        return Hardware(accelerator=name, count=count, machine=None)
    found = find_machine(machine, folder=folder)
    own = found.profile.accelerator
    if name is not None and own is not None and (name, count) != (own, found.count):
        raise InputError(
            f"--machine {machine} is of {found.count} {own}, and --accelerator says {count} {name}; "
            "give one of the two"
        )
    if name is not None:
        return Hardware(accelerator=name, count=count, machine=found)
    return Hardware(accelerator=own, count=None if own is None else found.count, machine=found)


def told_power(hardware: Hardware, *, seed: int = 0) -> ToldPower | None:
    """Return what the hardware is taken to draw under load; ``None`` where nobody says enough.

    Parameters
    ----------
    hardware : Hardware
    seed : int
        Seed of the draws: those of an owned machine are the ones behind its hourly cost.

    Returns
    -------
    ToldPower or None

    Examples
    --------
    Eight H100 of 700 W at 0.71 of it:

    >>> found = told_power(find_hardware(accelerator="h100", count=8, machine=None))
    >>> round(found.draws.value), found.obtained
    (3976, 'share of design power')
    """
    owned = hardware.owned
    if owned is not None and hardware.machine is not None:
        return ToldPower(
            draws=_machine_power(owned, hardware.machine.count, seed),
            obtained="machine model",
            boundary="accelerator" if owned.accelerator is not None else "server",
        )
    if hardware.accelerator is None or hardware.count is None:
        return None
    known = accelerator_profile(hardware.accelerator)
    if known.power_w is None:
        return None
    share = assumed_draws("share of design power", LOAD_SHARE, seed=seed)
    watts = hardware.count * known.power_w
    low, high = LOAD_SHARE.ends
    return ToldPower(
        draws=replace(
            share,
            value=watts * share.value,
            samples=watts * share.samples,
            unit="W",
            method=f"{hardware.count} x {known.power_w:g} W x {share.value:g} [{low:g}, {high:g}] of it",
            source=f"{LOAD_SHARE.source}; design power: {known.source}",
        ),
        obtained="share of design power",
        boundary="accelerator",
    )


def _machine_power(owned: OwnedMachine, count: int, seed: int) -> Draws:
    """Return idle power and its assumed share of the way to full, as the hourly cost has it."""
    full, idle, load = (
        assumed_draws(name, owned.parameters[name], seed=seed) if name in owned.parameters else None
        for name in ("full_power_w", "idle_power_w", "load")
    )
    if full is None:
        raise AssertionError("every owned machine has a power at full load")
    zero = replace(full, value=0.0, samples=np.zeros(DRAWS))
    one = replace(full, value=1.0, samples=np.ones(DRAWS))
    told = combine(
        lambda most, least, share: count * (least + share * (most - least)),
        full,
        idle or zero,
        load or one,
        unit="W",
        kind="assumed",
        method=f"{count} x (idle power + load x (full power - idle power))",
    )
    return replace(told, source=f"profile {owned.name}, {owned.date}")


def surroundings(hardware: Hardware, *, pue: float | None, seed: int = 0) -> Surroundings:
    """Return what stands around the accelerators: the machine's own values, else those of its kind.

    Parameters
    ----------
    hardware : Hardware
    pue : float or None
        As given, at least 1.
    seed : int

    Returns
    -------
    Surroundings

    Raises
    ------
    InputError
        If the PUE is out of range.

    Examples
    --------
    >>> around = surroundings(find_hardware(accelerator="h100", count=8, machine=None), pue=1.2)
    >>> around.host_w.value, around.pue.value
    (3200.0, 1.2)
    """
    if pue is not None and not 1 <= pue <= _MOST_PUE:
        hint = "; it is a ratio, not a percentage" if pue > _MOST_PUE else ""
        raise InputError(f"--pue must be between 1 and {_MOST_PUE:g}, got {pue:g}{hint}")
    owned = hardware.owned or _same_accelerator(hardware.accelerator)
    own = {} if owned is None else owned.parameters
    given = None if pue is None else Assumed(value=pue, unit="1", source="given by you", date="")
    factor = assumed_draws("pue", given or own.get("pue") or common_parameter("pue"), seed=seed)
    count = hardware.machine.count if hardware.owned and hardware.machine else hardware.count
    if count is None or "server_power_w" not in own:
        return Surroundings(host_w=None, pue=factor)
    host = assumed_draws("server_power_w", own["server_power_w"], seed=seed)
    source = f"{host.source}, profile {'' if owned is None else owned.name}"
    return Surroundings(
        host_w=replace(
            host,
            value=count * host.value,
            samples=count * host.samples,
            method=f"{count} x {host.value:g} W, {host.method}",
            source=source,
        ),
        pue=factor,
    )


def _same_accelerator(name: str | None) -> OwnedMachine | None:
    """Return the owned profile of an accelerator: what stands around it is alike, whoever owns it."""
    profiles = [owned_machine(each) for each in owned_names()] if name is not None else []
    return next((each for each in profiles if each.accelerator == name), None)
