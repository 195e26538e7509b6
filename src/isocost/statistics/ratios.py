"""Ratios of two uncertain numbers, drawn jointly, and their mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import Draws, summarise
from isocost.statistics.levels import WIDEST_LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate, Kind

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Better", "Ratio", "aligned", "independent", "mean_ratio", "ratio_of"]

Better = Literal["lower", "higher"]

_MOST_NO_VALUES = 0.01
"""Share of draws at or below 0 up to which quantiles of 2.5 and 97.5 % do not hang on them."""

_LEAST_FIRST: tuple[Kind, ...] = ("extrapolated", "assumed", "simulated", "interpolated", "published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times the baseline the other one is.

    Parameters
    ----------
    key : str
        Short name, ``"decode"`` or ``"prefill at 512"``.
    label : str
        The same in words.
    estimate : Estimate
        Other over baseline; unit ``"1"``.
    baseline, other : Estimate or None
        What is divided; ``None`` for a mean of ratios.
    probability_above : float or None
        Probability that the ratio is above 1; ``None`` where the data allow no interval.
    better : {"lower", "higher"}
        Which way is better for the other one.
    logs : float array, shape (draws + 1,)
        Logarithm of the ratio: first the point estimate, below it the draws, if there are any.
    """

    key: str
    label: str
    estimate: Estimate
    baseline: Estimate | None
    other: Estimate | None
    probability_above: float | None
    better: Better = "lower"
    logs: FloatArray = field(repr=False, compare=False, default_factory=lambda: np.zeros(1))


def independent(draws: FloatArray, size: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[Any]]:
    """Return row numbers that put `size` of the draws of one fit beside those of another, at random.

    Two fits seeded alike resample alike; without this their noise would seem shared, and cancel.

    Parameters
    ----------
    draws : float array, shape (draws + 1, ...)
        First the point estimate, below it the draws.
    size : int
        How many are wanted.
    rng : numpy.random.Generator

    Returns
    -------
    int array, shape (size + 1,)
        First 0, the point estimate; only that one where there are no draws.

    Examples
    --------
    >>> independent(np.arange(4.0), 3, np.random.default_rng(0))[0]
    np.int64(0)
    >>> independent(np.arange(1.0), 3, np.random.default_rng(0)).tolist()
    [0]
    """
    count = len(draws) - 1
    if count < 1:
        return np.zeros(1, dtype=np.int64)
    rounds = [rng.permutation(count) for _ in range(-(-size // count))]
    return np.concatenate([[0], 1 + np.concatenate(rounds)[:size]])


def ratio_of(key: str, baseline: Draws, other: Draws, *, label: str, better: Better = "lower") -> Ratio:
    """Divide two aligned sets of draws.

    Parameters
    ----------
    key, label : str
    baseline, other : Draws
        Of one unit; values above 0, samples aligned. There is no interval where more than 1 % of the samples
        are not finite or not above 0; fewer lie in its tails and count as a twentieth of the value.
    better : {"lower", "higher"}

    Returns
    -------
    Ratio

    Raises
    ------
    InputError
        If units differ or a value is not above 0.

    Examples
    --------
    >>> def step(*seconds):
    ...     return aligned(np.array(seconds), unit="s", kind="fitted", method="example", n=8)
    >>> found = ratio_of("decode", step(2.0, 1.9, 2.1), step(3.0, 3.1, 2.9), label="decode")
    >>> round(found.estimate.value, 3), found.probability_above
    (1.5, 1.0)
    """
    if baseline.unit != other.unit:
        raise InputError(f"a ratio needs one unit, got {other.unit!r} over {baseline.unit!r} ({label})")
    if not (baseline.value > 0 and other.value > 0):
        raise InputError(
            f"a ratio needs values above 0, got {other.value:g} over {baseline.value:g} {baseline.unit} "
            f"({label})"
        )
    size = min(len(baseline.samples), len(other.samples))
    one, two = (np.concatenate([[each.value], each.samples[:size]]) for each in (baseline, other))
    if max(_no_value(one), _no_value(two)) > _MOST_NO_VALUES:
        one, two = one[:1], two[:1]
    one, two = (np.maximum(part, part[0] * np.exp(-WIDEST_LOG)) for part in (one, two))
    return Ratio(
        key=key,
        label=label,
        estimate=_estimate(np.log(two) - np.log(one), (baseline, other)),
        baseline=_known(baseline),
        other=_known(other),
        probability_above=_above(np.log(two) - np.log(one)),
        better=better,
        logs=np.log(two) - np.log(one),
    )


def _no_value(draws: FloatArray) -> float:
    """Return the share of draws that are not above 0; one that is not finite counts as all."""
    if not np.isfinite(draws).all():
        return 1.0
    return float((draws <= 0).mean())


def aligned(draws: FloatArray, *, unit: str, kind: Kind, method: str, n: int | None) -> Draws:
    """Make draws of an array that begins with the point estimate.

    Examples
    --------
    >>> aligned(np.array([2.0, 1.9, 2.1]), unit="s", kind="fitted", method="example", n=8).value
    2.0
    """
    return Draws(
        value=float(draws[0]),
        samples=np.asarray(draws[1:]),
        unit=unit,
        kind=kind,
        method=method,
        n=n,
    )


def mean_ratio(key: str, ratios: Sequence[Ratio], *, label: str, method: str) -> Ratio:
    """Return the geometric mean of ratios whose draws are aligned: one number for several.

    Raises
    ------
    InputError
        If there is none, or they are not better the same way.

    Examples
    --------
    >>> def one(value):
    ...     return aligned(np.array([value]), unit="s", kind="fitted", method="example", n=3)
    >>> ratios = [ratio_of("r", one(1.0), one(value), label="r") for value in (2.0, 8.0)]
    >>> round(mean_ratio("all", ratios, label="both", method="example").estimate.value, 6)
    4.0
    """
    if not ratios:
        raise InputError(f"there is no ratio to take the mean of ({label})")
    if len({ratio.better for ratio in ratios}) > 1:
        raise InputError(f"ratios that are better in opposite ways have no mean ({label})")
    size = min(len(ratio.logs) for ratio in ratios)
    logs = np.mean([ratio.logs[:size] for ratio in ratios], axis=0)
    return Ratio(
        key=key,
        label=label,
        estimate=replace(_estimate(logs, [ratio.estimate for ratio in ratios]), method=method),
        baseline=None,
        other=None,
        probability_above=_above(logs),
        better=ratios[0].better,
        logs=logs,
    )


def _estimate(logs: FloatArray, parts: Sequence[Draws] | Sequence[Estimate]) -> Estimate:
    """Summarise a ratio; its kind is that of the part that says least, its n the least."""
    kinds = [part.kind for part in parts]
    counts = [part.n for part in parts if part.n is not None]
    kind = next((kind for kind in _LEAST_FIRST if kind in kinds), kinds[0])
    return _known(
        aligned(np.exp(logs), unit="1", kind=kind, method=parts[0].method, n=min(counts, default=None))
    )


def _known(draws: Draws) -> Estimate:
    """Summarise draws; none at all are no interval."""
    if len(draws.samples):
        return summarise(draws)
    return summarise(replace(draws, samples=np.array([np.nan])))


def _above(logs: FloatArray) -> float | None:
    return float((logs[1:] > 0).mean()) if len(logs) > 1 else None
