"""An estimated number with its interval, and what kind of number it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from isocost.core.errors import InputError

__all__ = ["Caution", "Estimate", "Kind"]

Kind = Literal["measured", "fitted", "interpolated", "extrapolated", "simulated", "assumed", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number that is known only so well: the summary of draws at the edge.

    Parameters
    ----------
    value : float
        The point estimate; finite.
    unit : str
        Unit of value, low and high, such as ``"s"`` or ``"USD/1M tokens"``.
    kind : Kind
        Where the number comes from.
    method : str
        How value and interval were obtained, in a few words.
    low, high : float or None
        The interval; both ``None`` when the data allow none.
    level : float
        Nominal coverage of the interval, in (0, 1).
    n : int or None
        Independent pieces of evidence behind it; ``None`` where that has no meaning.
    basis : str or None
        Per what: a token basis, or which tokens or requests count.
    source : str or None
        Where it comes from: a citation with date, a file, a run.

    Examples
    --------
    >>> cost = Estimate(value=0.31, low=0.29, high=0.33, unit="USD/1M tokens",
    ...                 kind="measured", method="t interval over repeats", n=3)
    >>> cost.has_interval
    True
    """

    value: float
    unit: str
    kind: Kind
    method: str
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    n: int | None = None
    basis: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a number, and an interval that is none."""
        if self.kind not in get_args(Kind):
            raise InputError(f"kind must be one of {', '.join(get_args(Kind))}, got {self.kind!r}")
        if not math.isfinite(self.value):
            raise InputError(f"an estimate must be finite, got {self.value!r} {self.unit}")
        if (self.low is None) != (self.high is None):
            raise InputError("an interval needs both ends: give low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.high:
            raise InputError(f"an interval needs low <= high, got [{self.low!r}, {self.high!r}]")

    @property
    def has_interval(self) -> bool:
        """Whether the data allowed an interval."""
        return self.low is not None


@dataclass(frozen=True, slots=True)
class Caution:
    """A doubt about a result, as a field of that result.

    Parameters
    ----------
    code : str
        Stable name for programs, such as ``"client-saturated"``.
    text : str
        One sentence for people.
    """

    code: str
    text: str
