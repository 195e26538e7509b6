"""Least squares of a form of the step time on log error, for many sweeps of the same levels at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.economics.forms import BALANCE, Curves

if TYPE_CHECKING:
    from isocost.economics.forms import Form

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["fit_curves", "left_out_curves"]

_POINTS = {1: 61, 2: 25}  # of the grid along each parameter, by how many parameters there are
_STEPS = 40
_STEP = 1e-6  # of the numerical derivatives
_SETTLED = 1e-10  # share of the sum of squares that a step must save for the search to go on
_STUCK = 1e3  # damping beyond which no step is worth trying


def fit_curves(
    form: Form, log_concurrency: FloatArray, log_step: FloatArray, weights: FloatArray | None = None
) -> Curves:
    """Fit a form to each row of log step times, by weighted least squares.

    The level is a mean given the shape; the shape is sought on a grid and then by damped Gauss-Newton steps,
    each row with its own damping, within the bounds of the form.

    Parameters
    ----------
    form : Form
    log_concurrency : float array, shape (n,)
        ln b, not all equal.
    log_step : float array, shape (m, n)
        ln t.
    weights : float array, shape (m, n) or (n,), optional
        At least 0, some above it in each row; 0 leaves a level out.

    Returns
    -------
    Curves
        One curve a row.

    Examples
    --------
    >>> from isocost.economics.forms import form_named
    >>> b = np.array([1.0, 2.0, 4.0, 8.0])
    >>> curves = fit_curves(form_named("affine"), np.log(b), np.log([0.02 + 0.005 * b]))
    >>> {name: round(float(value[0]), 6) for name, value in curves.coefficients().items()}
    {'a': 0.02, 'k': 0.005}
    """
    middle = float(log_concurrency.mean())
    x = log_concurrency - middle
    given = np.ones_like(log_step) if weights is None else np.broadcast_to(weights, log_step.shape)
    shares = given / given.sum(axis=1, keepdims=True)
    centred = log_step - (shares * log_step).sum(axis=1, keepdims=True)
    search = _Search(form, x, centred, shares, np.array(form.bounds))
    parameters = search.simplified(search.refined(search.start()))
    offset = (shares * (log_step - form.shape(x, parameters))).sum(axis=1)
    return Curves(form=form, middle=middle, offset=offset, parameters=parameters)


def left_out_curves(form: Form, log_concurrency: FloatArray, log_step: FloatArray) -> Curves:
    """Fit a form n times, each time without one level: row i never saw level i.

    Parameters
    ----------
    form : Form
    log_concurrency, log_step : float array, shape (n,)

    Returns
    -------
    Curves
        n curves.
    """
    count = len(log_step)
    return fit_curves(form, log_concurrency, np.tile(log_step, (count, 1)), 1.0 - np.eye(count))


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for the shapes of many rows; `centred`: logs less their mean, each of shape (m, n)."""

    form: Form
    x: FloatArray
    centred: FloatArray
    shares: FloatArray
    bounds: FloatArray

    def start(self) -> FloatArray:
        """Return the best of a grid for each row, shape (m, k)."""
        points = _POINTS[len(self.bounds)]
        axes = [
            np.geomspace(low, high, points)
            if low > 0
            else np.linspace(max(low, -8.0), min(high, 8.0), points)
            for low, high in self.bounds
        ]
        grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
        shape = self.form.shape(self.x, grid)
        shape = shape - shape.mean(axis=1, keepdims=True)
        misfit = self.shares @ (shape**2).T - (self.shares @ shape.T) ** 2
        misfit -= 2 * (self.shares * self.centred) @ shape.T
        return np.asarray(grid[misfit.argmin(axis=1)])

    def refined(self, parameters: FloatArray) -> FloatArray:
        """Return the parameters after damped Gauss-Newton steps; rows that have settled are left alone."""
        found, live = parameters.copy(), np.arange(len(parameters))
        rows, residual = self, self.residual(parameters)
        squares, damping = (self.shares * residual**2).sum(axis=1), np.full(len(found), 1e-2)
        for _ in range(_STEPS):
            trial = np.clip(found[live] + rows.step(found[live], residual, damping), *self.bounds.T)
            missed = rows.residual(trial)
            reached = (rows.shares * missed**2).sum(axis=1)
            better = reached < squares
            settled = np.where(better, squares - reached <= _SETTLED * squares, damping > _STUCK)
            found[live[better]] = trial[better]
            residual = np.where(better[:, None], missed, residual)
            squares = np.where(better, reached, squares)
            damping = np.clip(np.where(better, damping / 5, damping * 5), 1e-9, 1e6)
            live = live[~settled]
            if not len(live):
                break
            rows = rows.only(~settled)
            residual, squares, damping = residual[~settled], squares[~settled], damping[~settled]
        return found

    def only(self, kept: BoolArray) -> _Search:
        """Return the search of some rows."""
        return replace(self, shares=self.shares[kept], centred=self.centred[kept])

    def residual(self, parameters: FloatArray) -> FloatArray:
        """Return what is left of centred logs, shape (m, n)."""
        shape = self.form.shape(self.x, parameters)
        return np.asarray(self.centred - (shape - (self.shares * shape).sum(axis=1, keepdims=True)))

    def step(self, parameters: FloatArray, residual: FloatArray, damping: FloatArray) -> FloatArray:
        """Return the next step of each row, shape (m, k)."""
        count = parameters.shape[1]
        shifts = np.eye(count) * _STEP
        slopes = np.stack([residual - self.residual(parameters + shift) for shift in shifts], axis=1) / _STEP
        weighted = slopes * self.shares[:, None, :]
        uphill = (weighted @ residual[:, :, None])[:, :, 0]
        low, high = self.bounds.T
        free = ~(((parameters <= low) & (uphill < 0)) | ((parameters >= high) & (uphill > 0)))
        normal = weighted @ slopes.transpose(0, 2, 1) * free[:, :, None] * free[:, None, :]
        diagonal = np.arange(count)
        normal[:, diagonal, diagonal] += damping[:, None] * (normal[:, diagonal, diagonal] + 1e-12) + 1e-15
        step = np.linalg.solve(normal, (uphill * free)[:, :, None])[:, :, 0]
        return np.asarray(np.clip(step, -2.0, 2.0))

    def simplified(self, parameters: FloatArray) -> FloatArray:
        """Return the parameters with a term left out wherever that fits as well."""
        if self.form.bounds[0] != (-BALANCE, BALANCE):
            return parameters
        alone = parameters.copy()
        alone[:, 0] = np.sign(alone[:, 0]) * BALANCE
        squares, without = ((self.shares * self.residual(p) ** 2).sum(axis=1) for p in (parameters, alone))
        return np.where((without <= squares * (1 + 1e-6) + 1e-20)[:, None], alone, parameters)
