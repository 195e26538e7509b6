"""Joules, kilowatt hours and grams of carbon: formulas on numbers or arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from isocost.core.errors import InputError

__all__ = ["JOULES_PER_KWH", "carbon_g", "energy_per_token_j", "incremental_energy_j", "kilowatt_hours"]

JOULES_PER_KWH = 3.6e6


def energy_per_token_j(power_w: Any, tokens_per_second: Any) -> Any:  # noqa: ANN401 - number or array
    """Return joules per token: power over throughput.

    Parameters
    ----------
    power_w : float or float array
        Of the whole deployment, watts, at least 0.
    tokens_per_second : float or float array
        Of the tokens that bear it, above 0.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> energy_per_token_j(700.0, 2000.0)
    0.35
    """
    _at_least_zero("power_w", power_w)
    if not bool((np.asarray(tokens_per_second) > 0).all()):
        raise InputError(f"tokens_per_second must be above 0, got {tokens_per_second!r}")
    return power_w / tokens_per_second


def incremental_energy_j(
    power_w: tuple[float, float], tokens_per_second: tuple[float, float]
) -> float | None:
    """Return what a token more takes between two levels, (P2 - P1) / (X2 - X1), joules.

    Parameters
    ----------
    power_w, tokens_per_second : tuple of float
        At the lower level and at the higher one.

    Returns
    -------
    float or None
        ``None`` where the higher level yields no more tokens.

    Examples
    --------
    >>> incremental_energy_j((350.0, 400.0), (1000.0, 2000.0))
    0.05
    """
    more = tokens_per_second[1] - tokens_per_second[0]
    return (power_w[1] - power_w[0]) / more if more > 0 else None


def kilowatt_hours(joules: Any) -> Any:  # noqa: ANN401 - number or array
    """Return joules in kWh.

    Examples
    --------
    >>> kilowatt_hours(0.36 * 1e6)  # a million tokens of 0.36 J
    0.1
    """
    return joules / JOULES_PER_KWH


def carbon_g(joules: Any, grams_per_kwh: Any) -> Any:  # noqa: ANN401 - number or array
    """Return the carbon of electricity, gCO2e: operational and location-based, nothing embodied.

    Parameters
    ----------
    joules : float or float array
        At the facility's boundary.
    grams_per_kwh : float or float array
        Of the grid, gCO2e per kWh, at least 0.

    Examples
    --------
    >>> carbon_g(0.36 * 1e6, 350.0)
    35.0
    """
    _at_least_zero("grams_per_kwh", grams_per_kwh)
    return kilowatt_hours(joules) * grams_per_kwh


def _at_least_zero(name: str, value: Any) -> None:  # noqa: ANN401
    array = np.asarray(value, dtype=np.float64)
    if not bool((array >= 0).all()):
        raise InputError(f"{name} must be at least 0, got {value!r}")
