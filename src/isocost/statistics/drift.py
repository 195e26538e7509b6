"""Whether a series changes within its length: a change point and a trend, correlated values allowed for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.steady_state import Drift
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.latency import time_to_first_s
from isocost.statistics.settling import token_rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.observation import Observations
    from isocost.statistics.steady import Window

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "BATCHES",
    "CRITICAL",
    "Change",
    "drift_of",
    "find_change",
    "self_normalised_change",
    "trend_statistic",
]

BATCHES = 24
"""Into how many batches a series is cut before it is judged."""
CRITICAL = {0.05: 38.0, 0.025: 49.8, 0.0125: 62.5}
"""Above which `self_normalised_change` of 24 independent normal values lies with this probability."""
_TREND_BATCHES = 12
_LEAST_TOLD = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that chance hardly explains.

    Parameters
    ----------
    at : float
        Where it is, as a share of the series, in (0, 1); 0 for a trend over all of it.
    ratio : float
        Mean after over mean before; of a trend, its end over its beginning.
    gradual : bool
        Whether it is a trend and no step.
    """

    at: float
    ratio: float
    gradual: bool


def find_change(values: FloatArray, *, alpha: float = 0.05) -> Change | None:
    """Test a series for a step and for a trend; half of the level goes to each.

    Parameters
    ----------
    values : float array, shape (n,)
        In order of time, of positive mean; at least 48.
    alpha : float
        Probability of a false alarm: 0.05 or 0.025.

    Returns
    -------
    Change or None
        The step where it is told, else the trend; ``None``: neither.

    Raises
    ------
    InputError
        If there are too few values, or no critical value of that level is known.

    Examples
    --------
    >>> steady = np.tile([1.0, 1.1, 0.9, 1.05, 0.95, 1.0], 20)
    >>> find_change(steady) is None
    True
    >>> change = find_change(np.concatenate([steady, 1.5 * steady]))
    >>> round(change.at, 2), round(change.ratio, 2), change.gradual
    (0.5, 1.5, False)
    """
    if len(values) < 2 * BATCHES:
        raise InputError(f"a change needs at least {2 * BATCHES} values to be told, got {len(values)}")
    bound = next((limit for level, limit in CRITICAL.items() if math.isclose(level, alpha / 2)), None)
    if bound is None:
        raise InputError(f"alpha must be 0.05 or 0.025, got {alpha!r}")
    means = _batch_means(values, BATCHES)
    statistic, place = self_normalised_change(means)
    if statistic > bound:
        before, after = float(means[:place].mean()), float(means[place:].mean())
        return Change(at=place / BATCHES, ratio=_ratio(after, before), gradual=False)
    coarse = _batch_means(values, _TREND_BATCHES)
    slope, score = trend_statistic(coarse)
    if abs(score) > student_quantile(1 - alpha / 2, _TREND_BATCHES - 2):
        middle, half = float(coarse.mean()), slope * _TREND_BATCHES / 2
        return Change(at=0.0, ratio=_ratio(middle + half, middle - half), gradual=True)
    return None


def drift_of(observations: Observations, ok: BoolArray, windows: Sequence[Window]) -> Drift | None:
    """Say how the longest window of a run changed: its throughput or its time to the first token.

    Each of the two is tested at half the level, so that a steady run is flagged in 5 % of cases. Changes
    below 2 % are not told.

    Parameters
    ----------
    observations : Observations
    ok : bool array, shape (n,)
        Requests that count.
    windows : sequence of Window
        At least one.

    Returns
    -------
    Drift or None
        The larger change; ``None``: none, or fewer than 48 requests to tell.
    """
    window = max(windows, key=lambda each: each.length_s)
    sent = observations.sent_at_s
    inside = ok & (observations.segment == window.segment) & (sent >= window.start_s) & (sent <= window.end_s)
    rows = np.flatnonzero(inside & ~np.isnan(observations.first_at_s))
    if len(rows) < 2 * BATCHES:
        return None
    rows = rows[np.argsort(sent[rows], kind="stable")]
    edges, rates = token_rates(observations, ok, window, 2 * BATCHES)
    series = (
        ("throughput", edges[:-1], rates),
        ("time to first token", sent[rows], time_to_first_s(observations)[rows]),
    )
    found = [
        Drift(
            of=name,
            at_s=float(at_s[round(change.at * len(values))]) - window.start_s,
            ratio=change.ratio,
            gradual=change.gradual,
        )
        for name, at_s, values in series
        if (change := find_change(values, alpha=0.025)) is not None
    ]
    told = [each for each in found if abs(math.log(each.ratio)) > _LEAST_TOLD]
    return max(told, key=lambda each: abs(math.log(each.ratio)), default=None)


def self_normalised_change(values: FloatArray) -> tuple[float, int]:
    r"""Return the self-normalised statistic of a change in mean, and after how many values it is.

    :math:`G = \max_k T_k^2 / V_k` with :math:`T_k = n^{-1/2} \sum_{t \le k} (X_t - \bar X)` and
    :math:`V_k = n^{-2} [\sum_{t \le k} S_{1t}^2 + \sum_{t > k} S_{tn}^2]`, where S are the partial sums
    about the means of the two parts: what scales T is made of the same data, so that its limit does not hang
    on how neighbours are correlated (Shao and Zhang, Journal of the American Statistical Association 105,
    2010, doi:10.1198/jasa.2010.tm10103, equation 4).

    Parameters
    ----------
    values : float array, shape (n,)
        In order of time, at least 4.

    Examples
    --------
    >>> self_normalised_change(np.array([1.0, 2.0, 1.0, 2.0, 8.0, 9.0, 8.0, 9.0]))[1]
    4
    """
    count = len(values)
    sums = np.cumsum(values - values.mean())
    best, place = 0.0, 1
    for k in range(1, count):
        steps = np.arange(1, count + 1)
        before = sums[:k] - steps[:k] / k * sums[k - 1]
        rest = sums[-1] - sums[k - 1]
        after = (sums[-1] - np.concatenate([sums[k - 1 : k], sums[k:-1]])) - (
            count - np.arange(k + 1, count + 1) + 1
        ) / (count - k) * rest
        scale = (float((before**2).sum()) + float((after**2).sum())) / count**2
        square = float(sums[k - 1]) ** 2 / count
        found = square / scale if scale > 0 else (math.inf if square > 0 else 0.0)
        if found > best:
            best, place = found, k
    return best, place


def trend_statistic(values: FloatArray) -> tuple[float, float]:
    """Return the slope per value of a straight line, and its t statistic with n - 2 degrees of freedom.

    Examples
    --------
    >>> slope, score = trend_statistic(np.array([0.0, 1.0, 2.0, 4.0]))
    >>> round(slope, 2), round(score, 2)
    (1.3, 7.51)
    """
    count = len(values)
    time = np.arange(count) - (count - 1) / 2
    squares = float((time**2).sum())
    slope = float((time * values).sum()) / squares
    rest = float(((values - values.mean() - slope * time) ** 2).sum())
    error = math.sqrt(rest / (count - 2) / squares)
    return slope, slope / error if error > 0 else math.copysign(math.inf, slope) if slope else 0.0


def _batch_means(values: FloatArray, count: int) -> FloatArray:
    edges = np.arange(count) * len(values) // count
    lengths = np.diff(np.append(edges, len(values)))
    return np.asarray(np.add.reduceat(values, edges) / lengths)


def _ratio(after: float, before: float) -> float:
    """Return after / before; a line that leaves the positive numbers counts as a factor of 20."""
    return min(max(after / before, 0.05), 20.0) if before > 0 else 20.0
