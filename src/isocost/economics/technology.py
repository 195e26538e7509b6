"""The batch technology: seconds per step t(b) = a + k b^g over concurrency b, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics.curve import BatchTechnology
from isocost.statistics.draws import generator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "StepTime",
    "average_cost",
    "fit_step_time",
    "fit_technology",
    "incremental_cost",
    "returns_to_concurrency",
    "step_time",
]

EXPONENTS = (0.05, 4.0)
"""Bounds of the exponent g within which fits are sought."""
LEAST_LEVELS = 4
_DRAWS = 2000
_LARGEST_ERROR = 1.0  # in logs; one degree of freedom would else draw errors without bound
_LOGITS = 14.0  # of the variable share in the middle of the range; beyond it the share counts as 0 or 1


class StepTime(NamedTuple):
    """Coefficients of t(b) = a + k b^g; numbers, or arrays of draws of equal length.

    Parameters
    ----------
    fixed_s : float or float array
        a, seconds, at least 0.
    slope_s : float or float array
        k, seconds, at least 0.
    exponent : float or float array
        g, above 0.
    """

    fixed_s: Any
    slope_s: Any
    exponent: Any


def step_time(concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return the seconds per step at a concurrency: t(b) = a + k b^g.

    Examples
    --------
    >>> step_time(4.0, StepTime(0.02, 0.005, 1.0))
    0.04
    """
    return technology.fixed_s + technology.slope_s * concurrency**technology.exponent


def average_cost(usd_per_second: Any, concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return USD per output token at a concurrency: p t(b) / b.

    Examples
    --------
    0.001 USD/s for steps of 0.04 s that yield 4 tokens each.

    >>> round(average_cost(0.001, 4.0, StepTime(0.02, 0.005, 1.0)), 12)
    1e-05
    """
    return usd_per_second * step_time(concurrency, technology) / concurrency


def incremental_cost(usd_per_second: Any, concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return USD per output token of one stream more: p t'(b) = p k g b^(g - 1).

    Examples
    --------
    >>> round(incremental_cost(0.001, 4.0, StepTime(0.02, 0.005, 1.0)), 12)
    5e-06
    """
    slope = technology.slope_s * technology.exponent * concurrency ** (technology.exponent - 1.0)
    return usd_per_second * slope


def returns_to_concurrency(concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return eps = dln X / dln b = 1 - b t'(b) / t(b): 1 means free, 0 means no gain from one stream more.

    Examples
    --------
    Half of the step is fixed at b = 4, so doubling the streams yields about half as much more.

    >>> returns_to_concurrency(4.0, StepTime(0.02, 0.005, 1.0))
    0.5
    """
    varying = technology.slope_s * technology.exponent * concurrency**technology.exponent
    return 1.0 - varying / step_time(concurrency, technology)


def fit_step_time(concurrency: FloatArray, step_time_s: FloatArray) -> StepTime:
    """Fit t(b) = a + k b^g by least squares on log error, with a >= 0, k >= 0 and 0.05 <= g <= 4.

    Parameters
    ----------
    concurrency : float array, shape (n,)
        Streams b, above 0, at least three different ones.
    step_time_s : float array, shape (n,) or (m, n)
        Seconds per step, above 0; with two dimensions each row is fitted by itself.

    Returns
    -------
    StepTime
        Floats, or arrays of shape (m,).

    Raises
    ------
    InputError
        If there are fewer than three levels or a number is not above 0.

    Notes
    -----
    On 82 public batch sweeps this form errs .061 on levels left out one at a time (RMS log error).

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0, 8.0])
    >>> a, k, g = fit_step_time(b, 0.02 + 0.005 * b)
    >>> round(a, 6), round(k, 6), round(g, 6)
    (0.02, 0.005, 1.0)
    """
    levels, steps = np.asarray(concurrency, dtype=np.float64), np.asarray(step_time_s, dtype=np.float64)
    if len(np.unique(levels)) < 3:
        raise InputError(f"a + k b^g needs at least 3 levels of concurrency, got {len(np.unique(levels))}")
    if not (np.all(levels > 0) and np.all(steps > 0) and np.all(np.isfinite(steps))):
        raise InputError("a + k b^g needs concurrencies and step times above 0")
    fitted = _solve(np.log(levels), np.log(np.atleast_2d(steps)))
    return fitted if steps.ndim == 2 else StepTime(*(float(part[0]) for part in fitted))


def fit_technology(
    throughput: Mapping[int, Sequence[float]], *, deployment: str = "", seed: int = 0
) -> BatchTechnology | None:
    """Fit the batch technology to a closed-loop sweep.

    The step time at concurrency b is b / X(b): seconds between two output tokens of one stream, prefill
    and waiting shared out over them. Intervals are a parametric bootstrap of log errors whose scale is
    drawn anew each time; see Notes.

    Parameters
    ----------
    throughput : mapping of int to sequence of float
        Output tokens per second at each concurrency, one a repeat; above 0.
    deployment : str
        Names the random stream.
    seed : int

    Returns
    -------
    BatchTechnology or None
        ``None`` with fewer than four levels: three coefficients would fit three levels exactly.

    Notes
    -----
    Errors of a level's mean are misfit plus noise. Their variance is estimated from the residuals on
    n - 3 degrees of freedom. Where repeats exist and an F test at 5 % finds no lack of fit, the variance
    between repeats is pooled with it; otherwise the residuals alone count, for repeat noise by itself
    covers 9-14 % of left-out levels on public sweeps.

    Examples
    --------
    >>> sweep = {b: [b / (0.02 + 0.005 * b)] for b in (1, 2, 4, 8)}
    >>> technology = fit_technology(sweep)
    >>> round(technology.fixed_s.value, 6), round(dict(technology.returns)[4].value, 6)
    (0.02, 0.5)
    """
    if len(throughput) < LEAST_LEVELS:
        return None
    levels = np.array(sorted(throughput), dtype=np.float64)
    repeats = [-np.log(np.asarray(throughput[int(b)], dtype=np.float64) / b) for b in levels]
    means = np.array([part.mean() for part in repeats])
    point = fit_step_time(levels, np.exp(means))
    rng = generator(seed, f"batch technology of {deployment}")
    errors, method = _errors(repeats, means - np.log(step_time(levels, point)), rng)
    draws = _solve(np.log(levels), np.log(step_time(levels, point)) + errors)
    return _technology(levels, point, draws, method, sum(len(part) for part in repeats))


def _technology(
    levels: FloatArray, point: StepTime, draws: StepTime, method: str, evidence: int
) -> BatchTechnology:
    def estimate(value: float, samples: FloatArray, unit: str) -> Estimate:
        low, high = np.quantile(samples, [0.025, 0.975])
        return Estimate(
            value=value,
            low=min(float(low), value),
            high=max(float(high), value),
            unit=unit,
            kind="fitted",
            method=method,
            n=evidence,
        )

    fine = np.geomspace(levels[0], levels[-1], 41)
    spread = np.quantile(step_time(fine[:, None], draws), [0.025, 0.975], axis=1)
    middle = step_time(fine, point)
    low, high = np.minimum(spread[0], middle), np.maximum(spread[1], middle)
    return BatchTechnology(
        fixed_s=estimate(point.fixed_s, draws.fixed_s, "s"),
        slope_s=estimate(point.slope_s, draws.slope_s, "s"),
        exponent=estimate(point.exponent, draws.exponent, "1"),
        returns=tuple(
            (
                int(b),
                estimate(float(returns_to_concurrency(b, point)), returns_to_concurrency(b, draws), "1"),
            )
            for b in levels
        ),
        band=tuple(
            (float(b), float(t), float(lo), float(hi))
            for b, t, lo, hi in zip(fine, middle, low, high, strict=True)
        ),
    )


def _errors(
    repeats: Sequence[FloatArray], residuals: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, str]:
    """Draw log errors of the level means, shape (draws, levels), and say how."""
    from scipy.special import fdtrc

    sizes = np.array([len(part) for part in repeats])
    free = len(residuals) - 3
    misfit = float((sizes * residuals**2).sum())  # in the variance of a single repeat
    within = float(sum(((part - part.mean()) ** 2).sum() for part in repeats))
    free_within = int((sizes - 1).sum())
    fits = free_within > 0 and (
        within > 0 and fdtrc(free, free_within, (misfit / free) / (within / free_within)) > 0.05
    )
    total, freedom = (misfit + within, free + free_within) if fits else (misfit, free)
    scale = np.minimum(np.sqrt(total / rng.chisquare(freedom, size=(_DRAWS, 1))), _LARGEST_ERROR)
    kind = "residuals and repeats" if fits else "residuals"
    return scale * rng.normal(size=(_DRAWS, len(sizes))) / np.sqrt(sizes), (
        f"a + k b^g, log least squares; bootstrap of {kind} on {freedom} degrees of freedom"
    )


def _solve(log_levels: FloatArray, log_steps: FloatArray) -> StepTime:
    """Least squares of each row: a grid, a few damped Gauss-Newton steps, and the two limiting forms.

    The curve is s ((1 - w) + w u^g), u = b / middle of the range; for given (g, w) the best s is a mean.
    """
    middle = float(log_levels.mean())
    log_u = log_levels - middle
    centred = log_steps - log_steps.mean(axis=1, keepdims=True)
    exponent, logit = _refine(log_u, centred, *_grid_start(log_u, centred))
    candidates = [
        (exponent, 1 / (1 + np.exp(-logit))),
        (np.ones(len(centred)), np.zeros(len(centred))),
        (np.clip(centred @ log_u / (log_u @ log_u), *EXPONENTS), np.ones(len(centred))),
    ]
    sums = np.array([_residual_sum(log_u, centred, g, w) for g, w in candidates])
    best = sums.argmin(axis=0)
    exponent, weight = (np.choose(best, [pair[i] for pair in candidates]) for i in (0, 1))
    log_scale = (log_steps - _shape(log_u, exponent, weight)).mean(axis=1)
    fixed = np.exp(log_scale) * (1 - weight)
    slope = np.exp(log_scale - exponent * middle) * weight
    return StepTime(fixed, slope, exponent)


def _shape(log_u: FloatArray, exponent: FloatArray, weight: FloatArray) -> FloatArray:
    """Log of (1 - w) + w u^g, one row a pair (g, w)."""
    power = np.exp(exponent[:, None] * log_u)
    return np.asarray(np.log((1 - weight[:, None]) + weight[:, None] * power))


def _residual_sum(
    log_u: FloatArray, centred: FloatArray, exponent: FloatArray, weight: FloatArray
) -> FloatArray:
    shape = _shape(log_u, exponent, weight)
    return np.asarray(((centred - (shape - shape.mean(axis=1, keepdims=True))) ** 2).sum(axis=1))


def _grid_start(log_u: FloatArray, centred: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Best of a coarse grid for each row, as (exponent, logit of the variable share)."""
    exponents, logits = (
        part.ravel()
        for part in np.meshgrid(np.geomspace(*EXPONENTS, 24), np.linspace(-10, 10, 21), indexing="ij")
    )
    shape = _shape(log_u, exponents, 1 / (1 + np.exp(-logits)))
    shape -= shape.mean(axis=1, keepdims=True)
    distance = (shape**2).sum(axis=1) - 2 * centred @ shape.T
    best = distance.argmin(axis=1)
    return exponents[best], logits[best]


def _refine(
    log_u: FloatArray, centred: FloatArray, exponent: FloatArray, logit: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Take damped Gauss-Newton steps in (g, logit w), each row with its own damping."""
    damping = np.full(len(centred), 1e-2)
    current = _residual_sum(log_u, centred, exponent, 1 / (1 + np.exp(-logit)))
    for _ in range(30):
        step = _gauss_newton_step(log_u, centred, exponent, logit, damping)
        trial_exponent = np.clip(exponent + np.clip(step[:, 0], -0.5, 0.5), *EXPONENTS)
        trial_logit = np.clip(logit + np.clip(step[:, 1], -2, 2), -_LOGITS, _LOGITS)
        trial = _residual_sum(log_u, centred, trial_exponent, 1 / (1 + np.exp(-trial_logit)))
        better = trial < current
        exponent = np.where(better, trial_exponent, exponent)
        logit = np.where(better, trial_logit, logit)
        current = np.where(better, trial, current)
        damping = np.clip(np.where(better, damping / 5, damping * 5), 1e-9, 1e6)
    return exponent, logit


def _gauss_newton_step(
    log_u: FloatArray, centred: FloatArray, exponent: FloatArray, logit: FloatArray, damping: FloatArray
) -> FloatArray:
    weight = (1 / (1 + np.exp(-logit)))[:, None]
    power = np.exp(exponent[:, None] * log_u)
    level = (1 - weight) + weight * power
    slopes = np.stack([weight * power * log_u / level, weight * (1 - weight) * (power - 1) / level], axis=1)
    slopes -= slopes.mean(axis=2, keepdims=True)
    shape = np.log(level)
    residual = centred - (shape - shape.mean(axis=1, keepdims=True))
    normal = slopes @ slopes.transpose(0, 2, 1)
    ridge = damping[:, None] * (normal[:, [0, 1], [0, 1]] + 1e-12)
    normal[:, [0, 1], [0, 1]] += ridge
    return np.asarray(np.linalg.solve(normal, (slopes @ residual[:, :, None]))[:, :, 0])
