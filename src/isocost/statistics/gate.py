"""A gate: whether something is worse than the baseline by more than a margin, or that cannot be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import InputError
from isocost.statistics.batch_means import student_quantile

if TYPE_CHECKING:
    from isocost.statistics.ratios import Ratio

__all__ = ["Gate", "judge", "repeats_to_tell"]

NORMAL = 1.959964
POWER = 0.841621
"""80 % quantile of the normal distribution: four times in five."""
MOST_REPEATS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a gate says.

    Parameters
    ----------
    ratio : Ratio
        The one metric that was declared.
    margin : float
        How much worse is allowed, a fraction.
    state : {"worse", "not worse", "cannot be told"}
        Only the first one fails.
    repeats : int or None
        Repeats that it would take to tell no change from `margin`, four times in five; ``None``: more than
        a thousand, or nothing is known of the scatter.
    """

    ratio: Ratio
    margin: float
    state: Literal["worse", "not worse", "cannot be told"]
    repeats: int | None

    @property
    def failed(self) -> bool:
        """Whether the gate fails."""
        return self.state == "worse"


def judge(ratio: Ratio, *, margin: float) -> Gate:
    """Judge a ratio: worse only where its whole 95 % interval lies beyond the margin.

    With no true change the gate fails far less often than once in forty times; with a true change of
    exactly the margin about once in forty. It is a gate on one declared metric: looking at several and
    taking the worst would fail more often.

    Parameters
    ----------
    ratio : Ratio
    margin : float
        A fraction of at least 0, such as 0.05: up to 1.05 times is allowed; where higher is better, down to
        1 / 1.05 times.

    Returns
    -------
    Gate

    Raises
    ------
    InputError
        If the margin is below 0 or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from isocost.statistics.ratios import aligned, ratio_of
    >>> def seconds(*draws):
    ...     return aligned(np.array(draws), unit="s", kind="fitted", method="example", n=8)
    >>> slower = ratio_of("runtime", seconds(1.0, 1.01, 0.99), seconds(1.1, 1.11, 1.09), label="T")
    >>> judge(slower, margin=0.05).state, judge(slower, margin=0.2).state
    ('worse', 'not worse')
    """
    if not (math.isfinite(margin) and margin >= 0):
        raise InputError(f"the margin of a gate must be a fraction of at least 0, got {margin!r}")
    low, high = ratio.estimate.low, ratio.estimate.high
    needed = repeats_to_tell(ratio, margin=margin)
    if low is None or high is None or low <= 0:
        return Gate(ratio=ratio, margin=margin, state="cannot be told", repeats=None)
    if ratio.better == "higher":
        low, high = 1 / high, 1 / low
    if low > 1 + margin:
        return Gate(ratio=ratio, margin=margin, state="worse", repeats=needed)
    state: Literal["not worse", "cannot be told"] = "not worse" if high <= 1 + margin else "cannot be told"
    return Gate(ratio=ratio, margin=margin, state=state, repeats=needed)


def repeats_to_tell(ratio: Ratio, *, margin: float) -> int | None:
    """Return how many repeats tell no change from `margin` four times in five.

    As far as scatter between repeats makes the interval wide: its half-width, of logarithms, falls as
    Student's t over the square root of the repeats.

    Examples
    --------
    >>> import numpy as np
    >>> from isocost.statistics.ratios import aligned, ratio_of
    >>> def seconds(draws):
    ...     return aligned(draws, unit="s", kind="fitted", method="example", n=8)
    >>> noise = np.exp(0.10 / 1.96 * np.linspace(-1.96, 1.96, 4001))  # about +-10 % from 8 repeats
    >>> noise[0] = 1.0
    >>> wide = ratio_of("runtime", seconds(np.ones(4001)), seconds(noise), label="T")
    >>> repeats_to_tell(wide, margin=0.05)
    41
    """
    low, high, n = ratio.estimate.low, ratio.estimate.high, ratio.estimate.n
    if low is None or high is None or low <= 0 or n is None or n < 2 or margin == 0:
        return None
    half = (math.log(high) - math.log(low)) / 2
    wanted = math.log1p(margin) * NORMAL / (NORMAL + POWER)
    unit = half / (student_quantile(0.95, n - 1) / math.sqrt(n - 1))
    for repeats in range(2, MOST_REPEATS + 1):
        if unit * student_quantile(0.95, repeats - 1) / math.sqrt(repeats - 1) <= wanted:
            return repeats
    return None
