"""Machines by the hour that isocost knows a sourced price for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.catalog.tables import nearest_names, shipped_table
from isocost.core.errors import CatalogError
from isocost.core.money import HourlyPrice

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MachineProfile", "machine_names", "machine_profile", "unknown_machine"]

_TABLE = "machines.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineProfile:
    """A machine as it is offered by the hour, with a dated and sourced price.

    Parameters
    ----------
    name : str
        As written on the command line.
    description : str
        What it is, in words.
    usd_per_hour : float
        Price of the whole machine or, where it names an accelerator, of one with its share of the host; US
        dollars per hour.
    low, high : float
        Range of the price over comparable offers.
    region : str
        Where the price holds.
    date : str
        ISO date on which it held.
    source, url : str
        Who says so, and where it can be looked up.
    note : str
        What the price includes and what it leaves out.
    accelerator : str or None
        Of the catalogue, where the price is of one accelerator.
    cores : int or None
        Virtual cores, where the price is of a whole machine.
    memory_gib : float or None
        Its main memory, GiB.
    """

    name: str
    description: str
    usd_per_hour: float
    low: float
    high: float
    region: str
    date: str
    source: str
    url: str
    note: str
    accelerator: str | None = None
    cores: int | None = None
    memory_gib: float | None = None

    @property
    def price(self) -> HourlyPrice:
        """What an hour of it costs, with the range of comparable offers."""
        return HourlyPrice(
            usd_per_hour=self.usd_per_hour, source=self.source, date=self.date, low=self.low, high=self.high
        )


def machine_profile(name: str) -> MachineProfile:
    """Look up a machine by the hour by its name.

    Parameters
    ----------
    name : str
        Such as ``"cloud-2core"``; see `machine_names`.

    Returns
    -------
    MachineProfile

    Raises
    ------
    CatalogError
        If no machine has that name; the nearest ones are named.

    Examples
    --------
    >>> profile = machine_profile("cloud-2core")
    >>> profile.cores, profile.price.usd_per_hour
    (2, 0.08925)
    """
    rows = shipped_table(_TABLE)
    if name not in rows:
        raise unknown_machine(name, rows)
    return MachineProfile(name=name, **rows[name])


def machine_names() -> tuple[str, ...]:
    """Return the names of all machines by the hour in the catalogue, sorted.

    Examples
    --------
    >>> "cloud-2core" in machine_names()
    True
    """
    return tuple(sorted(shipped_table(_TABLE)))


def unknown_machine(name: str, names: Iterable[str]) -> CatalogError:
    """Return the error for a machine that nobody knows; names the nearest of `names`."""
    return CatalogError(
        f"no machine named {name!r}; the catalogue has {', '.join(nearest_names(name, names))}. "
        "For any other machine give --price-per-hour, or a file of your own: --machine FILE.yaml"
    )
