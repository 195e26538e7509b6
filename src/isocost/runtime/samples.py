"""Timed requests as columns: what T(p, o) is fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError

if TYPE_CHECKING:
    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["RuntimeSamples", "samples_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSamples:
    """Runtimes of single requests that ended well.

    Parameters
    ----------
    input_tokens, output_tokens : int arrays, shape (n,)
        Realised lengths p and o, at least 1.
    runtime_s : float array, shape (n,)
        From sending to the last token, above 0.
    block : int array, shape (n,)
        Which repeat of the whole profile a request belongs to; requests of one block share the machine's
        mood.
    ttft_s : float array, shape (n,), or None
        From sending to the first token; NaN where unknown. What a request took to its first token is T(p, 1).
    second_s : float array, shape (n,), or None
        From sending to the second token, T(p, 2); NaN where unknown.

    Raises
    ------
    InputError
        If lengths differ, or a time is not above 0 and finite.
    """

    input_tokens: IntArray
    output_tokens: IntArray
    runtime_s: FloatArray
    block: IntArray
    ttft_s: FloatArray | None = None
    second_s: FloatArray | None = None

    def __post_init__(self) -> None:
        """Refuse what is no set of runtimes."""
        sizes = {len(self.input_tokens), len(self.output_tokens), len(self.runtime_s), len(self.block)}
        early = {"ttft_s": self.ttft_s, "second_s": self.second_s}
        sizes |= {len(times) for times in early.values() if times is not None}
        if len(sizes) != 1:
            raise InputError(f"samples need columns of one length, got {sorted(sizes)}")
        if not len(self.runtime_s):
            raise InputError("there is no runtime to fit; give at least one request that ended well")
        _require_positive("runtime_s", self.runtime_s)
        _require_positive("input_tokens", self.input_tokens)
        _require_positive("output_tokens", self.output_tokens)
        for name, times in early.items():
            if times is not None:
                _require_positive(name, times[~np.isnan(times)])

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.runtime_s)


def _require_positive(name: str, values: np.ndarray[Any, np.dtype[Any]]) -> None:
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{name} must be above 0 and finite, got {values[row]!s} in row {row + 1}")


def samples_of(observations: Observations, *, block_size: int) -> RuntimeSamples:
    """Take the requests of a profile that ended well, warm-up apart.

    Realised lengths count, not those asked for; a request whose tokens nobody counted is left out, and so is
    one that sent no chunk.

    Parameters
    ----------
    observations : Observations
    block_size : int
        Number of cells of the profile: request i belongs to block i // block_size.

    Returns
    -------
    RuntimeSamples

    Raises
    ------
    EstimationError
        If no request ended well with its tokens counted.
    """
    counted = (observations.input_tokens >= 1) & (observations.output_tokens >= 1)
    streamed = observations.chunks >= 2
    rows = observations.ok & ~observations.warmup & counted & (observations.chunks >= 1)
    if not rows.any():
        raise EstimationError(
            f"none of the {len(observations)} requests of the profile ended well with its tokens counted, "
            "so T(p, o) cannot be fitted; look into the target's own log"
        )
    return RuntimeSamples(
        input_tokens=observations.input_tokens[rows].astype(np.int64),
        output_tokens=observations.output_tokens[rows].astype(np.int64),
        runtime_s=(observations.last_at_s - observations.sent_at_s)[rows],
        block=observations.index[rows] // block_size,
        ttft_s=np.where(streamed, observations.first_at_s - observations.sent_at_s, np.nan)[rows],
        second_s=_time_to_second_s(observations)[rows],
    )


def _time_to_second_s(observations: Observations) -> FloatArray:
    """Return the time to the second token where each chunk was one token; else NaN."""
    times = np.full(len(observations), np.nan)
    gaps = np.maximum(observations.chunks - 1, 0)
    begins = np.cumsum(gaps) - gaps
    told = np.flatnonzero((observations.chunks >= 2) & (observations.chunks == observations.output_tokens))
    first = observations.first_at_s - observations.sent_at_s
    times[told] = first[told] + observations.gap_us[begins[told]] * 1e-6
    return times
