"""Energy and carbon in words: at which boundary, and amounts in units that read well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.reporting.format import UNKNOWN, estimate_text

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.economics import EnergyBoundary

__all__ = ["amount_of_energy", "boundary_place", "carbon_text"]

_PLACES: dict[EnergyBoundary, str] = {
    "accelerator": "at the accelerators",
    "server": "at the server",
    "facility": "at the facility",
}
_LARGER = {"J": (1e3, "kJ"), "W": (1e3, "kW"), "gCO2e": (1e3, "kgCO2e")}


def boundary_place(boundary: EnergyBoundary) -> str:
    """Say where power was counted.

    Examples
    --------
    >>> boundary_place("accelerator")
    'at the accelerators'
    """
    return _PLACES[boundary]


def amount_of_energy(seen: Estimate | None) -> str:
    """Write joules, watts or grams of carbon without what they are per; from a thousand on in kilo.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> amount_of_energy(Estimate(value=2e4, low=9e3, high=3e4, unit="J/request", kind="assumed", method="t"))
    '20 kJ [9, 30]'
    >>> amount_of_energy(Estimate(value=0.41, unit="J/token", kind="measured", method="t"))
    '0.410 J'
    """
    if seen is None:
        return UNKNOWN
    unit = seen.unit.split("/", maxsplit=1)[0]
    factor, name = _LARGER.get(unit, (1.0, unit))
    if abs(seen.value) < 1e3:
        factor, name = 1.0, unit
    low, high = (None if end is None else end / factor for end in (seen.low, seen.high))
    return estimate_text(replace(seen, value=seen.value / factor, low=low, high=high, unit=name))


def carbon_text(carbon: Estimate, grid: str) -> str:
    """Write carbon per million output tokens at a grid.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> carbon_text(Estimate(value=61.0, unit="gCO2e/1M tokens", kind="assumed", method="t"), "FRA")
    '61.0 gCO2e per million output tokens at FRA'
    """
    return f"{amount_of_energy(carbon)} per million output tokens at {grid}"
