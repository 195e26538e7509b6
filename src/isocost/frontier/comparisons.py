"""Who dominates whom beyond the error of measurement: decisions with a bounded chance of being wrong."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["DominanceTests", "dominance_tests"]


class DominanceTests(NamedTuple):
    """Tests for each unit; each of shape (n,).

    Parameters
    ----------
    member : float array
        p-value of "some other unit dominates it"; small: it is on the frontier.
    dominated : float array
        p-value of "no other unit dominates it"; small: it is dominated.
    by : int array
        The unit that dominates it most surely.
    """

    member: FloatArray
    dominated: FloatArray
    by: IntArray


def dominance_tests(gains: FloatArray, errors: FloatArray, *, degrees: int | None = None) -> DominanceTests:
    r"""Compare each unit with all others, on all axes at once, by paired differences.

    *On the frontier*: of every other unit it must be shown that this one beats it on some axis. An
    intersection-union test: the largest p-value over rivals is one for all of them (Berger, Technometrics
    24, 1982, doi:10.1080/00401706.1982.10487790), and for one rival Bonferroni over the d axes. In the
    manner of Hsu's comparisons with the best, but for several axes. *Dominated*: one rival must be shown to
    be better on every axis (the largest p-value over axes), Bonferroni over the n - 1 rivals. Whatever the
    true values, each statement is false with a chance of at most its p-value's level, if errors are normal.
    Errors that units share cancel in the differences.

    Parameters
    ----------
    gains : float array, shape (n, d)
        What was measured, turned so that more is better.
    errors : float array, shape (draws, n, d)
        Joint draws of gains, in any order about any centre.
    degrees : int, optional
        Degrees of freedom of the scale of the errors; by default it is taken as known.

    Returns
    -------
    DominanceTests

    Examples
    --------
    The second is 10 standard errors behind the first on both axes.

    >>> rng = np.random.default_rng(0)
    >>> gains = np.array([[1.0, 1.0], [0.0, 0.0]])
    >>> found = dominance_tests(gains, gains + rng.normal(0, 0.0707, (4000, 2, 2)))
    >>> [bool(p < 0.001) for p in found.member], [bool(p < 0.001) for p in found.dominated]
    ([True, False], [False, True])
    """
    count, axes = gains.shape
    member, dominated, by = np.zeros(count), np.ones(count), np.zeros(count, dtype=np.intp)
    for i in range(count):
        ahead = gains[i] - gains
        scale = (errors[:, i, None, :] - errors).std(axis=0)
        better, worse = _tails(ahead, scale, degrees)
        rivals = np.arange(count) != i
        if not rivals.any():
            continue
        # equal for sure on an axis: no evidence for either, and no obstacle to being dominated on the others
        equal = (scale == 0) & (ahead == 0)
        same = equal.all(axis=1)
        against = np.where(same, 0.0, np.minimum(axes * better.min(axis=1), 1.0))
        behind = np.where(same, 1.0, np.where(equal, 0.0, worse).max(axis=1))
        behind[i] = np.inf
        member[i] = against[rivals].max()
        by[i] = int(behind.argmin())
        dominated[i] = min(1.0, (count - 1) * float(behind.min()))
    return DominanceTests(member, dominated, by)


def _tails(ahead: FloatArray, scale: FloatArray, degrees: int | None) -> tuple[FloatArray, FloatArray]:
    """p-values of "not better" and "not worse" on each axis."""
    from scipy.special import ndtr, stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(scale > 0, ahead / scale, np.where(ahead == 0, 0.0, np.sign(ahead) * np.inf))
    if degrees is None:
        return np.asarray(ndtr(-z)), np.asarray(ndtr(z))
    return np.asarray(stdtr(degrees, -z)), np.asarray(stdtr(degrees, z))
