"""When output tokens reached the client: counts up to any instant, without spreading out every chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["TokenArrivals", "realised_output_tokens", "share_done_by"]


def realised_output_tokens(observations: Observations) -> FloatArray:
    """Return output tokens a request; where nobody counted, each chunk is taken for a token."""
    return np.where(np.isnan(observations.output_tokens), observations.chunks, observations.output_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenArrivals:
    """The output tokens of some requests, ready to be counted.

    Parameters
    ----------
    first_at_s, last_at_s : float arrays, shape (n,)
        First and last chunk; a request without chunks has both at its end.
    tokens : float array, shape (n,)
        Output tokens of each.
    chunks, gaps_from, chunks_from : int arrays, shape (n,)
        Number of chunks, and where its gaps and chunk tokens begin in the next two.
    gap_us, chunk_tokens : int arrays
        As in `Observations`; all requests' one after another.
    """

    first_at_s: FloatArray
    last_at_s: FloatArray
    tokens: FloatArray
    chunks: IntArray
    gaps_from: IntArray
    chunks_from: IntArray
    gap_us: IntArray
    chunk_tokens: IntArray | None

    @classmethod
    def of(cls, observations: Observations, chosen: BoolArray) -> TokenArrivals:
        """Take the requests where `chosen` is true."""
        gaps = np.maximum(observations.chunks - 1, 0)
        silent = observations.chunks == 0
        first = np.where(silent, observations.done_at_s, observations.first_at_s)
        last = np.where(silent, observations.done_at_s, observations.last_at_s)
        return cls(
            first_at_s=first[chosen],
            last_at_s=last[chosen],
            tokens=realised_output_tokens(observations)[chosen],
            chunks=observations.chunks[chosen],
            gaps_from=(np.cumsum(gaps) - gaps)[chosen],
            chunks_from=(np.cumsum(observations.chunks) - observations.chunks)[chosen],
            gap_us=observations.gap_us,
            chunk_tokens=observations.chunk_tokens,
        )

    def count_by(self, instant_s: float) -> float:
        """Return the output tokens that had arrived by an instant.

        A chunk counts the tokens that it says it carries, scaled so that a request's chunks make up the
        output tokens that were counted for it: a chunk is not always a token.
        """
        whole = float(self.tokens[self.last_at_s <= instant_s].sum())
        partly = np.flatnonzero((self.first_at_s <= instant_s) & (self.last_at_s > instant_s))
        return whole + self._partial(partly, instant_s) if len(partly) else whole

    def _partial(self, rows: IntArray, instant_s: float) -> float:
        chunks = self.chunks[rows]
        owner = np.repeat(np.arange(len(rows)), chunks - 1)
        starts = np.cumsum(chunks - 1) - (chunks - 1)
        within = np.arange(len(owner)) - starts[owner]
        passed = np.cumsum(self.gap_us[self.gaps_from[rows][owner] + within], dtype=np.int64)
        passed -= (passed[starts] - self.gap_us[self.gaps_from[rows]].astype(np.int64))[owner]
        arrived = self.first_at_s[rows][owner] + passed * 1e-6 <= instant_s
        if self.chunk_tokens is None:
            seen = 1.0 + np.bincount(owner[arrived], minlength=len(rows))
            return float((seen / chunks * self.tokens[rows]).sum())
        later = self.chunk_tokens[self.chunks_from[rows][owner] + 1 + within]
        opening = self.chunk_tokens[self.chunks_from[rows]]
        by_then = opening + np.bincount(owner[arrived], weights=later[arrived], minlength=len(rows))
        in_all = opening + np.bincount(owner, weights=later, minlength=len(rows))
        return float((by_then / np.maximum(in_all, 1) * self.tokens[rows]).sum())


def share_done_by(
    instant_s: float, *, sent_at_s: FloatArray, done_at_s: FloatArray, weights: FloatArray
) -> float:
    """Return the summed weights of requests up to an instant, each by the share of its time passed.

    So a request that lies partly in a window counts by the share of its time within.

    Examples
    --------
    >>> share_done_by(3.0, sent_at_s=np.array([0.0, 2.0]), done_at_s=np.array([2.0, 6.0]), weights=np.ones(2))
    1.25
    """
    durations = np.maximum(done_at_s - sent_at_s, 1e-9)
    return float((weights * np.clip((instant_s - sent_at_s) / durations, 0.0, 1.0)).sum())
