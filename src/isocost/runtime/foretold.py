"""What published coefficients foretell of a request, with an interval from how far off the rule has been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Kind
    from isocost.runtime.published import PublishedRuntime

__all__ = ["ErrorShare", "foretell"]

_STEP_S = 0.001
"""Published coefficients and the runtimes behind them are told to the millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShare:
    """How far the published rule is off beyond its rounding, as shares of the runtime it foretells.

    Parameters
    ----------
    most_output : int
        Holds for requests of so many output tokens at most.
    timed, between : float
        What 95 of 100 requests keep to: at prompt sizes that were timed, and between them; at least 0.
    """

    most_output: int
    timed: float
    between: float


def foretell(
    runtime: PublishedRuntime,
    input_tokens: int,
    output_tokens: int,
    *,
    longest_output: int,
    errors: Sequence[ErrorShare],
    models: int | None = None,
    source: str | None = None,
) -> Estimate:
    r"""Foretell T(p, o) from published coefficients.

    The interval is :math:`\hat T \pm (r + e \hat T)`. The rounding r is 1 ms for alpha, which is the sum of
    two rounded numbers, half a millisecond more for an overhead, and :math:`(o - 1)/2` ms for beta; the share
    e is that which 95 of 100 timed requests of other models keep to (`ErrorShare`). It covers 95 % of
    requests over models, not over the requests of each model: a model's own error is one for all of them.

    Parameters
    ----------
    runtime : PublishedRuntime
    input_tokens, output_tokens : int
        p and o, at least 1.
    longest_output : int
        Output tokens of the longest request behind the coefficients.
    errors : sequence of ErrorShare
        By rising `most_output`; beyond the last, and beyond the largest prompt size, there is no interval.
    models : int, optional
        How many models the errors come from.
    source : str, optional
        Who published the coefficients, and when.

    Returns
    -------
    Estimate
        Seconds; ``"published"`` at timed sizes, else ``"interpolated"`` or ``"extrapolated"``.

    Raises
    ------
    InputError
        If a length is below 1.

    Examples
    --------
    At 51 tokens alpha is .2 s; half-width .001 + 5 * .0005 + .1 * (.2 + 5 * .02) = .0335 s.

    >>> from isocost.runtime.published import PublishedRuntime
    >>> found = PublishedRuntime(prefill_s=((1, 0.1), (101, 0.3)), decode_s=0.02)
    >>> shares = [ErrorShare(most_output=64, timed=0.05, between=0.1)]
    >>> told = foretell(found, 51, 6, longest_output=64, errors=shares)
    >>> told.kind, round(told.value, 6), round(told.low, 6), round(told.high, 6)
    ('interpolated', 0.3, 0.2665, 0.3335)
    """
    if input_tokens < 1 or output_tokens < 1:
        raise InputError(
            "a runtime is predicted for at least 1 input and 1 output token, "
            f"got {input_tokens} and {output_tokens}"
        )
    sizes = [size for size, _ in runtime.prefill_s]
    timed, inside = input_tokens in sizes, sizes[0] <= input_tokens <= sizes[-1]
    within = inside and output_tokens <= longest_output
    kind: Kind = ("published" if timed else "interpolated") if within else "extrapolated"
    value = float(runtime.runtime_s(np.array([input_tokens]), np.array([output_tokens]))[0])
    known = next((each for each in errors if output_tokens <= each.most_output), None)
    low, high, method = None, None, "published coefficients; nobody measured how far off they are out there"
    if inside and known is not None:
        share = known.timed if timed else known.between
        half = _rounding_s(runtime, output_tokens) + share * value
        low, high = max(value - half, 0.0), value + half
        method = "published coefficients; interval from their rounding and the rule's error on timed models"
    return Estimate(
        value=value, low=low, high=high, unit="s", kind=kind, method=method, n=models, source=source
    )


def _rounding_s(runtime: PublishedRuntime, output_tokens: int) -> float:
    terms = 2 if runtime.overhead_s is None else 3
    return _STEP_S / 2 * (terms + output_tokens - 1)
