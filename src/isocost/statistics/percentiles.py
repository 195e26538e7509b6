"""Percentiles with intervals from order statistics, and from how many values on they exist."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate, Kind
from isocost.statistics.batch_means import FEWEST_BATCHES, ratio_error, student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    NumberArray = np.ndarray[Any, np.dtype[Any]]

__all__ = ["effective_count", "percentile_ranks", "percentiles", "untold_percentiles", "values_needed"]


def values_needed(percent: float) -> int:
    """Return from how many values on a percentile is told at all.

    The rule: at least one value is expected beyond it, n min(q, 1 - q) >= 1. From 6 (p50), 29 (p90),
    59 (p95) or 299 (p99) values on it has an interval of 95 % as well, see `percentile_ranks`.

    Parameters
    ----------
    percent : float
        In (0, 100).

    Returns
    -------
    int

    Raises
    ------
    InputError
        If `percent` is out of range.

    Examples
    --------
    >>> values_needed(50), values_needed(95), values_needed(99)
    (2, 20, 100)
    """
    if not 0 < percent < 100:
        raise InputError(f"a percentile lies between 0 and 100, got {percent!r}")
    return math.ceil(round(100 / min(percent, 100 - percent), 6))


def untold_percentiles(n: int, percents: Sequence[float], *, of: str = "requests") -> dict[float, str]:
    """Say of each percentile that n does not allow why it is not told.

    Parameters
    ----------
    n : int
        How many values there are.
    percents : sequence of float
        Each in (0, 100).
    of : str
        What the values are.

    Examples
    --------
    >>> untold_percentiles(58, [50, 99])
    {99: 'p99 needs 100 requests, 58 seen'}
    """
    return {
        percent: f"p{percent:g} needs {values_needed(percent)} {of}, {n} seen"
        for percent in percents
        if n < values_needed(percent)
    }


def percentile_ranks(n: int, percent: float, *, level: float = 0.95) -> tuple[int, int] | None:
    r"""Return the ranks of the order statistics that enclose a percentile, without assuming a distribution.

    With B the binomial number of values below the percentile, :math:`P(l \le B < u)` is the coverage of
    :math:`[x_{(l)}, x_{(u)}]`. Both tails hold at most (1 - level)/2; where there is no such rank, the
    extreme value is taken and the other tail holds the rest (Hahn and Meeker, Statistical Intervals,
    1991, section 5.2).

    Parameters
    ----------
    n : int
        Number of independent values, at least 1.
    percent : float
        In (0, 100).
    level : float
        Coverage, at least; in (0, 1).

    Returns
    -------
    tuple of int or None
        Ranks l and u from 1 to n; ``None`` when n values cannot enclose it at this level.

    Examples
    --------
    >>> percentile_ranks(100, 50)
    (40, 61)
    >>> percentile_ranks(58, 95) is None, percentile_ranks(59, 95)
    (True, (50, 59))
    """
    from scipy.special import bdtr

    q, tail = percent / 100, (1 - level) / 2
    reach = 6 * math.sqrt(n * q * (1 - q)) + 12
    below = np.arange(max(0, math.floor(n * q - reach)), min(n, math.ceil(n * q + reach)) + 1)
    cumulated = np.asarray(bdtr(below, n, q))  # P(B <= below)
    low = int(below[0]) + int(np.searchsorted(cumulated, tail, side="right"))
    high = int(below[0]) + int(np.searchsorted(cumulated, 1 - tail, side="left")) + 1
    if max(q, 1 - q) ** n > 1 - level:
        return None
    if high > n:
        high = n
        low = int(below[0]) + int(np.searchsorted(cumulated, bdtr(n - 1, n, q) - level, side="right"))
    elif low < 1:
        low = 1
        high = int(below[0]) + int(np.searchsorted(cumulated, bdtr(0, n, q) + level, side="left")) + 1
    return (low, high) if 1 <= low < high <= n else None


def percentiles(
    values: NumberArray,
    percents: Sequence[float],
    *,
    unit: str,
    kind: Kind,
    scale: float = 1.0,
    independent: int | None = None,
    batch: NumberArray | None = None,
) -> dict[float, Estimate]:
    """Estimate percentiles with intervals of 95 %; those that n does not allow are absent.

    The value interpolates linearly between order statistics (Hyndman and Fan, 1996, type 7, as numpy and
    most load generators do); its interval comes from `percentile_ranks`, with as many values as the batches
    say are independent (`effective_count`).

    Parameters
    ----------
    values : array, shape (n,)
        Finite numbers, in any order. Integers stay integers, so a large array costs one copy.
    percents : sequence of float
        Each in (0, 100).
    unit : str
        Unit of the result.
    kind : Kind
    scale : float
        Factor from `values` to `unit`, above 0.
    independent : int, optional
        How many of the values count as independent evidence, such as the requests behind pooled gaps;
        by default all.
    batch : int array, shape (n,), optional
        The batch, from 0, to which each value belongs, by time; left out, values count as independent.

    Returns
    -------
    dict of float to Estimate

    Examples
    --------
    >>> told = percentiles(np.arange(1, 101), [50, 99.9], unit="ms", kind="measured")
    >>> told[50].value, told[50].low, told[50].high
    (50.5, 40.0, 61.0)
    >>> 99.9 in told
    False
    """
    n = len(values)
    evidence = n if independent is None else min(independent, n)
    told = [percent for percent in percents if evidence >= values_needed(percent)]
    if not told:
        return {}
    ordered = _partitioned(values, told, {})
    found = {percent: _interpolated(ordered, percent) for percent in told}
    counts = {
        percent: evidence if batch is None else effective_count(values, found[percent], percent, batch=batch)
        for percent in told
    }
    counts = {percent: min(count, evidence) for percent, count in counts.items()}
    ranks = {percent: _ranks(n, counts[percent], percent) for percent in told}
    ordered = _partitioned(values, told, ranks)
    result = {}
    for percent in told:
        enclosing = ranks[percent]
        low, high = (None, None) if enclosing is None else (ordered[rank - 1] * scale for rank in enclosing)
        few = "" if counts[percent] == evidence else f", {counts[percent]} of {evidence} independent"
        result[percent] = Estimate(
            value=found[percent] * scale,
            low=None if low is None else float(low),
            high=None if high is None else float(high),
            unit=unit,
            kind=kind,
            n=evidence,
            method=f"order statistics{few}"
            if low is not None
            else f"order statistic{few}; too few values for an interval",
        )
    return result


def effective_count(values: NumberArray, threshold: float, percent: float, *, batch: NumberArray) -> int:
    r"""Return how many independent values would tell a percentile as well as these, which hang together.

    The share :math:`\hat q` of values up to the percentile has the variance :math:`q (1 - q) / n` when they
    are independent. What it really is the batches tell (`ratio_error`); so
    :math:`n_e = q (1 - q) / \operatorname{var}(\hat q)`, less what the batches leave uncertain: times
    :math:`(z / t_d)^2` with their degrees of freedom d. This is the batch-means way to intervals of quantiles
    by inverting those of the distribution function (Seila, Management Science 28, 1982, in spirit).

    Parameters
    ----------
    values : array, shape (n,)
    threshold : float
        The percentile.
    percent : float
        In (0, 100).
    batch : int array, shape (n,)
        The batch of each value, from 0.

    Returns
    -------
    int
        From 1 to n; n where there are fewer than three batches or all have the same share.

    Examples
    --------
    >>> ten_levels = np.repeat(np.arange(10.0), 10)  # each value ten times: 10 pieces of evidence, not 100
    >>> effective_count(ten_levels, 4.5, 50, batch=np.repeat(np.arange(10), 10)) <= 10
    True
    """
    lengths = np.bincount(batch).astype(np.float64)
    lengths_of_some = lengths > 0
    if int(lengths_of_some.sum()) < FEWEST_BATCHES:
        return len(values)
    below = np.bincount(batch[values <= threshold], minlength=len(lengths)).astype(np.float64)
    error = ratio_error(below[lengths_of_some], lengths[lengths_of_some])
    if error.standard_error <= 0:
        return len(values)
    share = float(below.sum()) / len(values)
    certainty = (1.959964 / student_quantile(0.95, error.degrees)) ** 2
    expected = max(share * (1 - share), 0.5 / len(values)) * certainty
    return max(1, min(len(values), round(expected / error.standard_error**2)))


def _ranks(n: int, evidence: int, percent: float) -> tuple[int, int] | None:
    ranks = percentile_ranks(evidence, percent)
    if ranks is None or evidence == n:
        return ranks
    low, high = ranks
    return math.floor((low - 1) * n / evidence) + 1, math.ceil(high * n / evidence)


def _partitioned(
    values: NumberArray, percents: Sequence[float], ranks: dict[float, tuple[int, int] | None]
) -> NumberArray:
    """Return a copy in which every order statistic that will be read stands in its place."""
    last = len(values) - 1
    wanted = {rank - 1 for pair in ranks.values() if pair is not None for rank in pair}
    for percent in percents:
        below = math.floor(last * percent / 100)
        wanted |= {below, min(below + 1, last)}
    ordered = values.copy()
    ordered.partition(sorted(wanted))
    return ordered


def _interpolated(ordered: NumberArray, percent: float) -> float:
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below]) + (place - below) * float(ordered[above] - ordered[below])
