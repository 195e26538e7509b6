"""How much each row of a profile counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.runtime.noise import repeat_noise, residual_noise

if TYPE_CHECKING:
    from isocost.runtime.form import Form
    from isocost.runtime.noise import Noise
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["FEWEST_SPARE", "weighted"]

FEWEST_SPARE = 2
"""Residuals of fewer spare rows than these say too little about noise: Student's t would be 13 wide."""

_FAR = 5.0
_LEAST_FREE = 1e-6
_LEAST_NOISE = 1e-6


def weighted(form: Form, rows: ProfileRows) -> tuple[ProfileRows, Noise | None]:
    """Return the rows with weights that suit their noise, and that noise.

    Rows weigh by the reciprocal of their standard deviation: relative to the *fitted* time, because weights
    from noisy times would favour rows that came out short, and with that of rounding. Without repeats, noise
    is told by residuals, and rows that lie far from the fit to the others weigh 0.

    Returns
    -------
    ProfileRows
        As they were where they cannot identify all terms of the form.
    Noise or None
        ``None`` when there are neither repeats nor at least two rows to spare.
    """
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    noise = repeat_noise(rows)
    spare = len(rows.cell) - form.size
    if form.estimator(rows, everything) is None or (noise is None and spare < FEWEST_SPARE):
        return rows, noise
    if noise is not None:
        return _by_repeats(form, rows, noise), noise
    return _by_residuals(form, _near(form, rows) if spare > form.size else rows)


def _by_repeats(form: Form, rows: ProfileRows, noise: Noise) -> ProfileRows:
    common = max(float(noise.relative[noise.group == 0][0]), _LEAST_NOISE)
    for _ in range(2):
        fitted, _ = _fitted(form, rows)
        variance = fitted**2 / noise.counts * noise.counts.mean() + (rows.resolution_s / common) ** 2 / 12
        rows = replace(rows, weights=_scaled(variance**-0.5, fitted))
    return rows


def _by_residuals(form: Form, rows: ProfileRows) -> tuple[ProfileRows, Noise]:
    """Weigh rows by what follows from the fit, with the noise that its residuals tell."""
    used = rows.weights > 0
    spare = int(used.sum()) - form.size
    for _ in range(4):
        fitted, raw = _fitted(form, rows)
        noise = residual_noise(rows, np.where(used, rows.times - raw, 0.0), fitted, spare)
        variance = np.maximum(noise.variance_s2(fitted), (_LEAST_NOISE * fitted) ** 2)
        rows = replace(rows, weights=_scaled(np.where(used, variance**-0.5, 0.0), fitted))
    return rows, noise


def _near(form: Form, rows: ProfileRows) -> ProfileRows:
    """Give weight 0 to rows that lie far from the fit to the others.

    The worst row of each prompt size goes, and the fit is made again, until no row's residual exceeds five
    robust standard deviations of what its leverage leaves of it.
    """
    before, everything = rows, np.ones(len(rows.cell), dtype=np.bool_)
    design = form.row_design(rows, everything)
    while True:
        used = rows.weights > 0
        estimator = form.estimator(rows, everything)
        if estimator is None or used.sum() <= 2 * form.size:
            return before
        fitted, raw = _fitted(form, rows)
        weights = np.where(used, 1 / fitted, 0.0)
        free = np.maximum(1 - np.einsum("ij,ji->i", design, estimator), _LEAST_FREE)
        apart = np.abs(rows.times - raw) * weights / np.sqrt(free)
        limit = _FAR * 1.4826 * float(np.median(apart[used])) + rows.resolution_s * weights
        worst = _worst_of_each(np.where(apart > limit, apart, 0.0), rows.input_tokens)
        weights[worst] = 0.0
        rows = replace(rows, weights=weights)
        if not worst:
            return rows


def _worst_of_each(apart: FloatArray, prompts: FloatArray) -> list[int]:
    """Return the place of the largest value of each prompt size, where it is above 0."""
    sizes = [np.flatnonzero(prompts == size) for size in np.unique(prompts)]
    tops = [int(members[np.argmax(apart[members])]) for members in sizes]
    return [top for top in tops if apart[top] > 0]


def _fitted(form: Form, rows: ProfileRows) -> tuple[FloatArray, FloatArray]:
    """Return fitted times, the measured ones where those are not above 0, and fitted times as they come."""
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    estimator = form.estimator(rows, everything)
    if estimator is None:
        return rows.times, rows.times
    raw = form.row_design(rows, everything) @ (estimator @ rows.times)
    return np.where(raw > 0, raw, rows.times), raw


def _scaled(weights: FloatArray, fitted: FloatArray) -> FloatArray:
    """Return weights that are 1 / time for the middle row, as a prior takes them to be."""
    used = weights > 0
    return np.asarray(weights / float(np.median((weights * fitted)[used])))
