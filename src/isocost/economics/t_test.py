"""One-sided t tests that end in a judgement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.economics.principle import ERROR_RATE, Principle

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.economics.principle import Judgement, PrincipleName

__all__ = ["TTest", "judged"]

_CERTAIN = 30.0  # standard errors; beyond, power is 1 and the noncentral t is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class TTest:
    """A distance in the direction of a principle, with its standard error.

    Parameters
    ----------
    value : float
    error : float
        Above 0.
    degrees : int
        At least 1.

    Examples
    --------
    >>> test = TTest(value=2.0, error=1.0, degrees=10)
    >>> round(test.p_value, 4), round(test.quantile, 4)
    (0.0367, 1.8125)
    """

    value: float
    error: float
    degrees: int

    @property
    def p_value(self) -> float:
        """One-sided: how often no distance would show as much."""
        from scipy.special import stdtr

        return float(stdtr(self.degrees, -self.value / self.error))

    @property
    def quantile(self) -> float:
        """How many standard errors it takes."""
        from scipy.special import stdtrit

        return float(stdtrit(self.degrees, 1 - ERROR_RATE))

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that says the same as both one-sided tests."""
        half = self.quantile * self.error
        return self.value - half, self.value + half

    def power(self, distance: float) -> float:
        """Return the chance to find a true distance with such an error: the noncentral t.

        Examples
        --------
        >>> round(TTest(value=0.0, error=1.0, degrees=100_000).power(1.6449 + 1.2816), 3)
        0.9
        """
        from scipy.special import nctdtr

        shift = distance / self.error
        if shift - self.quantile > _CERTAIN:
            return 1.0
        chance = 1 - float(nctdtr(self.degrees, shift, self.quantile))
        return min(max(chance, 0.0), 1.0) if math.isfinite(chance) else 1.0


def judged(
    name: PrincipleName,
    test: TTest,
    effect: Estimate,
    *,
    found_at: float,
    power: float,
    levels: tuple[float, ...],
) -> Principle:
    """Judge a principle by a t test: it holds, the opposite holds, or neither is found."""
    p_value = test.p_value
    judgement: Judgement = "cannot be told"
    if p_value <= ERROR_RATE:
        judgement = "holds"
    elif p_value >= 1 - ERROR_RATE:
        judgement = "does not hold"
    return Principle(
        name=name,
        judgement=judgement,
        effect=effect,
        p_value=p_value,
        power=power,
        found_at=found_at,
        levels=levels,
    )
