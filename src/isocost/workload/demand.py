"""Requests over a day: how a daily volume spreads over its hours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from isocost.core.errors import InputError

__all__ = ["DAY_H", "FLAT", "DayPart", "DiurnalCurve", "LoadInterval", "daily_load"]

DAY_H = 24.0
"""Hours of a day."""
_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPart:
    """A part of the day and its share of the day's requests.

    Parameters
    ----------
    start_h, end_h : float
        Hours since midnight, 0 <= start < end <= 24.
    share : float
        Of the day's requests, at least 0.
    """

    start_h: float
    end_h: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DiurnalCurve:
    """How a day's requests spread over its hours: parts that follow one another from midnight to midnight.

    Parameters
    ----------
    parts : tuple of DayPart
        By time, without gaps; their shares add up to 1.
    source : str
        A file, or the assumption.
    requests : float or None
        Requests of the day, where the source counts them.

    Raises
    ------
    InputError
        If the parts leave a gap or overlap, a share is below 0, or shares do not add up to 1.

    Examples
    --------
    >>> night = DayPart(start_h=0.0, end_h=8.0, share=0.1)
    >>> day = DayPart(start_h=8.0, end_h=24.0, share=0.9)
    >>> len(DiurnalCurve(parts=(night, day), source="example").parts)
    2
    """

    parts: tuple[DayPart, ...]
    source: str
    requests: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no whole day."""
        if not all(math.isfinite(part.share) and part.share >= 0 for part in self.parts):
            raise InputError("shares of the day's requests must be numbers of at least 0")
        edges = [(0.0, 0.0), *((part.start_h, part.end_h) for part in self.parts), (DAY_H, DAY_H)]
        follow = all(abs(one[1] - two[0]) < _NEAR for one, two in pairwise(edges))
        if not follow or not all(part.end_h > part.start_h for part in self.parts):
            raise InputError("the parts of a day must follow one another from hour 0 to hour 24")
        total = math.fsum(part.share for part in self.parts)
        if abs(total - 1) > 1e-6:
            raise InputError(f"the shares of a day's requests must add up to 1, got {total:g}")

    @property
    def is_flat(self) -> bool:
        """Whether every hour has as many requests as any other."""
        rates = [part.share / (part.end_h - part.start_h) for part in self.parts]
        return max(rates) - min(rates) < _NEAR


FLAT = DiurnalCurve(parts=(DayPart(start_h=0.0, end_h=DAY_H, share=1.0),), source="assumption")
"""As many requests in each hour: what is taken where nobody tells more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadInterval:
    """A part of the day with its requests.

    Parameters
    ----------
    start_h, end_h : float
        Hours since midnight.
    requests : float
        At least 0.
    """

    start_h: float
    end_h: float
    requests: float

    @property
    def hours(self) -> float:
        """How long it is."""
        return self.end_h - self.start_h

    @property
    def requests_per_second(self) -> float:
        """Mean rate within it."""
        return self.requests / (3600 * self.hours)


def daily_load(requests_per_day: float, curve: DiurnalCurve = FLAT) -> tuple[LoadInterval, ...]:
    """Return the requests of each part of the day.

    Parameters
    ----------
    requests_per_day : float
        Above 0.
    curve : DiurnalCurve

    Returns
    -------
    tuple of LoadInterval
        By time; their requests add up to the day's.

    Raises
    ------
    InputError
        If the volume is not above 0.

    Examples
    --------
    86,400 requests spread evenly are one a second.

    >>> [part.requests_per_second for part in daily_load(86_400.0)]
    [1.0]
    """
    if not (math.isfinite(requests_per_day) and requests_per_day > 0):
        raise InputError(f"requests per day must be a number above 0, got {requests_per_day:g}")
    return tuple(
        LoadInterval(start_h=part.start_h, end_h=part.end_h, requests=part.share * requests_per_day)
        for part in curve.parts
    )
