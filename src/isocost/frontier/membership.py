"""Error of measurement carried to the frontier: who is on it, how surely, with which score and rank."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.frontier.comparisons import DominanceTests, dominance_tests
from isocost.frontier.pareto import pareto_mask
from isocost.frontier.population import believed_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.dominance import Axis

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "FEWEST_UNITS",
    "LEAST_CLEARANCE",
    "MeasuredFrontier",
    "MeasuredUnit",
    "Verdict",
    "measured_frontier",
    "membership_shares",
]

Verdict = Literal["on the frontier", "dominated", "cannot be told"]

FEWEST_UNITS = 6
"""Fewest units, or deployments, from which a population is learned."""
LEAST_CLEARANCE = 2.0
"""Least scatter of the leading units about their curve, in noises, at which probabilities are stated."""
_MOST_SHARED = 0.3
"""Largest correlation of errors between units, beyond what all share, at which probabilities are stated."""
_CHANCE = 4.5
"""Standard errors of a correlation that the largest of many may be off by chance."""
_FEWEST_DRAWS = 100
_CHAINS = 16
_LEAST_WEIGHT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredUnit:
    """One unit, its error of measurement considered.

    Parameters
    ----------
    name : str
    on_frontier : bool
        By point estimates.
    verdict : {"on the frontier", "dominated", "cannot be told"}
        Each of the first two is false with a chance of at most 1 - level, for this unit.
    member_p_value, dominated_p_value : float
        Of the tests behind it.
    dominated_by : str or None
        Who dominates it most surely, where it is dominated.
    probability : float or None
        That no other unit dominates it; ``None`` where such a number would not be reliable.
    score : Estimate or None
        Farrell: to which share all costs (axes that are better lower; without any: by which factor all gains)
        could be brought at no loss elsewhere, as another unit shows; 1 on the frontier. The interval is there
        where the probability is. ``None`` on axes that are not above 0.
    rank : Estimate or None
        By score, 1 is best, units that tie share the better rank; where the probability is.
    """

    name: str
    on_frontier: bool
    verdict: Verdict
    member_p_value: float
    dominated_p_value: float
    dominated_by: str | None
    probability: float | None
    score: Estimate | None
    rank: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFrontier:
    """Units and how surely each is on the frontier.

    Parameters
    ----------
    axes : tuple of Axis
    units : tuple of MeasuredUnit
    level : float
        Of verdicts and intervals.
    clearance : float or None
        Scatter of the leading units about their curve, in noises; ``None`` where it was not estimated.
    no_probability : str or None
        Why no probabilities are stated, as a sentence.
    cautions : tuple of Caution
    true_values : float array, shape (draws, n, d), or None
        Joint draws of the true values, for carrying the errors to other scores; ``None`` where there are no
        probabilities.
    """

    axes: tuple[Axis, ...]
    units: tuple[MeasuredUnit, ...]
    level: float
    clearance: float | None
    no_probability: str | None
    cautions: tuple[Caution, ...] = ()
    true_values: FloatArray | None = field(default=None, repr=False, compare=False)


def measured_frontier(
    values: FloatArray,
    draws: FloatArray,
    *,
    axes: Sequence[Axis],
    names: Sequence[str],
    rng: np.random.Generator,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
) -> MeasuredFrontier:
    """Tell who is on the frontier, from measured values and joint draws of their errors.

    Verdicts compare pairs of units (`dominance_tests`) and hold whatever the true values are.
    Probabilities, scores and ranks come from draws of the *true* values (`believed_values`), not from draws
    about the measured ones, which put noise on noise and state too little. They are stated only where
    simulations show them to be reliable: at least six units (deployments), errors not shared by some units
    and not by others, and leading units that scatter about their curve by at least twice the noise; nearer,
    units on the frontier look like units behind it.

    Parameters
    ----------
    values : float array, shape (n, d)
        Point estimates.
    draws : float array, shape (draws, n, d)
        Aligned draws, such as the samples of `Draws`; at least a hundred. Taken in logarithms on axes where
        all are above 0.
    axes : sequence of Axis, length d
    names : sequence of str, length n
    rng : numpy.random.Generator
    groups : sequence of str, length n, optional
        The deployment of each unit; levels of one are not independent, so deployments are counted.
    level : float
        In (0, 1).

    Returns
    -------
    MeasuredFrontier

    Raises
    ------
    InputError
        If shapes do not fit, a value is missing, or there are fewer than a hundred draws.

    Examples
    --------
    >>> from isocost.frontier.dominance import Axis
    >>> ways = {"cost": "lower", "speed": "higher"}
    >>> axes = [Axis(name=name, unit="1", better=better) for name, better in ways.items()]
    >>> rng = np.random.default_rng(0)
    >>> values = np.array([[1.0, 20.0], [2.0, 50.0], [1.5, 18.0]])
    >>> draws = values * np.exp(0.02 * rng.standard_normal((1000, 3, 2)))
    >>> found = measured_frontier(values, draws, axes=axes, names=["a", "b", "c"], rng=rng)
    >>> [unit.verdict for unit in found.units], found.units[2].dominated_by
    (['on the frontier', 'on the frontier', 'dominated'], 'a')
    >>> found.no_probability
    '3 units are fewer than the 6 from which probabilities can be learned'
    """
    point, samples = np.asarray(values, dtype=np.float64), np.asarray(draws, dtype=np.float64)
    _check(point, samples, axes, names, groups, level)
    signs = np.array([1.0 if axis.better == "higher" else -1.0 for axis in axes])
    logs: BoolArray = np.asarray((point > 0).all(axis=0) & (samples > 0).all(axis=(0, 1)))
    gains, errors = _turned(point, logs, signs), _turned(samples, logs, signs)
    tests = dominance_tests(gains, errors)
    exact = np.ptp(errors, axis=0) == 0  # a mean's rounding would be an error that all exact values share
    errors = np.where(exact, 0.0, errors - errors.mean(axis=0))
    why, clearance, true = _believed(gains, errors, groups, rng)
    costs = signs < 0 if (signs < 0).any() else signs > 0
    scores = _scores(gains, errors, true, costs, level) if logs.all() else None
    shares = None if true is None else membership_shares(true)
    ranks = None if true is None or not logs.all() else _ranks(gains, true, costs, level)
    ahead = pareto_mask(gains, ["higher"] * len(axes))
    units = tuple(
        MeasuredUnit(
            name=name,
            on_frontier=bool(ahead[i]),
            verdict=_verdict(tests, i, 1 - level),
            member_p_value=float(tests.member[i]),
            dominated_p_value=float(tests.dominated[i]),
            dominated_by=names[tests.by[i]] if tests.dominated[i] <= 1 - level else None,
            probability=None if shares is None else float(shares[i]),
            score=None if scores is None else scores[i],
            rank=None if ranks is None else ranks[i],
        )
        for i, name in enumerate(names)
    )
    return MeasuredFrontier(
        axes=tuple(axes),
        units=units,
        level=level,
        clearance=clearance,
        no_probability=why,
        cautions=() if why is None else (Caution("membership-not-told", why),),
        true_values=None if true is None else np.where(logs, np.exp(true * signs), true * signs),
    )


def membership_shares(gains: FloatArray) -> FloatArray:
    """Return in what share of draws each unit is undominated.

    Parameters
    ----------
    gains : float array, shape (draws, n, d)
        More is better.

    Returns
    -------
    float array, shape (n,)

    Examples
    --------
    >>> membership_shares(np.array([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 0.0]]])).tolist()
    [1.0, 0.5]
    """
    found = np.empty(gains.shape[1])
    for i in range(gains.shape[1]):
        ahead = gains - gains[:, i : i + 1]
        dominating: BoolArray = np.asarray((ahead >= 0).all(axis=2) & (ahead > 0).any(axis=2))
        found[i] = 1 - dominating.any(axis=1).mean()
    return found


def _check(
    values: FloatArray,
    draws: FloatArray,
    axes: Sequence[Axis],
    names: Sequence[str],
    groups: Sequence[str] | None,
    level: float,
) -> None:
    if values.ndim != 2 or values.shape != (len(names), len(axes)) or len(axes) < 2:
        raise InputError(
            f"a frontier with errors needs one row a unit and two or more axes, got values of shape "
            f"{values.shape} for {len(names)} names and {len(axes)} axes"
        )
    if draws.ndim != 3 or draws.shape[1:] != values.shape or len(draws) < _FEWEST_DRAWS:
        raise InputError(
            f"draws need the shape (at least {_FEWEST_DRAWS}, {len(names)}, {len(axes)}), got {draws.shape}"
        )
    if not (np.isfinite(values).all() and np.isfinite(draws).all()):
        raise InputError("a frontier cannot judge a missing value: leave units without draws out")
    if groups is not None and len(groups) != len(names):
        raise InputError(f"{len(names)} units need as many groups, got {len(groups)}")
    if len(set(names)) != len(names):
        raise InputError("a frontier needs a different name for each unit")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, got {level!r}")


def _turned(values: FloatArray, logs: BoolArray, signs: FloatArray) -> FloatArray:
    """Turn values so that more is better, in logarithms where they have any."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(logs, np.log(values), values) * signs)


def _believed(
    gains: FloatArray, errors: FloatArray, groups: Sequence[str] | None, rng: np.random.Generator
) -> tuple[str | None, float | None, FloatArray | None]:
    """Draw true values, or say why that would not be reliable."""
    count, axes = gains.shape
    independent = count if groups is None else len(set(groups))
    if independent < FEWEST_UNITS:
        what = "units" if groups is None else "deployments"
        few = (
            f"{independent} {what} are fewer than the {FEWEST_UNITS} from which probabilities can be learned"
        )
        return few, None, None
    if (np.ptp(gains, axis=0) == 0).any():
        return "all units are equal on an axis: probabilities need axes on which they differ", None, None
    own = (errors - errors.mean(axis=1, keepdims=True)) * math.sqrt(count / (count - 1))  # no axis-wide error
    if _most_shared(own) > _MOST_SHARED + _CHANCE / math.sqrt(len(own)):
        return (
            "errors are shared by some units and not by others (such as two prices per hour): probabilities "
            "would not be reliable; the verdicts allow for it",
            None,
            None,
        )
    noise = np.einsum("rik,ril->ikl", own, own) / len(own)
    found = believed_values(np.repeat(gains[None], _CHAINS, axis=0), noise, rng=rng, burn=200, kept=150)
    clearance = float(np.median(found.clearance))
    if clearance < LEAST_CLEARANCE:
        near = (
            f"the leading units scatter about their curve by {clearance:.1f} times the noise, less than "
            f"{LEAST_CLEARANCE:g}: units on the frontier cannot be told from units close behind it"
        )
        return near, clearance, None
    return None, clearance, found.gains.reshape(-1, count, axes)


def _most_shared(own: FloatArray) -> float:
    """Return the largest correlation between errors of two units on one axis."""
    count = own.shape[1]
    most = 0.0
    for errors in np.moveaxis(own, 2, 0):
        spread = errors.std(axis=0)
        if not (spread > 0).all():
            continue
        correlation = np.corrcoef(errors.T) + 1 / (count - 1)  # what taking the mean off brings in
        np.fill_diagonal(correlation, 0.0)
        most = max(most, float(np.abs(correlation).max()))
    return most


def _verdict(tests: DominanceTests, i: int, alpha: float) -> Verdict:
    if tests.member[i] <= alpha:
        return "on the frontier"
    return "dominated" if tests.dominated[i] <= alpha else "cannot be told"


def _efficiency(gains: FloatArray, costs: BoolArray) -> FloatArray:
    """Return FDH scores of logarithms, shape (draws, n): how far costs can shrink at no loss elsewhere."""
    found = np.empty(gains.shape[:2])
    for i in range(gains.shape[1]):
        ahead = gains - gains[:, i : i + 1]
        saved = ahead[..., costs].min(axis=2)
        able = (ahead[..., ~costs] >= 0).all(axis=2)
        found[:, i] = np.where(able, saved, -np.inf).max(axis=1)
    return np.exp(-found)


def _scores(
    gains: FloatArray, errors: FloatArray, true: FloatArray | None, costs: BoolArray, level: float
) -> list[Estimate]:
    point = _efficiency(gains[None], costs)[0]
    method = "free disposal hull"
    if true is None:
        return [Estimate(value=float(at), unit="1", kind="fitted", method=method) for at in point]
    ends = np.quantile(_efficiency(true, costs), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return [
        Estimate(
            value=float(at), low=float(low), high=float(high), level=level, unit="1", kind="fitted",
            method=f"{method} of believed true values", n=len(gains),
        )
        for at, low, high in zip(point, *ends, strict=True)
    ]  # fmt: skip


def _ranks(gains: FloatArray, true: FloatArray, costs: BoolArray, level: float) -> list[Estimate]:
    point, drawn = (_ranked(_efficiency(part, costs)) for part in (gains[None], true))
    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    return [
        Estimate(
            value=float(at), low=float(low), high=float(high), level=level, unit="1", kind="fitted",
            method="rank by score over believed true values", n=len(gains),
        )
        for at, low, high in zip(point[0], *ends, strict=True)
    ]  # fmt: skip


def _ranked(scores: FloatArray) -> FloatArray:
    """Ranks along the last axis; ties share the better one."""
    return np.stack(
        [1.0 + (scores > scores[:, i : i + 1]).sum(axis=1) for i in range(scores.shape[1])], axis=1
    )
