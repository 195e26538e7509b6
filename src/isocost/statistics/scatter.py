"""How much repeats scatter, learned from all levels of a sweep together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.estimate import Estimate

__all__ = ["Scatter", "pooled_scatter", "scatter_for"]

_OUTLYING = 0.05


@dataclass(frozen=True, slots=True)
class Scatter:
    """Variance of the logarithm between repeats, and its degrees of freedom.

    Parameters
    ----------
    log_variance : float
        At least 0.
    degrees : int
        At least 1.
    """

    log_variance: float
    degrees: int


def pooled_scatter(groups: Iterable[Sequence[Estimate]]) -> Scatter | None:
    """Pool the variance between repeats over levels: the within-group mean square of a one-way layout.

    Three repeats of one level say little of their own scatter (t has 2 degrees of freedom, an interval of
    4.3 standard errors); five levels of three repeats say it with 10.

    Parameters
    ----------
    groups : iterable of sequences of Estimate
        The repeats of each level; values above 0.

    Returns
    -------
    Scatter or None
        ``None`` when no level has repeats.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> def repeats(*values):
    ...     return [Estimate(value=v, unit="s", kind="measured", method="example") for v in values]
    >>> pooled = pooled_scatter([repeats(1.0, 1.1), repeats(2.0, 2.2, 2.1), repeats(5.0)])
    >>> pooled.degrees, round(pooled.log_variance, 5)
    (3, 0.00303)
    """
    squares, degrees = 0.0, 0
    for group in groups:
        if len(group) > 1:
            logs = np.log([estimate.value for estimate in group])
            squares += float(((logs - logs.mean()) ** 2).sum())
            degrees += len(group) - 1
    return Scatter(squares / degrees, degrees) if degrees else None


def scatter_for(group: Sequence[Estimate], pooled: Scatter | None) -> Scatter | None:
    """Return the scatter to use for one level: the pooled one, unless this level plainly scatters more.

    A level whose own variance exceeds that of the others together by more than the 95 % quantile of F keeps
    its own. Pooling takes the relative scatter of repeats to be the same at all other levels.

    Parameters
    ----------
    group : sequence of Estimate
        The repeats of the level.
    pooled : Scatter or None
        Of all levels; ``None``: this level stands alone.

    Returns
    -------
    Scatter or None
        ``None`` when nothing is known of scatter.
    """
    own = pooled_scatter([group])
    if own is None or pooled is None:
        return own or pooled
    others = pooled.degrees - own.degrees
    if others < 1:
        return own
    rest = max(pooled.log_variance * pooled.degrees - own.log_variance * own.degrees, 0.0) / others
    return own if own.log_variance > rest * _f_quantile(own.degrees, others) else pooled


def _f_quantile(numerator: int, denominator: int) -> float:
    from scipy.special import fdtri

    value = float(fdtri(numerator, denominator, 1 - _OUTLYING))
    return value if math.isfinite(value) else math.inf
