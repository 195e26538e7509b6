"""What other models' fits tell of prefill before a model has been profiled much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.runtime.form import warped
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.runtime.published import PublishedRuntime

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["RuntimePrior", "runtime_prior"]

_FEWEST_MODELS = 4
_SCATTER = 0.03  # typical deviation of a model from the two common shapes, over what 1,000 tokens add
_FLOOR_SCATTER = 0.03  # prior of the first shape: 1 +- so much
_ALIKE_SHARE = 0.5  # of the deviations' variance: those alike among models; the rest is rough
_CLIP = 2.0  # robust standard deviations
_LEAST_ROUGHNESS = 1e-9
_ROUNDS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimePrior:
    r"""How alpha(p) goes in other models: two common shapes, and how far single models are from them.

    .. math:: \alpha(p) = A\,h(p) + B\,(g(p) + d(p))

    h is near 1: what a request takes however short its prompt is; g(1) = 0 and g(1000) = 1: what the prompt
    adds. A and B, in seconds, are a model's own and free. The deviation d has mean 0 and the covariance of
    the other models' deviations, shrunk half-way to that of a random walk on the staircase axis, whose
    interpolation is linear.

    Parameters
    ----------
    sizes : float array, shape (k,)
        Prompt sizes, rising.
    floor, growth : float arrays, shape (k,)
        h and g.
    deviations : float array, shape (models, k)
        d of each model; 0 where it was not profiled.
    levels : float array, shape (models, 3)
        A, B and beta of each model, seconds.
    roughness : float
        Variance of the increments of d per token of the staircase axis.
    tile_tokens : int or None
        Tile of that axis.
    sources : tuple of str
        The models.
    """

    sizes: FloatArray
    floor: FloatArray
    growth: FloatArray
    deviations: FloatArray
    levels: FloatArray
    roughness: float
    tile_tokens: int | None
    sources: tuple[str, ...]

    def shape(self, prompt_tokens: FloatArray) -> FloatArray:
        """Return h and g at prompt sizes, shape (n, 2)."""
        return np.asarray(self._basis(prompt_tokens) @ np.column_stack([self.floor, self.growth]))

    def covariance(self, prompt_tokens: FloatArray) -> FloatArray:
        """Return the covariance of d at prompt sizes, in units of B squared, shape (n, n)."""
        alike = self.deviations @ self._basis(prompt_tokens).T
        axis = warped(np.asarray(prompt_tokens, dtype=np.float64), self.tile_tokens)
        rough = self.roughness * np.minimum(axis[:, None], axis[None, :])
        spare = max(len(self.sources) - 2, 1)
        return np.asarray(_ALIKE_SHARE * alike.T @ alike / spare + (1 - _ALIKE_SHARE) * rough)

    def _basis(self, prompt_tokens: FloatArray) -> FloatArray:
        places = warped(np.asarray(prompt_tokens, dtype=np.float64), self.tile_tokens)
        return hat_basis(places, warped(self.sizes, self.tile_tokens))


def runtime_prior(
    fits: Mapping[str, PublishedRuntime],
    *,
    tile_tokens: int | None = 128,
    noise_share: float = 0.005,
    resolution_s: float = 0.001,
) -> RuntimePrior:
    """Build the prior of alpha(p) from the fits of other models.

    The two shapes and each model's A and B are found by alternating weighted least squares. Deviations are
    shrunk by what rounding and noise explain of them, and clipped at two robust standard deviations of each
    prompt size, so that one odd model does not speak for all.

    Parameters
    ----------
    fits : mapping of str to PublishedRuntime
        At least four models; leave out the one that is to be fitted, and copies.
    tile_tokens : int or None
        Tile of the prefill staircase.
    noise_share : float
        Relative standard error of their alpha(p).
    resolution_s : float
        What they are rounded to, seconds; at least 0.

    Returns
    -------
    RuntimePrior

    Raises
    ------
    InputError
        If there are fewer than four models, or one has fewer than three prompt sizes or prefill that does not
        grow.

    Examples
    --------
    >>> from isocost.runtime.published import PublishedRuntime
    >>> sizes = (1, 256, 512, 1024)
    >>> lines = {"a": (0.01, 1e-4), "b": (0.02, 3e-4), "c": (0.04, 2e-4), "d": (0.03, 5e-4)}
    >>> fits = {name: PublishedRuntime(prefill_s=tuple((p, a + b * p) for p in sizes), decode_s=0.01)
    ...         for name, (a, b) in lines.items()}
    >>> prior = runtime_prior(fits, tile_tokens=None, resolution_s=0)
    >>> prior.shape(np.array([1.0, 512.0]))[:, 1].round(2).tolist()
    [0.0, 0.51]
    """
    if len(fits) < _FEWEST_MODELS:
        raise InputError(f"a prior takes the fits of at least {_FEWEST_MODELS} models, got {len(fits)}")
    few = next((name for name, fit in fits.items() if len(fit.prefill_s) < 3), None)
    if few is not None:
        raise InputError(f"a prior takes fits with at least 3 prompt sizes; {few} has fewer")
    sizes = np.unique([float(size) for fit in fits.values() for size, _ in fit.prefill_s])
    alpha, known = _on_common_sizes(fits, sizes, tile_tokens)
    variance = (noise_share * alpha) ** 2 + resolution_s**2 / 12
    levels, shapes = _two_shapes(alpha, variance, known, sizes)
    scale = levels[:, 1:]
    if not (scale > 0).all():
        flat = tuple(fits)[int(np.argmin(scale))]
        raise InputError(
            f"a prior takes models whose first token takes longer after longer prompts; {flat} is none"
        )
    apart = np.where(known, (alpha - levels @ shapes.T) / scale, 0.0)
    deviations = _clipped(apart * _SCATTER**2 / (_SCATTER**2 + variance / scale**2))
    steps = np.diff(deviations, axis=1) ** 2 / np.diff(warped(sizes, tile_tokens))
    return RuntimePrior(
        sizes=sizes,
        floor=shapes[:, 0],
        growth=shapes[:, 1],
        deviations=deviations,
        levels=np.column_stack([levels, [fit.decode_s for fit in fits.values()]]),
        roughness=max(float(steps[known[:, 1:] & known[:, :-1]].mean()), _LEAST_ROUGHNESS),
        tile_tokens=tile_tokens,
        sources=tuple(fits),
    )


def _on_common_sizes(
    fits: Mapping[str, PublishedRuntime], sizes: FloatArray, tile: int | None
) -> tuple[FloatArray, BoolArray]:
    """Return alpha of each model at all sizes, and where it lies in the range of its own; shape (m, k)."""
    alpha, known = [], []
    for fit in fits.values():
        own, values = np.array(fit.prefill_s, dtype=np.float64).T
        alpha.append(hat_basis(warped(sizes, tile), warped(own, tile)) @ values)
        known.append((sizes >= own[0]) & (sizes <= own[-1]))
    return np.array(alpha), np.array(known)


def _two_shapes(
    alpha: FloatArray, variance: FloatArray, known: BoolArray, sizes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return A and B of each model, shape (m, 2), and h and g, shape (k, 2), by alternating least squares."""
    ends = alpha[:, -1]
    levels = np.column_stack([alpha[:, 0], 1000 * (ends - alpha[:, 0]) / (sizes[-1] - sizes[0])])
    shapes = np.column_stack([np.ones(len(sizes)), (sizes - sizes[0]) / 1000])
    for _ in range(_ROUNDS):
        weights = np.where(known, 1 / (variance + (_SCATTER * levels[:, 1:]) ** 2), 0.0)
        for place in range(1, len(sizes)):
            normal = (levels.T * weights[:, place]) @ levels
            right = (levels.T * weights[:, place]) @ alpha[:, place]
            prior = 1 / _FLOOR_SCATTER**2
            shapes[place] = np.linalg.solve(normal + np.diag([prior, 0.0]), [right[0] + prior, right[1]])
        for model in range(len(alpha)):
            root = np.sqrt(weights[model])
            levels[model] = np.linalg.lstsq(shapes * root[:, None], alpha[model] * root, rcond=None)[0]
        thousand = float(np.interp(1000.0, sizes, shapes[:, 1]))
        levels[:, 1] *= thousand
        shapes[:, 1] /= thousand
    return levels, shapes


def _clipped(deviations: FloatArray) -> FloatArray:
    """Return deviations within two robust standard deviations of each prompt size."""
    spread = 1.4826 * np.median(np.abs(deviations), axis=0)
    most = _CLIP * np.maximum(spread, np.median(spread) / 4)
    return np.clip(deviations, -most, most)
