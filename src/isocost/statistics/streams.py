"""How answers came: from warm prefixes, without text, or in bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.core.observation import Observations

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["bursts", "cached_share", "silent"]

_FEWEST_CHUNKS = 4


def cached_share(observations: Observations, chosen: BoolArray) -> float:
    """Return the share of the input tokens that the target says it had kept; 0 where it does not say."""
    if observations.cached_tokens is None:
        return 0.0
    told = chosen & ~np.isnan(observations.cached_tokens) & ~np.isnan(observations.input_tokens)
    tokens = float(observations.input_tokens[told].sum())
    return float(observations.cached_tokens[told].sum()) / tokens if tokens > 0 else 0.0


def silent(observations: Observations, chosen: BoolArray) -> BoolArray:
    """Tell which of the chosen answers streamed no output at all."""
    return np.asarray(chosen & (observations.chunks == 0))


def bursts(observations: Observations, chosen: BoolArray) -> BoolArray:
    """Tell which of the chosen answers came in bursts: most chunks in one piece with the chunk before.

    So does a stream that a proxy holds back, or a server that is starved of processor time. Only answers
    of four chunks or more are judged.

    Parameters
    ----------
    observations : Observations
    chosen : bool array, shape (n,)

    Returns
    -------
    bool array, shape (n,)
    """
    counts = np.maximum(observations.chunks - 1, 0)
    streamed = np.flatnonzero(counts)
    together = np.zeros(len(observations), dtype=np.int64)
    if len(streamed):
        starts = (np.cumsum(counts) - counts)[streamed]
        together[streamed] = np.add.reduceat(observations.gap_us == 0, starts, dtype=np.int64)
    return np.asarray(chosen & (observations.chunks >= _FEWEST_CHUNKS) & (2 * together > counts))
