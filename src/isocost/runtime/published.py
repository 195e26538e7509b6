"""The rule of the paper: the coefficients of T(p, o) exactly as they were published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["PublishedRuntime", "published_rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRuntime:
    """Coefficients of T(p, o) as arXiv 2305.02440 publishes them, to the millisecond.

    Parameters
    ----------
    prefill_s : tuple of (int, float)
        alpha(p) by rising prompt size p: seconds to the first token, without `overhead_s`.
    decode_s : float
        beta: seconds for each further token.
    overhead_s : float or None
        What a request to a service takes beside the model's work, seconds; ``None`` for idealized runtimes.
    """

    prefill_s: tuple[tuple[int, float], ...]
    decode_s: float
    overhead_s: float | None = None

    def runtime_s(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return T(p, o) in seconds, overhead included; between prompt sizes alpha is linear.

        Examples
        --------
        >>> found = PublishedRuntime(prefill_s=((1, 0.1), (101, 0.3)), decode_s=0.02, overhead_s=0.05)
        >>> found.runtime_s(np.array([51]), np.array([6])).round(9).tolist()  # .05 + .2 + 5 * .02
        [0.35]
        """
        sizes, alpha = np.array(self.prefill_s, dtype=np.float64).T
        prefill = hat_basis(np.asarray(input_tokens, dtype=np.float64), sizes) @ alpha
        later = self.decode_s * (np.asarray(output_tokens) - 1)
        return np.asarray((0.0 if self.overhead_s is None else self.overhead_s) + prefill + later)


def published_rule(
    input_tokens: IntArray, output_tokens: IntArray, runtime_s: FloatArray, *, denoised: bool = False
) -> PublishedRuntime:
    r"""Fit T(p, o) by the rule that reproduces the published coefficients.

    Of rows with the same p and o the last counts; denoised, the one with the least runtime. For each p
    ordinary least squares of T on o gives :math:`\alpha_p = r(r(slope) + r(intercept))`, r rounding to three
    decimals, and :math:`\alpha_p` is at least that of the smallest p. Then beta is the rounded slope, with
    an intercept, of :math:`T - \alpha_p` on o over all rows. Denoised, the overhead is
    :math:`\alpha_{min} - \beta`, and every :math:`\alpha_p` is told without it (arXiv 2305.02440; the
    rounding is that of its notebooks).

    Parameters
    ----------
    input_tokens, output_tokens : int arrays, shape (n,)
        p and o, in the order of the file.
    runtime_s : float array, shape (n,)
        Seconds, already multiplied by the model's runtime scale.
    denoised : bool
        Whether these are requests to a service, whose least runtimes count.

    Returns
    -------
    PublishedRuntime

    Raises
    ------
    EstimationError
        If a prompt size has one output size only.

    Examples
    --------
    >>> p, o = np.array([1, 1, 64, 64]), np.array([1, 3, 1, 3])
    >>> published_rule(p, o, np.array([0.020, 0.060, 0.030, 0.070]))  # slope .020 at both
    PublishedRuntime(prefill_s=((1, 0.02), (64, 0.03)), decode_s=0.02, overhead_s=None)
    """
    p, o, times = _one_row_each(input_tokens, output_tokens, runtime_s, denoised=denoised)
    prompts, of_prompt = np.unique(p, return_inverse=True)
    alpha = np.array([_prefill_s(int(size), o[p == size], times[p == size]) for size in prompts])
    alpha = np.maximum(alpha, alpha[0])
    beta = round(_line(o, times - alpha[of_prompt])[0], 3)
    overhead = round(float(alpha[0]) - beta, 3) if denoised else None
    return PublishedRuntime(
        prefill_s=tuple(
            (int(size), round(float(each) - (0.0 if overhead is None else overhead), 3))
            for size, each in zip(prompts, alpha, strict=True)
        ),
        decode_s=beta,
        overhead_s=overhead,
    )


def _one_row_each(
    p: IntArray, o: IntArray, times: FloatArray, *, denoised: bool
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the row that counts of each (p, o), by rising p and o: the last, or the one of least runtime."""
    order = np.lexsort((-times if denoised else np.arange(len(p)), o, p))
    p, o, times = p[order], o[order], times[order]
    last = np.append((np.diff(p) != 0) | (np.diff(o) != 0), True)
    return p[last], o[last], times[last]


def _prefill_s(prompt_tokens: int, o: IntArray, times: FloatArray) -> float:
    if len(o) < 2:
        raise EstimationError(
            f"the published rule needs at least two output sizes for each prompt size; {prompt_tokens} "
            f"prompt tokens were timed with {int(o[0])} output tokens only"
        )
    slope, intercept = _line(o, times)
    return round(round(slope, 3) + round(intercept, 3), 3)


def _line(x: IntArray, y: FloatArray) -> tuple[float, float]:
    """Return slope and intercept of ordinary least squares."""
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    return slope, float(y.mean()) - slope * float(x.mean())
