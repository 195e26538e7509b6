"""How far the times of a profile may be from the truth: scatter of repeats, mood of blocks, rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["Noise", "relative_noise", "repeat_noise", "residual_noise", "rounding_left"]

_ODD_ROW = 0.05
_PARTS = 4
_LEAST_DEGREES = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Noise in the times of a profile.

    Parameters
    ----------
    relative : float array, shape (rows,)
        Standard deviation of one repeat over its expectation, rounding apart.
    group : int array, shape (rows,)
        Rows of one group share one estimate of it.
    degrees : float array, shape (groups,)
        Degrees of freedom behind it.
    counts : float array, shape (rows,)
        Repeats behind each row.
    mood_share, mood_degrees : float
        Share of that variance that the repeats of one block have in common; its degrees of freedom.
    correlation : float array, shape (4, 4)
        Between the parts of one request, see `ProfileRows`.
    resolution_s : float
        Step to which times were rounded; 0: none.
    from_repeats : bool
        Whether repeats tell it, or the residuals of a fit.
    """

    relative: FloatArray
    group: IntArray
    degrees: FloatArray
    counts: FloatArray
    mood_share: float
    mood_degrees: float
    correlation: FloatArray
    resolution_s: float
    from_repeats: bool

    def variance_s2(self, times_s: FloatArray) -> FloatArray:
        """Return the variance of each row's time, seconds squared, from noise and rounding."""
        single = self.relative * times_s
        hidden = rounding_left(single, self.resolution_s)
        shown = single**2 + self.resolution_s**2 / 12 * (1 - hidden)
        return np.asarray(shown / self.counts + self.resolution_s**2 / 12 * hidden)

    def disturbances_s(
        self, rows: ProfileRows, times_s: FloatArray, draws: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return draws of what noise did to the times of the rows, seconds, shape (draws, rows).

        Scatter is normal over the root of chi-squared, so that intervals are as wide as Student's t has them.
        """
        single = self.relative * times_s
        hidden = rounding_left(single, self.resolution_s)
        shown = (1 - self.mood_share) * single**2 + self.resolution_s**2 / 12 * (1 - hidden)
        spread = np.sqrt(shown / self.counts)
        doubt = np.sqrt(self.degrees / rng.chisquare(self.degrees, (draws, len(self.degrees))))
        own = self._scatter(rows, draws, rng) * spread * doubt[:, self.group]
        rounding = np.sqrt(hidden) * self.resolution_s * rng.uniform(-0.5, 0.5, (draws, len(times_s)))
        return np.asarray(own + rounding + self._mood(rows, single, draws, rng))

    def _scatter(self, rows: ProfileRows, draws: int, rng: np.random.Generator) -> FloatArray:
        if rows.direct.all():
            return rng.standard_normal((draws, len(rows.cell)))
        root = np.linalg.cholesky(self.correlation)
        requests = rng.standard_normal((draws, int(rows.cell.max()) + 1, _PARTS)) @ root.T
        return np.asarray(requests[:, rows.cell, rows.part])

    def _mood(
        self, rows: ProfileRows, single_s: FloatArray, draws: int, rng: np.random.Generator
    ) -> FloatArray:
        if self.mood_share == 0:
            return np.zeros((draws, len(single_s)))
        doubt = np.sqrt(self.mood_degrees / rng.chisquare(self.mood_degrees, (draws, 1)))
        shared = rng.standard_normal((draws, 1)) * (self.mood_share / rows.blocks) ** 0.5 * doubt
        return np.asarray(shared * single_s)


def rounding_left(spread_s: FloatArray, resolution: float) -> FloatArray:
    """Return the share of the variance of rounding that averaging over repeats cannot take away.

    Without noise all of it: each repeat is rounded alike. Noise of a third of the step or more shakes it off:
    the Fourier series of the bias of a rounded normal value has the terms
    ``exp(-2 (pi k sigma / q)**2) / k``.

    Examples
    --------
    >>> rounding_left(np.array([0.0, 0.1, 0.3]), 1.0).round(3).tolist()
    [1.0, 0.452, 0.018]
    """
    if resolution == 0:
        return np.zeros(len(spread_s))
    order = np.arange(1.0, 31.0)
    weights = order**-2 / (order**-2).sum()
    falls = np.exp(-((2 * np.pi * order * (spread_s / resolution)[:, None]) ** 2))
    return np.asarray(falls @ weights)


def relative_noise(
    squares_s2: FloatArray, times_s: FloatArray, degrees: FloatArray, resolution: float, *, averaged: bool
) -> tuple[float, float]:
    """Return the relative standard deviation that explains sums of squares together with rounding.

    Sets the sum of ``squares - degrees (r**2 times**2 + shown)`` to 0 by bisection for r, rows weighted by
    ``r**2 times**2 / (r**2 times**2 + q**2 / 12)**2``, where q is the step of rounding and ``shown`` what the
    squares show of it; r is 0 where rounding alone explains them.

    Parameters
    ----------
    squares_s2, times_s, degrees : float arrays, shape (rows,)
        Sums of squared deviations, the times from which they are deviations, and their degrees of freedom.
    resolution : float
        Step of rounding, seconds; 0: none.
    averaged : bool
        Whether deviations are between repeats of a row, which do not show what is common to them.

    Returns
    -------
    float
        A fraction.
    float
        Its degrees of freedom: fewer than were given where rounding hides the noise of short times.

    Examples
    --------
    >>> found = relative_noise(np.array([0.01, 0.04]), np.array([1.0, 2.0]), np.ones(2), 0.0, averaged=True)
    >>> [round(each, 6) for each in found]
    [0.1, 2.0]
    """
    rounding = resolution**2 / 12
    single = squares_s2 / times_s**2
    if rounding == 0:
        return float(single.sum() / degrees.sum()) ** 0.5, float(degrees.sum())
    low, high = 0.0, float((single / np.maximum(degrees, _LEAST_DEGREES)).max())
    if high > 0:
        for _ in range(50):
            middle = (low + high) / 2
            single = middle * times_s**2
            hidden = rounding_left(np.sqrt(single), resolution) if averaged else np.zeros(len(single))
            excess = squares_s2 - degrees * (single + rounding * (1 - hidden))
            weight = single / (single + rounding) ** 2
            low, high = (middle, high) if float((excess * weight).sum()) > 0 else (low, middle)
    if high == 0:
        return 0.0, float(degrees.sum())
    shares = high * times_s**2 / (high * times_s**2 + rounding)
    return high**0.5, max(float((shares * degrees).sum() ** 2 / (shares**2 * degrees).sum()), 1.0)


def residual_noise(rows: ProfileRows, residuals_s: FloatArray, fitted_s: FloatArray, spare: int) -> Noise:
    """Return the noise that the residuals of a fit tell, where there are no repeats.

    Parameters
    ----------
    rows : ProfileRows
    residuals_s, fitted_s : float arrays, shape (rows,)
        Residuals are 0 where a row was set aside.
    spare : int
        Rows in use less coefficients, above 0.
    """
    count = len(fitted_s)
    shares = np.full(count, spare / count)
    found, degrees = relative_noise(residuals_s**2, fitted_s, shares, rows.resolution_s, averaged=False)
    return Noise(
        relative=np.full(count, found),
        group=np.zeros(count, dtype=np.int64),
        degrees=np.array([degrees]),
        counts=np.ones(count),
        mood_share=0.0,
        mood_degrees=1.0,
        correlation=np.eye(_PARTS),
        resolution_s=rows.resolution_s,
        from_repeats=False,
    )


def repeat_noise(rows: ProfileRows) -> Noise | None:
    """Return the noise that repeats tell, pooled over the rows of each part of a request.

    A row whose variance exceeds that of the others together by more than the 95 % quantile of F keeps its
    own. What repeats of one block have in common is the excess of the variance between blocks.

    Returns
    -------
    Noise or None
        ``None`` where some part was timed once only.
    """
    times, counts = rows.times, rows.counts
    squares = np.nansum((rows.drawn_in - times) ** 2, axis=0)
    spare = np.maximum(counts - 1, 0).astype(np.float64)
    relative, group = np.zeros(len(times)), np.zeros(len(times), dtype=np.int64)
    degrees: list[float] = []
    for part in range(_PARTS):
        members = np.flatnonzero(rows.part == part)
        if not len(members):
            continue
        for chosen in _alike(squares, times, spare, members, rows.resolution_s):
            if spare[chosen].sum() == 0:
                return None
            relative[chosen], known = relative_noise(
                squares[chosen], times[chosen], spare[chosen], rows.resolution_s, averaged=True
            )
            group[chosen] = len(degrees)
            degrees.append(known)
    scale = np.sqrt((relative * times) ** 2 + rows.resolution_s**2 / 12)
    standard = (rows.drawn_in - times) / np.where(scale > 0, scale, 1.0)
    return Noise(
        relative=relative,
        group=group,
        degrees=np.array(degrees),
        counts=counts.astype(np.float64),
        mood_share=_mood_share(standard[:, rows.direct]),
        mood_degrees=rows.blocks - 1.0,
        correlation=_correlation(standard, rows),
        resolution_s=rows.resolution_s,
        from_repeats=True,
    )


def _alike(
    squares: FloatArray, times: FloatArray, spare: FloatArray, members: IntArray, resolution: float
) -> list[IntArray]:
    """Split rows into those that scatter alike and single ones that plainly scatter more."""
    total = float(spare[members].sum())
    if total == 0:
        return [members]
    pooled, _ = relative_noise(squares[members], times[members], spare[members], resolution, averaged=True)
    noise = (pooled * times[members]) ** 2
    told = noise > resolution**2 / 12  # where rounding hides the noise, rows cannot be compared
    standard = np.where(told, squares[members] / np.where(told, noise + resolution**2 / 12, 1.0), 0.0)
    own, free = standard / np.maximum(spare[members], 1.0), np.where(told, spare[members], 0.0)
    others = free.sum() - free
    rest = np.maximum(standard.sum() - standard, 0.0) / np.maximum(others, 1.0)
    odd = (others >= 1) & (free >= 1) & (own > rest * _f_quantile(free, others))
    if odd.all() or not odd.any():
        return [members]
    return [members[~odd], *(members[[place]] for place in np.flatnonzero(odd))]


def _f_quantile(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    from scipy.special import fdtri

    return np.asarray(fdtri(np.maximum(numerator, 1), np.maximum(denominator, 1), 1 - _ODD_ROW))


def _mood_share(standard: FloatArray) -> float:
    """Return the variance that the rows of a block share, of deviations in single standard deviations."""
    here = ~np.isnan(standard)
    blocks, size = len(standard), here.sum() / len(standard)
    rest = here.sum() - standard.shape[1] - (blocks - 1)
    if blocks < 2 or rest < 1:
        return 0.0
    present = np.maximum(here.sum(axis=1), 1)
    between = float((np.nansum(standard, axis=1) ** 2 / present).sum())
    within = max(float(np.nansum(standard**2)) - between, 0.0) / rest
    return float(min(max(between / (blocks - 1) - within, 0.0) / size, 1.0))


def _correlation(standard: FloatArray, rows: ProfileRows) -> FloatArray:
    """Return how the parts of one request go together, over all cells and blocks."""
    table = np.full((_PARTS, len(standard), int(rows.cell.max()) + 1), np.nan)
    table[rows.part, :, rows.cell] = standard.T
    flat = table.reshape(_PARTS, -1)
    found = np.eye(_PARTS)
    for one in range(_PARTS):
        for other in range(one):
            both = ~np.isnan(flat[one]) & ~np.isnan(flat[other])
            norm = float((flat[one, both] ** 2).sum() * (flat[other, both] ** 2).sum()) ** 0.5
            if norm > 0:
                found[one, other] = found[other, one] = (
                    float((flat[one, both] * flat[other, both]).sum()) / norm
                )
    values, vectors = np.linalg.eigh(found)
    root = vectors * np.sqrt(np.maximum(values, 1e-9))
    whole = root @ root.T
    scale = np.sqrt(np.diag(whole))
    return np.asarray(whole / scale[:, None] / scale)
