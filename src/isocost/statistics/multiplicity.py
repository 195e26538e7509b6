"""Many tests at once: p-values adjusted so that the share, or the number, of false finds is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["benjamini_hochberg", "holm"]


def holm(p_values: Sequence[float]) -> FloatArray:
    """Adjust p-values so that the chance of *any* false find is at most the level, however they depend.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979).

    Parameters
    ----------
    p_values : sequence of float
        In [0, 1]; may be empty.

    Returns
    -------
    float array, shape (n,)
        In the order given; find what is below the level.

    Raises
    ------
    InputError
        If a p-value is not in [0, 1].

    Examples
    --------
    >>> [round(float(p), 6) for p in holm([0.01, 0.04, 0.02])]
    [0.03, 0.04, 0.04]
    """
    raw, order = _sorted(p_values)
    steps = raw[order] * np.arange(len(raw), 0, -1)
    return _placed(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def benjamini_hochberg(p_values: Sequence[float]) -> FloatArray:
    """Adjust p-values so that the expected *share* of false finds among all finds is at most the level.

    Benjamini and Hochberg (Journal of the Royal Statistical Society B 57, 1995); it holds for tests that
    are independent or depend positively, as sweeps of one model do.

    Parameters
    ----------
    p_values : sequence of float
        In [0, 1]; may be empty.

    Returns
    -------
    float array, shape (n,)
        In the order given; find what is below the level.

    Raises
    ------
    InputError
        If a p-value is not in [0, 1].

    Examples
    --------
    >>> [round(float(p), 6) for p in benjamini_hochberg([0.01, 0.04, 0.02])]
    [0.03, 0.04, 0.03]
    """
    raw, order = _sorted(p_values)
    steps = raw[order] * len(raw) / np.arange(1, len(raw) + 1)
    return _placed(np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0), order)


def _sorted(p_values: Sequence[float]) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.intp]]]:
    raw = np.asarray(p_values, dtype=np.float64)
    if not bool(((raw >= 0) & (raw <= 1)).all()):
        raise InputError(f"p-values must be between 0 and 1, got {list(p_values)!r}")
    return raw, np.argsort(raw, kind="stable")


def _placed(adjusted: FloatArray, order: np.ndarray[Any, np.dtype[np.intp]]) -> FloatArray:
    placed = np.empty_like(adjusted)
    placed[order] = adjusted
    return placed
