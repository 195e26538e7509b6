"""From timed requests to the model T(p, o), with intervals and held-out errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.core.estimate import Caution, Estimate
from isocost.runtime.form import TERMS, Form, chosen_terms, foretold_by, form_of, left_out_predictions
from isocost.runtime.intervals import between_knots, coefficient_draws
from isocost.runtime.model import PriorUse, RuntimeCell, RuntimeModel, coefficient_estimate
from isocost.runtime.posterior import NOISE_SHARE, Pull, posterior_of
from isocost.runtime.rows import medians_of, rows_of, snapped
from isocost.runtime.tile import estimated_tile, require_tile
from isocost.runtime.weights import weighted
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.cells import cells_of
from isocost.statistics.draws import generator
from isocost.statistics.percentiles import percentiles
from isocost.statistics.regression import monotone

if TYPE_CHECKING:
    from isocost.runtime.noise import Noise
    from isocost.runtime.posterior import RuntimePosterior
    from isocost.runtime.prior import RuntimePrior
    from isocost.runtime.rows import ProfileRows
    from isocost.runtime.samples import RuntimeSamples
    from isocost.runtime.tile import Tile

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["fit_runtime", "held_out_error", "measured_cells"]

FEWEST_CELLS = 6
_MANY_SET_ASIDE = 0.05
MOST_CELLS_WITH_PRIOR = 60
"""Beyond so many cells a prior no longer matters to those left out."""


def fit_runtime(
    samples: RuntimeSamples,
    *,
    deployment: str,
    seed: int,
    machine_busy_share: float | None = None,
    tile_tokens: Tile = None,
    prior: RuntimePrior | None = None,
) -> RuntimeModel:
    r"""Fit the runtime of one request, T(p, o).

    .. math:: T(p, o) = \alpha(p) + \beta (o - 1) [+ \gamma (o - 1)(p + o/2)] [+ \delta]

    Prefill alpha is piecewise linear between the profiled prompt sizes and never falls; decode beta is one
    slope for all (arXiv 2305.02440, eq. 1); the context term gamma, and the extra time delta of the first
    decode step after a prompt of several tokens, stay if held-out error says so (`chosen_terms`). Each cell
    is Tukey's bisquare of its repeats, which those far off do not move, weighted by 1 / time, so that
    relative errors count. Where the times of a request to its first and its second token are known, they are
    fitted too, as T(p, 1), T(p, 2) - T(p, 1) and T(p, o) - T(p, 1). Intervals are Student's t from the
    scatter of repeats, pooled over sizes, with what the repeats of a block share, rounding, and the misfit of
    the form where the data show one; without repeats from the residuals, where two rows or more are to spare.

    Parameters
    ----------
    samples : RuntimeSamples
        Requests that ended well, without contention.
    deployment : str
        Name of the deployment.
    seed : int
        Seeds the resampling.
    machine_busy_share : float, optional
        Share of the machine's cores that were busy meanwhile, in [0, 1].
    tile_tokens : int or "estimate", optional
        Tile of the prefill staircase, such as 128 on accelerators; ``"estimate"``: the data choose
        (`estimated_tile`); ``None``: plain linear, or as the prior has it where it carries weight.
    prior : RuntimePrior, optional
        How prefill goes in other models, from `runtime_prior`. It shapes prefill between the profiled prompt
        sizes, fades as they grow in number, and yields as far as they contradict it (`RuntimePosterior`).

    Returns
    -------
    RuntimeModel

    Raises
    ------
    EstimationError
        If there is one prompt size or one output size only, or the cells cannot tell prefill from decode.

    Examples
    --------
    >>> from isocost.runtime.samples import RuntimeSamples
    >>> p, o = np.array([1, 1, 64, 64, 128, 128] * 3), np.array([1, 9, 1, 9, 1, 9] * 3)
    >>> seconds = 0.010 + 0.001 * p + 0.020 * (o - 1)
    >>> block = np.repeat([0, 1, 2], 6)
    >>> model = fit_runtime(RuntimeSamples(input_tokens=p, output_tokens=o, runtime_s=seconds, block=block),
    ...                     deployment="example", seed=1)
    >>> round(model.decode.value, 6), round(model.predict(100, 5).value, 6)  # .010 + .100 + 4 * .020
    (0.02, 0.19)
    """
    require_tile(tile_tokens)
    samples = snapped(samples)
    solved = _solved(rows_of(samples), tile_tokens, prior)
    form, rows = solved.form, solved.rows
    rng = generator(seed, f"runtime {deployment}")
    draws = coefficient_draws(form, rows, solved.estimator, solved.noise, rng)
    if solved.posterior is not None:
        draws = _opened(draws, solved.posterior, generator(seed, f"prior {deployment}"))
    left_out = _left_out(rows, solved)
    n, method = _evidence(solved)
    return RuntimeModel(
        deployment=deployment,
        cells=_cells(samples, form, draws[0], left_out),
        prefill=tuple(
            (int(knot), coefficient_estimate(draws[:, column], unit="s", n=n, method=method))
            for column, knot in enumerate(form.knots)
            if (rows.input_tokens == knot).any()
        ),
        decode=coefficient_estimate(draws[:, -3], unit="s/token", n=n, method=method),
        context=_optional(form, draws, "context", unit="s/token^2", n=n, method=method),
        changeover=_optional(form, draws, "changeover", unit="s", n=n, method=method),
        held_out_error=_mean_error(left_out, rows.times[: len(left_out)]),
        machine_busy_share=machine_busy_share,
        cautions=_cautions(rows, solved, machine_busy_share),
        knots=form.knots,
        coefficients=draws,
        tile_tokens=form.tile_tokens,
        between_knots=between_knots(form, rows, solved.estimator, solved.noise, rng),
        prior=solved.use,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Solved:
    """The chosen form and its estimator, and the weighted rows with their noise.

    `tile` is the data's own; `pull` and `posterior` are ``None`` where no prior carries weight, `terms` where
    the data cannot tell.
    """

    form: Form
    estimator: FloatArray
    rows: ProfileRows
    noise: Noise | None
    terms: tuple[str, ...] | None
    tile: int | None
    pull: Pull | None = None
    posterior: RuntimePosterior | None = None
    use: PriorUse | None = None


def _solved(rows: ProfileRows, tile_tokens: Tile, prior: RuntimePrior | None) -> _Solved:
    """Choose tile and terms, and fit with the prior where it carries weight, else without."""
    _require_variety(rows)
    tile = estimated_tile(rows) if tile_tokens == "estimate" else tile_tokens
    terms = chosen_terms(rows, tile_tokens=tile)
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything, terms=terms or (), tile_tokens=tile)
    rows, noise = weighted(form, rows)
    estimator = form.estimator(rows, everything)
    if estimator is None:
        raise EstimationError(
            "the profiled sizes cannot tell prefill from decode; "
            "profile at least one prompt size with both 1 and several output tokens"
        )
    plain = _Solved(form=form, estimator=estimator, rows=rows, noise=noise, terms=terms, tile=tile)
    if prior is None:
        return plain
    pull = Pull(prior=prior, noise_share=_noise_share(rows))
    found = posterior_of(pull, rows, everything, terms=form.terms, tile_tokens=tile)
    if found is None:
        return plain
    use = PriorUse(sources=prior.sources, weight=found.weight, surprise=found.surprise)
    if found.weight == 0:
        return replace(plain, use=use)
    return replace(plain, form=found.form, estimator=found.estimator, pull=pull, posterior=found, use=use)


def _left_out(rows: ProfileRows, solved: _Solved) -> FloatArray:
    """Predict each cell from the others, with the prior where it carries weight and cells are few."""
    terms, tile, pull = solved.form.terms, solved.tile, solved.pull

    def fit(keep: BoolArray) -> tuple[Form, FloatArray] | None:
        found = None if pull is None else posterior_of(pull, rows, keep, terms=terms, tile_tokens=tile)
        if found is None:
            form = form_of(rows, keep, terms=terms, tile_tokens=tile)
            estimator = form.estimator(rows, keep)
            return None if estimator is None else (form, estimator)
        return found.form, found.estimator

    if pull is None or int(rows.direct.sum()) > MOST_CELLS_WITH_PRIOR:
        return left_out_predictions(rows, terms=terms, tile_tokens=tile)
    return foretold_by(rows, fit)


def _noise_share(rows: ProfileRows) -> float:
    """Return the relative standard error of a cell: of its repeats, of rounding, or typical."""
    repeats = _scatter(rows) / rows.blocks**0.5 if rows.blocks >= 3 else 0.0
    rounding = rows.resolution_s / 12**0.5 / float(np.median(rows.times[rows.direct]))
    return float(max(repeats, NOISE_SHARE, rounding))


def _opened(draws: FloatArray, posterior: RuntimePosterior, rng: np.random.Generator) -> FloatArray:
    """Add to draws of noise what the prior leaves open of the coefficients."""
    if len(draws) < 2:
        return draws
    values, vectors = np.linalg.eigh(posterior.open_covariance)
    spread = vectors * np.sqrt(np.maximum(values, 0.0))
    moved = draws[1:] + rng.standard_normal((len(draws) - 1, len(spread))) @ spread.T
    count = len(posterior.form.knots)
    return np.concatenate([draws[:1], np.concatenate([monotone(moved[:, :count]), moved[:, count:]], axis=1)])


def _evidence(solved: _Solved) -> tuple[int, str]:
    """Return how many pieces of evidence there are, and how value and interval were obtained."""
    noise, fitted = solved.noise, "weighted least squares"
    if noise is None:
        return len(solved.rows.cell), fitted
    if noise.from_repeats:
        return solved.rows.blocks, f"{fitted}; scatter of repeats, pooled over sizes"
    return len(solved.rows.cell), f"{fitted}; scatter of residuals"


def _optional(form: Form, draws: FloatArray, term: str, *, unit: str, n: int, method: str) -> Estimate | None:
    if term not in form.terms:
        return None
    return coefficient_estimate(draws[:, TERMS.index(term) - len(TERMS)], unit=unit, n=n, method=method)


def measured_cells(samples: RuntimeSamples) -> tuple[tuple[int, int, Estimate], ...]:
    """Return p, o and the median runtime over repeats of each profiled cell, by rising p and o."""
    cells, number = cells_of(samples.input_tokens, samples.output_tokens)
    order = np.argsort(number, kind="stable")
    groups = np.split(samples.runtime_s[order], np.cumsum(np.bincount(number))[:-1])
    return tuple((int(p), int(o), _median(group)) for (p, o), group in zip(cells, groups, strict=True))


def held_out_error(model: RuntimeModel, samples: RuntimeSamples) -> Estimate:
    """Return the mean of ``|predicted - measured| / measured`` over the cells of other samples.

    Parameters
    ----------
    model : RuntimeModel
    samples : RuntimeSamples
        Not those that the model was fitted to; the median of each cell is what was measured there.

    Returns
    -------
    Estimate
        A fraction, with Student's t over cells.

    Examples
    --------
    See `fit_runtime` for a model.
    """
    cells = measured_cells(samples)
    measured = np.array([estimate.value for _, _, estimate in cells])
    sizes = np.array([(p, o) for p, o, _ in cells], dtype=np.float64)
    error = _mean_error(model.runtime_s(sizes[:, 0], sizes[:, 1]), measured)
    if error is None:
        raise EstimationError("no cell could be predicted, so there is no held-out error")
    return error


def _median(values: FloatArray) -> Estimate:
    found = percentiles(values, [50.0], unit="s", kind="measured")
    single = Estimate(value=float(values[0]), unit="s", kind="measured", method="single request", n=1)
    return found.get(50.0, single)


def _require_variety(rows: ProfileRows) -> None:
    for name, sizes in (("prompt", rows.input_tokens), ("output", rows.output_tokens)):
        if len(np.unique(sizes)) < 2:
            raise EstimationError(
                f"all profiled requests have {int(sizes[0])} {name} tokens; "
                f"T(p, o) needs at least two {name} sizes; time 1x1, 1x64 and 512x1 at least"
            )


def _cells(
    samples: RuntimeSamples, form: Form, point: FloatArray, left_out: FloatArray
) -> tuple[RuntimeCell, ...]:
    found = []
    for (p, o, measured), held_out in zip(measured_cells(samples), left_out, strict=True):
        fitted = float(form.design(np.array([float(p)]), np.array([float(o)]))[0] @ point)
        found.append(
            RuntimeCell(
                input_tokens=p,
                output_tokens=o,
                measured=measured,
                fitted_s=fitted,
                held_out_s=None if np.isnan(held_out) else float(held_out),
            )
        )
    return tuple(found)


def _mean_error(predicted: FloatArray, measured: FloatArray) -> Estimate | None:
    errors = np.abs(predicted / measured - 1)
    errors = errors[~np.isnan(errors)]
    count = len(errors)
    if not count:
        return None
    mean = float(errors.mean())
    low, high = None, None
    if count >= 3:
        half = student_quantile(0.95, count - 1) * float(errors.std(ddof=1)) / count**0.5
        low, high = max(mean - half, 0.0), mean + half
    return Estimate(
        value=mean,
        low=low,
        high=high,
        unit="fraction",
        kind="measured",
        n=count,
        method="mean relative error over held-out cells",
    )


def _cautions(rows: ProfileRows, solved: _Solved, busy: float | None) -> tuple[Caution, ...]:
    cells = int(rows.direct.sum())
    scatter = _scatter(rows)
    aside = rows.set_aside + int((rows.weights == 0).sum())
    timings = int(rows.counts.sum()) + rows.set_aside
    told = {
        "few-cells": (
            cells < FEWEST_CELLS,
            f"T(p, o) rests on {cells} sizes; {FEWEST_CELLS} or more are needed to trust it between them",
        ),
        "one-repeat": (
            rows.blocks < 2,
            "one repeat only, so residuals alone can tell the noise of the machine",
        ),
        "context-undecided": (
            solved.terms is None,
            "the profile cannot tell whether decode grows with context; it is taken as constant",
        ),
        "prior-contradicted": (
            solved.use is not None and solved.use.weight == 0,
            "prefill does not go as in the models that the prior comes from; the prior was left out",
        ),
        "unstable": (
            scatter > 0.1,
            f"repeats of the same size scatter by {scatter:.0%}; the machine or the network was not quiet",
        ),
        "timings-set-aside": (
            aside > _MANY_SET_ASIDE * timings,
            f"{aside} of {timings} timings lie far from the others of their size or from the fit; "
            "they were set aside",
        ),
        "machine-busy": (
            busy is not None and busy > 0.9,
            f"{busy or 0:.0%} of this machine's cores were busy while profiling; times may be too long",
        ),
    }
    return tuple(Caution(code, text) for code, (applies, text) in told.items() if applies)


def _scatter(rows: ProfileRows) -> float:
    """Return the robust coefficient of variation over repeats of the middle cell."""
    apart = np.abs(rows.by_block[:, rows.direct] / rows.times[rows.direct] - 1)
    return float(1.4826 * np.median(medians_of(apart[None])[0]))
