"""Maximum likelihood of a linear frontier with a composed error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.frontier.composed_error import ComposedError, Inefficiency, log_density, mean_inefficiency

if TYPE_CHECKING:
    from collections.abc import Iterator

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["LeastSquares", "Maximum", "least_squares", "maximise"]

_SPREAD = (1e-4, 1e2)
"""Scales are sought between these multiples of the residuals' standard deviation."""
_EDGE = 2e-4
_FARTHEST_MU = 8.0
"""Largest |mu|, in sigma_u: beyond it the truncated normal is an exponential, or no longer truncated."""
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
_STEP = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """Ordinary least squares: what is left when there is no inefficiency.

    Parameters
    ----------
    coefficients : float array, shape (k,)
    covariance : float array, shape (k, k)
    residuals : float array, shape (n,)
    log_likelihood : float
        Of normal errors.
    skewness : float
        m3 / m2^1.5 of the residuals.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    log_likelihood: float
    skewness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the likelihood is highest.

    Parameters
    ----------
    coefficients : float array, shape (k,)
    scales : ComposedError
    covariance : float array, shape (k + p, k + p)
        Of the coefficients, ln sigma_u, ln sigma_v and, for the truncated normal, mu: the inverse of the
        negative Hessian, or the sandwich over clusters.
    log_likelihood : float
    at_edge : tuple of str
        What ran to the edge of where it was sought: ``"sigma_u"``, ``"sigma_v"``, ``"mu"``.
    """

    coefficients: FloatArray
    scales: ComposedError
    covariance: FloatArray
    log_likelihood: float
    at_edge: tuple[str, ...]


def least_squares(response: FloatArray, columns: FloatArray) -> LeastSquares:
    """Fit a line by ordinary least squares.

    Parameters
    ----------
    response : float array, shape (n,)
    columns : float array, shape (n, k)
        Regressors with their intercept; n above k.

    Returns
    -------
    LeastSquares

    Raises
    ------
    InputError
        If there are no more units than regressors, or regressors say the same.
    EstimationError
        If the line goes through all units.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> found = least_squares(np.array([0.0, 1.0, 2.0, 4.0]), np.column_stack([np.ones(4), x]))
    >>> [round(float(b), 6) for b in found.coefficients]
    [-0.2, 1.3]
    """
    count, width = columns.shape
    if count <= width + 1:
        raise InputError(
            f"a frontier with {width} coefficients and two scales needs at least {width + 2} units, got "
            f"{count}; leave regressors out or add units"
        )
    lengths = np.linalg.norm(columns, axis=0)
    if (lengths == 0).any() or np.linalg.matrix_rank(columns / lengths, tol=1e-9) < width:
        raise InputError(
            f"the {width} regressors say the same of the {count} units (one is a combination of others); "
            "leave one out"
        )
    coefficients = np.linalg.lstsq(columns / lengths, response, rcond=None)[0] / lengths
    residuals = response - columns @ coefficients
    variance = float((residuals**2).mean())
    if variance <= 1e-20 * max(1.0, float((response**2).mean())):
        raise EstimationError("the function goes through every unit: nothing is left that could be noise")
    inverse = np.linalg.inv((columns / lengths).T @ (columns / lengths)) / np.outer(lengths, lengths)
    return LeastSquares(
        coefficients=coefficients,
        covariance=inverse * variance * count / (count - width),
        residuals=residuals,
        log_likelihood=-count / 2 * (math.log(2 * math.pi * variance) + 1),
        skewness=float((residuals**3).mean()) / variance**1.5,
    )


def maximise(
    response: FloatArray,
    columns: FloatArray,
    *,
    distribution: Inefficiency,
    sign: int,
    clusters: IntArray | None = None,
) -> Maximum:
    """Find the frontier under which the units are likeliest.

    Starts from corrected least squares at several shares of inefficiency; then a quasi-Newton search with the
    analytic gradient, and Newton steps at the end.

    Parameters
    ----------
    response : float array, shape (n,)
    columns : float array, shape (n, k)
    distribution : {"half-normal", "truncated-normal", "exponential"}
    sign : {1, -1}
        1: units lie below the frontier (production), -1: above it (cost).
    clusters : int array, shape (n,), optional
        Units of one number are dependent.

    Returns
    -------
    Maximum

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> y = 1.0 + 0.1 * rng.standard_normal(500) - abs(0.4 * rng.standard_normal(500))
    >>> found = maximise(y, np.ones((500, 1)), distribution="half-normal", sign=1)
    >>> bool(abs(found.coefficients[0] - 1) < 0.06), bool(abs(found.scales.sigma_u - 0.4) < 0.06)
    (True, True)
    """
    plain = least_squares(response, columns)
    unit = float(plain.residuals.std())
    basis, turn = np.linalg.qr(columns)
    root = math.sqrt(len(response))
    problem = _Problem(plain.residuals / unit * sign, basis * root * sign, distribution)
    place = _polished(problem, _best_start(problem))
    width = columns.shape[1]
    back = np.linalg.inv(turn) * root * unit  # of what comes on top of least squares, in the basis
    jacobian = np.eye(len(place))
    jacobian[:width, :width] = back
    if distribution == "truncated-normal":
        jacobian[-1, -1] = unit
    covariance = jacobian @ problem.covariance(place, clusters) @ jacobian.T
    scales = problem.scales(place)
    return Maximum(
        coefficients=plain.coefficients + back @ place[:width],
        scales=ComposedError(*(scale * unit for scale in scales)),
        covariance=covariance,
        log_likelihood=-problem.loss(place)[0] - len(response) * math.log(unit),
        at_edge=tuple(problem.at_edge(scales)),
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """The likelihood in units of the residuals, on orthogonal regressors, signed as production."""

    residuals: FloatArray
    basis: FloatArray
    distribution: Inefficiency

    @property
    def extra(self) -> int:
        return 3 if self.distribution == "truncated-normal" else 2

    def scales(self, place: FloatArray) -> ComposedError:
        tail = place[self.basis.shape[1] :]
        return ComposedError(math.exp(tail[0]), math.exp(tail[1]), float(tail[2]) if len(tail) > 2 else 0.0)

    def scores(self, place: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log densities, and their derivatives, a row a unit."""
        error = self.residuals - self.basis @ place[: self.basis.shape[1]]
        density, by = log_density(error, self.scales(place), self.distribution)
        return density, np.hstack([-by[:, :1] * self.basis, by[:, 1 : 1 + self.extra]])

    def loss(self, place: FloatArray) -> tuple[float, FloatArray]:
        density, by = self.scores(place)
        return -float(density.sum()), -by.sum(axis=0)

    def hessian(self, place: FloatArray) -> FloatArray:
        """Second derivatives of the loss, by central differences of the gradient."""
        steps = np.eye(len(place)) * _STEP
        rows = [(self.loss(place + step)[1] - self.loss(place - step)[1]) / (2 * _STEP) for step in steps]
        return np.asarray((np.array(rows) + np.array(rows).T) / 2)

    def covariance(self, place: FloatArray, clusters: IntArray | None) -> FloatArray:
        inverse = np.linalg.pinv(self.hessian(place), hermitian=True)
        if clusters is None:
            return np.asarray(inverse)
        by = self.scores(place)[1]
        sums = np.zeros((int(clusters.max()) + 1, by.shape[1]))
        np.add.at(sums, clusters, by)
        count = len(sums)
        return np.asarray(inverse @ (sums.T @ sums) @ inverse * count / max(count - 1, 1))

    def at_edge(self, scales: ComposedError) -> Iterator[str]:
        if scales.sigma_u < _EDGE:
            yield "sigma_u"
        if scales.sigma_v < _EDGE:
            yield "sigma_v"
        if abs(scales.mu) > 0.99 * _FARTHEST_MU * scales.sigma_u:
            yield "mu"


def _best_start(problem: _Problem) -> FloatArray:
    """Corrected least squares: the intercept raised by E[u], at the shares that are likeliest."""
    starts = []
    # the basis times this is a column of ones
    ones = problem.basis.T @ np.ones(len(problem.residuals)) / len(problem.residuals)
    for share in _SHARES:
        for ratio in (0.0, 1.0, -2.0) if problem.extra == 3 else (0.0,):
            scales = _split(share, ratio, problem.distribution)
            tail = [math.log(scales.sigma_u), math.log(scales.sigma_v), scales.mu][: problem.extra]
            starts.append(np.r_[ones * mean_inefficiency(scales, problem.distribution), tail])
    found = [_searched(problem, start) for start in sorted(starts, key=lambda at: problem.loss(at)[0])[:4]]
    return min(found, key=lambda at: problem.loss(at)[0])


def _split(share: float, ratio: float, distribution: Inefficiency) -> ComposedError:
    """Scales of an error of variance 1, so much of it inefficiency."""
    if distribution == "exponential":
        return ComposedError(math.sqrt(share), math.sqrt(1 - share))
    first = ComposedError(1.0, 1.0, ratio)
    mean = mean_inefficiency(first, distribution)
    variance = 1 - mean * (mean - ratio)  # of a normal (ratio, 1) truncated at 0
    sigma = math.sqrt(share / variance)
    return ComposedError(sigma, math.sqrt(1 - share), ratio * sigma)


def _searched(problem: _Problem, start: FloatArray) -> FloatArray:
    from scipy.optimize import minimize

    width = problem.basis.shape[1]
    edge = (math.log(_SPREAD[0]), math.log(_SPREAD[1]))
    bounds = [(None, None)] * width + [edge] * 2 + [(None, None)] * (problem.extra - 2)

    def loss(place: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = problem.loss(place)
        beyond = abs(place[-1]) - _FARTHEST_MU * math.exp(place[width])
        if problem.extra == 3 and beyond > 0:  # a wall where mu means nothing any more
            value += beyond**2 * 1e3
            gradient[-1] += 2e3 * beyond * math.copysign(1.0, place[-1])
            gradient[width] -= 2e3 * beyond * _FARTHEST_MU * math.exp(place[width])
        return value, gradient

    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8}
    search: Any = minimize  # the stubs know no bounds beside a gradient
    found = search(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x)


def _polished(problem: _Problem, place: FloatArray) -> FloatArray:
    """Newton steps as long as they lower the loss; none at an edge."""
    if list(problem.at_edge(problem.scales(place))):
        return place
    for _ in range(8):
        value, gradient = problem.loss(place)
        hessian = problem.hessian(place)
        if np.linalg.eigvalsh(hessian)[0] <= 0:
            break
        step = np.linalg.solve(hessian, gradient)
        if not problem.loss(place - step)[0] < value:
            break
        place = place - step
    return place
