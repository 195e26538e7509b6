"""Batch means: intervals for rates and means whose pieces of evidence follow each other in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Estimate, Kind

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["batch_count", "mean_in_order", "rate_over_batches", "student_quantile"]

MOST_BATCHES = 30
FEWEST_BATCHES = 3


def student_quantile(level: float, degrees: int) -> float:
    """Return the two-sided quantile of Student's t: 1 minus half the rest of `level`.

    Examples
    --------
    >>> round(student_quantile(0.95, 10), 3)
    2.228
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


def batch_count(window_s: float, request_s: float) -> int:
    """Return into how many batches to cut a window: each at least two requests long, 3 to 30 of them.

    More than 30 batches gain nothing and cost independence (Schmeiser, Operations Research 30, 1982).

    Parameters
    ----------
    window_s : float
        Length of the window, above 0.
    request_s : float
        Typical duration of a request, above 0.

    Examples
    --------
    >>> batch_count(60.0, 2.0), batch_count(600.0, 2.0), batch_count(7.0, 2.0)
    (15, 30, 3)
    """
    return max(FEWEST_BATCHES, min(MOST_BATCHES, math.floor(window_s / (2 * request_s))))


def rate_over_batches(
    amounts: FloatArray,
    lengths: FloatArray,
    *,
    unit: str,
    kind: Kind,
    of: str = "batches",
    level: float = 0.95,
) -> Estimate:
    r"""Estimate a rate, total amount over total length, with Student's t over batches.

    The variance is that of a ratio: :math:`\frac{K}{K-1} \sum (Y_i - r L_i)^2 / (\sum L_i)^2`, with
    K - 1 degrees of freedom; with equal lengths that is the usual batch-means interval (Law, Simulation
    Modeling and Analysis, 5th ed., section 9.5.3).

    Parameters
    ----------
    amounts, lengths : float arrays, shape (K,)
        What came in each batch, and how long it was, above 0.
    unit : str
        Unit of amount over length.
    kind : Kind
    of : str
        What the batches are made of, for the method's name.
    level : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    Estimate
        Without interval when there are fewer than three batches.

    Examples
    --------
    >>> rate = rate_over_batches(np.array([9.0, 10.0, 11.0]), np.ones(3), unit="1/s", kind="measured")
    >>> rate.value, round(rate.high - rate.value, 3)  # 4.303 * 1 / sqrt(3)
    (10.0, 2.484)
    """
    count, length = len(amounts), float(lengths.sum())
    rate = float(amounts.sum()) / length
    if count < FEWEST_BATCHES:
        return Estimate(
            value=rate, unit=unit, kind=kind, method=f"too few {of} for an interval", n=count, level=level
        )
    spread = math.sqrt(count / (count - 1) * float(((amounts - rate * lengths) ** 2).sum())) / length
    half = student_quantile(level, count - 1) * spread
    method = f"batch means, {count} {of}"
    return Estimate(
        value=rate,
        low=rate - half,
        high=rate + half,
        unit=unit,
        kind=kind,
        method=method,
        n=count,
        level=level,
    )


def mean_in_order(
    values: FloatArray, *, unit: str, kind: Kind, weights: FloatArray | None = None
) -> Estimate:
    """Estimate a mean over requests in the order in which they were sent, by batches of neighbours.

    Parameters
    ----------
    values : float array, shape (n,)
        One value a request, at least one.
    unit : str
    kind : Kind
    weights : float array, shape (n,), optional
        How many things each value is the sum of: the mean is then over these, sum over sum.

    Examples
    --------
    >>> mean_in_order(np.array([1.0, 2.0, 3.0]), unit="s", kind="measured").value
    2.0
    """
    pieces = min(20, len(values))
    sizes = np.ones(len(values)) if weights is None else weights
    starts = (np.arange(pieces) * len(values)) // pieces
    amounts = np.add.reduceat(values, starts)
    lengths = np.add.reduceat(sizes, starts)
    return rate_over_batches(amounts, lengths, unit=unit, kind=kind, of="groups of requests in order")
