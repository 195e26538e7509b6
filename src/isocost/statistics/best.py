"""Multiple comparisons with the best: how surely one of several levels is the least."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LEAST_SCALE", "all_above", "confidences_of_least", "confidences_of_least_family"]

LEAST_SCALE = 1e-4
"""Least standard deviation that repeats are believed to have, of logarithms: equal repeats prove nothing."""
_NORMAL_NODES, _CHI_NODES = 80, 60


def confidences_of_least(groups: Sequence[Sequence[float]]) -> list[float]:
    """Return for each group the confidence that its true mean is the least: Hsu's comparisons.

    Hsu (Annals of Statistics 9, 1981; Multiple Comparisons, 1996, chapter 4): group i is the least at
    confidence H(d), with d the least of its standardised distances to the others and H the distribution of
    the largest of that many one-sided t statistics that share group i (Dunnett). Whichever means are true,
    a group that is not the least is given a confidence of 1 - alpha or more in at most a share alpha of all
    samples. Equal means get 1 over their number where the samples agree; all of them together get at most 1.

    Parameters
    ----------
    groups : sequence of sequences of float
        The repeats of each group, of one true variance: such as logarithms of costs. At least one group, two
        repeats in each.

    Returns
    -------
    list of float
        In [0, 1]; a single group gets 1.

    Raises
    ------
    InputError
        If a group has fewer than two repeats.

    Examples
    --------
    >>> [round(c, 3) for c in confidences_of_least([[1.0, 1.1], [1.0, 1.1], [3.0, 3.1]])]
    [0.333, 0.333, 0.0]
    """
    if not groups or min(len(group) for group in groups) < 2:
        raise InputError("comparisons with the best need at least two repeats of each level; measure again")
    if len(groups) == 1:
        return [1.0]
    parts = [np.asarray(group, dtype=np.float64) for group in groups]
    sizes, means = np.array([len(part) for part in parts]), np.array([part.mean() for part in parts])
    degrees = int((sizes - 1).sum())
    squares = float(sum(((part - part.mean()) ** 2).sum() for part in parts))
    scale = max(math.sqrt(squares / degrees), LEAST_SCALE)
    found = []
    for i in range(len(parts)):
        others = np.arange(len(parts)) != i
        errors = np.sqrt(1 / sizes[i] + 1 / sizes[others])
        least = float(((means[others] - means[i]) / (scale * errors)).min())
        found.append(
            all_above(-least * errors, 0.0, own=int(sizes[i]), others=sizes[others], degrees=degrees)
        )
    return found


def confidences_of_least_family(families: Sequence[Sequence[Sequence[float]]]) -> list[float]:
    """Return for each family of groups the confidence that the least of its true means is the least of all.

    A family, such as the levels of one deployment, enters with the group that looks best. Its distance to the
    best of the nearest other family is judged twice: by Hsu's comparisons between the best groups, and
    against what choosing the best of so many groups yields by chance alone, were all of them as good as the
    nearest other one (Dunnett's distribution, that one shared). The lesser of the two is stated, so that
    whichever means are true a family that does not hold the least gets 1 - alpha or more in at most a share
    alpha of all samples.

    Parameters
    ----------
    families : sequence of sequences of sequences of float
        Repeats of each group of each family, of one true variance. At least one family, one group in each,
        two repeats in each group.

    Returns
    -------
    list of float
        In [0, 1]; a single family gets 1.

    Raises
    ------
    InputError
        If a family has no group, or a group fewer than two repeats.

    Examples
    --------
    Two groups that look alike, one of them the better of two: its half a chance is no longer believed.

    >>> [round(c, 3) for c in confidences_of_least_family([[[1.0, 1.1]], [[1.0, 1.1]]])]
    [0.5, 0.5]
    >>> [round(c, 3) for c in confidences_of_least_family([[[1.0, 1.1], [1.0, 1.1]], [[1.0, 1.1]]])]
    [0.333, 0.5]
    """
    if not families or min(min(map(len, family), default=0) for family in families) < 2:
        raise InputError("comparisons with the best need at least two repeats of each level; measure again")
    if len(families) == 1:
        return [1.0]
    every = [np.asarray(group, dtype=np.float64) for family in families for group in family]
    degrees = sum(len(part) - 1 for part in every)
    squares = float(sum(((part - part.mean()) ** 2).sum() for part in every))
    scale = max(math.sqrt(squares / degrees), LEAST_SCALE)
    best = [min(family, key=np.mean) for family in families]
    means, sizes = np.array([np.mean(group) for group in best]), np.array([len(group) for group in best])
    return [
        _family_confidence(i, means, sizes, [len(group) for group in families[i]], (scale, degrees))
        for i in range(len(families))
    ]


def _family_confidence(
    i: int, means: FloatArray, sizes: np.ndarray[Any, Any], own: list[int], spread: tuple[float, int]
) -> float:
    scale, degrees = spread
    others = np.arange(len(means)) != i
    errors = np.sqrt(1 / sizes[i] + 1 / sizes[others])
    distances = (means[others] - means[i]) / (scale * errors)
    least, nearest = float(distances.min()), int(sizes[others][distances.argmin()])
    hsu = all_above(-least * errors, 0.0, own=int(sizes[i]), others=sizes[others], degrees=degrees)
    choices = np.array(own)
    chosen = all_above(
        -least * np.sqrt(1 / nearest + 1 / choices), 0.0, own=nearest, others=choices, degrees=degrees
    )
    return min(hsu, chosen)


def all_above(
    slopes: FloatArray, distance: float, *, own: int, others: np.ndarray[Any, Any], degrees: int
) -> float:
    """Return the chance that the means of several groups all exceed that of one by what is asked.

    The chance that Y_j - Y > slopes_j u for all j, with Y ~ N(0, 1/own), Y_j ~ N(distance, 1/others_j)
    independent and u the estimate of a standard deviation of 1 on so many degrees of freedom. Given Y and u
    the groups are independent, which leaves two integrals: Gauss-Hermite over Y, Gauss-Legendre over the
    distribution of u.

    Parameters
    ----------
    slopes : float array, shape (k,)
        What is asked of each, in estimated standard deviations.
    distance : float
        True distance, in true standard deviations.
    own : int
        Repeats of the one group.
    others : array, shape (k,)
        Repeats of the others.
    degrees : int
        Degrees of freedom of the estimate of the standard deviation, at least 1.

    Returns
    -------
    float

    Examples
    --------
    Two groups of the same size: half a chance that one mean exceeds the other.

    >>> round(all_above(np.array([0.0]), 0.0, own=3, others=np.array([3]), degrees=4), 6)
    0.5
    """
    from scipy.special import chdtri, ndtr

    nodes, weights, places, shares = _nodes()
    spread = np.sqrt(chdtri(degrees, (1 - places) / 2) / degrees)
    mean = nodes / math.sqrt(own)
    beyond = distance - mean[:, None, None] - spread[None, :, None] * np.asarray(slopes)
    inside = ndtr(beyond * np.sqrt(others)).prod(axis=2)
    return min(max(float(weights @ inside @ shares) / (2 * math.sqrt(2 * math.pi)), 0.0), 1.0)


@cache
def _nodes() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return nodes and weights of both rules."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NORMAL_NODES)
    places, shares = np.polynomial.legendre.leggauss(_CHI_NODES)
    return nodes, weights, places, shares
