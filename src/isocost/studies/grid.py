"""The carbon intensity of a grid as a user writes it: a number with its unit, a range, or a country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.catalog import grid_intensity
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.assumed import Shape

__all__ = ["Grid", "find_grid"]

_MOST = 2000.0
_GIVEN = re.compile(r"(?P<numbers>[-+.\deE]+)\s*(?P<unit>k?g)?\s*(CO2(e|eq)?)?\s*(?P<per>/\s*kWh)?", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where electricity comes from.

    Parameters
    ----------
    name : str
        ``"FRA"``, or the intensity as it was given.
    intensity : Assumed
        gCO2e per kWh.
    """

    name: str
    intensity: Assumed


def find_grid(text: str) -> Grid:
    """Read a grid: ``350g/kWh``, ``0.35kg/kWh``, ``300..400g/kWh``, ``300..350..400g/kWh``, or ``FRA``.

    Parameters
    ----------
    text : str
        An intensity, a range with all values alike, a range with its most likely value, or a code of
        `isocost.catalog.grid_zones`.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        If it is no intensity, or one that no grid has.
    CatalogError
        If there is no such zone.
    MissingExtraError
        If a zone is asked for and the extra ``[carbon]`` is not installed.

    Examples
    --------
    >>> find_grid("0.3..0.4 kg/kWh").intensity.value, find_grid("350").name
    (350.0, '350 g/kWh')
    """
    if text.strip().isalpha():
        return Grid(name=text.strip().upper(), intensity=grid_intensity(text.strip()))
    match = _GIVEN.fullmatch(text.strip())
    numbers = [] if match is None else _numbers(match["numbers"])
    if match is None or not 1 <= len(numbers) <= 3:
        raise InputError(
            f"--grid {text}: give gCO2e per kWh such as 350g/kWh, a range such as 300..400g/kWh, or a "
            "country such as FRA"
        )
    scale = 1000.0 if (match["unit"] or "g").lower() == "kg" else 1.0
    ends = [scale * number for number in numbers]
    if not all(0 <= end <= _MOST for end in ends):
        hint = "; with kg write 0.35kg/kWh" if max(ends) > _MOST else ""
        raise InputError(f"--grid {text}: a grid has between 0 and {_MOST:g} gCO2e per kWh{hint}")
    return Grid(name=f"{'..'.join(f'{end:g}' for end in ends)} g/kWh", intensity=_assumed(text, ends))


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split("..")]
    except ValueError:
        return []


def _assumed(text: str, ends: list[float]) -> Assumed:
    shape: Shape = "uniform" if len(ends) == 2 else "triangular"
    try:
        return Assumed(
            value=ends[1] if len(ends) == 3 else sum(ends) / len(ends),
            low=None if len(ends) == 1 else ends[0],
            high=None if len(ends) == 1 else ends[-1],
            unit="gCO2e/kWh",
            source="given by you",
            date=datetime.now(UTC).date().isoformat(),
            shape=shape,
        )
    except InputError as error:
        raise InputError(f"--grid {text}: {error}") from None
