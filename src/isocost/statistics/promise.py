"""Whether requests at one load keep a promise: judged again and again while they come, with few errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.batch_means import ratio_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "ERROR",
    "FIRST_LOOK",
    "KeptPromise",
    "Promise",
    "PromiseState",
    "ends_probe",
    "fewest_to_pass",
    "judge_promise",
    "judge_promises",
    "look_sizes",
]

PromiseState = Literal["kept", "broken", "cannot be told"]
ERROR = 0.025
"""Bound on the probability of a false pass, and of a false fail, of one probe."""
FIRST_LOOK = 40
_NEXT_LOOK = 1.4
_CUT = 0.2
_BATCHES = 20
_FEWEST = 6
_CONFIRMED = 600


class Promise(NamedTuple):
    """What requests are held to.

    Parameters
    ----------
    label : str
        In words.
    statistic : str
        ``"mean"`` or a percentile such as ``"p95"``.
    bound : float
        What it may be at most.
    """

    label: str
    statistic: str
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPromise:
    """What the requests of one probe say of one promise.

    Parameters
    ----------
    state : {"kept", "broken", "cannot be told"}
    seen : float
        Of a percentile the share of requests that broke the promise, of a mean its value.
    low, high : float
        Interval of `seen` at this look's share of the error on either side.
    allowed : float
        What `seen` may be at most.
    effective : float
        Independent requests that those that count are worth, at most their number.
    requests : int
        That count.
    """

    state: PromiseState
    seen: float
    low: float
    high: float
    allowed: float
    effective: float
    requests: int


def look_sizes(most: int) -> tuple[int, ...]:
    """Return after how many requests a probe is judged: 40, then whenever there are 1.4 times as many.

    Parameters
    ----------
    most : int
        Requests at which a probe ends undecided, at least 1; always the last look.

    Examples
    --------
    >>> look_sizes(200)
    (40, 56, 79, 110, 154, 200)
    """
    sizes: list[int] = []
    size = float(FIRST_LOOK)
    while math.ceil(size) < most:
        sizes.append(math.ceil(size))
        size *= _NEXT_LOOK
    return (*sizes, most)


def ends_probe(state: PromiseState, before: PromiseState, *, requests: int) -> bool:
    """Whether what a look says ends a probe.

    A fail does. A pass before 600 requests does only when the look before passed too: where there are many
    slots the first requests find them empty, and a promise that is broken later looks kept.

    Parameters
    ----------
    state, before : {"kept", "broken", "cannot be told"}
        Of this look and of the one before.
    requests : int
        At this look.

    Examples
    --------
    >>> ends_probe("kept", "cannot be told", requests=200), ends_probe("kept", "kept", requests=280)
    (False, True)
    """
    return state == "broken" or (state == "kept" and (before == "kept" or requests >= _CONFIRMED))


def fewest_to_pass(statistics: Sequence[str], *, looks: int = 10, error: float = ERROR) -> int:
    """Return how many requests a probe needs at least to pass, were they independent and none too slow.

    Parameters
    ----------
    statistics : sequence of str
        ``"mean"`` or percentiles that are promised.
    looks : int
    error : float

    Examples
    --------
    >>> fewest_to_pass(["p95"]), fewest_to_pass(["p50", "mean"])
    (147, 11)
    """
    shares = [1 - float(each[1:]) / 100 for each in statistics if each != "mean"]
    needed = math.log(error / looks) / math.log1p(-min(shares, default=0.5))
    return math.ceil(needed / (1 - _CUT))


def judge_promises(
    promises: Sequence[tuple[Promise, FloatArray]], *, looks: int, error: float = ERROR
) -> tuple[PromiseState, tuple[KeptPromise, ...]]:
    """Judge all promises of a probe at one look.

    All must be kept to pass, so a pass needs no correction for their number (intersection-union test,
    Berger, Technometrics 24, 1982, doi:10.2307/1267823); any one that is broken fails, so each gets its part
    of the error of a fail.

    Parameters
    ----------
    promises : sequence of (Promise, float array, shape (n,))
        Each with the value of every request in the order in which they were due; infinite where a request
        failed, NaN where it says nothing.
    looks : int
        How often the probe is judged at most; the error is shared evenly among looks (Bonferroni).
    error : float
        Bound on the probabilities of a false pass and of a false fail over all looks, in (0, 0.5).

    Returns
    -------
    state : {"kept", "broken", "cannot be told"}
    promises : tuple of KeptPromise
    """
    share = error / looks
    found = tuple(
        judge_promise(promise, values, pass_error=share, fail_error=share / len(promises))
        for promise, values in promises
    )
    if any(each.state == "broken" for each in found):
        return "broken", found
    return ("kept" if all(each.state == "kept" for each in found) else "cannot be told"), found


def judge_promise(
    promise: Promise, values: FloatArray, *, pass_error: float, fail_error: float
) -> KeptPromise:
    r"""Judge one promise by the requests of a probe so far.

    The first fifth is cut: a probe begins with an empty queue. A percentile is a share: ``p95 <= 1 s`` says
    that at most 5 % of the requests take longer. Neighbours share what happens to the target, so n requests
    are worth :math:`n_e = p (1 - p) / s^2`, with s the standard error of a share over 20 batches of
    neighbours that allows for what batches still have in common (`ratio_error`), and the interval is Clopper
    and Pearson's (Biometrika 26, 1934) of :math:`n_e` tries. While fewer break the promise than may, that
    standard error is taken where as many do: at the sample's own percentile. A queue that still grows has
    all of these in its last batch, so few requests in effect, and does not pass. A mean is judged by
    Student's t over the batches.

    Parameters
    ----------
    promise : Promise
    values : float array, shape (n,)
        As in `judge_promises`.
    pass_error, fail_error : float
        Error of either end of the interval, in (0, 0.5).

    Raises
    ------
    InputError
        If an error is out of range.

    Examples
    --------
    >>> waits = np.random.default_rng(0).exponential(0.2, 400)
    >>> told = judge_promise(Promise("TTFT", "p95", 1.0), waits, pass_error=0.01, fail_error=0.01)
    >>> told.state, told.requests
    ('kept', 320)
    """
    if not (0 < pass_error < 0.5 and 0 < fail_error < 0.5):
        raise InputError(f"errors must lie in (0, 0.5), got {pass_error!r} and {fail_error!r}")
    counted = values[~np.isnan(values)]
    counted = counted[int(_CUT * len(counted)) :]
    if promise.statistic == "mean":
        return _judge_mean(promise, counted, pass_error, fail_error)
    allowed = 1 - float(promise.statistic[1:]) / 100
    if len(counted) < _FEWEST:
        return _untold(allowed, len(counted))
    broken = counted > promise.bound
    seen = float(broken.mean())
    effective = _effective(counted, broken, seen, allowed)
    low = _beta_end(fail_error / 2, seen * effective, (1 - seen) * effective + 1)
    high = _beta_end(1 - pass_error, seen * effective + 1, (1 - seen) * effective)
    kept = high <= allowed
    worse = low > allowed or _late_low(broken[len(broken) // 2 :], fail_error / 2) > allowed
    return KeptPromise(
        state="cannot be told" if kept == worse else "kept" if kept else "broken",
        seen=seen,
        low=low,
        high=high,
        allowed=allowed,
        effective=effective,
        requests=len(counted),
    )


def _late_low(late: Any, error: float) -> float:  # noqa: ANN401 - a bool array
    """Return the lower end of the share of the latest requests that broke the promise."""
    share, count = float(late.mean()), float(len(late))
    if 0 < share < 1:
        found = _batched(late.astype(np.float64))
        spread = found.standard_error * _wider(found.degrees)
        count = min(count, share * (1 - share) / spread**2) if spread > 0 else count
    return _beta_end(error, share * count, (1 - share) * count + 1)


def _untold(allowed: float, requests: int) -> KeptPromise:
    return KeptPromise(
        state="cannot be told",
        seen=math.nan,
        low=0.0,
        high=math.inf,
        allowed=allowed,
        effective=float(requests),
        requests=requests,
    )


def _effective(values: FloatArray, broken: Any, seen: float, allowed: float) -> float:  # noqa: ANN401 - array
    """Return how many independent requests these are worth."""
    marked = broken
    if seen < allowed:
        rank = max(math.ceil((1 - allowed) * len(values)) - 1, 0)
        marked = values > np.partition(values, rank)[rank]
    share = float(marked.mean())
    if not 0 < share < 1:
        return float(len(values))
    error = _batched(marked.astype(np.float64))
    spread = error.standard_error * _wider(error.degrees)
    return min(float(len(values)), share * (1 - share) / spread**2) if spread > 0 else float(len(values))


def _batched(values: FloatArray) -> Any:  # noqa: ANN401 - a RatioError
    pieces = min(_BATCHES, len(values))
    starts = (np.arange(pieces) * len(values)) // pieces
    sizes = np.diff([*starts, len(values)]).astype(np.float64)
    return ratio_error(np.add.reduceat(values, starts), sizes)


def _wider(degrees: int) -> float:
    """Return by how much Student's t at a far quantile exceeds the normal's: the spread is only estimated."""
    from scipy.special import ndtri, stdtrit

    return float(stdtrit(max(degrees, 3), 0.995) / ndtri(0.995))


def _beta_end(share: float, successes: float, failures: float) -> float:
    from scipy.special import betaincinv

    if successes <= 0:
        return 0.0
    return 1.0 if failures <= 0 else float(betaincinv(successes, failures, share))


def _judge_mean(promise: Promise, counted: FloatArray, pass_error: float, fail_error: float) -> KeptPromise:
    from scipy.special import stdtrit

    finite = counted[np.isfinite(counted)]  # failures break a promise of their own
    if len(finite) < _FEWEST:
        return _untold(promise.bound, len(finite))
    error = _batched(finite)
    seen = float(finite.mean())
    low = seen + float(stdtrit(error.degrees, fail_error)) * error.standard_error
    high = seen - float(stdtrit(error.degrees, pass_error)) * error.standard_error
    kept, broken = high <= promise.bound, low > promise.bound
    variance = float(finite.var(ddof=1))
    effective = variance / error.standard_error**2 if error.standard_error > 0 else float(len(finite))
    return KeptPromise(
        state="kept" if kept else "broken" if broken else "cannot be told",
        seen=seen,
        low=low,
        high=high,
        allowed=promise.bound,
        effective=min(effective, float(len(finite))),
        requests=len(finite),
    )
