"""Whether a run of a given number of requests was ever in a steady state, and how far off its cost may be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import InputError
from isocost.economics.principles import untold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.operating_point import Latency, OperatingPoint
    from isocost.economics.curve import CostCurve, CostLevel, TokenBasis

__all__ = [
    "PARTIAL_FROM",
    "State",
    "Steadiness",
    "bounded_curve",
    "edge_shares_of",
    "implied_tokens_per_request",
    "offered_share",
    "overload_loss",
    "residence_of",
    "steadiness",
    "steadiness_number",
]

PARTIAL_FROM = 0.15
"""From which s = L R / M on a run counts as partly steady: its cost may be too high by about as much."""
_KEPT = 0.95  # a smaller share of the offered requests, filling and draining apart, is overload
State = Literal["steady", "partial", "never steady", "overload", "draining", "not judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """What can be said of the steady state of one run.

    Parameters
    ----------
    state : {"steady", "partial", "never steady", "overload", "draining", "not judged"}
    number : float or None
        s = L R / M: the share of the run's requests that are in flight at once; ``None``: cannot be told.
    edge_share : float or None
        R / D: the share of the run in which it was filling or draining, in [0, 1).
    residence : str
        Which R: ``"mean"``, ``"p50"`` (a proxy), ``"closed loop"``, or ``""``.
    """

    state: State
    number: float | None = None
    edge_share: float | None = None
    residence: str = ""


def steadiness_number(rate_per_s: float, residence_s: float, requests: float) -> float:
    """Return s = L R / M: how many of a run's requests are in flight at once, as a share of all.

    At 1 and above every request has arrived before the typical one is done, and the run never was in a
    steady state.

    Parameters
    ----------
    rate_per_s : float
        Requests offered per second, L, above 0.
    residence_s : float
        Time of a request in the system, R, above 0.
    requests : float
        Requests of the run, M, above 0.

    Raises
    ------
    InputError
        If one is not above 0.

    Examples
    --------
    500 requests at 50/s are sent within 10 s; if each takes 15 s, the last is sent before the first is done.

    >>> steadiness_number(50.0, 15.0, 500)
    1.5
    """
    for name, value in (("rate_per_s", rate_per_s), ("residence_s", residence_s), ("requests", requests)):
        if not value > 0:
            raise InputError(f"{name} must be above 0, got {value!r}")
    return rate_per_s * residence_s / requests


def offered_share(point: OperatingPoint, *, tokens_per_request: float | None = None) -> float | None:
    """Return the share of the offered requests per second that ended; ``None`` in a closed loop.

    What was offered is what fell due as it was drawn, where the point tells it, else the nominal rate.

    Parameters
    ----------
    point : OperatingPoint
    tokens_per_request : float, optional
        Output tokens of a request, to tell requests by, where the point does not count them.
    """
    rate, ended = point.offered_per_second or point.load.rate_per_s, point.requests_per_second
    if rate is None:
        return None
    if ended is None:
        well = (
            None if tokens_per_request is None else point.output_tokens_per_second.value / tokens_per_request
        )
    else:
        well = ended.value
    failed = (point.failures or 0) / point.requests if point.requests else 0.0
    return None if well is None else well * (1 + failed) / rate


def implied_tokens_per_request(points: Sequence[OperatingPoint]) -> float | None:
    """Return output tokens a request that a sweep over rates implies: the most tokens per offered request.

    Where requests are lost in overload, tokens per offered request are fewer than below capacity.

    Parameters
    ----------
    points : sequence of OperatingPoint
        One sweep; those at a concurrency do not count.

    Returns
    -------
    float or None
        ``None`` without a run at a rate.
    """
    rates = [(point.output_tokens_per_second.value, point.load.rate_per_s) for point in points]
    return max((tokens / rate for tokens, rate in rates if rate is not None), default=None)


def overload_loss(points: Sequence[OperatingPoint]) -> tuple[Load, Load, float] | None:
    """Return by which share the cost of a token rises from the best overloaded run to the deepest.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Overloaded runs of one sweep.

    Returns
    -------
    tuple of Load, Load and float, or None
        The load with the best throughput, the highest load, and the rise; ``None`` where the deepest run is
        the best, or there are fewer than two.
    """
    ordered = sorted(points, key=lambda point: point.load.rate_per_s or 0.0)
    if len(ordered) < 2:
        return None
    best = max(ordered, key=lambda point: point.output_tokens_per_second.value)
    last = ordered[-1]
    if best.load == last.load:
        return None
    rise = best.output_tokens_per_second.value / last.output_tokens_per_second.value - 1
    return best.load, last.load, rise


def steadiness(
    point: OperatingPoint, *, tokens_per_request: float | None = None, windowed: bool = False
) -> Steadiness:
    """Judge whether a whole run, filling and draining included, was in a steady state.

    Open loop: s = L R / M. Closed loop: by Little's law N = L R, so s = N / M. A run with s of 1 and more
    never was; from `PARTIAL_FROM` on it was so in part. A run that finished fewer requests per second than
    were offered, by more than filling and draining and the chance of Poisson arrivals explain, is
    overloaded: its queue grows as long as it runs, and it is no level of load at all. One that finished
    more than fell due, by as much, was draining a queue from before. Only a point that tells what fell due is
    judged so: in a whole run at a nominal rate no more can end than was sent.

    Parameters
    ----------
    point : OperatingPoint
        Of a whole run, unless `windowed`.
    tokens_per_request : float, optional
        Output tokens of a request of this sweep, where the point does not tell requests per second.
    windowed : bool
        Whether the point is of a window from which filling and draining were cut: then it is never partly
        steady, and the requests that ended in it are held against those offered as they are.

    Returns
    -------
    Steadiness

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> from isocost.core.load import Load
    >>> from isocost.core.operating_point import OperatingPoint
    >>> from isocost.core.provenance import Provenance
    >>> speed = Estimate(value=250.0, unit="tokens/s", kind="measured", method="example")
    >>> run = OperatingPoint(deployment="a", load=Load(concurrency=16), output_tokens_per_second=speed,
    ...                      requests=64, kind="measured", provenance=Provenance(source="a", tool="a"))
    >>> steadiness(run).state, steadiness(run).number
    ('partial', 0.25)
    """
    requests = None if point.requests is None else point.requests + (point.failures or 0)
    residence, named = residence_of(point)
    number = None
    if requests and point.load.concurrency is not None:
        number, named = point.load.concurrency / requests, "closed loop"
    elif requests and residence is not None and point.load.rate_per_s is not None:
        number = steadiness_number(point.load.rate_per_s, residence, requests)
    share = offered_share(point, tokens_per_request=tokens_per_request)
    if number is not None and number >= 1:
        return Steadiness(state="never steady", number=number, residence=named)
    least = _KEPT - (2 / math.sqrt(requests) if requests else 0.0)
    if share is not None and share * (1.0 if windowed else 1 + (number or 0.0)) < least:
        return Steadiness(state="overload", number=number, residence=named)
    if _drains(point, share, requests):
        return Steadiness(state="draining", number=number, residence=named)
    if number is None:
        return Steadiness(state="not judged")
    if windowed:
        return Steadiness(state="steady", number=number, residence=named)
    return Steadiness(
        state="partial" if number >= PARTIAL_FROM else "steady",
        number=number,
        edge_share=_edge_share(point, residence, number),
        residence=named,
    )


def _drains(point: OperatingPoint, share: float | None, requests: int | None) -> bool:
    """Whether requests of before were still ending: more than what fell due and its chance."""
    if point.offered_per_second is None or share is None:
        return False
    return share > 1 / _KEPT + (2 / math.sqrt(requests) if requests else 0.0)


def residence_of(point: OperatingPoint) -> tuple[float | None, str]:
    """Return how long a request is in the system, seconds: its mean, else the median as a proxy.

    Parameters
    ----------
    point : OperatingPoint

    Returns
    -------
    tuple of (float or None, str)
        With the statistic it is, ``"mean"`` or ``"p50"``; ``(None, "")`` where nothing tells.
    """
    for statistic in ("mean", "p50"):
        whole = _at(point.e2e, statistic)
        if whole is not None:
            return whole, statistic
    tokens = point.output_tokens_per_request
    for statistic in ("mean", "p50"):
        first, each = _at(point.ttft, statistic), _at(point.tpot, statistic)
        if first is not None and each is not None and tokens is not None:
            return first + each * (tokens.value - 1), statistic
    return None, ""


def _at(latency: Latency | None, statistic: str) -> float | None:
    told = None if latency is None else latency.at(statistic)
    return None if told is None else told.value


def _edge_share(point: OperatingPoint, residence: float | None, number: float) -> float:
    """Return R / D; where the length of the run is not told, s stands for it, which is no smaller."""
    ended = (point.requests or 0) + (point.failures or 0)
    length = point.window_s
    if length is None and point.requests_per_second is not None:
        length = ended / point.requests_per_second.value
    if residence is None or length is None:
        return number
    return min(residence / length, number)


def bounded_curve(curve: CostCurve, edge_shares: Mapping[Load, float]) -> CostCurve:
    """Widen the costs of levels that were steady only in part, downward to c (1 - R/D).

    Filling and draining only ever lower the throughput of a whole run, so a cost c computed from it is too
    high, by at most the share R/D of the run in which it filled or drained (METHOD: [c (1 - R/D), c]).
    Probabilities of being the best and judgements of the principles do not know of this and are taken back.

    Parameters
    ----------
    curve : CostCurve
    edge_shares : mapping of Load to float
        R/D of the levels to widen, in [0, 1).

    Returns
    -------
    CostCurve
        The same where there is nothing to widen.

    Raises
    ------
    InputError
        If a share is out of range.
    """
    for load, share in edge_shares.items():
        if not 0 <= share < 1:
            raise InputError(
                f"the share of filling and draining at {load.label} must be in [0, 1), got {share!r}"
            )
    if not edge_shares:
        return curve
    levels = tuple(_widened(level, edge_shares.get(level.load)) for level in curve.levels)
    reason = "some levels were steady only in part, and their throughput is known within bounds only"
    return replace(
        curve, levels=levels, principles=tuple(untold(each.name, reason) for each in curve.principles)
    )


def _widened(level: CostLevel, share: float | None) -> CostLevel:
    if share is None:
        return replace(level, probability_best=None)
    costs: dict[TokenBasis, Estimate] = {
        basis: _lowered(each, share) for basis, each in level.cost_per_million_tokens.items()
    }
    return replace(
        level,
        output_tokens_per_second=_raised(level.output_tokens_per_second, share),
        machine_seconds_per_million=_lowered(level.machine_seconds_per_million, share),
        cost_per_million_tokens=costs,
        cost_per_request=None if level.cost_per_request is None else _lowered(level.cost_per_request, share),
        probability_best=None,
        waiting=None
        if level.waiting is None
        else replace(
            level.waiting, cost_per_million_tokens=_lowered(level.waiting.cost_per_million_tokens, share)
        ),
    )


_BOUNDS = "bounds: filling and draining count in the run"


def _lowered(cost: Estimate, share: float) -> Estimate:
    low, high = _ends(cost)
    return replace(cost, low=low * (1 - share), high=high, method=f"{cost.method}; {_BOUNDS}")


def _raised(rate: Estimate, share: float) -> Estimate:
    low, high = _ends(rate)
    return replace(rate, low=low, high=high / (1 - share), method=f"{rate.method}; {_BOUNDS}")


def _ends(estimate: Estimate) -> tuple[float, float]:
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return low, high


def edge_shares_of(judged: Sequence[tuple[Load, Steadiness]]) -> dict[Load, float]:
    """Return R/D of each level of which a run was steady only in part: the largest of its repeats."""
    found: dict[Load, float] = {}
    for load, each in judged:
        if each.state == "partial" and each.edge_share is not None:
            found[load] = max(found.get(load, 0.0), each.edge_share)
    return found
