"""Draws of assumptions over their ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import DRAWS, Draws, generator

if TYPE_CHECKING:
    from isocost.core.assumed import Assumed

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["assumed_draws", "quantiles_of"]

_TAIL = 0.025


def quantiles_of(assumed: Assumed, shares: FloatArray) -> FloatArray:
    """Return the values below which the given shares of an assumption's distribution lie.

    Parameters
    ----------
    assumed : Assumed
        Uniform over its range, triangular with its value as the most likely one, or the middle 95 % of a
        log-normal, which may reach farther to one side of its value than to the other.
    shares : float array
        In [0, 1], any shape.

    Returns
    -------
    float array
        Of the same shape; the value throughout when the assumption is exact.

    Raises
    ------
    InputError
        If a share is out of range.

    Examples
    --------
    >>> from isocost.core.assumed import Assumed
    >>> load = Assumed(value=0.5, low=0.0, high=1.0, unit="1", source="assumption", date="")
    >>> quantiles_of(load, np.array([0.0, 0.125, 0.5, 1.0]))
    array([0.  , 0.25, 0.5 , 1.  ])
    """
    if not bool(((shares >= 0) & (shares <= 1)).all()):
        raise InputError("shares of a distribution must lie between 0 and 1")
    low, high = assumed.ends
    if assumed.is_exact:
        return np.full(shares.shape, assumed.value)
    if assumed.shape == "uniform":
        return low + shares * (high - low)
    if assumed.shape == "log-normal":
        return _middle_of_log_normal(assumed, shares)
    width, rise, fall = high - low, assumed.value - low, high - assumed.value
    rising = low + np.sqrt(shares * width * rise)
    falling = high - np.sqrt((1 - shares) * width * fall)
    return np.where(shares * width < rise, rising, falling)


def _middle_of_log_normal(assumed: Assumed, shares: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    low, high = assumed.ends
    reach = ndtri(_TAIL + (1 - 2 * _TAIL) * shares) / -ndtri(_TAIL)  # -1 at the lower end, 1 at the upper
    side = np.where(reach < 0, np.log(assumed.value / low), np.log(high / assumed.value))
    return np.asarray(assumed.value * np.exp(reach * side))


def assumed_draws(name: str, assumed: Assumed, *, seed: int, size: int = DRAWS) -> Draws:
    """Draw an assumption over its range.

    The same assumption, by name, source, date and range, gets the same draws under the same seed wherever
    it is used, so that two costs that share it are compared jointly.

    Parameters
    ----------
    name : str
        What it is of, such as ``"electricity"``.
    assumed : Assumed
    seed : int
    size : int
        Number of draws, at least 1.

    Returns
    -------
    Draws
        Kind ``"assumed"``, or ``"published"`` for an exact number that was read.

    Examples
    --------
    >>> from isocost.core.assumed import Assumed
    >>> pue = Assumed(value=1.5, low=1.2, high=1.8, unit="1", source="assumption", date="")
    >>> draws = assumed_draws("pue", pue, seed=0)
    >>> bool((draws.samples >= 1.2).all() and (draws.samples <= 1.8).all()), draws.method
    (True, 'triangular on [1.2, 1.8]')
    """
    low, high = assumed.ends
    stream = f"{name}: {assumed.source}, {assumed.date}, {low!r}, {assumed.value!r}, {high!r}"
    exact = assumed.is_exact
    return Draws(
        value=assumed.value,
        samples=quantiles_of(assumed, generator(seed, stream).random(size)),
        unit=assumed.unit,
        kind="published" if exact and assumed.published else "assumed",
        method="as given" if exact else f"{assumed.shape} on [{low:g}, {high:g}]",
        source=", ".join(part for part in (assumed.source, assumed.date) if part),
    )
