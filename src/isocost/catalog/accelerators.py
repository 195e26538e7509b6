"""Accelerators that isocost knows the figures of."""

from __future__ import annotations

from functools import cache
from typing import Any

from isocost.catalog.tables import nearest_names, shipped_table
from isocost.core.accelerator import Accelerator
from isocost.core.errors import CatalogError

__all__ = ["accelerator_names", "accelerator_profile"]

_TABLE = "accelerators.toml"


def accelerator_profile(name: str) -> Accelerator:
    """Look up an accelerator by name, capitals or not.

    Parameters
    ----------
    name : str
        Such as ``"h100"``; see `accelerator_names`.

    Returns
    -------
    Accelerator

    Raises
    ------
    CatalogError
        If no accelerator has that name; the nearest ones are named.

    Examples
    --------
    >>> accelerator_profile("H100").bandwidth_gb_s
    3350.0
    """
    if name.lower() not in shipped_table(_TABLE):
        nearest = ", ".join(nearest_names(name, accelerator_names()))
        raise CatalogError(f"no accelerator named {name!r}; the nearest in the catalogue: {nearest}")
    return _profile(name.lower())


def accelerator_names() -> tuple[str, ...]:
    """Return the names of all accelerators in the catalogue, in its order.

    Examples
    --------
    >>> "mi300x" in accelerator_names()
    True
    """
    return tuple(shipped_table(_TABLE))


@cache
def _profile(name: str) -> Accelerator:
    row: dict[str, Any] = {
        key: float(value) if isinstance(value, int) else value
        for key, value in shipped_table(_TABLE)[name].items()
    }
    return Accelerator(name=name, **row)
