"""T(p, o) given a few cells of a model and the prior from others: mean and covariance, in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.runtime.form import Form
from isocost.runtime.rows import SAME_PROMPT, rows_of
from isocost.runtime.samples import RuntimeSamples

if TYPE_CHECKING:
    from isocost.runtime.prior import RuntimePrior
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["NOISE_SHARE", "Pull", "RuntimePosterior", "posterior_of", "runtime_posterior"]

NOISE_SHARE = 0.005
"""Relative standard error of a cell where repeats do not tell: what the additive form itself is off by."""

FEWEST_PROMPTS = 3
"""Prompt sizes from which on the prior can be checked against the data."""

MOST_PROMPTS = 200
"""With more prompt sizes there is nothing for a prior to add."""

_PASSES = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pull:
    """A prior, and the relative standard error of the cells that it meets."""

    prior: RuntimePrior
    noise_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimePosterior:
    """Coefficients of T(p, o) given cells and a prior that yields to them: mean and covariance.

    Two Gaussians are mixed: the prior's posterior, and a fit that is linear between the profiled prompt sizes
    on the staircase axis. The prior's weight is 1 - `surprise` / `limit`, at least 0.

    Parameters
    ----------
    form : Form
        Its knots are the profiled prompt sizes and those of the prior.
    estimator : float array, shape (k + 3, rows)
        From times to `coefficients`.
    coefficients : float array, shape (k + 3,)
        alpha at the knots, beta, gamma and delta (0 where the form has none).
    covariance : float array, shape (k + 3, k + 3)
        Of noise and of what the prior leaves open.
    open_covariance : float array, shape (k + 3, k + 3)
        What the prior leaves open: what would remain of it with endless repeats of the same cells.
    surprise : float
        How far the cells are from what the prior foretells of them: a chi-square over its degrees of freedom,
        about 1 or less where the model is like the others.
    limit : float
        The surprise that one in forty models like the others exceeds.
    """

    form: Form
    estimator: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    open_covariance: FloatArray
    surprise: float
    limit: float

    @property
    def weight(self) -> float:
        """Weight of the prior against a fit without it, in [0, 1]."""
        return max(0.0, 1 - self.surprise / self.limit)

    def predict(self, input_tokens: FloatArray, output_tokens: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of T at sizes, seconds and squared seconds, shapes (n,) and (n, n)."""
        design = self.form.design(
            np.asarray(input_tokens, dtype=np.float64), np.asarray(output_tokens, dtype=np.float64)
        )
        return design @ self.coefficients, design @ self.covariance @ design.T


def runtime_posterior(
    prior: RuntimePrior,
    input_tokens: FloatArray,
    output_tokens: FloatArray,
    runtime_s: FloatArray,
    *,
    terms: tuple[str, ...] = (),
    noise_share: float = NOISE_SHARE,
) -> RuntimePosterior:
    """Return T(p, o) given the runtimes of some cells and the prior.

    Parameters
    ----------
    prior : RuntimePrior
    input_tokens, output_tokens : arrays, shape (n,)
        Distinct (p, o), at least 1.
    runtime_s : float array, shape (n,)
        Seconds, above 0.
    terms : tuple of str
        Optional terms of `Form`.
    noise_share : float
        Relative standard error of each runtime, above 0.

    Returns
    -------
    RuntimePosterior

    Raises
    ------
    EstimationError
        If there are fewer than three prompt sizes, prefill does not grow, or the cells cannot tell prefill
        from decode.

    Examples
    --------
    >>> from isocost.runtime.prior import runtime_prior
    >>> from isocost.runtime.published import PublishedRuntime
    >>> sizes = (1, 256, 512, 1024)
    >>> lines = {"a": (0.01, 1e-4), "b": (0.02, 3e-4), "c": (0.04, 2e-4), "d": (0.03, 5e-4)}
    >>> fits = {name: PublishedRuntime(prefill_s=tuple((p, a + b * p) for p in sizes), decode_s=0.01)
    ...         for name, (a, b) in lines.items()}
    >>> prior = runtime_prior(fits, tile_tokens=None, resolution_s=0)
    >>> found = runtime_posterior(prior, [1, 1, 256, 1024], [1, 11, 1, 1], [0.03, 0.23, 0.0555, 0.1323])
    >>> mean, _ = found.predict([512], [6])
    >>> mean.round(3).tolist()  # .03 + 511 * .0001 + 5 * .02
    [0.181]
    """
    sizes = np.column_stack([input_tokens, output_tokens]).astype(np.int64)
    rows = rows_of(
        RuntimeSamples(
            input_tokens=sizes[:, 0],
            output_tokens=sizes[:, 1],
            runtime_s=np.asarray(runtime_s, dtype=np.float64),
            block=np.zeros(len(sizes), dtype=np.int64),
        )
    )
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    found = posterior_of(Pull(prior=prior, noise_share=noise_share), rows, everything, terms=terms)
    if found is None:
        raise EstimationError(
            "the cells cannot tell prefill from decode even with a prior; give at least three prompt sizes, "
            "one of them with 1 and with several output tokens, and times that grow with the prompt"
        )
    return found


def posterior_of(
    pull: Pull,
    rows: ProfileRows,
    keep: BoolArray,
    *,
    terms: tuple[str, ...],
    tile_tokens: int | None = None,
) -> RuntimePosterior | None:
    """Return the posterior from the rows kept; ``None`` where they cannot carry one."""
    prior, noise_share = pull.prior, pull.noise_share
    profiled = np.unique(rows.input_tokens[keep])
    if not FEWEST_PROMPTS <= len(profiled) <= MOST_PROMPTS:
        return None
    tile = prior.tile_tokens if tile_tokens is None else tile_tokens
    form = Form(knots=_knots(profiled, prior.sizes), terms=terms, tile_tokens=tile)
    free = Form(knots=profiled, terms=terms, tile_tokens=tile)
    plain, pulled = free.estimator(rows, keep), _pulled(pull, form, rows, keep)
    if plain is None or pulled is None:
        return None
    estimator, penalty = pulled
    data = _Data(rows=rows, keep=keep, noise_share=noise_share)
    surprise = data.surprise((form, estimator, penalty), (free, plain))
    limit = _limit(len(profiled) - 2, len(prior.sources) - 2)
    return _mixed(data, (form, estimator, penalty), free.onto(form.knots) @ plain, surprise, limit)


def _pulled(
    pull: Pull, form: Form, rows: ProfileRows, keep: BoolArray
) -> tuple[FloatArray, FloatArray] | None:
    """Return the estimator under the prior and its penalty on alpha; ``None`` if prefill does not grow."""
    prior, times, design = pull.prior, rows.times[keep], form.row_design(rows, keep)
    shape, spread = prior.shape(form.knots), np.linalg.inv(prior.covariance(form.knots))
    of_levels = np.linalg.solve(shape.T @ spread @ shape, shape.T @ spread)
    root = _root(np.asarray(spread - spread @ shape @ of_levels))
    growth = _first_growth(form, prior, design * rows.weights[keep][:, None], times * rows.weights[keep])
    found = None
    for _ in range(_PASSES):
        if not growth > 0:
            return None
        penalty = pull.noise_share / growth * root
        estimator = form.estimator(rows, keep, penalty)
        if estimator is None:
            return None
        found = estimator, penalty
        growth = float((of_levels @ (estimator @ times)[: len(form.knots)])[1])
    return found


def _limit(contrasts: int, degrees: int) -> float:
    """Return the F quantile that one in forty exceeds: the prior's covariance is itself estimated."""
    from scipy.special import fdtri

    return float(fdtri(contrasts, degrees, 0.975))


def _knots(profiled: FloatArray, known: FloatArray) -> FloatArray:
    """Return profiled prompt sizes, and those of the prior that are not nearly one of them."""
    ratio = known[:, None] / profiled[None, :]
    apart = (np.maximum(ratio, 1 / ratio) > SAME_PROMPT).all(axis=1)
    return np.union1d(profiled, known[apart])


def _first_growth(form: Form, prior: RuntimePrior, design: FloatArray, times: FloatArray) -> float:
    """Return B of a fit of the two shapes without deviations, to weighted rows."""
    count = len(form.knots)
    decode = design[:, count:][:, form.used[count:]]
    whole = np.column_stack([design[:, :count] @ prior.shape(form.knots), decode])
    return float(np.linalg.lstsq(whole, times, rcond=None)[0][1])


def _root(matrix: FloatArray) -> FloatArray:
    """Return R with R'R the positive part of a symmetric matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Data:
    """Rows of a profile and their relative noise."""

    rows: ProfileRows
    keep: BoolArray
    noise_share: float

    def residuals(self, form: Form, estimator: FloatArray) -> FloatArray:
        times = self.rows.times[self.keep]
        apart = form.row_design(self.rows, self.keep) @ (estimator @ times) - times
        return np.asarray(apart * self.rows.weights[self.keep])

    def surprise(self, pulled: tuple[Form, FloatArray, FloatArray], plain: tuple[Form, FloatArray]) -> float:
        """Return what the prior adds to the least sum of squares, over the contrasts that it foretells."""
        form, estimator, penalty = pulled
        alpha = (estimator @ self.rows.times[self.keep])[: len(form.knots)]
        reached = (self.residuals(form, estimator) ** 2).sum() + ((penalty @ alpha) ** 2).sum()
        least = (self.residuals(*plain) ** 2).sum()
        return float(max(reached - least, 0.0) / self.noise_share**2 / (len(plain[0].knots) - 2))

    def covariances(self, form: Form, penalty: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the covariance of the coefficients under the prior, and the part that it leaves open."""
        used = form.used
        pull = np.pad(penalty, ((0, 0), (0, 3)))[:, used]
        data = (form.row_design(self.rows, self.keep) * self.rows.weights[self.keep][:, None])[:, used]
        inverse = np.linalg.inv(data.T @ data + pull.T @ pull)
        inside = np.ix_(used, used)
        whole, left_open = np.zeros((2, len(used), len(used)))
        whole[inside] = inverse * self.noise_share**2
        left_open[inside] = inverse @ pull.T @ pull @ inverse * self.noise_share**2
        return whole, left_open


def _mixed(
    data: _Data,
    pulled: tuple[Form, FloatArray, FloatArray],
    plain: FloatArray,
    surprise: float,
    limit: float,
) -> RuntimePosterior:
    """Mix the estimator under the prior with the plain one, by how surprising the data are."""
    form, estimator, penalty = pulled
    weight = max(0.0, 1 - surprise / limit)
    whole, left_open = data.covariances(form, penalty)
    apart = (plain - estimator) @ data.rows.times[data.keep]
    between = (max(1.0, surprise) - 1) * left_open + weight * (1 - weight) * np.outer(apart, apart)
    mixed = weight * estimator + (1 - weight) * plain
    return RuntimePosterior(
        form=form,
        estimator=mixed,
        coefficients=mixed @ data.rows.times[data.keep],
        covariance=whole + between,
        open_covariance=left_open + between,
        surprise=surprise,
        limit=limit,
    )
