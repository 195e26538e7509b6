"""Batch means: intervals for rates and means whose pieces of evidence follow each other in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.core.estimate import Estimate, Kind

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["batch_count", "mean_in_order", "rate_over_batches", "ratio_error", "student_quantile"]

MOST_BATCHES = 30
FEWEST_BATCHES = 3
FEWEST_TO_CORRELATE = 10
_MOST_CORRELATED = 0.9


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


class RatioError(NamedTuple):
    """How well batches tell a ratio.

    Parameters
    ----------
    standard_error : float
        Of total amount over total length.
    degrees : int
        Of freedom, at least 2.
    correlation : float
        Between neighbouring batches, as it was allowed for, in [0, 0.9].
    """

    standard_error: float
    degrees: int
    correlation: float


def ratio_error(amounts: FloatArray, lengths: FloatArray) -> RatioError:
    r"""Return the standard error of total amount over total length, from three batches on.

    The variance is that of a ratio: :math:`\frac{K}{K-1} \sum (Y_i - r L_i)^2 / (\sum L_i)^2`, with
    K - 1 degrees of freedom; with equal lengths that is the usual batch-means interval (Law, Simulation
    Modeling and Analysis, 5th ed., section 9.5.3). From ten batches on what neighbours still have in common
    is allowed for: the variance is multiplied by :math:`(1 + \rho)/(1 - \rho)`, that of a mean of a
    first-order autoregression, and the degrees divided by it, with :math:`\rho` the lag-1 correlation of the
    batches free of its bias, :math:`(K r_1 + 1)/(K - 3)` (Kendall, Biometrika 41, 1954), at least 0.

    Parameters
    ----------
    amounts, lengths : float arrays, shape (K,)
        What came in each batch, and how long it was, above 0; K at least 3.

    Examples
    --------
    >>> error = ratio_error(np.array([9.0, 10.0, 11.0]), np.ones(3))
    >>> round(error.standard_error, 4), error.degrees, error.correlation
    (0.5774, 2, 0.0)
    """
    count, length = len(amounts), float(lengths.sum())
    rest = amounts - float(amounts.sum()) / length * lengths
    squares = float((rest**2).sum())
    spread = math.sqrt(count / (count - 1) * squares) / length
    if count < FEWEST_TO_CORRELATE or squares <= 0:
        return RatioError(spread, count - 1, 0.0)
    lagged = float((rest[1:] * rest[:-1]).sum()) / squares
    correlation = min(max((count * lagged + 1) / (count - 3), 0.0), _MOST_CORRELATED)
    inflation = (1 + correlation) / (1 - correlation)
    degrees = max(2, round((count - 1) / inflation))
    return RatioError(spread * math.sqrt(inflation), degrees, correlation)


def rate_over_batches(
    amounts: FloatArray,
    lengths: FloatArray,
    *,
    unit: str,
    kind: Kind,
    of: str = "batches",
    level: float = 0.95,
) -> Estimate:
    """Estimate a rate, total amount over total length, with Student's t over batches; see `ratio_error`.

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
    error = ratio_error(amounts, lengths)
    half = student_quantile(level, error.degrees) * error.standard_error
    method = f"batch means, {count} {of}"
    if error.correlation > 0:
        method += f", correlation {error.correlation:.2f}"
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
    values: FloatArray,
    *,
    unit: str,
    kind: Kind,
    weights: FloatArray | None = None,
    batches: int = 20,
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
    batches : int
        How many groups of neighbours to form, at most. Requests that are in flight together share what
        happens to the target: groups should then last as long as the batches of a rate (`batch_count`).

    Examples
    --------
    >>> mean_in_order(np.array([1.0, 2.0, 3.0]), unit="s", kind="measured").value
    2.0
    """
    pieces = min(batches, len(values))
    sizes = np.ones(len(values)) if weights is None else weights
    starts = (np.arange(pieces) * len(values)) // pieces
    amounts = np.add.reduceat(values, starts)
    lengths = np.add.reduceat(sizes, starts)
    return rate_over_batches(amounts, lengths, unit=unit, kind=kind, of="groups of requests in order")
