"""What a service takes for one request when nothing slows it: T(p, o) with overhead and intervals."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import ExtrapolationWarning, InputError
from isocost.core.estimate import Caution, Estimate, Kind
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["METHOD", "DenoisedRuntime"]

DRAWS_OF_FIT = 2000
METHOD = "pooled fit to corrected minima, Student's t over cells"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DenoisedRuntime:
    """T(p, o) = overhead + alpha(p) + beta (o - 1) of a black-box service.

    Parameters
    ----------
    deployment : str
    input_tokens : float array, shape (k,)
        Timed prompt sizes, rising.
    coefficients : float array, shape (k + 1,)
        Overhead + alpha at each prompt size, then beta; seconds.
    covariance : float array, shape (k + 1, k + 1), or None
        Of the coefficients; ``None`` when the cells are too few to tell.
    degrees : int
        Degrees of freedom behind the covariance.
    longest_output : int
        Largest output size timed.
    cells, instances : int
        Number of (p, o), and the median number of instances of each.
    correction_s : float
        What was taken off the minima on average, seconds, because fewer than ten instances miss the least.
    cautions : tuple of Caution
    """

    deployment: str
    input_tokens: FloatArray
    coefficients: FloatArray
    covariance: FloatArray | None
    degrees: int
    longest_output: int
    cells: int
    instances: int
    correction_s: float
    cautions: tuple[Caution, ...]

    @property
    def decode(self) -> Estimate:
        """Beta: seconds for each further token."""
        return self._estimate(self._unit(-1), unit="s/token")

    @property
    def overhead(self) -> Estimate:
        """Network, queue and the like: alpha of the smallest prompt, less one decode step, in seconds."""
        return self._estimate(self._unit(0) - self._unit(-1), unit="s")

    @property
    def prefill(self) -> tuple[tuple[int, Estimate], ...]:
        """Prompt size and alpha there without overhead, in seconds, by rising size."""
        overhead = self._unit(0) - self._unit(-1)
        return tuple(
            (int(size), self._estimate(self._unit(place) - overhead, unit="s"))
            for place, size in enumerate(self.input_tokens)
        )

    def predict(self, input_tokens: int, output_tokens: int) -> Estimate:
        """Predict the denoised runtime of a request, overhead included.

        Parameters
        ----------
        input_tokens, output_tokens : int
            p and o, at least 1.

        Returns
        -------
        Estimate
            Seconds; ``"fitted"`` at a timed prompt size, else ``"interpolated"`` or ``"extrapolated"``.

        Raises
        ------
        InputError
            If a length is below 1.

        Warns
        -----
        ExtrapolationWarning
            Outside the sizes that were timed.

        Examples
        --------
        See `isocost.runtime.denoise`.
        """
        if input_tokens < 1 or output_tokens < 1:
            raise InputError(
                "a runtime is predicted for at least 1 input and 1 output token, "
                f"got {input_tokens!r} and {output_tokens!r}"
            )
        kind = self.kind_at(input_tokens, output_tokens)
        if kind == "extrapolated":
            warnings.warn(self._beyond(input_tokens, output_tokens), ExtrapolationWarning, stacklevel=2)
        terms = self._terms(np.array([float(input_tokens)]), np.array([float(output_tokens)]))[0]
        return self._estimate(terms, unit="s", kind=kind)

    def runtime_s(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return point predictions for arrays of p and o, in seconds, overhead included."""
        return np.asarray(self._terms(input_tokens, output_tokens) @ self.coefficients)

    @property
    def prompt_sizes(self) -> tuple[int, ...]:
        """Timed prompt sizes, rising."""
        return tuple(int(size) for size in self.input_tokens)

    @property
    def repeats(self) -> int:
        """Median number of instances of each size."""
        return self.instances

    def kind_at(self, input_tokens: int, output_tokens: int) -> Kind:
        """Say what a prediction is: fitted at a timed prompt size, else interpolated or extrapolated."""
        inside = self.input_tokens[0] <= input_tokens <= self.input_tokens[-1]
        if not inside or output_tokens > self.longest_output:
            return "extrapolated"
        return "fitted" if input_tokens in self.input_tokens else "interpolated"

    def runtime_draws(self, input_tokens: int, output_tokens: int) -> FloatArray:
        """Return joint draws of T(p, o) in seconds, first the point estimate; one value: no interval.

        The coefficients vary together as multivariate Student's t.
        """
        terms = self._terms(np.array([float(input_tokens)]), np.array([float(output_tokens)]))[0]
        value = float(terms @ self.coefficients)
        if self.covariance is None:
            return np.array([value])
        rng = np.random.default_rng([self.degrees, self.cells])
        sizes, axes = np.linalg.eigh(self.covariance)
        normal = rng.standard_normal((DRAWS_OF_FIT, len(sizes))) * np.sqrt(np.maximum(sizes, 0.0))
        scale = np.sqrt(self.degrees / rng.chisquare(self.degrees, DRAWS_OF_FIT))
        return np.concatenate([[value], value + (normal @ (axes.T @ terms)) * scale])

    def half_width_shares(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray | None:
        """Return half the 95 % interval of T over T, for arrays of p and o; ``None`` where there is none."""
        if self.covariance is None:
            return None
        terms = self._terms(input_tokens, output_tokens)
        spread = np.sqrt(np.einsum("ni,ij,nj->n", terms, self.covariance, terms))
        return np.asarray(student_quantile(0.95, self.degrees) * spread / (terms @ self.coefficients))

    def _terms(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        basis = hat_basis(np.asarray(input_tokens, dtype=np.float64), self.input_tokens)
        return np.column_stack([basis, np.asarray(output_tokens, dtype=np.float64) - 1])

    def _unit(self, place: int) -> FloatArray:
        return np.asarray(np.eye(len(self.coefficients))[place])

    def _estimate(self, terms: FloatArray, *, unit: str, kind: Kind = "fitted") -> Estimate:
        value = float(terms @ self.coefficients)
        low, high = None, None
        if self.covariance is not None:
            half = student_quantile(0.95, self.degrees) * float(terms @ self.covariance @ terms) ** 0.5
            low, high = value - half, value + half
            if value >= 0:
                low = max(low, 0.0)  # no time is below 0
        return Estimate(value=value, low=low, high=high, unit=unit, kind=kind, method=METHOD, n=self.cells)

    def _beyond(self, input_tokens: int, output_tokens: int) -> str:
        return (
            f"{input_tokens} input and {output_tokens} output tokens lie outside what was timed "
            f"({self.input_tokens[0]:.0f} to {self.input_tokens[-1]:.0f} and up to {self.longest_output}); "
            "time larger sizes to be sure"
        )
