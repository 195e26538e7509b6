"""What requests sent at once do to one another's runtime."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics import student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Kind

__all__ = ["Contention", "contention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """Runtime of one kind of request against how many are sent at once.

    Parameters
    ----------
    name : str
        Of the endpoint.
    request : str
        The kind of request, in words: ``"64 tokens out"``.
    levels : tuple of (int, float, float)
        Parallel requests, runtime [s], and its ratio to the runtime at the least level.
    per_doubling : Estimate or None
        What each doubling of the parallel requests multiplies the runtime by; ``None`` below three levels.
    """

    name: str
    request: str
    levels: tuple[tuple[int, float, float], ...]
    per_doubling: Estimate | None


def contention(
    parallel: Sequence[int],
    runtime_s: Sequence[float],
    *,
    name: str,
    request: str,
    kind: Kind = "measured",
) -> Contention:
    """Relate runtime to parallel requests, by least squares of log runtime on log parallel requests.

    A slope over all levels does not see a threshold: look at the levels too. Where runtimes are minima over
    requests, they hide waiting that not all requests met.

    Parameters
    ----------
    parallel : sequence of int
        Requests in flight at once, at least 1, no level twice.
    runtime_s : sequence of float
        Runtime at each level by one and the same statistic, above 0.
    name, request : str
    kind : Kind
        Where the runtimes come from.

    Returns
    -------
    Contention
        Levels in rising order.

    Raises
    ------
    InputError
        If lengths differ, there are less than two levels, one comes twice, or a number is out of range.

    Examples
    --------
    Every doubling takes a tenth more:

    >>> seen = contention([1, 2, 4], [1.0, 1.1, 1.21], name="api", request="64 out")
    >>> round(seen.per_doubling.value, 6), round(seen.levels[-1][2], 6)
    (1.1, 1.21)
    """
    _check_levels(parallel, runtime_s)
    pairs = sorted(zip(parallel, runtime_s, strict=True))
    alone = pairs[0][1]
    return Contention(
        name=name,
        request=request,
        levels=tuple((count, float(seconds), float(seconds / alone)) for count, seconds in pairs),
        per_doubling=_per_doubling(pairs, kind),
    )


def _check_levels(parallel: Sequence[int], runtime_s: Sequence[float]) -> None:
    if len(parallel) != len(runtime_s) or len(parallel) < 2:
        raise InputError(
            f"contention needs a runtime at each of at least two levels, got {len(parallel)} levels "
            f"and {len(runtime_s)} runtimes"
        )
    if min(parallel) < 1 or len(set(parallel)) < len(parallel):
        raise InputError(
            f"levels of parallel requests are at least 1 and differ, got {sorted(parallel)}; "
            "give one runtime a level"
        )
    bad = next((each for each in runtime_s if not (math.isfinite(each) and each > 0)), None)
    if bad is not None:
        raise InputError(f"a runtime is above 0 seconds and finite, got {bad!r}")


def _per_doubling(pairs: Sequence[tuple[int, float]], kind: Kind) -> Estimate | None:
    if len(pairs) < 3:
        return None
    x = np.log2([count for count, _ in pairs])
    y = np.log([seconds for _, seconds in pairs])
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    left = y - y.mean() - slope * (x - x.mean())
    degrees = len(pairs) - 2
    reach = student_quantile(0.95, degrees) * math.sqrt(float((left**2).sum()) / degrees / spread)
    return Estimate(
        value=math.exp(slope),
        low=math.exp(slope - reach),
        high=math.exp(slope + reach),
        unit="",
        kind=kind,
        n=len(pairs),
        basis="each doubling of parallel requests",
        method="least squares of log runtime on log2 parallel requests, t interval",
    )
