"""Whether incremental cost falls: a test of the exponent g of t(b) = a + k b^g against 1."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from isocost.economics.forms import POWER
from isocost.economics.technology import StepTime, fit_step_time, step_time

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ExponentFit", "affine_statistic", "curve_with", "exponent_interval", "least_squares_at"]

_LOGITS = 14.0
_ZOOMS = 5
_GRID = 120


class ExponentFit(NamedTuple):
    """Fits of t(b) with the exponent free and with it at 1, one row a sweep.

    Parameters
    ----------
    exponent : float array, shape (m,)
        g, free.
    free, affine : float array, shape (m,)
        Sums of squared log errors with g free and with g = 1; free is at most affine.
    """

    exponent: FloatArray
    free: FloatArray
    affine: FloatArray


def affine_statistic(concurrency: FloatArray, step_time_s: FloatArray) -> ExponentFit:
    """Fit t(b) = a + k b^g to each row with g free and with g = 1.

    The root of what g = 1 costs in squares, over the standard deviation of the errors, is close to Student's
    t where g = 1 is true, also where a and k are near their bounds: the size of the one-sided test at 5 % is
    1 to 5 % in simulation (the delta method's standard error of g finds too much).

    Parameters
    ----------
    concurrency : float array, shape (n,)
        Above 0, at least three different ones; one entry a run.
    step_time_s : float array, shape (m, n)
        Seconds per step, above 0.

    Returns
    -------
    ExponentFit

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> fit = affine_statistic(b, np.array([0.02 + 0.003 * b**0.5]))
    >>> round(float(fit.exponent[0]), 3), bool(fit.affine[0] > 100 * fit.free[0])
    (0.5, True)
    """
    levels, steps = np.asarray(concurrency, dtype=np.float64), np.asarray(step_time_s, dtype=np.float64)
    exponent, slope, fixed = _columns(fit_step_time(levels, steps))
    modelled = step_time(levels[None, :], StepTime(fixed, slope, exponent))
    affine, _ = least_squares_at(levels, steps, np.ones(len(steps)))
    free = ((np.log(steps) - np.log(modelled)) ** 2).sum(axis=1)
    return ExponentFit(exponent[:, 0], np.minimum(free, affine), affine)


def _columns(fitted: StepTime) -> tuple[FloatArray, FloatArray, FloatArray]:
    return fitted.exponent[:, None], fitted.slope_s[:, None], fitted.fixed_s[:, None]


def least_squares_at(
    concurrency: FloatArray, step_time_s: FloatArray, exponent: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the least sum of squared log errors of t(b) = a + k b^g at a given g, and the share of k b^g.

    The curve is s ((1 - w) + w u^g), u = b over the geometric mean of b; the best s is a mean, and the best w
    in [0, 1] is found by zooming in on a grid of its logit.

    Parameters
    ----------
    concurrency : float array, shape (n,)
    step_time_s : float array, shape (m, n)
    exponent : float array, shape (m,)

    Returns
    -------
    tuple of float array, shape (m,)
        Sums, and shares w.

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0])
    >>> sums, shares = least_squares_at(b, np.array([1.0 + b]), np.array([1.0]))
    >>> bool(sums[0] < 1e-9), round(float(shares[0]), 3)  # u = b / 2: 1 + 2 u = 3 (1/3 + 2/3 u)
    (True, 0.667)
    """
    log_u = np.log(concurrency) - np.log(concurrency).mean()
    centred = np.log(step_time_s) - np.log(step_time_s).mean(axis=1, keepdims=True)
    power = np.exp(exponent[:, None] * log_u)[:, None, :]
    rows = np.arange(len(centred))

    def sums(shares: FloatArray) -> FloatArray:
        shape = np.log((1 - shares)[..., None] + shares[..., None] * power)
        shape -= shape.mean(axis=2, keepdims=True)
        return np.asarray(((centred[:, None, :] - shape) ** 2).sum(axis=2))

    logits, width = np.tile(np.linspace(-_LOGITS, _LOGITS, 57), (len(centred), 1)), 0.5
    shares = np.zeros_like(logits)
    for _ in range(_ZOOMS):
        shares = 1 / (1 + np.exp(-logits))
        middle = logits[rows, sums(shares).argmin(axis=1)]
        logits = middle[:, None] + width * np.linspace(-1, 1, 21)
        width /= 8
    candidates = np.column_stack([1 / (1 + np.exp(-middle)), np.zeros(len(centred)), np.ones(len(centred))])
    found = sums(candidates)
    best = found.argmin(axis=1)
    return found[rows, best], candidates[rows, best]


def curve_with(concurrency: FloatArray, step_time_s: FloatArray, exponent: float) -> FloatArray:
    """Return the curve a + k b^g nearest to a sweep at a given g, up to a factor, shape (n,).

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0])
    >>> curve = curve_with(b, 1.0 + b, 1.0)
    >>> [round(float(t), 3) for t in curve / curve[0]]
    [1.0, 1.5, 2.5]
    """
    _, share = least_squares_at(concurrency, step_time_s[None, :], np.array([exponent]))
    power = np.exp(exponent * (np.log(concurrency) - np.log(concurrency).mean()))
    return np.asarray((1 - share[0]) + share[0] * power)


def exponent_interval(
    concurrency: FloatArray, step_time_s: FloatArray, *, exponent: float, allowed: float
) -> tuple[float, float]:
    """Return the exponents at which the sum of squares stays below `allowed`: the profile interval.

    Parameters
    ----------
    concurrency, step_time_s : float array, shape (n,)
    exponent : float
        The best one.
    allowed : float
        Sum of squared log errors.

    Returns
    -------
    tuple of float
        Within 0.05 to 4; an end at either bound means that it is open.

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> low, high = exponent_interval(b, 0.02 + 0.003 * b**0.5, exponent=0.5, allowed=1e-4)
    >>> bool(0.35 < low < 0.45 < 0.55 < high < 0.65)
    True
    """
    ends = []
    for bound in POWER.bounds[1]:
        near, far = exponent, bound
        for _ in range(3):
            grid = np.geomspace(near, far, _GRID // 3) if near != far else np.array([near, far])
            steps = np.broadcast_to(step_time_s, (len(grid), len(step_time_s)))
            outside = least_squares_at(concurrency, steps, grid)[0] > allowed
            outside[0] = False
            if not outside.any():
                near = far
                break
            first = int(outside.argmax())
            near, far = float(grid[first - 1]), float(grid[first])
        ends.append(near)
    return min(ends[0], exponent), max(ends[1], exponent)
