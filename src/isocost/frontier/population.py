"""True values behind noisy units: a population along a curved frontier, learned from the units themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Believed", "believed_values"]

_SHEETS = 2
_PRIOR_SCALE = 0.5
_SLOPE_SCALE = 0.7
_LEAST_NOISE = 1e-3
_LEAST_VARIANCE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """Draws of true values given the measured ones.

    Parameters
    ----------
    gains : float array, shape (draws, tables, n, d)
    clearance : float array, shape (tables,)
        Scatter of the leading units about their curve, over the noise across it: posterior median. Where it
        is small, the data cannot tell units that lie on the frontier from units that lie close behind it.
    """

    gains: FloatArray
    clearance: FloatArray


def believed_values(
    gains: FloatArray, noise: FloatArray, *, rng: np.random.Generator, burn: int = 200, kept: int = 200
) -> Believed:
    r"""Draw true values from their posterior under a population that is learned at the same time.

    Axes are standardised and rotated: r, the mean direction in which a unit is better on all axes, and d -
    1 directions s along the frontier. Hierarchical model: :math:`s_i \sim N(m, w^2)`; :math:`r_i = q(s_i) +
    \mu_{c_i} + \tau_{c_i} z_i` with q quadratic and two sheets c, so that some units may follow the
    frontier closely and others lie behind; the measured values are normal about the true ones with the
    given covariances. Gibbs sampling with Metropolis steps for s; half-t priors on :math:`\tau` (Huang and
    Wand, Bayesian Analysis 8, 2013, doi:10.1214/13-BA815), normal ones of scale 0.7 on the slopes. Unlike
    draws about the measured values, these are pulled towards where units lie.

    Parameters
    ----------
    gains : float array, shape (tables, n, d)
        Measured, more is better; d at least 2. Tables are independent: studies, or chains of one study.
    noise : float array, shape (n, d, d) or (tables, n, d, d)
        Covariance of each unit's errors.
    rng : numpy.random.Generator
    burn, kept : int
        Steps dropped, and kept.

    Returns
    -------
    Believed

    Examples
    --------
    Thirty units on a line, seen with an error of 0.3: the believed values lie nearer to it.

    >>> rng = np.random.default_rng(0)
    >>> s = np.linspace(-2, 2, 30)
    >>> seen = np.stack([s, -s], axis=1) + 0.3 * rng.standard_normal((30, 2))
    >>> noise = np.tile(0.09 * np.eye(2), (30, 1, 1))
    >>> means = believed_values(np.repeat(seen[None], 8, axis=0), noise, rng=rng).gains.mean(axis=(0, 1))
    >>> bool(np.abs(means.sum(axis=1)).mean() < 0.8 * np.abs(seen.sum(axis=1)).mean())
    True
    """
    tables, count, axes = gains.shape
    scale = np.maximum(gains.std(axis=1, ddof=1), np.finfo(float).tiny)[:, None]
    turn = _rotation(axes)
    centre = gains.mean(axis=1, keepdims=True)
    seen = _Seen.of((gains - centre) / scale @ turn.T, noise, scale, turn)
    state = _State.start(seen, rng)
    drawn, clear = np.empty((kept, tables, count, axes)), np.empty((kept, tables))
    for at in range(burn + kept):
        state.step(seen, rng)
        if at >= burn:
            true = np.concatenate([state.along, state.across[..., None]], axis=-1)
            drawn[at - burn] = true @ turn * scale + centre
            clear[at - burn] = state.clearance(seen)
    return Believed(gains=drawn, clearance=np.median(clear, axis=0))


def _rotation(axes: int) -> FloatArray:
    """Orthonormal rows, the last one the mean direction."""
    basis = np.linalg.qr(np.column_stack([np.ones(axes), np.eye(axes)[:, : axes - 1]]))[0]
    basis *= np.sign(basis[0, 0])
    return np.asarray(np.vstack([basis[:, 1:].T, basis[:, 0]]))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Measured values in rotated axes, with what is needed of their errors."""

    along: FloatArray  # (tables, n, d - 1)
    across: FloatArray  # (tables, n)
    root: FloatArray  # Cholesky factor of the errors along
    inverse: FloatArray  # of their covariance
    slope: FloatArray  # regression of the error across on those along
    rest: FloatArray  # variance of what is left of it
    whole: FloatArray  # variance across

    @classmethod
    def of(cls, turned: FloatArray, noise: FloatArray, scale: FloatArray, turn: FloatArray) -> _Seen:
        each = np.broadcast_to(noise, (*turned.shape, turned.shape[-1]))
        scaled = each / (scale[..., :, None] * scale[..., None, :])
        errors = turn @ scaled @ turn.T + _LEAST_NOISE**2 * np.eye(len(turn))
        along, mixed = errors[..., :-1, :-1], errors[..., :-1, -1]
        inverse: FloatArray = np.asarray(np.linalg.inv(along))
        slope = (inverse @ mixed[..., None])[..., 0]
        rest = errors[..., -1, -1] - (slope * mixed).sum(axis=-1)
        root: FloatArray = np.asarray(np.linalg.cholesky(along))
        return cls(turned[..., :-1], turned[..., -1], root, inverse, slope, rest, errors[..., -1, -1])


@dataclass(slots=True)
class _State:
    """Where the chains are."""

    along: FloatArray  # s, (tables, n, d - 1)
    across: FloatArray  # r, (tables, n)
    centre: FloatArray  # m, (tables, d - 1)
    spread: FloatArray  # w^2
    slopes: FloatArray  # of q, (tables, features)
    levels: FloatArray  # mu, (tables, sheets)
    scatter: FloatArray  # tau^2
    auxiliary: FloatArray
    shares: FloatArray
    sheet: IntArray  # (tables, n)

    @classmethod
    def start(cls, seen: _Seen, rng: np.random.Generator) -> _State:
        tables, count, along = seen.along.shape
        features = along + along * (along + 1) // 2
        levels = np.repeat(np.linspace(-0.5, 0.5, _SHEETS)[None], tables, axis=0)
        return cls(
            along=seen.along.copy(), across=seen.across.copy(),
            centre=np.zeros((tables, along)), spread=np.ones((tables, along)),
            slopes=np.zeros((tables, features)), levels=levels,
            scatter=np.full((tables, _SHEETS), 0.25),
            auxiliary=np.full((tables, _SHEETS), _PRIOR_SCALE**2),
            shares=np.full((tables, _SHEETS), 1 / _SHEETS),
            sheet=rng.integers(0, _SHEETS, (tables, count)),
        )  # fmt: skip

    def step(self, seen: _Seen, rng: np.random.Generator) -> None:
        self._values(seen, rng)
        self._population_along(rng)
        self._sheets(rng)
        self._curve(rng)

    def clearance(self, seen: _Seen) -> FloatArray:
        """Scatter of the highest sheet that holds a unit, over the mean noise across."""
        counts = (self.sheet[..., None] == np.arange(_SHEETS)).sum(axis=1)
        top = np.where(counts > 0, self.levels, -np.inf).argmax(axis=1)
        scatter = np.take_along_axis(self.scatter, top[:, None], axis=1)[:, 0]
        return np.asarray(np.sqrt(scatter / seen.whole.mean(axis=-1)))

    def _curved(self, along: FloatArray) -> FloatArray:
        return np.asarray((_features(along) * self.slopes[:, None]).sum(axis=-1))

    def _values(self, seen: _Seen, rng: np.random.Generator) -> None:
        level = np.take_along_axis(self.levels, self.sheet, axis=1)
        scatter = np.take_along_axis(self.scatter, self.sheet, axis=1)

        def density(along: FloatArray) -> FloatArray:
            """Of s given the measured values, r integrated out."""
            error = seen.along - along
            left = seen.across - (seen.slope * error).sum(axis=-1) - self._curved(along) - level
            far = np.einsum("...i,...ij,...j->...", error, seen.inverse, error)
            prior = ((along - self.centre[:, None]) ** 2 / self.spread[:, None]).sum(axis=-1)
            return np.asarray(-(far + prior + left**2 / (seen.rest + scatter)) / 2)

        now = density(self.along)
        for size in (1.2, 0.4):
            noise = np.asarray(rng.standard_normal(self.along.shape))[..., None]
            moved: FloatArray = seen.root @ noise
            tried = self.along + size * moved[..., 0]
            then = density(tried)
            taken = np.log(rng.random(now.shape)) < then - now
            self.along = np.where(taken[..., None], tried, self.along)
            now = np.where(taken, then, now)
        observed = seen.across - (seen.slope * (seen.along - self.along)).sum(axis=-1)
        variance = 1 / (1 / seen.rest + 1 / scatter)
        mean = variance * (observed / seen.rest + (self._curved(self.along) + level) / scatter)
        self.across = mean + np.sqrt(variance) * rng.standard_normal(mean.shape)

    def _population_along(self, rng: np.random.Generator) -> None:
        count = self.along.shape[1]
        around = np.sqrt(self.spread / count) * rng.standard_normal(self.spread.shape)
        self.centre = self.along.mean(axis=1) + around
        squares = ((self.along - self.centre[:, None]) ** 2).sum(axis=1)
        self.spread = (squares + 0.5) / 2 / rng.gamma((count + 1) / 2, size=self.spread.shape)

    def _sheets(self, rng: np.random.Generator) -> None:
        behind = self.across - self._curved(self.along)
        scatter = self.scatter[:, None]
        weights = -((behind[..., None] - self.levels[:, None]) ** 2) / (2 * scatter) - np.log(scatter) / 2
        weights = weights + np.log(self.shares)[:, None]
        self.sheet = (weights + rng.gumbel(size=weights.shape)).argmax(axis=-1)
        counts = (self.sheet[..., None] == np.arange(_SHEETS)).sum(axis=1)
        drawn = rng.gamma(1.0 + counts)
        self.shares = np.maximum(drawn / drawn.sum(axis=1, keepdims=True), 1e-12)

    def _curve(self, rng: np.random.Generator) -> None:
        held = (self.sheet[..., None] == np.arange(_SHEETS)).astype(np.float64)
        features = _features(self.along)
        width, along = features.shape[-1], self.along.shape[-1]
        columns = np.concatenate([features, held], axis=-1)
        weights = 1 / np.take_along_axis(self.scatter, self.sheet, axis=1)
        order = np.r_[np.ones(along), np.full(width - along, 2.0)]  # curvature is believed in less
        prior = np.diag(np.r_[order / _SLOPE_SCALE**2, np.ones(_SHEETS)])
        weighted = columns * weights[..., None]
        precision = np.swapaxes(weighted, 1, 2) @ columns + prior
        aim = (weighted * self.across[..., None]).sum(axis=1)
        root = np.linalg.cholesky(precision)
        noise = rng.standard_normal(aim.shape)[..., None]
        found = np.linalg.solve(precision, aim[..., None]) + np.linalg.solve(np.swapaxes(root, 1, 2), noise)
        self.slopes, self.levels = found[:, :width, 0], found[:, width:, 0]
        level = np.take_along_axis(self.levels, self.sheet, axis=1)
        left = self.across - self._curved(self.along) - level
        squares, counts = (held * (left**2)[..., None]).sum(axis=1), held.sum(axis=1)
        self.scatter = (squares / 2 + 2 / self.auxiliary) / rng.gamma((2 + counts) / 2)
        self.scatter = np.maximum(self.scatter, _LEAST_VARIANCE)
        rate = 2 / self.scatter + 1 / _PRIOR_SCALE**2
        self.auxiliary = rate / rng.gamma(1.5, size=rate.shape)


def _features(along: FloatArray) -> FloatArray:
    """s, and its squares and products."""
    rows, columns = np.triu_indices(along.shape[-1])
    scale = np.where(rows == columns, 1.0, math.sqrt(2.0))
    return np.concatenate([along, along[..., rows] * along[..., columns] * scale], axis=-1)
