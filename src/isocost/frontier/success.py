"""What a success costs: cost of an attempt over its chance, problem by problem (arXiv 2504.13359)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = [
    "Attempts",
    "SuccessEstimator",
    "cost_of_success",
    "essentiality",
    "frontier_cost",
    "pass_at",
    "split_frontier",
]

SuccessEstimator = Literal["published", "corrected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What each model did with each problem.

    Parameters
    ----------
    problems, models : tuple of str
        P and M of them.
    attempts, successes : int array, shape (P, M)
        At least 1 attempt of each model at each problem; successes among them.
    cost : float array, shape (P, M)
        Mean cost of an attempt, above 0, with that of verifying it.
    """

    problems: tuple[str, ...]
    models: tuple[str, ...]
    attempts: IntArray
    successes: IntArray
    cost: FloatArray

    def __post_init__(self) -> None:
        """Refuse what is no table of attempts."""
        shape = len(self.problems), len(self.models)
        if any(each.shape != shape for each in (self.attempts, self.successes, self.cost)) or 0 in shape:
            raise InputError(f"attempts need one cell a problem and model, {shape[0]} by {shape[1]}")
        if not ((self.attempts >= 1).all() and (self.successes >= 0).all()):
            raise InputError("each model needs at least one attempt at each problem")
        if not (self.successes <= self.attempts).all():
            raise InputError("there are more successes than attempts")
        if not (np.isfinite(self.cost).all() and (self.cost > 0).all()):
            raise InputError("the cost of an attempt must be finite and above 0")

    def rows(self, chosen: Any) -> Attempts:  # noqa: ANN401 - whatever indexes rows
        """Return some problems, such as a resample of them."""
        names = np.array(self.problems, dtype=object)[chosen]
        return Attempts(
            problems=tuple(names.tolist()),
            models=self.models,
            attempts=self.attempts[chosen],
            successes=self.successes[chosen],
            cost=self.cost[chosen],
        )


def cost_of_success(data: Attempts, estimator: SuccessEstimator = "published") -> FloatArray:
    """Return what one success costs by repeating attempts until one succeeds: cost / success rate.

    ``"published"`` divides by the observed rate k/n, as arXiv 2504.13359 does (its cost-of-pass): infinite at
    no success, and too high on the mean at few attempts. ``"corrected"`` multiplies the cost by
    (n + 1)/(k + 1), whose mean is (1 - (1 - R)^(n + 1)) / R for the true rate R: nearly 1/R, finite always,
    and too low where R is well below 1/n.

    Parameters
    ----------
    data : Attempts
    estimator : {"published", "corrected"}

    Returns
    -------
    float array, shape (P, M)
        In the unit of cost; infinite where nothing succeeded, if published.

    Examples
    --------
    Two of four attempts at 0.10 succeeded; nobody knows whether the other problem can be solved.

    >>> data = Attempts(
    ...     problems=("p", "q"), models=("m",),
    ...     attempts=np.array([[4], [4]]), successes=np.array([[2], [0]]), cost=np.array([[0.1], [0.1]]),
    ... )
    >>> cost_of_success(data).ravel().tolist()
    [0.2, inf]
    """
    if estimator == "corrected":
        return np.asarray(data.cost * (data.attempts + 1) / (data.successes + 1))
    with np.errstate(divide="ignore"):
        return np.asarray(data.cost * np.where(data.successes > 0, data.attempts / data.successes, np.inf))


def frontier_cost(costs: FloatArray, human: FloatArray | None = None) -> FloatArray:
    """Return the least cost of a success over models, and a human expert where one is given.

    arXiv 2504.13359's frontier cost-of-pass. The minimum of noisy numbers is too low on the mean: see
    `split_frontier`.

    Parameters
    ----------
    costs : float array, shape (P, M)
        From `cost_of_success`.
    human : float array, shape (P,), optional
        What an expert takes for each problem, with certainty.

    Returns
    -------
    float array, shape (P,)

    Examples
    --------
    >>> frontier_cost(np.array([[0.2, 0.5], [np.inf, np.inf]]), np.array([3.0, 3.0])).tolist()
    [0.2, 3.0]
    """
    least = costs.min(axis=1, initial=np.inf)
    return np.asarray(least if human is None else np.minimum(least, human))


def essentiality(costs: FloatArray, without: Sequence[int], human: FloatArray | None = None) -> float | None:
    """Return how much dearer successes would be without some models, as a share of what they would cost.

    1 - V(all) / V(without), means over problems (arXiv 2504.13359's counterfactual): 0 is not missed, 1
    indispensable.

    Parameters
    ----------
    costs : float array, shape (P, M)
    without : sequence of int
        Columns to leave out.
    human : float array, shape (P,), optional

    Returns
    -------
    float or None
        In [0, 1]; ``None`` where a problem stays unsolved with all of them.

    Examples
    --------
    >>> essentiality(np.array([[1.0, 4.0], [1.0, 2.0]]), [0])
    0.6666666666666667
    """
    left = [number for number in range(costs.shape[1]) if number not in set(without)]
    everyone, fewer = frontier_cost(costs, human).mean(), frontier_cost(costs[:, left], human).mean()
    if not np.isfinite(everyone):
        return None
    return 1.0 if not np.isfinite(fewer) else float(1 - everyone / fewer)


def split_frontier(
    data: Attempts, human: FloatArray | None = None, *, rng: np.random.Generator
) -> FloatArray | None:
    """Return the frontier with the model chosen on one half of the attempts and judged on the other.

    The minimum over models favours those that were lucky, and nobody who must choose by few attempts gets
    it; this is near what such a choice costs. Each half chooses by the published rule and is judged on the
    other by the corrected one; the mean of both is returned. Where nothing succeeded in the half that
    chooses, the expert is taken, or without one what all attempts say.

    Parameters
    ----------
    data : Attempts
    human : float array, shape (P,), optional
        Chosen where it is cheaper than what the first half promises.
    rng : numpy.random.Generator
        Deals the attempts into halves.

    Returns
    -------
    float array, shape (P,), or None
        ``None`` when some model was tried only once at some problem.

    Examples
    --------
    >>> data = Attempts(
    ...     problems=("p",), models=("m",),
    ...     attempts=np.array([[4]]), successes=np.array([[4]]), cost=np.array([[0.5]]),
    ... )
    >>> split_frontier(data, rng=np.random.default_rng(0)).tolist()
    [0.5]
    """
    if (data.attempts < 2).any():
        return None
    first = data.attempts // 2
    lucky = rng.hypergeometric(data.successes, data.attempts - data.successes, first)
    one = replace(data, attempts=first, successes=lucky)
    other = replace(data, attempts=data.attempts - first, successes=data.successes - lucky)
    otherwise = frontier_cost(cost_of_success(data), human)
    parts = [_judged(one, other, human, otherwise), _judged(other, one, human, otherwise)]
    return np.asarray(np.mean(parts, axis=0))


def _judged(
    choosing: Attempts, judging: Attempts, human: FloatArray | None, otherwise: FloatArray
) -> FloatArray:
    promised = cost_of_success(choosing)
    rows, best = np.arange(len(promised)), promised.argmin(axis=1)
    kept = cost_of_success(judging, "corrected")[rows, best]
    hopeless = ~np.isfinite(promised[rows, best])
    if human is not None:
        kept = np.where(promised[rows, best] < human, kept, human)
    return np.where(hopeless, otherwise, kept)


def pass_at(data: Attempts, tries: int) -> FloatArray:
    """Return the chance that at least one of `tries` attempts succeeds: 1 - C(n - k, t) / C(n, t).

    Without bias (Chen et al. 2021, arXiv 2107.03374, equation 1).

    Parameters
    ----------
    data : Attempts
    tries : int
        At least 1 and at most the attempts made.

    Returns
    -------
    float array, shape (P, M)
        NaN where fewer attempts were made.

    Examples
    --------
    >>> data = Attempts(
    ...     problems=("p",), models=("m",),
    ...     attempts=np.array([[4]]), successes=np.array([[1]]), cost=np.array([[0.5]]),
    ... )
    >>> pass_at(data, 2).item()
    0.5
    """
    if tries < 1:
        raise InputError(f"at least 1 try is needed, got {tries}")
    failures = data.attempts - data.successes
    missed = np.ones(data.attempts.shape)
    for step in range(tries):
        missed *= np.clip(failures - step, 0, None) / np.clip(data.attempts - step, 1, None)
    return np.where(data.attempts >= tries, 1 - missed, np.nan)
