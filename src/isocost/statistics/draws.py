"""Draws: how uncertainty travels between rooms, and its summary at the edge."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["DRAWS", "Draws", "combine", "draws_around", "generator", "summarise"]

DRAWS = 4000
"""Number of joint samples that isocost's own studies carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Joint samples of one uncertain number; sample i of every `Draws` belongs to the same world i.

    Two results that share an assumption share its draws, so their difference is judged jointly.

    Parameters
    ----------
    value : float
        The point estimate.
    samples : float array, shape (draws,)
        Aligned with all other draws of the study; all NaN where the data allow no interval.
    unit : str
    kind : Kind
    method : str
        How the samples were obtained.
    n : int or None
        Independent pieces of evidence.
    basis, source : str or None
        As in `Estimate`.
    """

    value: float
    samples: FloatArray
    unit: str
    kind: Kind
    method: str
    n: int | None = None
    basis: str | None = None
    source: str | None = None


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random stream that belongs to `name` under `seed`.

    The same assumption asks by the same name and so gets the same draws wherever it is used.

    Examples
    --------
    >>> bool(generator(1, "price").normal() == generator(1, "price").normal())
    True
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def summarise(draws: Draws, *, level: float = 0.95) -> Estimate:
    """Summarise draws as an estimate with its equal-tailed interval.

    Parameters
    ----------
    draws : Draws
    level : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    Estimate
        Without interval where a sample is not finite: the data allow none.

    Examples
    --------
    >>> d = Draws(value=2.0, samples=np.linspace(1, 3, 1001), unit="s", kind="measured", method="example")
    >>> e = summarise(d, level=0.9)
    >>> round(e.low, 6), round(e.high, 6)
    (1.1, 2.9)
    """
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, got {level!r}")
    ends: tuple[float | None, float | None] = (None, None)
    if bool(np.isfinite(draws.samples).all()):
        low, high = np.quantile(draws.samples, [(1 - level) / 2, (1 + level) / 2])
        ends = (float(low), float(high))
    return Estimate(
        value=draws.value,
        low=ends[0],
        high=ends[1],
        level=level,
        n=draws.n,
        unit=draws.unit,
        basis=draws.basis,
        method=draws.method,
        kind=draws.kind,
        source=draws.source,
    )


def draws_around(
    estimate: Estimate,
    *,
    rng: np.random.Generator,
    size: int = DRAWS,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Draws:
    """Draw around an estimate of which only its value and interval are known.

    Each half of the interval is taken as half of a normal distribution (a two-piece normal), so that an
    interval that leans to one side keeps leaning. Without interval all draws are the value.

    Parameters
    ----------
    estimate : Estimate
    rng : numpy.random.Generator
    size : int
    bounds : tuple of float
        Least and most that the number can be, such as 0 and 1 for a share; draws beyond are put there.

    Returns
    -------
    Draws

    Examples
    --------
    >>> known = Estimate(value=2.0, low=1.0, high=4.0, unit="s", kind="published", method="example")
    >>> drawn = summarise(draws_around(known, rng=np.random.default_rng(0)))
    >>> round(drawn.low, 1), round(drawn.high, 1)
    (1.0, 4.0)
    """
    samples = np.full(size, estimate.value)
    if estimate.low is not None and estimate.high is not None:
        width = NormalDist().inv_cdf((1 + estimate.level) / 2)
        normal = rng.standard_normal(size) / width
        down, up = estimate.value - estimate.low, estimate.high - estimate.value
        samples = np.clip(estimate.value + np.where(normal < 0, normal * down, normal * up), *bounds)
    return Draws(
        value=estimate.value,
        samples=samples,
        unit=estimate.unit,
        kind=estimate.kind,
        method=f"{estimate.method}; two-piece normal",
        n=estimate.n,
        basis=estimate.basis,
        source=estimate.source,
    )


def combine(
    function: Callable[..., Any], *parts: Draws, unit: str, kind: Kind, method: str, basis: str | None = None
) -> Draws:
    """Apply an arithmetic `function` to aligned draws, point by point and sample by sample.

    ``n`` of the result is the least ``n`` of the parts that have one.
    """
    counts = [part.n for part in parts if part.n is not None]
    first = replace(parts[0], unit=unit, kind=kind, method=method, basis=basis, n=min(counts, default=None))
    return replace(
        first,
        value=float(function(*(part.value for part in parts))),
        samples=np.asarray(function(*(part.samples for part in parts)), dtype=np.float64),
    )
