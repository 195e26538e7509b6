"""Carbon intensity of electricity by country, from the table that ecologits ships."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from isocost.catalog.tables import nearest_names
from isocost.core.assumed import Assumed
from isocost.core.errors import CatalogError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["grid_intensity", "grid_zones"]


def grid_intensity(zone: str) -> Assumed:
    """Look up the carbon intensity of a country's electricity.

    Parameters
    ----------
    zone : str
        ISO 3166-1 alpha-3 code, capitals or not, or ``"WOR"`` for the world; see `grid_zones`.

    Returns
    -------
    Assumed
        gCO2e per kWh, a yearly mean without range; its source names the version of ecologits, which dates it.

    Raises
    ------
    MissingExtraError
        If the extra ``[carbon]`` is not installed.
    CatalogError
        If the table has no such zone; the nearest ones are named.

    Examples
    --------
    >>> grid_intensity("fra").value < grid_intensity("DEU").value < grid_intensity("POL").value
    True
    """
    table = _table()
    if zone.upper() not in table:
        nearest = ", ".join(nearest_names(zone, map(str.lower, table))).upper()
        near = f" (nearest: {nearest})" if len(zone) == len("FRA") else ""  # no name is near to a code
        raise CatalogError(
            f"ecologits knows no grid {zone!r}: give an ISO 3166-1 alpha-3 code such as FRA, DEU, USA or WOR"
            f"{near}, or the intensity itself: --grid 350g/kWh"
        )
    return Assumed(
        value=1000 * table[zone.upper()],
        unit="gCO2e/kWh",
        source=f"electricity mix of {zone.upper()}, ecologits {_version()}",
        date="",
        published=True,
    )


def grid_zones() -> tuple[str, ...]:
    """Return the codes of all zones that ecologits knows, in alphabetical order.

    Raises
    ------
    MissingExtraError
        If the extra ``[carbon]`` is not installed.
    """
    return tuple(sorted(_table()))


@cache
def _table() -> Mapping[str, float]:
    """Return kgCO2e per kWh by zone."""
    try:
        from ecologits.electricity_mix_repository import electricity_mixes
    except ImportError as error:
        raise MissingExtraError("carbon", "a grid by its code (without it: --grid 350g/kWh)") from error
    return {mix.zone: float(mix.gwp) for mix in electricity_mixes.list_electricity_mixes()}


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only where a grid is looked up

    return version("ecologits")
