"""Scales of charts: from numbers to places, and round numbers to mark on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isocost.core.errors import InputError

__all__ = ["Scale", "linear_ticks", "log_ticks", "range_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear or logarithmic map from numbers to places in a drawing.

    Parameters
    ----------
    low, high : float
        The numbers at both ends, low < high; above 0 when logarithmic.
    start, end : float
        Their places.
    log : bool
        Whether equal ratios take equal room.

    Examples
    --------
    >>> Scale(low=1, high=100, start=0, end=200, log=True).at(10)
    100.0
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(f"a scale needs two finite ends, low < high, got {self.low!r} and {self.high!r}")
        if self.log and self.low <= 0:
            raise InputError(f"a logarithmic scale needs ends above 0, got {self.low!r}")

    def at(self, value: float) -> float:
        """Return the place of `value`; what lies outside is put at the nearer end."""
        inside = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 5) -> tuple[float, ...]:
        """Return about `count` round numbers within the scale."""
        return (log_ticks if self.log else linear_ticks)(self.low, self.high, count)


def linear_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Return round numbers, equally spaced by 1, 2 or 5 times a power of ten, from `low` to `high`.

    Examples
    --------
    >>> linear_ticks(0, 1, 5)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    rough = (high - low) / max(count, 1)
    power = math.floor(math.log10(rough) + 1e-9)
    step = next(nice for nice in (1, 2, 5, 10) if nice * 10.0**power >= rough * 0.999) * 10.0**power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, 1 - math.floor(math.log10(step) + 1e-9))
    return tuple(round(i * step, digits) + 0.0 for i in range(first, last + 1))


def log_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Return round numbers on a logarithmic scale: 1, 2, 5 in each decade, or only 1 when that is too many.

    Over less than two such numbers the linear ones are taken.

    Examples
    --------
    >>> log_ticks(0.8, 25)
    (1.0, 2.0, 5.0, 10.0, 20.0)
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [
            step * 10.0**power
            for power in decades
            for step in steps
            if low * 0.999999 <= step * 10.0**power <= high * 1.000001
        ]
        if len(found) <= count + 3:
            break
    return tuple(found) if len(found) > 2 else linear_ticks(low, high, count)


def range_of(values: list[float], *, log: bool) -> tuple[float, float]:
    """Return the ends of a scale that holds `values` with some air: from 0 when linear.

    Examples
    --------
    >>> range_of([1.0, 10.0], log=False)
    (0.0, 10.8)
    """
    top, bottom = max(values), min(values)
    if log:
        air = max((top / bottom) ** 0.07, 1.06)
        return bottom / air, top * air
    low = min(0.0, bottom * 1.08)
    return low, (top * 1.08 if top > 0 else 1.0)
