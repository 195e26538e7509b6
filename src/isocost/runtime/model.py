"""The fitted runtime of one request, T(p, o), as a frozen model that predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from isocost.core.estimate import Caution, Estimate

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["RuntimeCell", "RuntimeModel"]


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
class RuntimeModel:
    """T(p, o) = alpha(p) + beta (o - 1) [+ gamma (o - 1)(p + o / 2)]; arXiv 2305.02440, eq. 1, and a context term.

    Parameters
    ----------
    deployment : str
    cells : tuple of RuntimeCell
    prefill : tuple of (int, Estimate)
        alpha at the knots: prompt tokens and seconds to the first token.
    decode : Estimate
        beta, seconds per output token after the first.
    context : Estimate or None
        gamma, seconds per token and token of context; ``None`` when held-out error spoke against it.
    held_out_error : Estimate or None
        Mean of |predicted - measured| / measured over cells left out one at a time, a fraction.
    machine_busy_share : float or None
        Share of the machine's cores busy while profiling.
    cautions : tuple of Caution
    knots : float array, shape (k,)
        Prompt sizes of the columns of `coefficients`.
    coefficients : float array, shape (draws, k + 2)
        Joint draws of alpha at the knots, beta and gamma (gamma 0 when dropped); row 0 is the point estimate.
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

    def predict(self, input_tokens: int, output_tokens: int) -> Estimate:
        """Predict the runtime of a request of p input and o output tokens, in seconds.

        Outside the profiled range the estimate's kind is ``"extrapolated"`` and `ExtrapolationWarning` is issued.
        """
        raise NotImplementedError
