"""Published coefficients as draws: how far their rounding and their rule let them be off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.statistics.draws import generator
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    from isocost.core.estimate import Kind
    from isocost.runtime.foretold import ErrorShare
    from isocost.runtime.published import PublishedRuntime

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["PublishedDraws"]

COUNT = 2000
NORMAL = 1.959964
HALF_MS = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDraws:
    """T(p, o) by published coefficients, as uncertain as they are.

    Each coefficient was rounded to the millisecond (prefill is the sum of two rounded figures). What the
    rule itself is off is one relative error for prefill and one for decode, normal, each shared by all sizes:
    95 of 100 lie within the share that `ErrorShare` tells for one output token, and for the longest.

    Parameters
    ----------
    name : str
        Of model and hardware; seeds the draws.
    runtime : PublishedRuntime
    longest_output : int
        Output tokens of the longest request timed.
    errors : tuple of ErrorShare
        By rising `most_output`; empty: not known, so there is no interval.

    Examples
    --------
    >>> from isocost.runtime.foretold import ErrorShare
    >>> from isocost.runtime.published import PublishedRuntime
    >>> found = PublishedDraws(name="made up", longest_output=64,
    ...                        errors=(ErrorShare(most_output=64, timed=0.0, between=0.0),),
    ...                        runtime=PublishedRuntime(prefill_s=((1, 0.1), (512, 0.3)), decode_s=0.02))
    >>> draws = found.runtime_draws(512, 11)  # .3 + 10 * .02
    >>> round(float(draws[0]), 6), bool(np.abs(draws - draws[0]).max() <= 0.001 + 10 * 0.0005)
    (0.5, True)
    """

    name: str
    runtime: PublishedRuntime
    longest_output: int
    errors: tuple[ErrorShare, ...]

    @property
    def prompt_sizes(self) -> tuple[int, ...]:
        """Prompt sizes with a published coefficient, rising."""
        return tuple(size for size, _ in self.runtime.prefill_s)

    @property
    def repeats(self) -> None:
        """Not told with the coefficients."""
        return

    def kind_at(self, input_tokens: int, output_tokens: int) -> Kind:
        """Say what a prediction is: published within the timed sizes, else extrapolated."""
        sizes = self.prompt_sizes
        inside = sizes[0] <= input_tokens <= sizes[-1] and output_tokens <= self.longest_output
        return "published" if inside else "extrapolated"

    def runtime_draws(self, input_tokens: int, output_tokens: int) -> FloatArray:
        """Return joint draws of T(p, o) in seconds, first the published one; alone: no interval."""
        point = self.runtime.runtime_s(np.array([input_tokens]), np.array([output_tokens]))
        if not self.errors:
            return np.asarray(point)
        rng = generator(0, f"published runtime {self.name}")
        sizes, alpha = np.array(self.runtime.prefill_s, dtype=np.float64).T
        rounding = rng.uniform(-HALF_MS, HALF_MS, (2, COUNT, len(sizes))).sum(axis=0)
        first, longest = self._shares(timed=input_tokens in self.prompt_sizes)
        prefill = (alpha + rounding) * (1 + first / NORMAL * rng.standard_normal(COUNT))[:, None]
        decode = self.runtime.decode_s + rng.uniform(-HALF_MS, HALF_MS, COUNT)
        decode *= 1 + longest / NORMAL * rng.standard_normal(COUNT)
        at = hat_basis(np.array([float(input_tokens)]), sizes)[0]
        overhead = self.runtime.overhead_s or 0.0
        return np.concatenate([point, overhead + prefill @ at + decode * (output_tokens - 1)])

    def _shares(self, *, timed: bool) -> tuple[float, float]:
        """Return what 95 of 100 keep to at one output token, and at the longest timed."""
        ends = (1, self.longest_output)
        rows = [next((e for e in self.errors if end <= e.most_output), self.errors[-1]) for end in ends]
        first, longest = (row.timed if timed else row.between for row in rows)
        return first, longest
