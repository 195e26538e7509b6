"""The three principles of inference as production, as tests on one sweep over concurrency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics.exponent import affine_statistic, curve_with, exponent_interval, least_squares_at
from isocost.economics.optimum import ZONE_FOUND, optimal_zone
from isocost.economics.principle import ERROR_RATE, PRINCIPLES, Principle, PrincipleName
from isocost.economics.sweep_error import SweepRuns, sweep_runs
from isocost.economics.t_test import TTest, judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["arc_returns", "judge_principles", "principles_over_rates", "untold"]

FALL_FOUND = 1.05
"""Fall of average cost worth finding: the first level's over the last one's."""
EXPONENT_FOUND = 0.8
"""Exponent of the step time worth finding."""
RETURNS_FOUND = 0.2
"""Fall of the returns to concurrency worth finding, over the whole range."""
_CURVE = 3
"""Coefficients of both curves: a + k b^g, and the translog."""


def judge_principles(throughput: Mapping[float, Sequence[float]]) -> tuple[Principle, ...]:
    """Judge the principles of arXiv 2510.26136 on one closed-loop sweep.

    Parameters
    ----------
    throughput : mapping of float to sequence of float
        Output tokens per second by concurrency (or mean batch size), one a repeat; above 0.

    Returns
    -------
    tuple of Principle
        Four, as `PRINCIPLES` names them: average cost falls; incremental cost falls; returns to concurrency
        diminish; a level in between is cheaper than both ends. What a sweep does not allow to be tested is
        *cannot be told*, with the reason.

    Raises
    ------
    InputError
        If there is no level, or a number is not above 0.

    Notes
    -----
    The tests and why others are left out: docs/method/principles.md.

    Examples
    --------
    >>> sweep = {b: [b / (0.02 + 0.004 * b**0.6)] for b in (1, 2, 4, 8, 16, 32)}
    >>> [(each.name, each.judgement) for each in judge_principles(sweep)]
    [('average-cost', 'holds'), ('incremental-cost', 'holds'), ('diminishing-returns', 'holds'), \
('optimal-zone', 'cannot be told')]
    """
    runs = sweep_runs(throughput)
    return _average_cost(runs), _incremental_cost(runs), _diminishing_returns(runs), optimal_zone(runs)


def principles_over_rates() -> tuple[Principle, ...]:
    """Return what a sweep over offered rates says of the principles: nothing.

    Below capacity what comes out is what was asked for, so that cost is price over rate whatever the server
    does; above it the load is an overload.

    Examples
    --------
    >>> {each.judgement for each in principles_over_rates()}
    {'cannot be told'}
    """
    identity = "below capacity cost against an offered rate is price over rate, whatever the server does"
    reasons = (identity, *["it takes levels of concurrency; rates were offered"] * 3)
    return tuple(untold(name, reason) for name, reason in zip(PRINCIPLES, reasons, strict=True))


def untold(name: PrincipleName, reason: str) -> Principle:
    """Return a principle that could not be tested.

    Examples
    --------
    >>> untold("average-cost", "one level").judgement
    'cannot be told'
    """
    found = dict(zip(PRINCIPLES, (FALL_FOUND, EXPONENT_FOUND, RETURNS_FOUND, ZONE_FOUND), strict=True))
    return Principle(
        name=name,
        judgement="cannot be told",
        effect=None,
        p_value=None,
        power=None,
        found_at=found[name],
        reason=reason,
    )


def arc_returns(throughput: Mapping[float, Sequence[float]]) -> tuple[float, ...]:
    """Return the arc elasticities of throughput between neighbouring levels; no form is fitted.

    Examples
    --------
    Twice the streams yield 1.6, then 1.2 times as much.

    >>> [round(each, 3) for each in arc_returns({1: [50.0], 2: [80.0], 4: [96.0]})]
    [0.678, 0.263]
    """
    runs = sweep_runs(throughput)
    return tuple(float(each) for each in np.diff(runs.means) / np.diff(np.log(runs.levels)))


def _average_cost(runs: SweepRuns) -> Principle:
    """Test whether throughput rises from the first level to the last: then the cost of a token falls."""
    if len(runs.levels) < 2:
        return untold("average-cost", "only one level was measured")
    rise = float(runs.means[-1] - runs.means[0])
    wobble = runs.noise()
    method = "t test between the first level and the last; noise from repeats"
    if wobble is None and len(runs.levels) > _CURVE:
        design = _translog(runs)
        wobble = runs.error(_squares(design, runs.rates), _CURVE)
        method = "t test between the first level and the last; noise from the residuals of a translog"
    if wobble is None:
        reason = "no level was measured twice, and too few levels tell how far a run errs"
        return untold("average-cost", reason)
    error = wobble.scale * math.sqrt(1 / runs.sizes[0] + 1 / runs.sizes[-1])
    test = TTest(value=rise, error=error, degrees=wobble.degrees)
    low, high = test.interval
    return judged(
        "average-cost",
        test,
        _effect(runs, math.exp(rise), math.exp(low), math.exp(high), method),
        found_at=FALL_FOUND,
        power=test.power(math.log(FALL_FOUND)),
        levels=_ends(runs),
    )


def _incremental_cost(runs: SweepRuns) -> Principle:
    """Test the exponent of a + k b^g against 1."""
    if len(runs.levels) < _CURVE:
        return untold("incremental-cost", f"a curve needs {_CURVE} levels; {len(runs.levels)} were measured")
    b, steps = runs.concurrency, np.exp(-runs.rates) * runs.concurrency
    fit = affine_statistic(b, steps[None, :])
    wobble = runs.error(float(fit.free[0]), _CURVE)
    if wobble is None:
        return untold("incremental-cost", "three levels fit the curve exactly; measure a fourth, or repeats")
    exponent = float(fit.exponent[0])
    lack = math.sqrt(float(fit.affine[0] - fit.free[0]))
    test = TTest(value=math.copysign(lack, 1 - exponent), error=wobble.scale, degrees=wobble.degrees)
    allowed = float(fit.free[0]) + (test.quantile * wobble.scale) ** 2
    low, high = exponent_interval(b, steps, exponent=exponent, allowed=allowed)
    bent = curve_with(b, steps, EXPONENT_FOUND)
    far, _ = least_squares_at(b, bent[None, :], np.ones(1))
    return judged(
        "incremental-cost",
        test,
        _effect(runs, exponent, low, high, "a + k b^g; likelihood ratio against g = 1, profile interval"),
        found_at=EXPONENT_FOUND,
        power=test.power(math.sqrt(float(far[0]))),
        levels=_ends(runs),
    )


def _diminishing_returns(runs: SweepRuns) -> Principle:
    """Test the curvature of a translog: with it the returns to concurrency fall, which they need not."""
    if len(runs.levels) < _CURVE:
        reason = f"curvature needs {_CURVE} levels; {len(runs.levels)} were measured"
        return untold("diminishing-returns", reason)
    design = _translog(runs)
    wobble = runs.error(_squares(design, runs.rates), _CURVE)
    if wobble is None:
        return untold(
            "diminishing-returns", "three levels fit a parabola exactly; measure a fourth, or repeats"
        )
    inverse = np.linalg.inv(design.T @ design)
    span = 2 * math.log(runs.levels[-1] / runs.levels[0])
    fall = -span * float((inverse @ design.T @ runs.rates)[2])
    error = span * wobble.scale * math.sqrt(float(inverse[2, 2]))
    test = TTest(value=fall, error=error, degrees=wobble.degrees)
    method = "t test of the curvature of a translog"
    return judged(
        "diminishing-returns",
        test,
        _effect(runs, fall, *test.interval, method),
        found_at=RETURNS_FOUND,
        power=test.power(RETURNS_FOUND),
        levels=_ends(runs),
    )


def _translog(runs: SweepRuns) -> FloatArray:
    """Return the columns 1, ln b and (ln b)^2, centred in the middle of the range."""
    log_b = np.log(runs.concurrency)
    log_b = log_b - log_b.mean()
    return np.column_stack([np.ones_like(log_b), log_b, log_b**2])


def _squares(design: FloatArray, values: FloatArray) -> float:
    left, _ = np.linalg.qr(design)
    rest = values - left @ (left.T @ values)
    return float(rest @ rest)


def _ends(runs: SweepRuns) -> tuple[float, float]:
    return float(runs.levels[0]), float(runs.levels[-1])


def _effect(runs: SweepRuns, value: float, low: float, high: float, method: str) -> Estimate:
    if not math.isfinite(value):
        raise InputError("the sweep's rates are too far apart to compare; look for a wrong unit")
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=1 - 2 * ERROR_RATE,
        unit="1",
        kind="fitted",
        method=method,
        n=int(runs.sizes.sum()),
    )
