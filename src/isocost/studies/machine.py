"""A machine by what a user calls it: owned or by the hour, from the catalogue or a file of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isocost.catalog import (
    MachineProfile,
    OwnedMachine,
    currency_of,
    machine_names,
    machine_profile,
    owned_machine,
    owned_names,
)
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.money import USD, Currency
from isocost.economics import PARAMETERS
from isocost.exchange import ParameterRow, read_machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.exchange import MachineFile

__all__ = ["Machine", "find_machine", "in_usd", "rate_of"]

_COUNTED = re.compile(r"(?P<count>[1-9]\d{0,5})x(?P<name>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine, and how many of it.

    Parameters
    ----------
    count : int
        Accelerators, or machines by the hour, at least 1.
    profile : OwnedMachine or MachineProfile
    currency : Currency
        Of the amounts of an owned machine; US dollars by the hour.
    """

    count: int
    profile: OwnedMachine | MachineProfile
    currency: Currency

    @property
    def name(self) -> str:
        """Name with the number in front where it is not one."""
        return self.profile.name if self.count == 1 else f"{self.count} x {self.profile.name}"


def find_machine(
    text: str, *, rates: Mapping[str, Currency] | None = None, folder: Path | None = None
) -> Machine:
    """Find a machine: ``h100-owned``, ``8xh100-rented``, or a file ``ours.yaml``.

    Parameters
    ----------
    text : str
        A name of the catalogue or the path of a YAML file; a number and an ``x`` in front: so many of it.
    rates : mapping of str to Currency, optional
        Rates that go before the catalogue's.
    folder : Path, optional
        Where a file may lie that is not in the present folder: that of a study.

    Returns
    -------
    Machine

    Raises
    ------
    InputError
        If the file is no good.
    CatalogError
        If there is no such machine or no rate of its currency.
    """
    known = {*owned_names(), *machine_names()}
    counted = None if text in known else _COUNTED.fullmatch(text)
    count, name = (int(counted["count"]), counted["name"]) if counted else (1, text)
    if Path(name).suffix.lower() in (".yaml", ".yml"):
        beside = None if folder is None else folder / name
        file = beside if beside is not None and beside.exists() else Path(name)
        return _from_file(file, count, rates or {})
    if name in machine_names():
        return Machine(count=count, profile=machine_profile(name), currency=USD)
    owned = owned_machine(name)
    return Machine(count=count, profile=owned, currency=rate_of(owned.currency, rates or {}))


def rate_of(code: str, rates: Mapping[str, Currency]) -> Currency:
    """Return a currency at the rate that was given, else at the catalogue's."""
    return rates.get(code.upper()) or currency_of(code)


def in_usd(parameters: Mapping[str, Assumed], currency: Currency) -> dict[str, Assumed]:
    """Convert the amounts of money among parameters to US dollars."""
    return {name: _scaled(name, each, 1 / currency.per_usd, "USD") for name, each in parameters.items()}


def _scaled(name: str, assumed: Assumed, factor: float, code: str) -> Assumed:
    spec = PARAMETERS[name]
    if not spec.money:
        return assumed
    low, high = (None if end is None else end * factor for end in (assumed.low, assumed.high))
    return replace(assumed, value=assumed.value * factor, low=low, high=high, unit=f"{code}{spec.unit}")


def _from_file(path: Path, count: int, rates: Mapping[str, Currency]) -> Machine:
    given = read_machine(path)
    base = None if given.base is None else owned_machine(given.base)
    code = (given.currency or (base.currency if base else "USD")).upper()
    currency = _file_rate(path, given, code, rates)
    taken: dict[str, Assumed] = {}
    if base is not None:
        factor = currency.per_usd / rate_of(base.currency, rates).per_usd
        taken = {name: _scaled(name, each, factor, code) for name, each in base.parameters.items()}
    told = {name: _assumed(path, name, row, code, given.date) for name, row in given.parameters.items()}
    profile = OwnedMachine(
        name=given.name or path.stem,
        description=given.description or (f"as {base.name}, changed by {path.name}" if base else path.name),
        formula=given.formula or (base.formula if base else "full"),
        boundary=given.boundary or (base.boundary if base else "accelerator"),
        currency=code,
        date=given.date or (base.date if base else ""),
        parameters={key: both[key] for key in PARAMETERS if key in (both := {**taken, **told})},
        accelerator=given.accelerator or (base.accelerator if base else None),
        rented=given.rented or (base.rented if base else None),
        note=given.note or (base.note if base else ""),
    )
    return Machine(count=count, profile=profile, currency=currency)


def _file_rate(path: Path, given: MachineFile, code: str, rates: Mapping[str, Currency]) -> Currency:
    if given.rate is None or code in rates:
        return rate_of(code, rates)
    return Currency(code=code, per_usd=given.rate, date=given.date or "", source=path.name)


def _assumed(path: Path, name: str, row: float | ParameterRow, code: str, date: str | None) -> Assumed:
    spec = PARAMETERS.get(name)
    if spec is None:
        raise InputError(f"{path}: there is no parameter {name}; there are {', '.join(PARAMETERS)}")
    facts: dict[str, Any] = {"value": row}
    if isinstance(row, ParameterRow):
        facts = {"value": row.value, "low": row.low, "high": row.high, "shape": row.shape}
    told = row if isinstance(row, ParameterRow) else ParameterRow(value=row)
    try:
        return Assumed(
            **facts,
            unit=f"{code}{spec.unit}" if spec.money else spec.unit,
            source=told.source or path.name,
            date=told.date or date or "",
            published=told.source is not None,
        )
    except InputError as error:
        raise InputError(f"{path}, parameter {name}: {error}") from None
