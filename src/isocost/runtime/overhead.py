"""What a step takes whatever the model: the intercept over models of several sizes on one stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.draws import generator
from isocost.statistics.ratios import independent

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["StepOverhead", "step_overhead"]

DRAWS_OF_LINE = 2000
LEAST_SPREAD = 1.3
"""Models whose sizes differ by less than this factor draw no line."""
METHOD = "intercept of the time of a step over model size, least squares in relative errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOverhead:
    """The time of a decode step split into what grows with the model and what does not.

    Parameters
    ----------
    measure : str
        What the model's own work is taken to grow with: ``"weights"`` or ``"layers"``.
    models : int
        How many sizes the line rests on.
    baseline, other : Estimate
        What a step takes whatever the model, seconds: the stack's own time, as far as the model's work is
        proportional to `measure`.
    difference : Estimate
        Other less baseline, seconds.
    work : Estimate
        Ratio of the slopes, other over baseline: the model's own work.
    """

    measure: str
    models: int
    baseline: Estimate
    other: Estimate
    difference: Estimate
    work: Estimate


def step_overhead(
    measure: str,
    sizes: Sequence[float],
    baseline: Sequence[FloatArray],
    other: Sequence[FloatArray],
    *,
    n: int | None = None,
    seed: int = 0,
) -> StepOverhead | None:
    r"""Tell the stack's time of a step from the model's own, on both stacks, over models of several sizes.

    A step of model m is taken to take :math:`\beta_m = f + w x_m`, with x its weights (each step reads
    them) or its layers (each launches kernels): f is the stack's, the rest the model's. From two models the
    line is exact and cannot be doubted by the data; from three on its misfit widens the intervals as
    Student's t.

    Parameters
    ----------
    measure : str
        What `sizes` counts, for people.
    sizes : sequence of float
        x of each model, above 0.
    baseline, other : sequences of float arrays, shape (draws + 1,)
        Seconds of a step of each model on the two stacks, first the point estimate.
    n : int, optional
        Repeats behind each.
    seed : int

    Returns
    -------
    StepOverhead or None
        ``None`` with fewer than two models, sizes too near each other, a slope that is not above 0, or an
        intercept below 0: no step takes less than no time, so work grows otherwise.

    Raises
    ------
    InputError
        If lengths differ, or a size is not above 0.

    Examples
    --------
    >>> line = step_overhead("weights", [1e9, 3e9], [np.array([0.012]), np.array([0.032])],
    ...                      [np.array([0.015]), np.array([0.035])])
    >>> round(line.baseline.value, 6), round(line.other.value, 6), round(line.work.value, 6)
    (0.002, 0.005, 1.0)
    """
    x = np.asarray(sizes, dtype=np.float64)
    if not len(x) == len(baseline) == len(other):
        raise InputError(
            f"each model needs its size and a step on both stacks, got {len(x)} sizes, {len(baseline)} and "
            f"{len(other)} steps"
        )
    if not bool((x > 0).all()):
        raise InputError(f"{measure} must be above 0, got {x.tolist()}")
    if len(x) < 2 or x.max() < LEAST_SPREAD * x.min():
        return None
    lines = [
        _line(x, steps, generator(seed, f"steps of the {side} over {measure}"))
        for side, steps in (("baseline", baseline), ("other", other))
    ]
    size = min(len(line) for line in lines)
    one, two = (line[:size] for line in lines)
    if not (one[0, 1] > 0 and two[0, 1] > 0):
        return None
    stacks = [_summary(line[:, 0], "s", n) for line in lines]
    if any(each.value < 0 for each in stacks):
        return None
    return StepOverhead(
        measure=measure,
        models=len(x),
        baseline=stacks[0],
        other=stacks[1],
        difference=_summary(two[:, 0] - one[:, 0], "s", n),
        work=_ratio(one[:, 1], two[:, 1], n),
    )


def _line(x: FloatArray, steps: Sequence[FloatArray], rng: np.random.Generator) -> FloatArray:
    """Return draws of intercept and slope, shape (draws + 1, 2), first the point estimate."""
    point = np.array([step[0] for step in steps])
    design = np.column_stack([np.ones(len(x)), x / x.max()])
    solve = np.linalg.pinv(design / point[:, None]) / point
    residuals = (design @ (solve @ point)) / point - 1
    degrees = len(x) - 2
    misfit = 0.0
    if degrees > 0:
        misfit = float(np.sqrt((residuals**2).sum() / degrees))
        misfit *= student_quantile(0.95, degrees) / 1.959964
    drawn = all(len(step) > 1 for step in steps)
    if not drawn and misfit == 0:
        return np.asarray(point @ solve.T)[None]
    shape = (DRAWS_OF_LINE, len(x))
    noisy = np.tile(point, (DRAWS_OF_LINE, 1))
    if drawn:
        noisy = np.column_stack([step[independent(step, DRAWS_OF_LINE, rng)[1:]] for step in steps])
    noisy = noisy * (1 + misfit * rng.standard_normal(shape))
    return np.asarray(np.concatenate([point[None], noisy]) @ solve.T)


def _summary(draws: FloatArray, unit: str, n: int | None) -> Estimate:
    low, high = np.quantile(draws[1:], [0.025, 0.975]).tolist() if len(draws) > 1 else (None, None)
    return Estimate(value=float(draws[0]), low=low, high=high, unit=unit, kind="fitted", method=METHOD, n=n)


def _ratio(one: FloatArray, two: FloatArray, n: int | None) -> Estimate:
    usable = bool((one > 0).all())
    return _summary(two / one if usable else two[:1] / one[:1], "1", n)
