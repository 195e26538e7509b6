"""Some of the requests of a run, by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.core.observation import Observations

__all__ = ["chosen_rows"]


def chosen_rows(seen: Observations, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> Observations:
    """Return some of the requests, with their gaps and chunk tokens."""
    gaps = np.repeat(chosen, np.maximum(seen.chunks - 1, 0))
    ragged: dict[str, Any] = {
        "gap_us": seen.gap_us[gaps],
        "chunk_tokens": None
        if seen.chunk_tokens is None
        else seen.chunk_tokens[np.repeat(chosen, seen.chunks)],
    }
    columns: dict[str, Any] = {
        name: value[chosen]
        for name in seen.__dataclass_fields__
        if name not in ragged and (value := getattr(seen, name)) is not None
    }
    return replace(seen, **columns, **ragged)
