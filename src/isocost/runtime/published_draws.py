"""Published coefficients as draws: how far their rounding and their rule let them be off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import generator
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    from isocost.core.estimate import Kind
    from isocost.runtime.published import PublishedRuntime

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["PublishedDraws"]

COUNT = 2000
HALF_MS = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDraws:
    """T(p, o) by published coefficients, as uncertain as they are.

    Each coefficient was rounded to the millisecond (prefill is the sum of two rounded figures). What the
    rule itself is off is one relative error for prefill and one for decode, normal, shared by all sizes.

    Parameters
    ----------
    name : str
        Of model and hardware; seeds the draws.
    runtime : PublishedRuntime
    longest_output : int
        Output tokens of the longest request timed.
    prefill_error, decode_error : float or None
        Relative standard errors of the rule, at least 0; ``None``: not known, so there is no interval.

    Raises
    ------
    InputError
        If an error is below 0.

    Examples
    --------
    >>> from isocost.runtime.published import PublishedRuntime
    >>> found = PublishedDraws(name="made up", longest_output=64, prefill_error=0.0, decode_error=0.0,
    ...                        runtime=PublishedRuntime(prefill_s=((1, 0.1), (512, 0.3)), decode_s=0.02))
    >>> draws = found.runtime_draws(512, 11)  # .3 + 10 * .02
    >>> round(float(draws[0]), 6), bool(np.abs(draws - draws[0]).max() <= 0.001 + 10 * 0.0005)
    (0.5, True)
    """

    name: str
    runtime: PublishedRuntime
    longest_output: int
    prefill_error: float | None
    decode_error: float | None

    def __post_init__(self) -> None:
        """Refuse errors below 0."""
        for error in (self.prefill_error, self.decode_error):
            if error is not None and not error >= 0:
                raise InputError(f"a relative error must be at least 0, got {error!r}")

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
        if self.prefill_error is None or self.decode_error is None:
            return np.asarray(point)
        rng = generator(0, f"published runtime {self.name}")
        sizes, alpha = np.array(self.runtime.prefill_s, dtype=np.float64).T
        rounding = rng.uniform(-HALF_MS, HALF_MS, (2, COUNT, len(sizes))).sum(axis=0)
        off = self.prefill_error * rng.standard_normal(COUNT)
        prefill = (alpha + rounding) * (1 + off)[:, None]
        decode = self.runtime.decode_s + rng.uniform(-HALF_MS, HALF_MS, COUNT)
        decode *= 1 + self.decode_error * rng.standard_normal(COUNT)
        at = hat_basis(np.array([float(input_tokens)]), sizes)[0]
        overhead = self.runtime.overhead_s or 0.0
        return np.concatenate([point, overhead + prefill @ at + decode * (output_tokens - 1)])
