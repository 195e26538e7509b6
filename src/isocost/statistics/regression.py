"""Weighted least squares as a linear map, and monotone regression, for many right-hand sides at once."""

from __future__ import annotations

from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["hat_basis", "least_squares_map", "monotone"]


def least_squares_map(design: FloatArray, weights: FloatArray) -> FloatArray | None:
    """Return the matrix that takes observed values to weighted least-squares coefficients.

    With fixed weights the estimator is linear, so that thousands of resampled data sets cost one product.

    Parameters
    ----------
    design : float array, shape (n, k)
    weights : float array, shape (n,)
        Above 0: the reciprocal of each row's standard deviation, up to a common factor.

    Returns
    -------
    float array, shape (k, n), or None
        ``None`` when the rows cannot identify all k coefficients.

    Examples
    --------
    >>> line = least_squares_map(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.ones(3))
    >>> [round(float(c), 6) for c in line @ np.array([1.0, 3.0, 5.0])]
    [1.0, 2.0]
    """
    weighted = design * weights[:, None]
    norms = np.sqrt((weighted**2).sum(axis=0))
    if not (norms > 0).all() or len(design) < design.shape[1]:
        return None
    left, singular, right = np.linalg.svd(weighted / norms, full_matrices=False)
    if singular[-1] < 1e-9 * singular[0]:
        return None
    return np.asarray((right.T / singular) @ left.T * weights / norms[:, None])


def hat_basis(places: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the weights of knot values in piecewise-linear interpolation.

    Below the first knot its value holds; above the last one the last slope goes on.

    Parameters
    ----------
    places : float array, shape (n,)
    knots : float array, shape (k,)
        Strictly rising.

    Returns
    -------
    float array, shape (n, k)
        Rows sum to 1.

    Examples
    --------
    >>> hat_basis(np.array([0.0, 1.5, 4.0]), np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, -1.0, 2.0]]
    """
    basis = np.zeros((len(places), len(knots)))
    if len(knots) == 1:
        return basis + 1.0
    below = np.clip(np.searchsorted(knots, places, side="right") - 1, 0, len(knots) - 2)
    share = np.maximum((places - knots[below]) / (knots[below + 1] - knots[below]), 0.0)
    rows = np.arange(len(places))
    basis[rows, below] = 1 - share
    basis[rows, below + 1] = share
    return basis


def monotone(values: FloatArray) -> FloatArray:
    """Return the nearest non-decreasing values, in least squares, along the last axis.

    The min-max formula of isotonic regression (Robertson, Wright and Dykstra, 1988, theorem 1.4.4):
    the largest over i <= j of the smallest over l >= j of the mean from i to l.

    Parameters
    ----------
    values : float array, shape (..., k)

    Returns
    -------
    float array, shape (..., k)

    Examples
    --------
    >>> monotone(np.array([1.0, 3.0, 2.0, 5.0])).tolist()
    [1.0, 2.5, 2.5, 5.0]
    """
    result = values.copy()
    falls = (np.diff(values, axis=-1) < 0).any(axis=-1)
    some = values[falls]
    count = values.shape[-1]
    found = np.full(some.shape, -np.inf)
    for start in range(count if len(some) else 0):
        means = np.cumsum(some[..., start:], axis=-1) / np.arange(1, count - start + 1)
        least = np.minimum.accumulate(means[..., ::-1], axis=-1)[..., ::-1]
        found[..., start:] = np.maximum(found[..., start:], least)
    result[falls] = found
    return result
