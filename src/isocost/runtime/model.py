"""The fitted runtime of one request, T(p, o), as a frozen model that predicts."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import ExtrapolationWarning, InputError
from isocost.core.estimate import Estimate, Kind
from isocost.runtime.form import Form, warped

if TYPE_CHECKING:
    from isocost.core.estimate import Caution

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["PriorUse", "RuntimeCell", "RuntimeModel", "coefficient_estimate"]


def coefficient_estimate(
    draws: FloatArray, *, unit: str, n: int | None, method: str, kind: Kind = "fitted"
) -> Estimate:
    """Summarise the draws of one figure of a fit: first the point estimate; alone it has no interval."""
    low, high = np.quantile(draws[1:], [0.025, 0.975]) if len(draws) > 1 else (None, None)
    return Estimate(
        value=float(draws[0]),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        unit=unit,
        kind=kind,
        n=n,
        method=method,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeCell:
    """One profiled (p, o): what was measured there and what the model says.

    Parameters
    ----------
    input_tokens, output_tokens : int
        Realised lengths p and o.
    measured : Estimate
        Median runtime over repeats, seconds.
    fitted_s : float
        What the model fitted to all cells says, seconds.
    held_out_s : float or None
        What the model says when fitted without this cell; ``None`` where the rest cannot identify it.
    """

    input_tokens: int
    output_tokens: int
    measured: Estimate
    fitted_s: float
    held_out_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorUse:
    """What a prior from other models did to a fit.

    Parameters
    ----------
    sources : tuple of str
        The models.
    weight : float
        In [0, 1], against a fit without it; 0: the data contradict it.
    surprise : float
        How far the profiled sizes are from what it foretells of them, as a chi-square over its degrees of
        freedom.
    """

    sources: tuple[str, ...]
    weight: float
    surprise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeModel:
    """T(p, o) = alpha(p) + beta (o - 1) [+ gamma (o - 1)(p + o / 2)] [+ delta]; arXiv 2305.02440, eq. 1.

    The terms in brackets are ours: decode that grows with context, and the extra time of the first decode
    step after a prompt of several tokens (delta where o > 1 and p > 1).

    Parameters
    ----------
    deployment : str
    cells : tuple of RuntimeCell
    prefill : tuple of (int, Estimate)
        alpha at the profiled prompt sizes: tokens and seconds to the first token.
    decode : Estimate
        beta, seconds per output token after the first.
    context : Estimate or None
        gamma, seconds per token and token of context; ``None`` when held-out error spoke against it.
    held_out_error : Estimate or None
        Mean of ``|predicted - measured| / measured`` over cells left out one at a time, a fraction.
    machine_busy_share : float or None
        Share of the machine's cores busy while profiling.
    cautions : tuple of Caution
    knots : float array, shape (k,)
        Prompt sizes of the columns of `coefficients`: those profiled, and those of a prior.
    coefficients : float array, shape (draws, k + 3)
        Joint draws of alpha at the knots, beta, gamma and delta (0 when dropped); row 0 is the point
        estimate. One row only: the data allow no interval.
    tile_tokens : int or None
        Tile of the prefill staircase; ``None``: prefill is piecewise linear in p.
    changeover : Estimate or None
        delta, seconds; ``None`` when held-out error spoke against it.
    between_knots : float or None
        Relative standard error of prefill half-way between two profiled sizes; ``None``: not known.
    prior : PriorUse or None
        ``None`` without a prior, or where too few or very many prompt sizes leave nothing for it to do.
    """

    deployment: str
    cells: tuple[RuntimeCell, ...]
    prefill: tuple[tuple[int, Estimate], ...]
    decode: Estimate
    context: Estimate | None
    held_out_error: Estimate | None
    machine_busy_share: float | None
    cautions: tuple[Caution, ...]
    knots: FloatArray
    coefficients: FloatArray
    tile_tokens: int | None = None
    changeover: Estimate | None = None
    between_knots: float | None = None
    prior: PriorUse | None = None

    def predict(self, input_tokens: int, output_tokens: int) -> Estimate:
        """Predict the runtime of a request of p input and o output tokens, in seconds.

        Between the profiled prompt sizes the interval also holds the error of interpolating prefill.
        Outside the profiled range the estimate's kind is ``"extrapolated"`` and `ExtrapolationWarning`
        is issued.

        Parameters
        ----------
        input_tokens, output_tokens : int
            p and o, at least 1.

        Returns
        -------
        Estimate
            Of kind ``"fitted"`` at a profiled size, else ``"interpolated"`` or ``"extrapolated"``.

        Raises
        ------
        InputError
            If a length is below 1.

        Warns
        -----
        ExtrapolationWarning

        Examples
        --------
        See `isocost.runtime.fit_runtime`.
        """
        if input_tokens < 1 or output_tokens < 1:
            raise InputError(
                "a runtime is predicted for at least 1 input and 1 output token, "
                f"got {input_tokens!r} and {output_tokens!r}"
            )
        kind = self.kind_at(input_tokens, output_tokens)
        if kind == "extrapolated":
            warnings.warn(self._beyond(input_tokens, output_tokens), ExtrapolationWarning, stacklevel=2)
        draws = self.runtime_draws(input_tokens, output_tokens)
        return coefficient_estimate(draws, unit="s", n=self.decode.n, method=self.decode.method, kind=kind)

    @property
    def prompt_sizes(self) -> tuple[int, ...]:
        """Profiled prompt sizes, rising."""
        return tuple(sorted({cell.input_tokens for cell in self.cells}))

    @property
    def longest_output(self) -> int:
        """Largest profiled output size."""
        return max(cell.output_tokens for cell in self.cells)

    @property
    def repeats(self) -> int | None:
        """How often each size was timed, at most."""
        return max((cell.measured.n for cell in self.cells if cell.measured.n is not None), default=None)

    def runtime_draws(self, input_tokens: int, output_tokens: int) -> FloatArray:
        """Return joint draws of T(p, o) in seconds, first the point estimate; one value: no interval.

        Draw i of every size belongs to the same world i, so that sizes can be compared jointly.
        """
        terms = self._terms(np.array([float(input_tokens)]), np.array([float(output_tokens)]))[0]
        draws = np.asarray(self.coefficients @ terms)
        if len(draws) > 1:
            draws[1:] += self._interpolation_noise(input_tokens, self._prefill_s(terms))
        return draws

    def prefill_at(self, input_tokens: int) -> Estimate:
        """Predict the time to the first token, alpha(p), in seconds: `predict` with one output token."""
        return self.predict(input_tokens, 1)

    def runtime_s(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return point predictions for arrays of p and o, in seconds, without intervals or warnings."""
        terms = self._terms(
            np.asarray(input_tokens, dtype=np.float64), np.asarray(output_tokens, dtype=np.float64)
        )
        return np.asarray(terms @ self.coefficients[0])

    def _terms(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        form = Form(knots=self.knots, tile_tokens=self.tile_tokens)
        return form.design(input_tokens, output_tokens)

    def kind_at(self, input_tokens: int, output_tokens: int) -> Kind:
        """Say what a prediction is: fitted at a profiled size, else interpolated or extrapolated."""
        if any(
            cell.input_tokens == input_tokens and cell.output_tokens == output_tokens for cell in self.cells
        ):
            return "fitted"
        (lowest, highest), (shortest, longest) = self._ranges()
        inside = lowest <= input_tokens <= highest and shortest <= output_tokens <= longest
        return "interpolated" if inside else "extrapolated"

    def _ranges(self) -> tuple[tuple[int, int], tuple[int, int]]:
        prompts = [cell.input_tokens for cell in self.cells]
        answers = [cell.output_tokens for cell in self.cells]
        return (min(prompts), max(prompts)), (min(answers), max(answers))

    def _beyond(self, input_tokens: int, output_tokens: int) -> str:
        (lowest, highest), (shortest, longest) = self._ranges()
        return (
            f"{input_tokens} input and {output_tokens} output tokens lie outside what was profiled "
            f"({lowest} to {highest} and {shortest} to {longest}); profile larger sizes to be sure"
        )

    def _prefill_s(self, terms: FloatArray) -> float:
        count = len(self.knots)
        return float(self.coefficients[0, :count] @ terms[:count])

    def _interpolation_noise(self, input_tokens: int, prefill_s: float) -> FloatArray:
        """Return draws of the error of interpolated prefill: none at a profiled size, most half-way."""
        profiled = np.array(self.prompt_sizes, dtype=np.float64)
        place = int(np.searchsorted(profiled, input_tokens, side="right")) - 1
        draws = len(self.coefficients) - 1
        if self.between_knots is None or not 0 <= place < len(profiled) - 1:
            return np.zeros(draws)
        sizes = np.array([profiled[place], float(input_tokens), profiled[place + 1]])
        low, here, high = warped(sizes, self.tile_tokens)
        share = (here - low) / (high - low)
        noise = np.random.default_rng([place, draws]).standard_normal(draws)
        return np.asarray(prefill_s * self.between_knots * 4 * share * (1 - share) * noise)
