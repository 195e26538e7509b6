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

__all__ = ["NOISE_SHARE", "RuntimePosterior", "posterior_of", "runtime_posterior"]

NOISE_SHARE = 0.005
"""Relative standard error of a cell where repeats do not tell: what the additive form itself is off by."""

FEWEST_PROMPTS = 3
"""Prompt sizes from which on the prior can be checked against the data."""

MOST_PROMPTS = 200
"""With more prompt sizes there is nothing for a prior to add."""

_PASSES = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimePosterior:
    """Coefficients of T(p, o) under a prior: a Gaussian.

    Parameters
    ----------
    form : Form
        Its knots are the profiled prompt sizes and those of the prior.
    estimator : float array, shape (k + 3, rows)
        From times to `coefficients`.
    coefficients : float array, shape (k + 3,)
        alpha at the knots, beta, gamma and delta (0 where the form has none).
    covariance : float array, shape (k + 3, k + 3)
        Of noise and prior together.
    prior_covariance : float array, shape (k + 3, k + 3)
        The prior's part of it: what more repeats of the same cells would leave.
    surprise : float
        How far the cells are from what the prior foretells of them: a chi-square over its degrees of freedom;
        about 1 or less where the model is like the others.
    """

    form: Form
    estimator: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    prior_covariance: FloatArray
    surprise: float

    def predict(
        self, input_tokens: FloatArray, output_tokens: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
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
    >>> fits = {str(a): PublishedRuntime(prefill_s=tuple((p, a * 0.01 + p * b * 1e-4) for p in sizes), decode_s=1)
    ...         for a, b in ((1, 1), (2, 3), (4, 2), (3, 5))}
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
    found = posterior_of(prior, rows, everything, terms=terms, noise_share=noise_share)
    if found is None:
        raise EstimationError(
            "the cells cannot tell prefill from decode even with a prior; give at least three prompt sizes, one "
            "of them with 1 and with several output tokens, and times that grow with the prompt"
        )
    return found


def posterior_of(
    prior: RuntimePrior,
    rows: ProfileRows,
    keep: BoolArray,
    *,
    terms: tuple[str, ...],
    noise_share: float,
    tile_tokens: int | None = None,
) -> RuntimePosterior | None:
    """Return the posterior from the rows kept; ``None`` where they cannot carry one."""
    profiled = np.unique(rows.input_tokens[keep])
    if not FEWEST_PROMPTS <= len(profiled) <= MOST_PROMPTS:
        return None
    tile = prior.tile_tokens if tile_tokens is None else tile_tokens
    form = Form(knots=_knots(profiled, prior.sizes), terms=terms, tile_tokens=tile)
    times, design = rows.medians[keep], form.row_design(rows, keep)
    growth = _first_growth(form, prior, design, times)
    shape, spread = prior.shape(form.knots), np.linalg.inv(prior.covariance(form.knots))
    contrast = spread - spread @ shape @ np.linalg.solve(shape.T @ spread @ shape, shape.T @ spread)
    root = _root(contrast)
    for _ in range(_PASSES):
        if not growth > 0:
            return None
        penalty = noise_share / growth * root
        estimator = form.estimator(rows, keep, penalty)
        if estimator is None:
            return None
        coefficients = estimator @ times
        alpha = coefficients[: len(form.knots)]
        growth = float(np.linalg.solve(shape.T @ spread @ shape, shape.T @ spread @ alpha)[1])
    covariance, prior_part = _covariances(form, design / times[:, None], penalty, noise_share)
    return RuntimePosterior(
        form=form,
        estimator=estimator,
        coefficients=coefficients,
        covariance=covariance,
        prior_covariance=prior_part,
        surprise=_surprise(rows, keep, (form, coefficients, penalty), noise_share),
    )


def _knots(profiled: FloatArray, known: FloatArray) -> FloatArray:
    """Return profiled prompt sizes, and those of the prior that are not nearly one of them."""
    ratio = known[:, None] / profiled[None, :]
    apart = (np.maximum(ratio, 1 / ratio) > SAME_PROMPT).all(axis=1)
    return np.union1d(profiled, known[apart])


def _first_growth(form: Form, prior: RuntimePrior, design: FloatArray, times: FloatArray) -> float:
    """Return B of a fit of the two shapes without deviations."""
    count = len(form.knots)
    decode = design[:, count:][:, form.used[count:]]
    whole = np.column_stack([design[:, :count] @ prior.shape(form.knots), decode]) / times[:, None]
    return float(np.linalg.lstsq(whole, np.ones(len(times)), rcond=None)[0][1])


def _root(matrix: FloatArray) -> FloatArray:
    """Return R with R'R the positive part of a symmetric matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T)


def _covariances(
    form: Form, relative: FloatArray, penalty: FloatArray, noise_share: float
) -> tuple[FloatArray, FloatArray]:
    """Return the covariance of the coefficients, and the prior's part of it."""
    used = form.used
    prior = np.pad(penalty, ((0, 0), (0, 3)))[:, used]
    data = relative[:, used]
    inverse = np.linalg.inv(data.T @ data + prior.T @ prior)
    found = []
    for part in (inverse, inverse @ prior.T @ prior @ inverse):
        whole = np.zeros((len(used), len(used)))
        whole[np.ix_(used, used)] = part * noise_share**2
        found.append(whole)
    return found[0], found[1]


def _surprise(
    rows: ProfileRows, keep: BoolArray, fit: tuple[Form, FloatArray, FloatArray], noise_share: float
) -> float:
    """Return what the prior adds to the least sum of squares, over the contrasts that it foretells."""
    form, coefficients, penalty = fit
    times = rows.medians[keep]
    profiled = np.unique(rows.input_tokens[keep])
    free = Form(knots=profiled, terms=form.terms, tile_tokens=form.tile_tokens)
    found = free.estimator(rows, keep)
    if found is None:
        return 0.0
    least = ((free.row_design(rows, keep) @ (found @ times) / times - 1) ** 2).sum()
    reached = ((form.row_design(rows, keep) @ coefficients / times - 1) ** 2).sum()
    pulled = ((penalty @ coefficients[: len(form.knots)]) ** 2).sum()
    return float(max(reached + pulled - least, 0.0) / noise_share**2 / (len(profiled) - 2))
