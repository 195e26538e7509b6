"""The tile of the prefill staircase, from the profile itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.runtime.form import form_of, warped
from isocost.statistics.batch_means import student_quantile

if TYPE_CHECKING:
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["TILES", "Tile", "estimated_tile", "require_tile"]

Tile = int | Literal["estimate"] | None
"""Tokens of a tile; ``None``: prefill is piecewise linear in p."""

TILES = (16, 32, 64, 128, 256, 512)
"""Tiles that kernels have."""

_LEAST_GAIN = 0.25
_FEWEST_SIZES = 6


def estimated_tile(rows: ProfileRows) -> int | None:
    """Choose the tile by held-out error: each inner prompt size is interpolated from its neighbours.

    A tile must lower the mean relative error of linear interpolation by a quarter, by more than chance
    (Student's t on the differences, one-sided 5 %).

    Parameters
    ----------
    rows : ProfileRows

    Returns
    -------
    int or None
        Of `TILES`; ``None`` when the data contradict a staircase or cannot tell: fewer than six inner sizes.
    """
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything)
    inner = len(form.knots) - 2
    estimator = form.estimator(rows, everything) if inner >= _FEWEST_SIZES else None
    if estimator is None:
        return None
    alpha = form.coefficients(estimator, rows.times[None])[0, : len(form.knots)]
    plain = _interpolation_errors(form.knots, alpha, None)
    errors = {tile: _interpolation_errors(form.knots, alpha, tile) for tile in TILES}
    best = min(TILES, key=lambda tile: float(errors[tile].mean()))
    gain = plain - errors[best]
    noise = float(gain.std(ddof=1)) / inner**0.5
    certain = gain.mean() > student_quantile(0.90, inner - 1) * noise
    return best if certain and gain.mean() >= _LEAST_GAIN * plain.mean() else None


def require_tile(tile: Tile) -> None:
    """Refuse what is no tile.

    Raises
    ------
    InputError

    Examples
    --------
    >>> require_tile(128)
    """
    if isinstance(tile, int) and tile < 2:
        raise InputError(f"a tile of the prefill staircase has at least 2 tokens, such as 128, got {tile}")


def _interpolation_errors(knots: FloatArray, alpha: FloatArray, tile: int | None) -> FloatArray:
    """Return relative errors of each inner knot's alpha from its neighbours', shape (k - 2,)."""
    axis = warped(knots, tile)
    share = (axis[1:-1] - axis[:-2]) / (axis[2:] - axis[:-2])
    return np.asarray(np.abs(((1 - share) * alpha[:-2] + share * alpha[2:]) / alpha[1:-1] - 1))
