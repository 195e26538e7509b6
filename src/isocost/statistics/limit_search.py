"""The highest rate under service levels: which rate to probe next, and what the probes say so far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bracket", "Verdict", "Visited", "bracket_of", "limit_estimate", "next_rate", "rounded_rate"]

Verdict = Literal["passed", "failed", "cannot be told", "client at its limit"]
_STEP = 2.0
_LEAST_SHARE = 1 / 1024  # of the rate that one stream sustains


@dataclass(frozen=True, slots=True)
class Visited:
    """A rate that was probed.

    Parameters
    ----------
    rate_per_s : float
        Requests per second, above 0.
    verdict : {"passed", "failed", "cannot be told", "client at its limit"}
    """

    rate_per_s: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Between which rates the limit lies, as far as it was told.

    Parameters
    ----------
    passed : float or None
        Highest rate that passed below the lowest that failed.
    failed : float or None
        Lowest rate that failed.
    untold : tuple of float
        Rates between them that could not be told, ascending.
    client : float or None
        Lowest rate above `passed` at which the client was at its limit, where it is below `failed`.
    """

    passed: float | None
    failed: float | None
    untold: tuple[float, ...]
    client: float | None


def bracket_of(visited: Sequence[Visited]) -> Bracket:
    """Sum up what was told of rates; one that failed outweighs a higher one that passed.

    Examples
    --------
    >>> seen = [Visited(1.0, "passed"), Visited(4.0, "failed"), Visited(2.0, "cannot be told")]
    >>> found = bracket_of(seen)
    >>> found.passed, found.untold, found.failed
    (1.0, (2.0,), 4.0)
    """
    failed = min((each.rate_per_s for each in visited if each.verdict == "failed"), default=None)
    below = [each for each in visited if failed is None or each.rate_per_s < failed]
    passed = max((each.rate_per_s for each in below if each.verdict == "passed"), default=None)
    above = [each for each in below if passed is None or each.rate_per_s > passed]
    client = min((each.rate_per_s for each in above if each.verdict == "client at its limit"), default=None)
    untold = sorted({each.rate_per_s for each in above if each.verdict == "cannot be told"})
    return Bracket(
        passed=passed,
        failed=failed,
        untold=tuple(rate for rate in untold if client is None or rate < client),
        client=client,
    )


def next_rate(
    visited: Sequence[Visited],
    *,
    first: float,
    resolution: float,
    lowest: float = 0.0,
    highest: float | None = None,
) -> float | None:
    """Return the rate to probe next; ``None`` when the limit is known as well as it can be.

    From a rate that one stream sustains upward by doubling until one fails (or downward by halving until one
    passes), then the middle of the wider gap on the logarithm of the rate. A rate that cannot be told stays:
    the gaps on both sides of all such rates are narrowed, and what is between them is left.

    Parameters
    ----------
    visited : sequence of Visited
    first : float
        The rate to begin with, above 0.
    resolution : float
        Relative step that is narrow enough, in (0, 1].
    lowest : float
        No rate below it is probed on the way down, since no probe there could pass.
    highest : float or None
        No rate above it is probed.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Examples
    --------
    >>> next_rate([], first=2.0, resolution=0.05)
    2.0
    >>> round(next_rate([Visited(2.0, "passed"), Visited(4.0, "failed")], first=2.0, resolution=0.05), 3)
    2.828
    """
    if not first > 0 or not 0 < resolution <= 1 or (highest is not None and not highest > 0):
        raise InputError(
            f"a search needs rates above 0 and a resolution in (0, 1], got {first!r}, {highest!r} and "
            f"{resolution!r}"
        )
    start = min(first, highest or math.inf)
    if not visited:
        return start
    found = bracket_of(visited)
    top = found.failed if found.client is None else found.client
    if top is None:
        seen = max(each.rate_per_s for each in visited)
        higher = min(_STEP * seen, highest or math.inf)
        return higher if higher > seen * (1 + 1e-9) else _inner(found, None, resolution)
    if found.passed is None:
        lower = min(each.rate_per_s for each in visited) / _STEP
        return lower if lower >= max(_LEAST_SHARE * start, lowest) else None
    return _inner(found, top, resolution)


def _inner(found: Bracket, top: float | None, resolution: float) -> float | None:
    """Return the middle of the wider gap beside what cannot be told; ``None`` where both are narrow."""
    rates = [found.passed, *found.untold, top]
    pairs = [(rates[0], rates[1]), (rates[-2], rates[-1])] if len(rates) > 1 else []
    gaps = [(low, high) for low, high in pairs if low is not None and high is not None]
    wide = [(low, high) for low, high in gaps if high / low > (1 + resolution) * (1 + 1e-9)]
    if not wide:
        return None
    low, high = max(wide, key=lambda gap: gap[1] / gap[0])
    return math.sqrt(low * high)


def rounded_rate(rate_per_s: float) -> float:
    """Return a rate with four digits, so that it can be read and said again.

    Examples
    --------
    >>> rounded_rate(2.8284271247)
    2.828
    """
    return float(f"{rate_per_s:.4g}")


def limit_estimate(visited: Sequence[Visited], *, level: float = 0.95) -> Estimate | None:
    """Estimate the limit: between the highest rate that passed and the lowest that failed.

    Parameters
    ----------
    visited : sequence of Visited
    level : float
        Nominal coverage: each probe errs with at most `isocost.statistics.promise.ERROR` on either side.

    Returns
    -------
    Estimate or None
        The middle of both on the logarithm, with them as interval; ``None`` without a pass or without a fail.

    Examples
    --------
    >>> told = limit_estimate([Visited(2.0, "passed"), Visited(4.5, "failed")])
    >>> told.value, told.low, told.high, told.n
    (3.0, 2.0, 4.5, 2)
    """
    found = bracket_of(visited)
    if found.passed is None or found.failed is None:
        return None
    return Estimate(
        value=math.sqrt(found.passed * found.failed),
        low=found.passed,
        high=found.failed,
        level=level,
        n=len(visited),
        unit="requests/s",
        kind="measured",
        method="sequential tests of probes; highest rate that passed to lowest that failed",
    )
