"""What a sweep says of one principle of production: holds, does not hold, or cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

__all__ = ["ERROR_RATE", "PRINCIPLES", "Judgement", "Principle", "PrincipleName"]

PrincipleName = Literal["average-cost", "incremental-cost", "diminishing-returns", "optimal-zone"]
Judgement = Literal["holds", "does not hold", "cannot be told"]
PRINCIPLES: tuple[PrincipleName, ...] = (
    "average-cost",
    "incremental-cost",
    "diminishing-returns",
    "optimal-zone",
)
ERROR_RATE = 0.05
"""One-sided error rate of each judgement; intervals are at 1 - 2 x 5 % and say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """One principle, judged on one sweep over concurrency.

    Parameters
    ----------
    name : PrincipleName
        ``"average-cost"``: it falls from the first level to the last; ``"incremental-cost"``: that of one
        stream more falls; ``"diminishing-returns"``: the returns to concurrency fall; ``"optimal-zone"``: a
        level in between is cheaper than both ends.
    judgement : Judgement
        ``"holds"`` where the test finds it at a one-sided error of 5 %, ``"does not hold"`` where it finds
        the opposite at the same error.
    effect : Estimate or None
        How large, with a 90 % interval: the cost at the first level over that at the last; the exponent g
        of t(b) = a + k b^g, below 1 where incremental cost falls; the fall of the returns to concurrency
        over the range; how much cheaper the best level in between is than the
        cheaper end, a fraction.
    p_value : float or None
        One-sided, of the principle; near 1 it speaks for the opposite. ``None``: not tested.
    power : float or None
        Chance that the same sweep finds an effect of `found_at`, with the noise it showed.
    found_at : float
        The effect that is worth finding, in the unit of `effect`.
    levels : tuple of float
        Concurrencies the effect is between: the first and the last; for a zone the best one in between first.
    reason : str or None
        Why it was not tested.
    """

    name: PrincipleName
    judgement: Judgement
    effect: Estimate | None
    p_value: float | None
    power: float | None
    found_at: float
    levels: tuple[float, ...] = ()
    reason: str | None = None
