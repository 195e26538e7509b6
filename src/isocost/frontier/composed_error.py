"""The error of a stochastic frontier, noise less inefficiency: its density, and what it says of a unit."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "ComposedError",
    "Efficiencies",
    "Inefficiency",
    "efficiencies",
    "log_density",
    "mean_inefficiency",
]

Inefficiency = Literal["half-normal", "truncated-normal", "exponential"]


class ComposedError(NamedTuple):
    """Scales of an error v - u: v normal noise, u at least 0.

    Parameters
    ----------
    sigma_u : float
        Above 0. Half-normal, truncated normal: standard deviation before truncation at 0; exponential: mean.
    sigma_v : float
        Standard deviation of the noise, above 0.
    mu : float
        Mean before truncation; 0 but for the truncated normal.
    """

    sigma_u: float
    sigma_v: float
    mu: float = 0.0


class Efficiencies(NamedTuple):
    """What an error says of a unit's inefficiency u; each of shape (n,).

    Parameters
    ----------
    battese_coelli : float array
        E[exp(-u) | e], in (0, 1).
    jlms : float array
        exp(-E[u | e]), at most the other one (Jensen).
    low, high : float array
        Quantiles of exp(-u) given e, the parameters taken as known.
    """

    battese_coelli: FloatArray
    jlms: FloatArray
    low: FloatArray
    high: FloatArray


def log_density(
    error: FloatArray, scales: ComposedError, distribution: Inefficiency
) -> tuple[FloatArray, FloatArray]:
    r"""Return the log density of v - u and its derivatives.

    Half-normal and truncated normal (Stevenson, Journal of Econometrics 13, 1980,
    doi:10.1016/0304-4076(80)90042-1), with :math:`\sigma^2 = \sigma_u^2 + \sigma_v^2`:
    :math:`-\ln\sigma + \ln\phi(\frac{e + \mu}{\sigma}) +
    \ln\Phi(\frac{\mu\sigma_v/\sigma_u - e\sigma_u/\sigma_v}{\sigma}) - \ln\Phi(\mu/\sigma_u)`.
    Exponential (Meeusen and van den Broeck, International Economic Review 18, 1977, doi:10.2307/2525757):
    :math:`-\ln\sigma_u + \ln\Phi(-e/\sigma_v - \sigma_v/\sigma_u) + e/\sigma_u + \sigma_v^2/2\sigma_u^2`.

    Parameters
    ----------
    error : float array, shape (n,)
        e = v - u.
    scales : ComposedError
    distribution : {"half-normal", "truncated-normal", "exponential"}

    Returns
    -------
    tuple of float array, shapes (n,) and (n, 4)
        The log density, and its derivatives by e, ln sigma_u, ln sigma_v and mu.

    Examples
    --------
    At u's least, e = 0, with both scales 1: 2 phi(0) Phi(0)/sqrt 2 = 0.28209.

    >>> density, _ = log_density(np.array([0.0]), ComposedError(1.0, 1.0), "half-normal")
    >>> round(float(np.exp(density[0])), 5)
    0.28209
    """
    e = np.asarray(error, dtype=np.float64)
    return _exponential(e, scales) if distribution == "exponential" else _truncated(e, scales)


def efficiencies(
    error: FloatArray, scales: ComposedError, distribution: Inefficiency, *, level: float = 0.95
) -> Efficiencies:
    r"""Return technical efficiencies by both conventions, and their intervals.

    Given e, u is normal :math:`(\mu_*, \sigma_*^2)` truncated at 0. Jondrow, Lovell, Materov and Schmidt
    (Journal of Econometrics 19, 1982, doi:10.1016/0304-4076(82)90004-5) take exp(-E[u|e]); Battese and Coelli
    (Journal of Econometrics 38, 1988, doi:10.1016/0304-4076(88)90053-X) E[exp(-u)|e]; the interval is that of
    Horrace and Schmidt (Journal of Productivity Analysis 7, 1996, doi:10.1007/BF00157044). The estimates' own
    error is left out of it.

    Parameters
    ----------
    error : float array, shape (n,)
    scales : ComposedError
    distribution : {"half-normal", "truncated-normal", "exponential"}
    level : float
        In (0, 1).

    Returns
    -------
    Efficiencies

    Examples
    --------
    >>> found = efficiencies(np.array([-0.5]), ComposedError(0.4, 0.2), "half-normal")
    >>> round(float(found.battese_coelli[0]), 4), round(float(found.jlms[0]), 4)
    (0.6762, 0.6664)
    """
    from scipy.special import log_ndtr, ndtri_exp

    mean, spread = _given_error(np.asarray(error, dtype=np.float64), scales, distribution)
    z = mean / spread
    inside = log_ndtr(z)
    expected = mean + spread * _hazard(z)
    share = np.exp(-mean + spread**2 / 2 + log_ndtr(z - spread) - inside)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    # P(u > q | e) = tail: ln Phi((mean - q)/spread) = ln tail + ln Phi(z)
    ends = mean[:, None] - spread * ndtri_exp(np.log(tails) + inside[:, None])
    low, high = np.exp(-np.maximum(ends, 0.0)).T
    return Efficiencies(share, np.exp(-np.maximum(expected, 0.0)), low, high)


def mean_inefficiency(scales: ComposedError, distribution: Inefficiency) -> float:
    """Return E[u].

    Examples
    --------
    >>> mean_inefficiency(ComposedError(0.4, 0.2), "exponential")
    0.4
    >>> round(mean_inefficiency(ComposedError(1.0, 0.2), "half-normal"), 6)  # sqrt(2/pi)
    0.797885
    """
    if distribution == "exponential":
        return scales.sigma_u
    return scales.mu + scales.sigma_u * float(_hazard(np.array([scales.mu / scales.sigma_u]))[0])


def _given_error(
    e: FloatArray, scales: ComposedError, distribution: Inefficiency
) -> tuple[FloatArray, float]:
    """Mean and standard deviation, before truncation at 0, of u given e."""
    u, v = scales.sigma_u, scales.sigma_v
    if distribution == "exponential":
        return -e - v**2 / u, v
    total = u**2 + v**2
    return (scales.mu * v**2 - e * u**2) / total, u * v / math.sqrt(total)


def _hazard(z: FloatArray) -> FloatArray:
    """Return phi(z)/Phi(z), also far out."""
    from scipy.special import log_ndtr

    return np.asarray(np.exp(-(z**2) / 2 - math.log(2 * math.pi) / 2 - log_ndtr(z)))


def _truncated(e: FloatArray, scales: ComposedError) -> tuple[FloatArray, FloatArray]:
    from scipy.special import log_ndtr

    u, v, mu = scales
    total = u**2 + v**2
    sigma, start = math.sqrt(total), np.array([mu / u])
    up, down = e * u / v / sigma, mu * v / u / sigma
    z = down - up
    shifted = (e + mu) / total
    density = -math.log(2 * math.pi * total) / 2 - shifted * (e + mu) / 2 + log_ndtr(z)
    hazard, first = _hazard(z), float(_hazard(start)[0])
    by_e = -shifted - hazard * u / (v * sigma)
    by_u = -(u**2) / total + (shifted * u) ** 2 + hazard * (-down - up - z * u**2 / total) + first * mu / u
    by_v = -(v**2) / total + (shifted * v) ** 2 + hazard * (down + up - z * v**2 / total)
    by_mu = -shifted + hazard * v / (u * sigma) - first / u
    return density - float(log_ndtr(start)[0]), np.column_stack([by_e, by_u, by_v, by_mu])


def _exponential(e: FloatArray, scales: ComposedError) -> tuple[FloatArray, FloatArray]:
    from scipy.special import log_ndtr

    u, v = scales.sigma_u, scales.sigma_v
    ratio = v / u
    z = -e / v - ratio
    density = -math.log(u) + log_ndtr(z) + e / u + ratio**2 / 2
    hazard = _hazard(z)
    by_e = 1 / u - hazard / v
    by_u = -1 + hazard * ratio - e / u - ratio**2
    by_v = hazard * (e / v - ratio) + ratio**2
    return density, np.column_stack([by_e, by_u, by_v, np.zeros_like(e)])
