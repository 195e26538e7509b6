"""A number taken as given, with the range it may lie in and who says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from isocost.core.errors import InputError

__all__ = ["Assumed", "Shape"]

Shape = Literal["triangular", "uniform", "log-normal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """A parameter of a model of cost: its value, its range and its source.

    Parameters
    ----------
    value : float
        The value taken where one number is wanted; finite.
    unit : str
        Such as ``"USD/kWh"``, ``"W"`` or ``"1"`` for a fraction.
    source : str
        Who says so; of an assumption, who makes it.
    date : str
        ISO date on which it held; ``""`` where it has none, such as for an assumption of ours.
    low, high : float or None
        Ends of its range, low <= value <= high; both ``None`` when it is exact.
    shape : Shape
        How likely values within the range are: rising to `value` and falling; all alike; or as a log-normal
        whose middle 95 % the range is, for what was measured (low above 0).
    published : bool
        Whether the value was read somewhere; otherwise it is an assumption, and has a range.

    Examples
    --------
    >>> Assumed(value=0.6, low=0.3, high=0.9, unit="1", source="assumption", date="").is_exact
    False
    """

    value: float
    unit: str
    source: str
    date: str
    low: float | None = None
    high: float | None = None
    shape: Shape = "triangular"
    published: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no number, and a range that does not hold the value."""
        if (self.low is None) != (self.high is None):
            raise InputError("a range needs both ends: give low and high, or neither")
        low, high = self.ends
        if not all(math.isfinite(number) for number in (low, self.value, high)):
            raise InputError(f"an assumption must be finite, got {self.value!r} in [{low!r}, {high!r}]")
        if low > high:
            raise InputError(f"the range [{low:g}, {high:g}] has its ends the wrong way round; low first")
        if not low <= self.value <= high:
            raise InputError(
                f"the value {self.value:g} lies outside its own range [{low:g}, {high:g}]; "
                "give low <= value <= high"
            )

        if self.shape == "log-normal" and not low > 0:
            raise InputError(f"a log-normal range needs ends above 0, got {low!r}; take another shape")

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends of the range; twice the value when it is exact."""
        if self.low is None or self.high is None:
            return self.value, self.value
        return self.low, self.high

    @property
    def is_exact(self) -> bool:
        """Whether it is one number and no range."""
        return self.ends[0] == self.ends[1]
