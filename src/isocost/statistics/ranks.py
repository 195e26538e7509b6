"""How alike two quantities rank the same things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from isocost.core.errors import InputError

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["RankCorrelation", "rank_correlation"]

_FEWEST = 3


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Two coefficients of rank correlation, both within [-1, 1].

    Parameters
    ----------
    spearman : float
        Pearson's correlation of the ranks; tied values share their mean rank.
    kendall : float
        Tau-b: concordant less discordant pairs, over the geometric mean of the pairs untied in each.
    n : int
        Things ranked.
    """

    spearman: float
    kendall: float
    n: int


def rank_correlation(x: FloatArray, y: FloatArray) -> RankCorrelation | None:
    """Correlate the ranks of two quantities, ties included (Kendall, Biometrika 33, 1945).

    Parameters
    ----------
    x, y : float arrays, shape (n,)
        Finite.

    Returns
    -------
    RankCorrelation or None
        ``None`` for less than three things, or where all values of `x` or of `y` are tied.

    Raises
    ------
    InputError
        If lengths differ or a value is not finite.

    Examples
    --------
    >>> found = rank_correlation(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 30.0, 20.0, 40.0]))
    >>> round(found.spearman, 3), round(found.kendall, 3)
    (0.8, 0.667)
    """
    if x.shape != y.shape or x.ndim != 1:
        raise InputError(
            f"rank correlation needs two columns of one length, got shapes {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("rank correlation cannot place a missing value; leave such things out")
    if len(x) < _FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    from scipy.stats import kendalltau, spearmanr

    return RankCorrelation(
        spearman=float(spearmanr(x, y).statistic), kendall=float(kendalltau(x, y).statistic), n=len(x)
    )
