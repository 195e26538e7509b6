"""Joint draws of the coefficients of T(p, o), and how far prefill may be off between profiled sizes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.runtime.form import warped
from isocost.statistics.batch_means import student_quantile

if TYPE_CHECKING:
    from isocost.runtime.form import Form
    from isocost.runtime.noise import Noise
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["DRAWS_OF_FIT", "between_knots", "coefficient_draws"]

DRAWS_OF_FIT = 2000
_MISFIT_BY_CHANCE = 0.05
_DRAWS_OF_ERRORS = 400
_NORMAL_95 = 1.959964


def coefficient_draws(
    form: Form,
    rows: ProfileRows,
    estimator: FloatArray,
    noise: Noise | None,
    rng: np.random.Generator,
    *,
    draws: int = DRAWS_OF_FIT,
) -> FloatArray:
    """Return the point estimate, and below it draws if repeats or residuals tell the noise."""
    times = rows.times
    point = form.coefficients(estimator, times[None])
    if noise is None:
        return point
    disturbed = noise.disturbances_s(rows, times, draws, rng)
    if noise.from_repeats:
        design = form.row_design(rows, np.ones(len(times), dtype=np.bool_))
        spare = len(times) - len(np.unique(rows.input_tokens)) - 1 - len(form.terms)
        misfit = _misfit_share(design, estimator, times, disturbed, spare)
        disturbed = disturbed + times * misfit * rng.standard_normal(disturbed.shape)
    return np.concatenate([point, form.coefficients(estimator, times + disturbed)])


def _misfit_share(
    design: FloatArray, estimator: FloatArray, times: FloatArray, disturbed: FloatArray, spare: int
) -> float:
    """Return the relative standard deviation of the form's misfit; 0 where noise explains the residuals."""
    if spare < 1:
        return 0.0
    residuals = np.concatenate([times[None], disturbed])
    residuals -= residuals @ (design @ estimator).T
    squares = ((residuals / times) ** 2).sum(axis=1)
    if np.mean(squares[1:] >= squares[0]) > _MISFIT_BY_CHANCE:
        return 0.0
    return math.sqrt(max(float(squares[0] - squares[1:].mean()), 0.0) / spare)


def between_knots(
    form: Form, rows: ProfileRows, estimator: FloatArray, noise: Noise | None, rng: np.random.Generator
) -> float | None:
    """Return the relative standard error of prefill half-way between profiled prompt sizes.

    Each inner size is interpolated from its neighbours, which lie twice as far as they would between sizes;
    that is not taken off again, because on a staircase the error does not fall with the distance. What
    scatter explains of these errors is taken off; what rounding explains stays.

    Returns
    -------
    float or None
        ``None`` with fewer than three sizes.
    """
    profiled = np.isin(form.knots, rows.input_tokens)
    if profiled.sum() < 3:
        return None
    times = rows.times
    errors = _interpolation_errors(form, profiled, form.coefficients(estimator, times[None]))
    square, scatter = float((errors**2).mean()), 0.0
    if noise is not None:
        disturbed = replace(noise, resolution_s=0.0).disturbances_s(rows, times, _DRAWS_OF_ERRORS, rng)
        around = (
            _interpolation_errors(form, profiled, form.coefficients(estimator, times + disturbed)) - errors
        )
        scatter = float((around**2).mean())
    if square <= scatter:
        return 0.0
    return _half_width(errors[0]) / _NORMAL_95 * math.sqrt(1 - scatter / square)


def _interpolation_errors(form: Form, profiled: BoolArray, draws: FloatArray) -> FloatArray:
    """Return the relative error at each inner profiled size as it would be half-way, shape (n, k - 2)."""
    alpha, axis = draws[:, : len(form.knots)][:, profiled], warped(form.knots[profiled], form.tile_tokens)
    share = (axis[1:-1] - axis[:-2]) / (axis[2:] - axis[:-2])
    told = (1 - share) * alpha[:, :-2] + share * alpha[:, 2:]
    return np.asarray((told / alpha[:, 1:-1] - 1) / (4 * share * (1 - share)))


def _half_width(errors: FloatArray) -> float:
    """Return what 95 % of further errors stay within: a conformal quantile, or Student's t where too few."""
    count = len(errors)
    place = math.ceil(0.95 * (count + 1))
    if place <= count:
        return float(np.sort(np.abs(errors))[place - 1])
    return student_quantile(0.95, count) * math.sqrt(float((errors**2).mean()) * (1 + 1 / count))
