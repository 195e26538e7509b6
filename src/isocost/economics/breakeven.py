"""From which load on a deployment of one's own costs less than an API or a rented one, over joint draws."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.economics.alternative import break_even_share, cheaper_from, dearer_windows, own_cost
from isocost.economics.long_run import replicas
from isocost.statistics.draws import Draws, combine, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "Answer",
    "AtLoad",
    "LoadBreakEven",
    "OwnHour",
    "Sides",
    "Surface",
    "answer_of",
    "at_load",
    "break_even_load",
    "break_even_surface",
]

Answer = Literal["own", "other", "undecided"]
SURE = 0.975
"""From this share of the draws on, one side is called the cheaper: within 95 % of them none flips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHour:
    """What an hour of one replica of the own deployment costs.

    Parameters
    ----------
    standing : Draws
        USD per hour of the calendar, whatever it does.
    used : Draws
        USD more per hour of full use.
    """

    standing: Draws
    used: Draws

    @property
    def full(self) -> Draws:
        """An hour of full use."""
        method = self.standing.method
        return combine(np.add, self.standing, self.used, unit="USD/h", kind="assumed", method=method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The two sides for the same work, as joint draws.

    Parameters
    ----------
    own : OwnHour or None
        ``None``: no price is known.
    other : Draws
        USD that the alternative takes for what one replica does in an hour of full use.
    capacity : Draws
        Output tokens per second of one replica within the service levels.
    requests_per_token : Draws or None
        Requests for each output token; ``None``: nobody counted requests.
    by_hours : bool
        Whether a load is a share of the hours, which is known whatever the capacity; otherwise a rate.
    """

    own: OwnHour | None
    other: Draws
    capacity: Draws
    requests_per_token: Draws | None = None
    by_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Who is cheaper over load and price.

    Parameters
    ----------
    shares : tuple of float
        Loads, in capacities of one replica; rising.
    factors : tuple of float
        Multiples of the varied price; rising.
    cells : tuple of tuple of Answer
        One row a factor, one cell a share.
    line : tuple of float or None
        The break-even share at each factor, by point estimates; ``None``: never.
    """

    shares: tuple[float, ...]
    factors: tuple[float, ...]
    cells: tuple[tuple[Answer, ...], ...]
    line: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoad:
    """Both sides at one load.

    Parameters
    ----------
    share : Estimate
        The load over the capacity of one replica.
    replicas : int
    own_per_hour, other_per_hour : Estimate
        USD.
    answer : Answer
    probability_own : float or None
        Share of the draws in which the own side costs less; ``None`` where the data allow none.
    """

    share: Estimate
    replicas: int
    own_per_hour: Estimate
    other_per_hour: Estimate
    answer: Answer
    probability_own: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBreakEven:
    """Own deployment against an alternative.

    Parameters
    ----------
    answer : Answer or None
        Who is cheaper when one replica is full; ``None``: no price is known.
    utilization : Estimate or None
        Share of the capacity of one replica from which the own side costs less; above 1: not even full;
        ``None``: never, or no price is known.
    tokens_per_second, requests_per_second : Estimate or None
        The same as a load, in output tokens and in requests; ``None`` also where nobody counted requests.
    capacity_tokens_per_second, capacity_requests_per_second : Estimate or None
        What one replica can serve.
    own_full, other_full : Estimate or None
        USD for an hour of full use, and what the alternative takes for the same work.
    hourly_price : Estimate
        The most that an hour of the calendar may cost for a full replica to be no dearer.
    price_factor : Estimate or None
        Multiple of the alternative's price at which a full replica costs the same.
    never : float or None
        Share of the draws in which even a full replica costs more; ``None`` where the data allow none.
    windows : tuple of (float, float)
        Loads, in capacities of one replica, at which one replica more makes the own side dearer again.
    always_from : float or None
        Load from which it is cheaper at every number of replicas, in capacities; ``None``: never.
    draws : Draws or None
        Behind `utilization`.
    """

    answer: Answer | None
    utilization: Estimate | None
    tokens_per_second: Estimate | None
    requests_per_second: Estimate | None
    capacity_tokens_per_second: Estimate
    capacity_requests_per_second: Estimate | None
    own_full: Estimate | None
    other_full: Estimate
    hourly_price: Estimate
    price_factor: Estimate | None
    never: float | None
    windows: tuple[tuple[float, float], ...]
    always_from: float | None
    draws: Draws | None = field(default=None, repr=False, compare=False)


def answer_of(value: float, samples: FloatArray) -> tuple[Answer, float | None]:
    """Say who is cheaper from the own cost less the other's; *undecided* where the interval holds both.

    Parameters
    ----------
    value : float
    samples : float array, shape (draws,)
        Where one is no number, the data allow no interval and `value` alone decides.

    Returns
    -------
    tuple of (Answer, float or None)
        And the share of the draws in which the own side is cheaper.

    Examples
    --------
    >>> answer_of(-1.0, np.array([-1.0, -2.0])), answer_of(-1.0, np.array([-1.0, 0.5]))
    (('own', 1.0), ('undecided', 0.5))
    """
    if not bool(np.isfinite(samples).all()):
        return ("own" if value < 0 else "other"), None
    share = float(np.mean(samples < 0))
    if share >= SURE:
        return "own", share
    return ("other" if share <= 1 - SURE else "undecided"), share


def break_even_load(sides: Sides) -> LoadBreakEven:
    """Find the load from which the own deployment costs less, and how far each price is from break-even.

    All numbers come from the same draws, so that what both sides share, such as the throughput, is compared
    jointly.

    Parameters
    ----------
    sides : Sides

    Returns
    -------
    LoadBreakEven

    Examples
    --------
    3.60 USD/h against 0.02 USD a second for the same work: 72 USD an hour when full.

    >>> def exact(value, unit):
    ...     return Draws(value=value, samples=np.full(8, value), unit=unit, kind="assumed", method="given")
    >>> own = OwnHour(standing=exact(3.6, "USD/h"), used=exact(0.0, "USD/h"))
    >>> sides = Sides(own=own, other=exact(72.0, "USD/h"), capacity=exact(1000.0, "tokens/s"))
    >>> found = break_even_load(sides)
    >>> found.answer, round(found.utilization.value, 6), round(found.tokens_per_second.value, 6)
    ('own', 0.05, 50.0)
    """
    capacity, rates = sides.capacity, sides.requests_per_token
    common = {
        "capacity_tokens_per_second": summarise(capacity),
        "capacity_requests_per_second": None
        if rates is None
        else _told(_product(capacity, rates, "requests/s")),
        "other_full": summarise(sides.other),
    }
    if sides.own is None:
        return LoadBreakEven(
            answer=None,
            utilization=None,
            tokens_per_second=None,
            requests_per_second=None,
            own_full=None,
            hourly_price=summarise(replace(sides.other, method="what the same work costs there")),
            price_factor=None,
            never=None,
            windows=(),
            always_from=None,
            **common,  # type: ignore[arg-type]
        )
    own, other = sides.own, sides.other
    share = _combined(break_even_share, own.standing, own.used, other, unit="1")
    load = _product(share, capacity, "tokens/s")
    answer, probability = answer_of(
        own.full.value - other.value, np.asarray(own.full.samples - other.samples)
    )
    return LoadBreakEven(
        answer=answer,
        utilization=_told(share),
        tokens_per_second=_told(load),
        requests_per_second=None if rates is None else _told(_product(load, rates, "requests/s")),
        own_full=summarise(own.full),
        hourly_price=summarise(_combined(np.subtract, other, own.used, unit="USD/h")),
        price_factor=None if other.value <= 0 else _told(_combined(_over, own.full, other, unit="1")),
        never=None if probability is None else float(np.mean(share.samples > 1)),
        windows=dearer_windows(share.value),
        always_from=cheaper_from(share.value),
        draws=share,
        **common,  # type: ignore[arg-type]
    )


def _combined(function: Any, *parts: Draws, unit: str) -> Draws:  # noqa: ANN401
    return combine(function, *parts, unit=unit, kind="assumed", method="break-even; joint draws")


def _product(one: Draws, other: Draws, unit: str) -> Draws:
    kind = one.kind
    return combine(np.multiply, one, other, unit=unit, kind=kind, method=one.method)


def _over(one: Any, other: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    below = np.asarray(other, dtype=np.float64)
    return np.where(below > 0, one / np.where(below > 0, below, 1.0), np.inf)


def _told(draws: Draws) -> Estimate | None:
    return summarise(draws) if np.isfinite(draws.value) else None


def at_load(sides: Sides, share: float) -> AtLoad | None:
    """Tell what both sides cost at a load; ``None`` where no price is known.

    Parameters
    ----------
    sides : Sides
    share : float
        The load over the capacity of one replica, by point estimates; above 0.
    """
    if sides.own is None:
        return None
    at = _shares(sides, share)
    own = _combined(own_cost, at, sides.own.standing, sides.own.used, unit="USD/h")
    other = _combined(np.multiply, at, sides.other, unit="USD/h")
    answer, probability = answer_of(own.value - other.value, own.samples - other.samples)
    return AtLoad(
        share=summarise(at),
        replicas=max(int(replicas(share, 1.0)), 1),
        own_per_hour=summarise(own),
        other_per_hour=summarise(other),
        answer=answer,
        probability_own=probability,
    )


def _shares(sides: Sides, share: float) -> Draws:
    """Return a fixed load as draws of its share: the load is sure, the capacity is not."""
    capacity, rates = sides.capacity, sides.requests_per_token
    if sides.by_hours:
        samples = np.full(len(sides.other.samples), share)
        return replace(sides.other, value=share, samples=samples, unit="1", method="share of the hours")
    if rates is not None:
        capacity = _product(capacity, rates, "requests/s")
    samples = share * capacity.value / capacity.samples
    return replace(capacity, value=share, samples=samples, unit="1", method="load over capacity")


def break_even_surface(
    sides: Sides, *, shares: Sequence[float], factors: Sequence[float], varied: Literal["own", "other"]
) -> Surface | None:
    """Say who is cheaper over load and price: own, other, or undecided where the answer flips in the draws.

    Parameters
    ----------
    sides : Sides
    shares : sequence of float
        Loads in capacities of one replica, above 0.
    factors : sequence of float
        Multiples of the varied price, above 0.
    varied : {"own", "other"}
        Whose price is varied.

    Returns
    -------
    Surface or None
        ``None`` where no price is known.
    """
    own, other = sides.own, sides.other
    if own is None:
        return None
    rows: list[tuple[Answer, ...]] = []
    line: list[float | None] = []
    at = [_shares(sides, share) for share in shares]
    needs = [own_cost(each.samples, 1.0, 0.0) for each in at]
    for factor in factors:
        mine, theirs = (factor, 1.0) if varied == "own" else (1.0, factor)
        standing, rest = mine * own.standing.samples, mine * own.used.samples - theirs * other.samples
        values = [
            mine * own_cost(each.value, own.standing.value, own.used.value)
            - theirs * other.value * each.value
            for each in at
        ]
        rows.append(
            tuple(
                answer_of(float(value), standing * need + rest * each.samples)[0]
                for value, need, each in zip(values, needs, at, strict=True)
            )
        )
        found = break_even_share(mine * own.standing.value, mine * own.used.value, theirs * other.value)
        line.append(found if np.isfinite(found) else None)
    return Surface(shares=tuple(shares), factors=tuple(factors), cells=tuple(rows), line=tuple(line))
