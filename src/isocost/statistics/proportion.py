"""Shares of successes in a number of tries, with their interval."""

from __future__ import annotations

import math
from statistics import NormalDist

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate, Kind

__all__ = ["proportion", "wilson_interval"]


def wilson_interval(successes: float, tries: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share (1927, doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    successes : float
        Between 0 and `tries`; a mean score times tries where answers get parts of a point.
    tries : int
        At least 1.
    level : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    tuple of float
        Both ends, within [0, 1].

    Raises
    ------
    InputError
        If there are no tries, or more successes than tries.

    Examples
    --------
    >>> [round(end, 4) for end in wilson_interval(8, 10)]
    [0.4902, 0.9433]
    """
    if tries < 1 or not 0 <= successes <= tries:
        raise InputError(f"a share needs successes among at least one try, got {successes:g} of {tries}")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, extra = successes / tries, z * z / tries
    centre = (share + extra / 2) / (1 + extra)
    half = z / (1 + extra) * math.sqrt(share * (1 - share) / tries + extra / (4 * tries))
    return max(0.0, centre - half), min(1.0, centre + half)


def proportion(
    successes: float, tries: int, *, kind: Kind = "measured", source: str | None = None, level: float = 0.95
) -> Estimate:
    """Estimate a share of successes.

    Examples
    --------
    >>> share = proportion(8, 10)
    >>> share.value, share.n, share.method
    (0.8, 10, 'share of tries; Wilson interval')
    """
    low, high = wilson_interval(successes, tries, level=level)
    return Estimate(
        value=successes / tries,
        low=min(low, successes / tries),
        high=max(high, successes / tries),
        level=level,
        n=tries,
        unit="1",
        kind=kind,
        method="share of tries; Wilson interval",
        source=source,
    )
