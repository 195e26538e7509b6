"""Cascades: ask a cheap model first and go on to a dearer one when its answer's score is too low."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.pareto import pareto_mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Cascade", "CascadeData", "Outcome", "learn_cascade", "outcomes"]

GRID = 24
"""Thresholds tried per stage: quantiles of the scores that the stage gave in the part it is learned on."""

FEW_MODELS = 6
"""Up to so many models, all are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeData:
    """What each model would do with each request.

    Parameters
    ----------
    models : tuple of str, length k
    costs, scores, qualities : float array, shape (requests, k)
        Cost of the model's answer, with that of scoring it, at least 0; the score that decides whether it is
        accepted, known when the request is served; its true quality, known afterwards only.
    """

    models: tuple[str, ...]
    costs: FloatArray
    scores: FloatArray
    qualities: FloatArray

    def part(self, rows: Any) -> CascadeData:  # noqa: ANN401 - whatever indexes rows
        """Return the data of some requests."""
        return CascadeData(
            models=self.models,
            costs=self.costs[rows],
            scores=self.scores[rows],
            qualities=self.qualities[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Which models are asked in which order, and from which score on an answer is accepted.

    Parameters
    ----------
    stages : tuple of int
        Positions of models, in the order they are asked.
    thresholds : tuple of float
        One fewer than stages: an answer is accepted when its score is at least this; the last one's always.
    """

    stages: tuple[int, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a cascade did with each request.

    Parameters
    ----------
    costs, qualities : float array, shape (requests,)
        Of all answers asked for; of the accepted one.
    accepted : int array, shape (requests,)
        The stage whose answer was accepted, from 0.
    """

    costs: FloatArray
    qualities: FloatArray
    accepted: np.ndarray[Any, np.dtype[np.int64]]


def outcomes(cascade: Cascade, data: CascadeData) -> Outcome:
    """Run requests through a cascade: every answer that was asked for is paid, the accepted one counts.

    Parameters
    ----------
    cascade : Cascade
    data : CascadeData

    Returns
    -------
    Outcome

    Examples
    --------
    The first answer of the second request scores too low: both models are paid.

    >>> data = CascadeData(
    ...     models=("small", "large"),
    ...     costs=np.array([[1.0, 10.0], [1.0, 10.0]]),
    ...     scores=np.array([[0.9, 1.0], [0.2, 1.0]]),
    ...     qualities=np.array([[1.0, 1.0], [0.0, 1.0]]),
    ... )
    >>> outcomes(Cascade(stages=(0, 1), thresholds=(0.5,)), data).costs
    array([ 1., 11.])
    """
    count = len(data.costs)
    accepted = np.full(count, len(cascade.stages) - 1)
    for stage in range(len(cascade.thresholds) - 1, -1, -1):
        enough = data.scores[:, cascade.stages[stage]] >= cascade.thresholds[stage]
        accepted = np.where(enough, stage, accepted)
    paid = np.cumsum(data.costs[:, cascade.stages], axis=1)
    rows = np.arange(count)
    return Outcome(
        costs=paid[rows, accepted],
        qualities=data.qualities[rows, np.array(cascade.stages)[accepted]],
        accepted=accepted,
    )


def learn_cascade(
    data: CascadeData,
    *,
    budget: float | None = None,
    quality: float | None = None,
    most_stages: int = 3,
) -> Cascade | None:
    """Choose order and thresholds that serve these requests best, within a budget or above a floor.

    All orders of up to `most_stages` models in which mean cost rises are tried, each with thresholds at 24
    quantiles of the stage's scores, fewer with three stages (arXiv 2305.05176 learns the same two things).
    Models that cost more and are worse on the mean than another are left out when there are more than six.
    What it reaches on the requests it was learned on flatters it; judge it on others.

    Parameters
    ----------
    data : CascadeData
        At least one request.
    budget : float, optional
        Mean cost a request that may not be passed; the best quality within it is sought.
    quality : float, optional
        Mean quality to reach; the least cost that does is sought. Give one of the two.
    most_stages : int
        At least 1.

    Returns
    -------
    Cascade or None
        ``None`` when nothing keeps the budget or reaches the quality.

    Raises
    ------
    InputError
        If neither or both aims are given, or there is no request.

    Examples
    --------
    >>> data = CascadeData(
    ...     models=("small", "large"),
    ...     costs=np.array([[1.0, 10.0], [1.0, 10.0]]),
    ...     scores=np.array([[0.9, 1.0], [0.2, 1.0]]),
    ...     qualities=np.array([[1.0, 1.0], [0.0, 1.0]]),
    ... )
    >>> learn_cascade(data, quality=1.0).stages
    (0, 1)
    """
    if (budget is None) == (quality is None):
        raise InputError("a cascade is learned for a budget or for a quality: give one of the two")
    if len(data.costs) == 0:
        raise InputError("a cascade is learned from requests, and there are none")
    best: tuple[tuple[float, float], Cascade] | None = None
    for cascade in _candidates(data, most_stages):
        reached = outcomes(cascade, data)
        cost, worth = float(reached.costs.mean()), float(reached.qualities.mean())
        if (budget is not None and cost > budget) or (quality is not None and worth < quality):
            continue
        rank = (-worth, cost) if budget is not None else (cost, -worth)
        if best is None or rank < best[0]:
            best = rank, cascade
    return None if best is None else best[1]


def _candidates(data: CascadeData, most_stages: int) -> Iterator[Cascade]:
    mean = data.costs.mean(axis=0)
    grids = [_thresholds(data.scores[:, model]) for model in range(len(data.models))]
    models = _worth_trying(data)
    for size in range(1, min(most_stages, len(models)) + 1):
        for stages in permutations(models, size):
            if all(mean[a] <= mean[b] for a, b in pairwise(stages)):
                for thresholds in product(*(_thinned(grids[stage], size) for stage in stages[:-1])):
                    yield Cascade(stages=stages, thresholds=thresholds)


def _worth_trying(data: CascadeData) -> list[int]:
    means = np.column_stack([data.costs.mean(axis=0), data.qualities.mean(axis=0)])
    if len(means) <= FEW_MODELS:
        return list(range(len(means)))
    return np.flatnonzero(pareto_mask(means, ["lower", "higher"])).tolist()


def _thresholds(scores: FloatArray) -> tuple[float, ...]:
    values = np.unique(scores)
    if len(values) > GRID:
        values = np.unique(np.quantile(scores, np.linspace(0, 1, GRID), method="higher"))
    return tuple(values.tolist())


def _thinned(grid: Sequence[float], size: int) -> Sequence[float]:
    """Take fewer thresholds a stage where there are more stages, so that the work stays bounded."""
    return grid if size <= 2 else grid[:: 1 + (len(grid) > GRID // 2)]
