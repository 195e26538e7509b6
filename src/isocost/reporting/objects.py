"""What all envelopes share: their schema, and estimates as plain objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

__all__ = ["SCHEMA", "estimate_object", "finite"]

SCHEMA = "isocost/1"
"""Name and version of the envelope; the number rises when a reader of the old one would break."""

Json = dict[str, Any]


def estimate_object(estimate: Estimate | None) -> Json | None:
    """Return an estimate with all of its fields; ``None`` stays ``None``."""
    if estimate is None:
        return None
    return {
        "value": finite(estimate.value),
        "low": finite(estimate.low),
        "high": finite(estimate.high),
        "level": estimate.level,
        "n": estimate.n,
        "unit": estimate.unit,
        "basis": estimate.basis,
        "method": estimate.method,
        "kind": estimate.kind,
        "source": estimate.source,
    }


def finite(value: float | None) -> float | None:
    """Return what JSON can hold: ``None`` for what is no number."""
    return None if value is None or not math.isfinite(value) else float(value)
