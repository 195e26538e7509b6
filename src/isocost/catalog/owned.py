"""Owned machines: the parameters from which the cost of an hour of use follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from isocost.catalog.accelerators import accelerator_profile
from isocost.catalog.machines import machine_names, unknown_machine
from isocost.catalog.tables import shipped_table
from isocost.core.assumed import Assumed
from isocost.economics.ownership import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.economics.ownership import Boundary, Formula

__all__ = ["OwnedMachine", "common_parameter", "owned_machine", "owned_names"]

_TABLE = "owned.toml"
_COMMON = "common"
_OURS = "assumption"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedMachine:
    """An accelerator as one owns it.

    Parameters
    ----------
    name : str
        As written on the command line.
    description : str
        What it is, in words.
    accelerator : str or None
        Of the catalogue; ``None``: none of it.
    formula : Formula
        The published one, or the full one.
    boundary : Boundary
        What the cost includes unless told otherwise.
    currency : str
        ISO 4217 code that its amounts are in.
    rented : str or None
        The machine by the hour to compare it with.
    date : str
        ISO date of the profile.
    parameters : mapping of str to Assumed
        By the names of `isocost.economics.ownership.PARAMETERS`, per accelerator.
    note : str
        What to doubt; empty where nothing.
    """

    name: str
    description: str
    formula: Formula
    boundary: Boundary
    currency: str
    date: str
    parameters: Mapping[str, Assumed]
    accelerator: str | None = None
    rented: str | None = None
    note: str = ""


def owned_machine(name: str) -> OwnedMachine:
    """Look up an owned machine by name.

    Parameters
    ----------
    name : str
        Such as ``"a800-owned"``; see `owned_names`.

    Returns
    -------
    OwnedMachine

    Raises
    ------
    CatalogError
        If no machine has that name; the nearest ones, owned or by the hour, are named.

    Examples
    --------
    >>> a800 = owned_machine("a800-owned")
    >>> a800.parameters["purchase_price"].value, a800.currency
    (120000.0, 'CNY')
    """
    if name not in owned_names():
        raise unknown_machine(name, (*owned_names(), *machine_names()))
    return _machine(name)


def owned_names() -> tuple[str, ...]:
    """Return the names of all owned machines in the catalogue, in its order.

    Examples
    --------
    >>> "h100-owned" in owned_names()
    True
    """
    return tuple(name for name in shipped_table(_TABLE) if name != _COMMON)


def common_parameter(name: str) -> Assumed:
    """Return a parameter as profiles have it that do not say it themselves.

    Parameters
    ----------
    name : str
        Such as ``"pue"``.

    Examples
    --------
    >>> common_parameter("pue").ends
    (1.15, 1.8)
    """
    return _assumed(name, shipped_table(_TABLE)[_COMMON][name], currency="USD")


@cache
def _machine(name: str) -> OwnedMachine:
    table = shipped_table(_TABLE)
    row: dict[str, Any] = {"formula": "full", "boundary": "all-in", "currency": "USD", **table[name]}
    rows = {**({} if row["formula"] == "published" else table[_COMMON]), **row.pop("parameters")}
    found = {key: _assumed(key, rows[key], currency=row["currency"]) for key in PARAMETERS if key in rows}
    if "full_power_w" not in found:
        found["full_power_w"] = _design_power(row["accelerator"])
    return OwnedMachine(name=name, parameters={key: found[key] for key in PARAMETERS if key in found}, **row)


def _assumed(name: str, row: Mapping[str, Any], *, currency: str) -> Assumed:
    spec = PARAMETERS[name]
    return Assumed(
        value=float(row["value"]),
        low=None if "low" not in row else float(row["low"]),
        high=None if "high" not in row else float(row["high"]),
        unit=f"{currency}{spec.unit}" if spec.money else spec.unit,
        source=row.get("source", _OURS),
        date=row.get("date", ""),
        published="source" in row,
    )


def _design_power(accelerator: str) -> Assumed:
    """Take the thermal design power for the power at full load."""
    profile = accelerator_profile(accelerator)
    if profile.power_w is None:
        raise AssertionError(f"{accelerator} has no design power; give its owned profile full_power_w")
    return Assumed(
        value=profile.power_w,
        unit="W",
        source=f"thermal design power of {profile.description}, {profile.source}",
        date="",
        published=True,
    )
