"""Parameters of a stochastic frontier with their standard errors and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.composed_error import Inefficiency
    from isocost.frontier.likelihood import LeastSquares, Maximum

__all__ = ["FrontierParameter", "fitted_coefficients", "fitted_scales", "plain_coefficients"]

_CITED = {
    "half-normal": "Aigner, Lovell and Schmidt 1977, doi:10.1016/0304-4076(77)90052-5",
    "truncated-normal": "Stevenson 1980, doi:10.1016/0304-4076(80)90042-1",
    "exponential": "Meeusen and van den Broeck 1977, doi:10.2307/2525757",
}
_NORMAL = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierParameter:
    """One parameter of a stochastic frontier.

    Parameters
    ----------
    name : str
        A regressor; or ``"sigma_squared"`` (sigma_u^2 + sigma_v^2), ``"gamma"`` (sigma_u^2 over it) or
        ``"mu"``.
    estimate : Estimate
    standard_error : float or None
        ``None`` where the likelihood has its maximum at an edge.
    """

    name: str
    estimate: Estimate
    standard_error: float | None


def plain_coefficients(
    names: Sequence[str], plain: LeastSquares, count: int
) -> tuple[FrontierParameter, ...]:
    """Return the coefficients of least squares.

    Examples
    --------
    >>> from isocost.frontier.likelihood import least_squares
    >>> found = least_squares(np.array([1.0, 2.0, 4.0]), np.ones((3, 1)))
    >>> round(plain_coefficients(["intercept"], found, 3)[0].estimate.value, 3)
    2.333
    """
    errors = np.sqrt(np.diag(plain.covariance))
    return tuple(
        _parameter(name, float(at), float(error), "least squares", count)
        for name, at, error in zip(names, plain.coefficients, errors, strict=True)
    )


def fitted_coefficients(
    names: Sequence[str], best: Maximum, distribution: Inefficiency, count: int
) -> tuple[FrontierParameter, ...]:
    """Return the coefficients of maximum likelihood; without errors where it lies at an edge.

    Examples
    --------
    >>> from isocost.frontier.likelihood import maximise
    >>> y = -np.random.default_rng(0).exponential(size=300) + np.random.default_rng(1).normal(size=300) / 4
    >>> best = maximise(y, np.ones((300, 1)), distribution="exponential", sign=1)
    >>> [round(one.estimate.value, 1) for one in fitted_coefficients(["intercept"], best, "exponential", 300)]
    [-0.1]
    """
    method = f"maximum likelihood, {distribution} inefficiency ({_CITED[distribution]})"
    errors = np.sqrt(np.maximum(np.diag(best.covariance), 0.0))[: len(names)]
    return tuple(
        _parameter(name, float(at), math.nan if best.at_edge else float(error), method, count)
        for name, at, error in zip(names, best.coefficients, errors, strict=True)
    )


def fitted_scales(best: Maximum, distribution: Inefficiency, count: int) -> tuple[FrontierParameter, ...]:
    """Return sigma^2, gamma and mu, their errors by the delta method from those of the logarithms.

    Examples
    --------
    >>> from isocost.frontier.likelihood import maximise
    >>> y = -np.random.default_rng(0).exponential(size=300) + np.random.default_rng(1).normal(size=300) / 4
    >>> best = maximise(y, np.ones((300, 1)), distribution="exponential", sign=1)
    >>> [(one.name, round(one.estimate.value, 1)) for one in fitted_scales(best, "exponential", 300)]
    [('sigma_squared', 1.3), ('gamma', 1.0)]
    """
    u, v, mu = best.scales
    total, width = u**2 + v**2, len(best.coefficients)
    gamma = u**2 / total
    turned = np.array([[2 * u**2, 2 * v**2], [2 * gamma * (1 - gamma), -2 * gamma * (1 - gamma)]])
    errors = np.sqrt(np.diag(turned @ best.covariance[width : width + 2, width : width + 2] @ turned.T))
    found = [("sigma_squared", total, float(errors[0]), "log"), ("gamma", gamma, float(errors[1]), "logit")]
    if distribution == "truncated-normal":
        found.append(("mu", mu, math.sqrt(max(float(best.covariance[-1, -1]), 0.0)), "as it is"))
    method = f"maximum likelihood, {distribution} inefficiency"
    edge = bool(best.at_edge)
    return tuple(
        _parameter(name, at, math.nan if edge else error, method, count, scale)
        for name, at, error, scale in found
    )


def _parameter(
    name: str, at: float, error: float, method: str, count: int, scale: str = "as it is"
) -> FrontierParameter:
    """Give a parameter its normal interval, on the scale on which it knows no bounds."""
    half = _NORMAL * error
    known = math.isfinite(half)
    low, high = at - half, at + half
    if scale == "log":
        low, high = at * math.exp(-half / at), at * math.exp(half / at)
    elif scale == "logit" and 0 < at < 1:
        odds, wide = at / (1 - at), min(half / (at * (1 - at)), 500.0)
        low, high = (1 / (1 + math.exp(turn * wide) / odds) for turn in (1, -1))
    estimate = Estimate(
        value=at,
        low=low if known else None,
        high=high if known else None,
        unit="1",
        kind="fitted",
        method=method,
        n=count,
    )
    return FrontierParameter(name=name, estimate=estimate, standard_error=error if known else None)
