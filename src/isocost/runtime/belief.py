"""What is believed of T(p, o) after however few cells: mean and covariance, and what a cell would add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.runtime.form import warped
from isocost.runtime.posterior import NOISE_SHARE
from isocost.runtime.prior import RuntimePrior
from isocost.runtime.rows import medians_of, rows_of, snapped
from isocost.statistics.regression import hat_basis

if TYPE_CHECKING:
    from isocost.runtime.rows import ProfileRows
    from isocost.runtime.samples import RuntimeSamples

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["RuntimeBelief", "runtime_belief"]

_PASSES = 4
_LEAST_RATIO_SPREAD = 0.1
"""How far a model's B / A and beta / A may at least be from the prior's models': it runs elsewhere."""

_FREE_RATIO_SPREAD = 10.0
_USUAL_ROUGHNESS = 4.6e-5
"""Variance of the increments of prefill about a line, per token, over what 1,000 tokens add, squared: the
median of the 13 models that arXiv 2305.02440 profiled on A100."""

_JITTER = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimeBelief:
    """T(p, o) = alpha(p) + beta (o - 1) as a Gaussian.

    Parameters
    ----------
    knots : float array, shape (k,)
        Prompt sizes at which alpha is held; it is linear between them on the staircase axis.
    tile_tokens : int or None
        Tile of that axis.
    mean : float array, shape (k + 1,)
        alpha at the knots, and beta; seconds.
    covariance : float array, shape (k + 1, k + 1)
    measured : mapping of (int, int) to int
        Cells seen so far, and how many requests of each.
    misfit_share : float
        What cells are off the form, as a share of their time: no repeat takes it away.
    scatter_share : float or None
        Standard deviation of single requests of a cell, as a share of its time; ``None``: no repeats tell.
    rounding_s : float
        What times were rounded to, seconds.
    surprise : float
        How far the cells are from what was foretold of them, as a chi-square over its degrees of freedom.
    """

    knots: FloatArray
    tile_tokens: int | None
    mean: FloatArray
    covariance: FloatArray
    measured: dict[tuple[int, int], int]
    misfit_share: float
    scatter_share: float | None
    rounding_s: float
    surprise: float

    def design(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return the weights of `mean` in T at sizes, shape (n, k + 1)."""
        return _design(self.knots, self.tile_tokens, input_tokens, output_tokens)

    def runtime_s(self, input_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return the expected T at sizes, seconds, shape (n,)."""
        return np.asarray(self.design(input_tokens, output_tokens) @ self.mean)

    def noise(self, runtime_s: FloatArray, requests: IntArray) -> FloatArray:
        """Return the variance of the median of so many requests of cells about the form, squared seconds."""
        scatter = (self.scatter_share or 0.0) ** 2 / requests
        return np.asarray((self.misfit_share**2 + scatter) * runtime_s**2 + self.rounding_s**2 / 12)

    def after(self, weights: FloatArray, noise: float) -> RuntimeBelief:
        """Return the belief after a cell was seen that agrees with it: less variance, the same mean.

        Parameters
        ----------
        weights : float array, shape (k + 1,)
            Its row of `design`.
        noise : float
            Variance of its time about the form, squared seconds, above 0.
        """
        reach = self.covariance @ weights
        less = np.outer(reach, reach) / (weights @ reach + noise)
        return replace(self, covariance=self.covariance - less)


def runtime_belief(
    samples: RuntimeSamples,
    prior: RuntimePrior | None,
    prompt_tokens: FloatArray,
    *,
    tile_tokens: int | None = None,
    misfit_share: float = NOISE_SHARE,
) -> RuntimeBelief:
    r"""Return what is believed of T(p, o) given some cells, one with a prior, and the prior.

    Beside the prior's deviations, which are Gaussian already, there are the levels: A is free, and B / A and
    beta / A are spread about their geometric mean in the prior's models as these are, by a tenth at least.
    Without a prior all three are free, and prefill departs from a straight line on the staircase axis like a
    random walk, as rough as the cells show and usual models are. Where the cells are further from what is
    foretold of them than the belief allows, its spread is widened by as much.

    Parameters
    ----------
    samples : RuntimeSamples
    prior : RuntimePrior or None
    prompt_tokens : float array, shape (n,)
        Further prompt sizes that matter.
    tile_tokens : int or None
        Tile of the prefill staircase without a prior.
    misfit_share : float
        What cells are off the form, as a share of their time; above 0.

    Raises
    ------
    EstimationError
        If, without a prior, there is one prompt size or one output size only, or prefill does not grow.

    Examples
    --------
    >>> from isocost.runtime.samples import RuntimeSamples
    >>> samples = RuntimeSamples(input_tokens=np.array([1, 1, 101]), output_tokens=np.array([1, 11, 1]),
    ...                          runtime_s=np.array([0.01, 0.11, 0.03]), block=np.zeros(3, dtype=np.int64))
    >>> belief = runtime_belief(samples, None, np.array([51.0]))
    >>> belief.runtime_s(np.array([51.0]), np.array([6.0])).round(3).tolist()  # .01 + 50 * .0002 + 5 * .01
    [0.07]
    """
    rows = rows_of(snapped(samples))
    told = _Told.of(rows, samples)
    knots = np.union1d(told.input_tokens, prompt_tokens)
    if prior is None:
        knots = np.union1d(knots, [1.0])
        prior = _plain_prior(told, knots, tile_tokens)
    else:
        knots = np.union1d(knots, prior.sizes)
    return _solved(told, prior, knots, misfit_share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """Cells with their medians, how many requests stand behind each, and how these scatter."""

    input_tokens: FloatArray
    output_tokens: FloatArray
    runtime_s: FloatArray
    requests: IntArray
    scatter_share: float | None
    rounding_s: float

    @classmethod
    def of(cls, rows: ProfileRows, samples: RuntimeSamples) -> _Told:
        direct = rows.direct
        sizes = np.column_stack([snapped(samples).input_tokens, samples.output_tokens])
        counts = np.unique(sizes, axis=0, return_counts=True)[1]
        times, table = rows.times[direct], rows.by_block[:, direct]
        return cls(
            input_tokens=rows.input_tokens[direct],
            output_tokens=rows.output_tokens[direct],
            runtime_s=times,
            requests=counts,
            scatter_share=_scatter(table, times),
            rounding_s=rows.resolution_s,
        )

    @property
    def measured(self) -> dict[tuple[int, int], int]:
        sizes = zip(self.input_tokens.tolist(), self.output_tokens.tolist(), strict=True)
        return {(int(p), int(o)): int(n) for (p, o), n in zip(sizes, self.requests, strict=True)}


def _scatter(table: FloatArray, times: FloatArray) -> float | None:
    """Return the robust coefficient of variation over repeats of the middle cell; ``None`` without three."""
    if ((~np.isnan(table)).sum(axis=0) < 3).all():
        return None
    return float(1.4826 * np.median(medians_of(np.abs(table / times - 1)[None])[0]))


def _design(knots: FloatArray, tile: int | None, p: FloatArray, o: FloatArray) -> FloatArray:
    prompts, answers = np.asarray(p, dtype=np.float64), np.asarray(o, dtype=np.float64)
    alpha = hat_basis(warped(prompts, tile), warped(knots, tile))
    return np.column_stack([alpha, answers - 1])


def _plain_prior(told: _Told, knots: FloatArray, tile: int | None) -> RuntimePrior:
    """Return a prior that knows no other models: a straight line on the staircase axis, and its roughness."""
    if len(np.unique(told.input_tokens)) < 2 or len(np.unique(told.output_tokens)) < 2:
        raise EstimationError(
            "without a prior, two prompt sizes and two output sizes come first: "
            "measure 1x1, 1x8 and a longer prompt, or take a prior"
        )
    axis = warped(knots, tile)
    growth = (axis - axis[0]) / 1000
    free = _design(knots, tile, told.input_tokens, told.output_tokens)
    whole = np.column_stack([free[:, :-1] @ np.column_stack([np.ones(len(knots)), growth]), free[:, -1]])
    found = np.linalg.lstsq(whole / told.runtime_s[:, None], np.ones(len(whole)), rcond=None)[0]
    levels = np.asarray(found, dtype=np.float64)
    if not (levels.min() > 0):
        raise EstimationError(
            "the times do not grow with the prompt and with the answer; measure longer prompts and answers"
        )
    plain = RuntimePrior(
        sizes=knots,
        floor=np.ones(len(knots)),
        growth=growth,
        deviations=np.zeros((1, len(knots))),
        levels=levels[None],
        roughness=_USUAL_ROUGHNESS,
        tile_tokens=tile,
        sources=(),
    )
    return replace(plain, roughness=2 * _roughness(told, levels, tile))  # half of it stands for likeness


def _roughness(told: _Told, levels: FloatArray, tile: int | None) -> float:
    """Return how rough prefill is: inner prompt sizes beside their neighbours, and the usual once."""
    first = told.output_tokens == told.output_tokens.min()
    axis = warped(told.input_tokens[first], tile)
    alpha = (told.runtime_s[first] - levels[2] * (told.output_tokens[first] - 1)) / levels[1]
    seen = [_USUAL_ROUGHNESS]
    for inner in range(1, len(axis) - 1):
        before, behind = axis[inner] - axis[inner - 1], axis[inner + 1] - axis[inner]
        between = (alpha[inner - 1] * behind + alpha[inner + 1] * before) / (before + behind)
        seen.append(float((alpha[inner] - between) ** 2 * (before + behind) / (before * behind)))
    return float(np.mean(seen))


def _solved(told: _Told, prior: RuntimePrior, knots: FloatArray, misfit_share: float) -> RuntimeBelief:
    """Condition the prior on the cells; its scale, A and B, is found by iteration."""
    count = len(knots) + 1
    belief = RuntimeBelief(
        knots=knots,
        tile_tokens=prior.tile_tokens,
        mean=np.zeros(count),
        covariance=np.zeros((count, count)),
        measured=told.measured,
        misfit_share=misfit_share,
        scatter_share=told.scatter_share,
        rounding_s=told.rounding_s,
        surprise=1.0,
    )
    shape, deviation = prior.shape(knots), prior.covariance(knots)
    levels = np.zeros((count, 3))
    levels[:-1, :2], levels[-1, 2] = shape, 1.0
    ratios, spreads = _ratios(prior)
    design = belief.design(told.input_tokens, told.output_tokens)
    noise = belief.noise(told.runtime_s, told.requests)
    scale = float(np.median(told.runtime_s / (design @ levels @ ratios)))
    growth = float(ratios[1]) * scale
    for _ in range(_PASSES):
        foretold = levels @ ratios * scale
        of_levels = np.outer(ratios, ratios) + np.diag((ratios * spreads) ** 2)
        whole = scale**2 * levels @ of_levels @ levels.T
        whole[:-1, :-1] += deviation * growth**2
        belief = _conditioned(belief, (foretold, whole), (design, told.runtime_s, noise))
        scale, growth = _levels(belief.mean[:-1], shape, deviation, (scale, growth))
    return belief


def _conditioned(
    belief: RuntimeBelief,
    before: tuple[FloatArray, FloatArray],
    seen: tuple[FloatArray, FloatArray, FloatArray],
) -> RuntimeBelief:
    """Return the belief given times, their rows of the design and their noise; wider where they surprise."""
    foretold, whole = before
    design, times, noise = seen
    reach, apart = whole @ design.T, times - design @ foretold
    spread = design @ reach + np.diag(noise)
    surprise = float(apart @ np.linalg.solve(spread, apart)) / max(len(apart) - 1, 1)
    gain = np.linalg.solve(spread, reach.T).T
    return replace(
        belief,
        mean=foretold + gain @ apart,
        covariance=(whole - gain @ reach.T) * max(1.0, surprise),
        surprise=surprise,
    )


def _levels(
    alpha: FloatArray, shape: FloatArray, deviation: FloatArray, usual: tuple[float, float]
) -> tuple[float, float]:
    """Return A and B behind alpha, as far as they are above 0."""
    spread = np.linalg.inv(deviation + _JITTER * np.eye(len(deviation)))
    found = np.linalg.solve(shape.T @ spread @ shape, shape.T @ spread @ alpha)
    a, b = (float(level) if level > 0 else before for level, before in zip(found, usual, strict=True))
    return a, b


def _ratios(prior: RuntimePrior) -> tuple[FloatArray, FloatArray]:
    """Return A, B and beta over A, and by what share they are spread."""
    logs = np.log(prior.levels / prior.levels[:, :1])
    if not prior.sources:
        return np.exp(logs[0]), np.array([0.0, _FREE_RATIO_SPREAD, _FREE_RATIO_SPREAD])
    spreads = np.maximum(logs.std(axis=0, ddof=1), _LEAST_RATIO_SPREAD)
    return np.exp(logs.mean(axis=0)), spreads * np.array([0.0, 1.0, 1.0])
