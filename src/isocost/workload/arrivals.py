"""When requests of an open loop are due: constant, Poisson or gamma arrivals at rates that may change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import RatePiece

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CONSTANT", "arrivals_of_count", "arrivals_within", "coefficient_of_variation", "instants_of"]

CONSTANT = math.inf
"""The burstiness of evenly spaced arrivals: the limit of gamma gaps."""
_MOST = 10_000_000
_BLOCK = 256


def coefficient_of_variation(burstiness: float) -> float:
    r"""Return the standard deviation of the gaps over their mean: :math:`1/\sqrt{k}`.

    Parameters
    ----------
    burstiness : float
        Shape k of the gamma distribution of gaps, above 0, as vLLM's ``--burstiness``: 1 is Poisson, below 1
        burstier, above 1 more even, `CONSTANT` evenly spaced.

    Examples
    --------
    >>> coefficient_of_variation(0.25), coefficient_of_variation(CONSTANT)
    (2.0, 0.0)
    """
    _require_burstiness(burstiness)
    return 1 / math.sqrt(burstiness)


def arrivals_within(
    pieces: Sequence[RatePiece], *, burstiness: float = 1.0, rng: np.random.Generator
) -> FloatArray:
    r"""Draw the instants at which requests arrive while the pieces last, one after another.

    A renewal process of rate 1 with gaps :math:`\mathrm{Gamma}(k, 1/k)` is drawn and its clock stretched:
    arrival :math:`i` comes at :math:`\Lambda^{-1}(u_i)`, with :math:`\Lambda(t)` the requests offered by t.
    For k = 1 this is the inhomogeneous Poisson process exactly (Cinlar, Introduction to Stochastic Processes,
    1975, section 4.7). Gaps as in vLLM's ``vllm bench serve`` (``--burstiness`` is the shape k), but not
    scaled afterwards to a total that is known beforehand: that would make counts too regular.

    Parameters
    ----------
    pieces : sequence of RatePiece
    burstiness : float
        Shape k of the gaps, above 0; `CONSTANT` spaces them evenly, the first at once.
    rng : numpy.random.Generator

    Returns
    -------
    float array, shape (n,)
        Seconds from the start of the first piece, rising; may be empty.

    Raises
    ------
    InputError
        If there is no piece, k is not above 0, or more than 10 million requests would arrive.

    Examples
    --------
    >>> from isocost.core.load import RatePiece
    >>> rng = np.random.default_rng(0)
    >>> arrivals_within([RatePiece(2.0, 2.0, 2.0)], burstiness=CONSTANT, rng=rng).tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    _require_burstiness(burstiness)
    if not pieces:
        raise InputError("an open loop needs at least one rate, got none")
    total = sum(piece.requests for piece in pieces)
    _require_number(total)
    if math.isinf(burstiness):
        return instants_of(np.arange(math.ceil(total - 1e-9), dtype=np.float64), pieces)
    drawn: list[FloatArray] = []
    reached = 0.0
    while reached < total:  # blocks of one size: a longer run of one seed begins as the shorter one does
        block = reached + np.cumsum(rng.standard_gamma(burstiness, size=_BLOCK) / burstiness)
        drawn.append(block)
        reached = float(block[-1])
    units = np.concatenate(drawn)
    return instants_of(units[units < total], pieces)


def arrivals_of_count(
    rate_per_s: float, count: int, *, burstiness: float = 1.0, rng: np.random.Generator
) -> FloatArray:
    """Draw the instants at which so many requests arrive at a mean rate; see `arrivals_within`.

    Parameters
    ----------
    rate_per_s : float
        Above 0.
    count : int
        At least 1.

    Examples
    --------
    >>> arrivals_of_count(4.0, 3, burstiness=CONSTANT, rng=np.random.default_rng(0)).tolist()
    [0.0, 0.25, 0.5]
    """
    _require_burstiness(burstiness)
    if not (math.isfinite(rate_per_s) and rate_per_s > 0):
        raise InputError(f"rate must be above 0 requests per second, got {rate_per_s!r}")
    if count < 1:
        raise InputError(f"the number of requests must be at least 1, got {count}")
    _require_number(count)
    if math.isinf(burstiness):
        return np.arange(count, dtype=np.float64) / rate_per_s
    return np.asarray(np.cumsum(rng.standard_gamma(burstiness, size=count) / burstiness) / rate_per_s)


def instants_of(units: FloatArray, pieces: Sequence[RatePiece]) -> FloatArray:
    r"""Return when so many requests have been offered: :math:`\Lambda^{-1}(u)`.

    Within a piece from a to b per second over s seconds, with v requests offered since its start and slope
    c = (b - a)/s, :math:`t = 2v / (a + \sqrt{a^2 + 2cv})`.

    Parameters
    ----------
    units : float array, shape (n,)
        Requests offered, in [0, the pieces' total].
    pieces : sequence of RatePiece

    Returns
    -------
    float array, shape (n,)
        Seconds.

    Examples
    --------
    >>> from isocost.core.load import RatePiece
    >>> instants_of(np.array([0.0, 4.0, 16.0]), [RatePiece(0.0, 2.0, 4.0), RatePiece(6.0, 6.0, 2.0)]).tolist()
    [0.0, 4.0, 6.0]
    """
    edges = np.concatenate([[0.0], np.cumsum([piece.requests for piece in pieces])])
    starts = np.concatenate([[0.0], np.cumsum([piece.duration_s for piece in pieces])])
    number = np.clip(np.searchsorted(edges, units, side="left") - 1, 0, len(pieces) - 1)
    since = units - edges[number]
    first = np.array([piece.from_per_s for piece in pieces])[number]
    slope = np.array([(piece.to_per_s - piece.from_per_s) / piece.duration_s for piece in pieces])[number]
    speed = first + np.sqrt(np.maximum(first**2 + 2 * slope * since, 0.0))
    within = np.divide(2 * since, speed, out=np.zeros_like(since), where=speed > 0)
    return np.asarray(starts[number] + np.minimum(within, np.diff(starts)[number]))


def _require_burstiness(burstiness: float) -> None:
    if not burstiness > 0:
        raise InputError(f"burstiness must be above 0 (1 is Poisson), got {burstiness!r}")


def _require_number(count: float) -> None:
    if count > _MOST:
        raise InputError(f"an open loop of {count:.3g} requests is too long; offer at most {_MOST:,}")
