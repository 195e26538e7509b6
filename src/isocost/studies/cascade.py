"""A cascade learned on one part of the requests and judged on the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange import read_scores
from isocost.frontier import (
    CascadeData,
    best_within_budget,
    cheapest_at_quality,
    learn_cascade,
    mixing_hull,
    outcomes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CascadeReport", "Judged", "cascade_report"]

RESAMPLES = 2000
LEAST_REQUESTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Mean cost and quality of a way to serve requests.

    Parameters
    ----------
    cost, quality : Estimate
        Over requests, with bootstrap intervals.
    """

    cost: Estimate
    quality: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeReport:
    """What a cascade promised where it was learned, and what it kept elsewhere.

    Parameters
    ----------
    stages : tuple of str
        Models in the order they are asked.
    thresholds : tuple of float
        Scores from which on an answer is accepted, one fewer than stages.
    answered : tuple of float
        Share of the judged requests that each stage answered.
    learned : Judged
        On the requests it was learned on: flattering.
    judged : Judged
        On the others: what to expect.
    gap : Estimate
        Quality judged minus quality learned; below 0: it promised too much.
    random : Judged or None
        A random mix for the same aim, its shares learned on the same requests, judged on the same others.
    less_random : Judged or None
        Cost and quality of the cascade minus those of the random mix, request by request.
    learned_on, judged_on : int
        Requests.
    keeps_aim : bool
        Whether the point estimate on the judged requests keeps the budget or reaches the quality.
    cautions : tuple of Caution
    """

    stages: tuple[str, ...]
    thresholds: tuple[float, ...]
    answered: tuple[float, ...]
    learned: Judged
    judged: Judged
    gap: Estimate
    random: Judged | None
    less_random: Judged | None
    learned_on: int
    judged_on: int
    keeps_aim: bool
    cautions: tuple[Caution, ...]


def cascade_report(
    path: Path,
    *,
    budget: float | None = None,
    quality: float | None = None,
    train_share: float = 0.5,
    seed: int = 0,
) -> CascadeReport:
    """Learn a cascade on some of a file's requests and judge it on the rest.

    Parameters
    ----------
    path : Path
        Scores as `isocost.exchange.read_scores` reads them; at least 20 requests.
    budget, quality : float, optional
        The aim: one of the two.
    train_share : float
        Share of the requests to learn on, in (0, 1); which ones is drawn with the seed.
    seed : int

    Returns
    -------
    CascadeReport

    Raises
    ------
    InputError
        If there are too few requests, or no cascade keeps the aim where it is learned.
    """
    if not 0 < train_share < 1:
        raise InputError(f"the share to learn on must lie between 0 and 1, got {train_share:g}")
    read = read_scores(path)
    count = len(read.requests)
    if count < LEAST_REQUESTS:
        raise InputError(
            f"{path} holds {count} requests; a cascade needs at least {LEAST_REQUESTS}, some to learn its "
            "thresholds on and others to judge it by"
        )
    data = CascadeData(
        models=read.models,
        costs=np.array(read.costs),
        scores=np.array(read.scores),
        qualities=np.array(read.qualities),
    )
    rng = np.random.default_rng(seed)
    order = rng.permutation(count)
    cut = min(max(1, round(train_share * count)), count - 1)
    train, test = data.part(order[:cut]), data.part(order[cut:])
    cascade = learn_cascade(train, budget=budget, quality=quality)
    if cascade is None:
        aim = f"a budget of {budget:g}" if budget is not None else f"a quality of {quality:g}"
        raise InputError(
            f"no cascade of {', '.join(read.models)} keeps {aim} on the requests it is learned on"
        )
    there, here = outcomes(cascade, train), outcomes(cascade, test)
    shares = _random_shares(train, budget, quality)
    other = None if shares is None else (test.costs @ shares, test.qualities @ shares)
    judged = _judged(here.costs, here.qualities, read.cost_unit, rng)
    learned = _judged(there.costs, there.qualities, read.cost_unit, rng)
    return CascadeReport(
        stages=tuple(read.models[stage] for stage in cascade.stages),
        thresholds=cascade.thresholds,
        answered=tuple(float((here.accepted == stage).mean()) for stage in range(len(cascade.stages))),
        learned=learned,
        judged=judged,
        gap=_gap(here.qualities, there.qualities, rng),
        random=None if other is None else _judged(*other, read.cost_unit, rng),
        less_random=(
            None
            if other is None
            else _judged(here.costs - other[0], here.qualities - other[1], read.cost_unit, rng)
        ),
        learned_on=len(train.costs),
        judged_on=len(test.costs),
        keeps_aim=(
            judged.cost.value <= budget if budget is not None else judged.quality.value >= (quality or 0.0)
        ),
        cautions=tuple(_doubts(judged, budget, quality)),
    )


def _random_shares(train: CascadeData, budget: float | None, quality: float | None) -> FloatArray | None:
    hull = mixing_hull(train.costs.mean(axis=0).tolist(), train.qualities.mean(axis=0).tolist())
    mix = (
        best_within_budget(hull, budget) if budget is not None else cheapest_at_quality(hull, quality or 0.0)
    )
    if mix is None:
        return None
    shares = np.zeros(len(train.models))
    for number, share in mix.shares:
        shares[number] = share
    return shares


def _judged(costs: FloatArray, qualities: FloatArray, unit: str, rng: np.random.Generator) -> Judged:
    return Judged(cost=_mean(costs, unit, rng), quality=_mean(qualities, "1", rng))


def _mean(values: FloatArray, unit: str, rng: np.random.Generator) -> Estimate:
    means = _resampled(values, rng)
    return _estimate(float(values.mean()), means, unit, len(values), "mean; bootstrap over requests")


def _gap(one: FloatArray, other: FloatArray, rng: np.random.Generator) -> Estimate:
    means = _resampled(one, rng) - _resampled(other, rng)
    value = float(one.mean() - other.mean())
    how = "difference of means; bootstrap over both groups of requests"
    return _estimate(value, means, "1", len(one), how)


def _resampled(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return means of resamples, by how often each request is drawn."""
    counts = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=RESAMPLES)
    return np.asarray(counts @ values / len(values))


def _estimate(value: float, means: FloatArray, unit: str, count: int, method: str) -> Estimate:
    low, high = (float(end) for end in np.quantile(means, [0.025, 0.975]))
    known = Estimate(value=value, unit=unit, kind="measured", method=method, n=count)
    certain = high - low <= 1e-12 * max(abs(low), abs(high))  # but for rounding
    return known if certain else replace(known, low=low, high=high)


def _doubts(judged: Judged, budget: float | None, quality: float | None) -> Iterator[Caution]:
    if budget is not None and judged.cost.value > budget:
        yield Caution(
            "aim-missed",
            f"on requests it was not learned on, the cascade costs {judged.cost.value:.4g}, over the budget "
            f"of {budget:g}",
        )
    if quality is not None and judged.quality.value < quality:
        yield Caution(
            "aim-missed",
            f"on requests it was not learned on, the cascade reaches {judged.quality.value:.4g}, under the "
            f"quality of {quality:g}",
        )
