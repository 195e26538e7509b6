"""What waiting costs: the machine and the time of those in the system, per token."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.economics.curve import WaitingCost
from isocost.economics.steadiness import residence_of
from isocost.statistics.draws import Draws, combine, generator, summarise
from isocost.statistics.levels import pool_estimates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.operating_point import OperatingPoint
    from isocost.economics.curve import CostLevel

__all__ = ["check_waiting", "cost_with_waiting", "waiting_cautions", "waiting_cost"]

_NORMAL = 1.959964  # half a 95 % interval, in standard deviations


def cost_with_waiting(
    machine_seconds_per_million: Any,  # noqa: ANN401 - number or array, as all below
    usd_per_second: Any,  # noqa: ANN401
    waiting_usd_per_second: Any,  # noqa: ANN401
    requests_inside: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return (p + w N) 10^6 / X, USD per million output tokens: the machine, and everyone who is inside.

    A request costs p / L for the machine and w R for its time; by Little's law N = L R the two are
    (p + w N) / L, so per token (p + w N) / X: the sizes of requests need not be known.

    Parameters
    ----------
    machine_seconds_per_million : float or float array
        10^6 / X, above 0.
    usd_per_second : float or float array
        p, of the whole deployment, at least 0.
    waiting_usd_per_second : float or float array
        w, what a second of one request inside is worth, at least 0.
    requests_inside : float or float array
        N, mean number of requests in the system, at least 0.

    Returns
    -------
    float or float array

    Examples
    --------
    3.60 USD an hour and 250 tokens/s make 4 USD; 16 requests inside at 0.225 USD an hour as much again.

    >>> round(cost_with_waiting(4000.0, 3.6 / 3600, 0.225 / 3600, 16), 9)
    8.0
    """
    return machine_seconds_per_million * (usd_per_second + waiting_usd_per_second * requests_inside)


def check_waiting(waiting_usd_per_second: float | None) -> None:
    """Refuse a price of waiting that is none.

    Raises
    ------
    InputError
        If it is below 0 or no number.
    """
    w = waiting_usd_per_second
    if w is not None and not (math.isfinite(w) and w >= 0):
        raise InputError(
            f"the price of waiting must be at least 0 USD per hour of one request, got {w * 3600:g}"
        )


def waiting_cost(
    points: Sequence[OperatingPoint],
    machine_seconds: Draws,
    hourly: Draws,
    *,
    waiting_usd_per_second: float,
    seed: int = 0,
) -> WaitingCost | None:
    """Return what one level costs with waiting, its repeats taken together.

    Requests inside are counted by the run itself, else the concurrency of a closed loop, else the offered
    rate times the mean residence (Little's law); a median residence stands for the mean and is marked.

    Parameters
    ----------
    points : sequence of OperatingPoint
        Repeats of one level, at least one.
    machine_seconds : Draws
        Per million output tokens, at that level.
    hourly : Draws
        USD per hour of the whole deployment, as many draws.
    waiting_usd_per_second : float
        w, at least 0.
    seed : int

    Returns
    -------
    WaitingCost or None
        ``None`` where a run does not tell how many were inside.
    """
    counted = [_inside(point) for point in points]
    numbers = [number for number, _ in counted if number is not None]
    if len(numbers) < len(counted):
        return None
    kind, w = machine_seconds.kind, waiting_usd_per_second
    proxy = any(is_proxy for _, is_proxy in counted)
    inside = pool_estimates(
        [Estimate(value=n, unit="requests", kind=kind, method=_method(proxy=proxy)) for n in numbers]
    )
    usd_per_second = hourly.value / 3600
    spread = _drawn(inside, len(machine_seconds.samples), seed, f"requests inside {points[0].load.label}")
    cost = combine(
        lambda seconds, usd, n: cost_with_waiting(seconds, usd / 3600, w, n),
        machine_seconds,
        hourly,
        spread,
        unit="USD/1M tokens",
        kind=kind,
        method=f"{machine_seconds.method}; waiting at {w * 3600:g} USD/h, {inside.method}",
        basis="output",
    )
    return WaitingCost(
        requests_inside=inside,
        residence_s=_residence(points, proxy=proxy),
        is_proxy=proxy,
        cost_per_million_tokens=summarise(replace(cost, source=hourly.source)),
        repeats=tuple(
            cost_with_waiting(1e6 / point.output_tokens_per_second.value, usd_per_second, w, n)
            for point, n in zip(points, numbers, strict=True)
        ),
    )


def _method(*, proxy: bool) -> str:
    return "rate times the median time in the system, a proxy" if proxy else "requests in the system"


def _inside(point: OperatingPoint) -> tuple[float | None, bool]:
    """Return the mean number of requests in the system, and whether a median stands for a mean in it."""
    if point.mean_concurrency is not None and point.mean_concurrency > 0:
        return point.mean_concurrency, False
    if point.load.concurrency is not None:
        return float(point.load.concurrency), False
    residence, statistic = residence_of(point)
    rate = point.load.rate_per_s if point.requests_per_second is None else point.requests_per_second.value
    if residence is None or rate is None:
        return None, False
    return rate * residence, statistic != "mean"


def _residence(points: Sequence[OperatingPoint], *, proxy: bool) -> Estimate | None:
    """Return R: as it was timed, else by Little's law."""
    found = []
    for point in points:
        timed, statistic = residence_of(point)
        number, _ = _inside(point)
        rate = point.load.rate_per_s if point.requests_per_second is None else point.requests_per_second.value
        if timed is not None and (statistic == "mean" or proxy):
            found.append((timed, f"{statistic} time in the system"))
        elif number is not None and rate:
            found.append((number / rate, "N / L, Little's law"))
    if len(found) < len(points):
        return None
    return pool_estimates(
        [Estimate(value=value, unit="s", kind=points[0].kind, method=how) for value, how in found]
    )


def _drawn(inside: Estimate, size: int, seed: int, name: str) -> Draws:
    """Draw the requests inside, on logarithms; exact where nothing tells how much they vary."""
    samples = np.full(size, inside.value)
    if inside.low is not None and inside.high is not None and inside.low > 0:
        deviation = math.log(inside.high / inside.low) / (2 * _NORMAL)
        samples = samples * np.exp(deviation * generator(seed, name).standard_normal(size))
    return Draws(
        value=inside.value,
        samples=samples,
        unit="requests",
        kind=inside.kind,
        method=inside.method,
        n=inside.n,
    )


def waiting_cautions(levels: Sequence[CostLevel]) -> Iterator[Caution]:
    """Yield a doubt where nothing tells how many wait, and where a median stands for the mean."""
    untold = [level.load.label for level in levels if level.waiting is None]
    if untold:
        yield Caution(
            "waiting-not-told",
            f"{', '.join(untold)}: nothing tells how long a request is in the system, so waiting has no cost "
            "there and the level is not weighed; a column e2e_mean_s would tell",
        )
    proxies = [level.load.label for level in levels if level.waiting is not None and level.waiting.is_proxy]
    if proxies:
        yield Caution(
            "residence-by-median",
            f"{', '.join(proxies)}: only the median time in the system is told and stands for the mean; "
            "where a few requests wait long, waiting costs more than this",
        )
