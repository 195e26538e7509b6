"""What all readers of scores share: which metric counts, and an estimate with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.proportion import proportion

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["METRICS", "finite", "preferred", "scored"]

METRICS = ("exact_match", "acc_norm", "acc", "pass@1", "quasi_exact_match", "f1", "accuracy", "mean")
"""In the order in which they are taken where none is asked for."""
_NORMAL = 1.959963984540054


def preferred(known: Iterable[str], asked: str | None) -> str | None:
    """Return the metric to take; ``None`` where the one asked for, or any known one, is missing."""
    names = list(known)
    if asked is not None:
        return asked if asked in names else None
    return next((name for name in METRICS if name in names), None)


def finite(value: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
    """Return a finite number; ``None`` for anything else, such as ``"N/A"``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def scored(value: float, *, error: float | None, questions: int | None, source: str) -> Estimate:
    """Make an estimate of a score: from its standard error, or Wilson's interval over questions."""
    if error is not None and error < 0:
        raise InputError(f"{source}: a standard error must be at least 0, got {error:g}")
    if error is not None:
        half = _NORMAL * error
        low, high = value - half, value + half
        if 0 <= value <= 1:
            low, high = max(0.0, low), min(1.0, high)
        return Estimate(
            value=value,
            low=low,
            high=high,
            unit="1",
            kind="published",
            method="mean score; 1.96 standard errors",
            n=questions,
            source=source,
        )
    if questions is not None and questions >= 1 and 0 <= value <= 1:
        return proportion(value * questions, questions, kind="published", source=source)
    return Estimate(value=value, unit="1", kind="published", method="mean score", n=questions, source=source)
