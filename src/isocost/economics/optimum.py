"""Whether a sweep has an optimum in between: a level cheaper than both its first and its last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Estimate
from isocost.economics.principle import ERROR_RATE, Principle
from isocost.statistics.best import all_above

if TYPE_CHECKING:
    from isocost.economics.principle import Judgement
    from isocost.economics.sweep_error import SweepRuns, Wobble

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ZONE_FOUND", "ZONE_MARGIN", "optimal_zone"]

ZONE_FOUND = 0.05
"""How much cheaper than both ends a level in between is worth finding, a fraction."""
ZONE_MARGIN = 0.01
"""What a level in between must save over both ends to be called an optimum at all, when there is none."""


def optimal_zone(runs: SweepRuns) -> Principle:
    """Test whether a level in between is significantly cheaper than both ends, on repeats.

    Each level in between is tested against the first and the last and must beat both (an intersection-union
    test, Berger 1982); over the levels in between Bonferroni. That there is no optimum is found when every
    one of them is shown to save less than `ZONE_MARGIN` over one of the ends.

    Parameters
    ----------
    runs : SweepRuns

    Returns
    -------
    Principle
        Of cost alone, whatever users were promised.
    """
    reason = _why_not(runs)
    wobble = runs.noise()
    if reason is not None or wobble is None:
        return Principle(
            name="optimal-zone",
            judgement="cannot be told",
            effect=None,
            p_value=None,
            power=None,
            found_at=ZONE_FOUND,
            reason=reason,
        )
    gaps = runs.means[1:-1, None] - runs.means[[0, -1]]  # of log throughput: log cost saved over either end
    errors = wobble.scale * np.sqrt(1 / runs.sizes[1:-1, None] + 1 / runs.sizes[[0, -1]])
    between = len(gaps)
    best = int(gaps.min(axis=1).argmax())
    p_value = min(1.0, between * float(_tail(gaps / errors, wobble).max(axis=1).min()))
    saving = -math.log1p(-ZONE_MARGIN)
    against = min(1.0, 2 * float(_tail((saving - gaps) / errors, wobble).min(axis=1).max()))
    judgement: Judgement = "cannot be told"
    if p_value <= ERROR_RATE:
        judgement = "holds"
    elif against <= ERROR_RATE:
        judgement = "does not hold"
    return Principle(
        name="optimal-zone",
        judgement=judgement,
        effect=_saved(gaps[best], errors[best], wobble, between, int(runs.sizes.sum())),
        p_value=p_value,
        power=_power(runs, wobble, best, between),
        found_at=ZONE_FOUND,
        levels=tuple(float(runs.levels[i]) for i in (best + 1, 0, -1)),
    )


def _why_not(runs: SweepRuns) -> str | None:
    if len(runs.levels) < 3:
        return f"an optimum in between needs 3 levels; {len(runs.levels)} were measured"
    once = runs.levels[runs.sizes < 2]
    if len(once):
        return (
            f"without repeats of every level chance cannot be told from an optimum; {once[0]:g} was run once"
        )
    return None


def _tail(standardised: FloatArray, wobble: Wobble) -> FloatArray:
    from scipy.special import stdtr

    return np.asarray(stdtr(wobble.degrees, -standardised))


def _saved(gaps: FloatArray, errors: FloatArray, wobble: Wobble, between: int, evidence: int) -> Estimate:
    """Return what the best level saves over the cheaper end, with bounds for all levels together."""
    from scipy.special import stdtrit

    half = float(stdtrit(wobble.degrees, 1 - ERROR_RATE / between)) * errors
    value, low, high = (-math.expm1(-float(ends.min())) for ends in (gaps, gaps - half, gaps + half))
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=1 - 2 * ERROR_RATE,
        unit="1",
        kind="measured",
        method=f"t tests against both ends, intersection-union; Bonferroni over {between} levels in between",
        n=evidence,
    )


def _power(runs: SweepRuns, wobble: Wobble, best: int, between: int) -> float:
    """Return the chance that a level which saves `ZONE_FOUND` over both ends is found."""
    from scipy.special import stdtrit

    own, ends = int(runs.sizes[best + 1]), runs.sizes[[0, -1]]
    slopes = float(stdtrit(wobble.degrees, 1 - ERROR_RATE / between)) * np.sqrt(1 / own + 1 / ends)
    distance = -math.log1p(-ZONE_FOUND) / wobble.scale
    return all_above(slopes, distance, own=own, others=ends, degrees=wobble.degrees)
