"""One principle over many sweeps: how many it holds in, many tests and sweeps of one model allowed for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics.principle import ERROR_RATE
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.multiplicity import benjamini_hochberg, holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.economics.principle import Principle

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Tally", "tally_principle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One principle over many sweeps.

    Parameters
    ----------
    sweeps, tested : int
        Sweeps, and those in which it could be tested at all.
    holds, opposite : int
        Sweeps in which it, or the opposite, is found when each sweep is looked at by itself.
    holds_by_share : int
        Sweeps in which it is found with 5 % false finds among them expected (Benjamini-Hochberg).
    holds_surely : int
        Sweeps in which it is found with a chance of 5 % for a single false one among them (Holm).
    clusters : int
        Models that the tested sweeps are of.
    clusters_hold : int
        Models in *every* sweep of which it is found, Holm over the models: the largest p-value of a model
        counts, however its sweeps depend on each other.
    mean : Estimate or None
        Mean effect over models, the sweeps of one averaged first; 95 % t interval between models. Effects
        that are ratios are averaged in logarithms. ``None``: nothing was tested.
    """

    sweeps: int
    tested: int
    holds: int
    opposite: int
    holds_by_share: int
    holds_surely: int
    clusters: int
    clusters_hold: int
    mean: Estimate | None


def tally_principle(principles: Sequence[Principle], clusters: Sequence[str]) -> Tally:
    """Take one principle, judged on many sweeps, together.

    Parameters
    ----------
    principles : sequence of Principle
        Of one name, one a sweep, at least one.
    clusters : sequence of str
        The model of each sweep: sweeps of one model are not independent.

    Returns
    -------
    Tally

    Raises
    ------
    InputError
        If there is none, names differ, or there is not one cluster a sweep.

    Examples
    --------
    >>> from isocost.economics import judge_principles
    >>> sweeps = [{b: [b / (0.02 + k * b**0.5)] for b in (1, 2, 4, 8, 16)} for k in (0.002, 0.004, 0.006)]
    >>> tally = tally_principle([judge_principles(each)[1] for each in sweeps], ["a", "a", "b"])
    >>> tally.holds, tally.holds_surely, tally.clusters, tally.clusters_hold, round(tally.mean.value, 2)
    (3, 3, 2, 2, 0.5)
    """
    if len({each.name for each in principles}) != 1 or len(principles) != len(clusters):
        raise InputError("a tally is of one principle with one cluster a sweep; give lists of one length")
    tested = [
        (each.p_value, each.effect.value, cluster)
        for each, cluster in zip(principles, clusters, strict=True)
        if each.p_value is not None and each.effect is not None
    ]
    p_values = [p for p, _, _ in tested]
    by_cluster: dict[str, list[tuple[float, float]]] = {}
    for p, effect, cluster in tested:
        by_cluster.setdefault(cluster, []).append((p, effect))
    worst = [max(p for p, _ in group) for group in by_cluster.values()]
    logs = principles[0].name == "average-cost"
    return Tally(
        sweeps=len(principles),
        tested=len(tested),
        holds=sum(each.judgement == "holds" for each in principles),
        opposite=sum(each.judgement == "does not hold" for each in principles),
        holds_by_share=int((benjamini_hochberg(p_values) <= ERROR_RATE).sum()),
        holds_surely=int((holm(p_values) <= ERROR_RATE).sum()),
        clusters=len(by_cluster),
        clusters_hold=int((holm(worst) <= ERROR_RATE).sum()),
        mean=_mean([np.array([effect for _, effect in group]) for group in by_cluster.values()], logs=logs),
    )


def _mean(effects: Sequence[FloatArray], *, logs: bool) -> Estimate | None:
    if not effects:
        return None
    means = np.array([(np.log(each) if logs else each).mean() for each in effects])
    middle, half = float(means.mean()), None
    if len(means) > 1:
        half = student_quantile(0.95, len(means) - 1) * float(means.std(ddof=1)) / math.sqrt(len(means))
    ends = [middle] if half is None else [middle, middle - half, middle + half]
    value, *interval = [math.exp(end) if logs else end for end in ends]
    low, high = interval or (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        unit="1",
        kind="fitted",
        method=f"{'geometric ' if logs else ''}mean over models, t interval between models",
        n=len(means),
    )
