"""Whether a target changed over a sweep: the level that was measured first, measured again at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.levels import pool_estimates
from isocost.statistics.scatter import pooled_scatter, scatter_for

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["anchor_ratio"]


def anchor_ratio(
    anchor: Estimate, repeats: Sequence[Estimate], *, others: Sequence[Sequence[Estimate]] = ()
) -> Estimate:
    r"""Return the throughput at the end of a sweep over that of the same level before.

    With R repeats whose logarithms scatter with variance :math:`s^2`, learned from all levels, the logarithm
    of the ratio varies with :math:`s^2 (1 + 1/R)`: Student's t, as for one more value of a sample. It is
    never taken to be better known than the runs' own intervals allow.

    Parameters
    ----------
    anchor : Estimate
        Throughput of the run at the end, above 0.
    repeats : sequence of Estimate
        Of the same level before, at least one.
    others : sequence of sequences of Estimate
        The repeats of all other levels of the sweep.

    Returns
    -------
    Estimate
        Without interval where neither repeats nor runs tell one.

    Raises
    ------
    InputError
        If there is nothing to compare with, or a value is not above 0.

    Examples
    --------
    >>> def speed(value):
    ...     return Estimate(value=value, unit="tokens/s", kind="measured", method="example")
    >>> ratio = anchor_ratio(speed(80.0), [speed(99.0), speed(101.0), speed(100.0)])
    >>> round(ratio.value, 2), ratio.high < 1
    (0.8, True)
    """
    if not anchor.value > 0:
        raise InputError(f"a throughput must be above 0, got {anchor.value!r}")
    level = pool_estimates(repeats)
    value = anchor.value / level.value
    scatter = scatter_for(repeats, pooled_scatter([repeats, *others]))
    halves = []
    if scatter is not None:
        spread = math.sqrt(scatter.log_variance * (1 + 1 / len(repeats)))
        halves.append(student_quantile(0.95, scatter.degrees) * spread)
    within = [_relative(each) for each in (anchor, *repeats)]
    if all(half is not None for half in within):
        own, rest = within[0] or 0.0, [half or 0.0 for half in within[1:]]
        halves.append(math.hypot(own, math.hypot(*rest) / len(rest)))
    half = max(halves, default=None)
    return Estimate(
        value=value,
        low=None if half is None else value * math.exp(-half),
        high=None if half is None else value * math.exp(half),
        unit="1",
        kind=anchor.kind,
        n=len(repeats) + 1,
        method="no interval: one run each"
        if half is None
        else f"one run at the end over {len(repeats)} before, t interval, logarithms",
        basis="output tokens per second",
    )


def _relative(estimate: Estimate) -> float | None:
    if estimate.low is None or estimate.high is None:
        return None
    return (estimate.high - estimate.low) / 2 / estimate.value
