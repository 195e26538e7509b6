"""How much each row of a profile counts, and what noise its time has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.runtime.noise import repeat_noise, residual_noise

if TYPE_CHECKING:
    from isocost.runtime.form import Form
    from isocost.runtime.noise import Noise
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["FEWEST_SPARE", "weighted_estimator"]

FEWEST_SPARE = 2
"""Residuals of fewer spare rows than these say too little about noise: Student's t would be 13 wide."""

_FAR = 5.0
_LEAST_FREE = 1e-6
_LEAST_NOISE = 1e-6


def weighted_estimator(form: Form, rows: ProfileRows) -> tuple[FloatArray | None, Noise | None]:
    """Return the matrix from the rows' times to coefficients, and the noise of those times.

    Rows weigh by the reciprocal of their variance: relative to the *fitted* time, because weights from noisy
    times would favour rows that came out short, and with the variance of rounding. Without repeats, noise is
    told by residuals, and rows that lie far from the fit to the others count nothing.

    Returns
    -------
    float array, shape (k + 3, rows), or None
        ``None`` when the rows cannot identify all terms.
    Noise or None
        ``None`` when there are neither repeats nor at least two rows to spare.
    """
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    first = form.estimator(rows, everything)
    if first is None:
        return None, None
    design = form.row_design(rows, everything)
    spare = len(design) - form.size
    noise = repeat_noise(rows)
    if noise is not None:
        return _by_repeats(form, rows, first, noise), noise
    if spare < FEWEST_SPARE:
        return first, None
    keep = _near(form, rows, design) if spare > form.size else everything
    return _by_residuals(form, rows, design, keep)


def _by_repeats(form: Form, rows: ProfileRows, estimator: FloatArray, noise: Noise) -> FloatArray:
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    design = form.row_design(rows, everything)
    common = max(float(noise.relative[noise.group == 0][0]), _LEAST_NOISE)
    for _ in range(2):
        fitted = _positive(design @ (estimator @ rows.times), rows.times)
        variance = (common * fitted) ** 2 / noise.counts + rows.resolution_s**2 / 12
        found = form.estimator(rows, everything, weights=variance**-0.5)
        estimator = estimator if found is None else found
    return estimator


def _by_residuals(
    form: Form, rows: ProfileRows, design: FloatArray, keep: BoolArray
) -> tuple[FloatArray | None, Noise | None]:
    """Fit by weights that follow from the fit, with the noise that its residuals tell."""
    spare = int(keep.sum()) - form.size
    weights, noise = 1 / rows.times, None
    estimator = None
    for _ in range(4):
        part = form.estimator(rows, keep, weights=weights[keep])
        if part is None:
            break
        estimator = np.zeros((len(part), len(keep)))
        estimator[:, keep] = part
        raw = design @ (estimator @ rows.times)
        fitted = _positive(raw, rows.times)
        noise = residual_noise(rows, np.where(keep, rows.times - raw, 0.0), fitted, spare)
        weights = np.maximum(noise.variance_s2(fitted), (_LEAST_NOISE * fitted) ** 2) ** -0.5
    return estimator, noise


def _near(form: Form, rows: ProfileRows, design: FloatArray) -> BoolArray:
    """Tell which rows do not lie far from the fit to the others.

    The worst row of each prompt size goes, and the fit is made again, until no row's residual exceeds five
    robust standard deviations of what its leverage leaves of it.
    """
    keep = np.ones(len(rows.cell), dtype=np.bool_)
    weights = 1 / rows.times
    while True:
        part = form.estimator(rows, keep, weights=weights[keep])
        if part is None or keep.sum() <= 2 * form.size:
            return np.ones(len(rows.cell), dtype=np.bool_)
        raw = design @ (part @ rows.times[keep])
        weights = 1 / _positive(raw, rows.times)
        free = 1 - np.einsum("ij,ji->i", design[keep], part)
        apart = np.abs(rows.times - raw)[keep] * weights[keep] / np.sqrt(np.maximum(free, _LEAST_FREE))
        limit = _FAR * 1.4826 * float(np.median(apart)) + rows.resolution_s * weights[keep]
        worst = _worst_of_each(np.where(apart > limit, apart, 0.0), rows.input_tokens[keep])
        if not len(worst):
            return keep
        keep[np.flatnonzero(keep)[worst]] = False


def _worst_of_each(apart: FloatArray, prompts: FloatArray) -> list[int]:
    """Return the place of the largest value of each prompt size, where it is above 0."""
    sizes = [np.flatnonzero(prompts == size) for size in np.unique(prompts)]
    tops = [int(members[np.argmax(apart[members])]) for members in sizes]
    return [top for top in tops if apart[top] > 0]


def _positive(fitted: FloatArray, times: FloatArray) -> FloatArray:
    return np.where(fitted > 0, fitted, times)
