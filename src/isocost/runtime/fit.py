"""From timed requests to the model T(p, o), with intervals and held-out errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.core.estimate import Caution, Estimate
from isocost.runtime.form import TERMS, Form, chosen_terms, form_of, left_out_predictions
from isocost.runtime.intervals import between_knots, coefficient_draws
from isocost.runtime.model import RuntimeCell, RuntimeModel, coefficient_estimate
from isocost.runtime.rows import medians_of, rows_of, snapped
from isocost.runtime.weights import weighted_estimator
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.draws import generator
from isocost.statistics.percentiles import percentiles

if TYPE_CHECKING:
    from isocost.runtime.noise import Noise
    from isocost.runtime.rows import ProfileRows
    from isocost.runtime.samples import RuntimeSamples

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["fit_runtime", "held_out_error", "measured_cells"]

FEWEST_CELLS = 6
_MANY_SET_ASIDE = 0.05


def fit_runtime(
    samples: RuntimeSamples,
    *,
    deployment: str,
    seed: int,
    machine_busy_share: float | None = None,
    tile_tokens: int | None = None,
) -> RuntimeModel:
    r"""Fit the runtime of one request, T(p, o).

    .. math:: T(p, o) = \alpha(p) + \beta (o - 1) [+ \gamma (o - 1)(p + o/2)] [+ \delta]

    Prefill alpha is piecewise linear between the profiled prompt sizes and never falls; decode beta is one
    slope for all (arXiv 2305.02440, eq. 1); the context term gamma, and the extra time delta of the first
    decode step after a prompt of several tokens, stay if held-out error says so (`chosen_terms`). Each cell
    is the mean of its repeats without those that lie far off, weighted by 1 / time, so that relative errors
    count. Where the times of a request to its first and its second token are known, they are fitted too, as
    T(p, 1), T(p, 2) - T(p, 1) and T(p, o) - T(p, 1). Intervals are Student's t from the scatter of repeats,
    pooled over sizes, with what the repeats of a block share, rounding, and the misfit of the form where the
    data show one; without repeats from the residuals, where at least two rows are to spare.

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
    tile_tokens : int, optional
        Tile of the prefill staircase, such as 128 on accelerators; ``None``: plain linear.

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
    samples = snapped(samples)
    rows = rows_of(samples)
    _require_variety(rows)
    terms = chosen_terms(rows, tile_tokens=tile_tokens)
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything, terms=terms or (), tile_tokens=tile_tokens)
    times = rows.times
    estimator, noise = weighted_estimator(form, rows)
    if estimator is None:
        raise EstimationError(
            "the profiled sizes cannot tell prefill from decode; "
            "profile at least one prompt size with both 1 and several output tokens"
        )
    rng = generator(seed, f"runtime {deployment}")
    draws = coefficient_draws(form, rows, estimator, noise, rng)
    left_out = left_out_predictions(rows, terms=form.terms, tile_tokens=tile_tokens)
    n, method = _evidence(rows, noise)
    return RuntimeModel(
        deployment=deployment,
        cells=_cells(samples, form, draws[0], left_out),
        prefill=tuple(
            (int(knot), coefficient_estimate(draws[:, column], unit="s", n=n, method=method))
            for column, knot in enumerate(form.knots)
        ),
        decode=coefficient_estimate(draws[:, -3], unit="s/token", n=n, method=method),
        context=_optional(form, draws, "context", unit="s/token^2", n=n, method=method),
        changeover=_optional(form, draws, "changeover", unit="s", n=n, method=method),
        held_out_error=_mean_error(left_out, times[: len(left_out)]),
        machine_busy_share=machine_busy_share,
        cautions=_cautions(rows, estimator, terms, machine_busy_share),
        knots=form.knots,
        coefficients=draws,
        tile_tokens=tile_tokens,
        between_knots=between_knots(form, rows, estimator, noise, rng),
    )


def _evidence(rows: ProfileRows, noise: Noise | None) -> tuple[int, str]:
    """Return how many pieces of evidence there are, and how value and interval were obtained."""
    if noise is None:
        return len(rows.cell), "weighted least squares"
    if noise.from_repeats:
        return rows.blocks, "weighted least squares; scatter of repeats, pooled over sizes"
    return len(rows.cell), "weighted least squares; scatter of residuals"


def _optional(form: Form, draws: FloatArray, term: str, *, unit: str, n: int, method: str) -> Estimate | None:
    if term not in form.terms:
        return None
    return coefficient_estimate(draws[:, TERMS.index(term) - len(TERMS)], unit=unit, n=n, method=method)


def measured_cells(samples: RuntimeSamples) -> tuple[tuple[int, int, Estimate], ...]:
    """Return p, o and the median runtime over repeats of each profiled cell, by rising p and o."""
    sizes = np.column_stack([samples.input_tokens, samples.output_tokens])
    order = np.lexsort((sizes[:, 1], sizes[:, 0]))
    cells, starts = np.unique(sizes[order], axis=0, return_index=True)
    groups = np.split(samples.runtime_s[order], starts[1:])
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
                f"T(p, o) needs at least two {name} sizes, see profile_cells"
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


def _cautions(
    rows: ProfileRows, estimator: FloatArray, terms: tuple[str, ...] | None, busy: float | None
) -> tuple[Caution, ...]:
    cells = int(rows.direct.sum())
    scatter = _scatter(rows)
    aside = rows.set_aside + int((~estimator.any(axis=0)).sum())
    timings = int(rows.counts.sum()) + rows.set_aside
    told = {
        "few-cells": (
            cells < FEWEST_CELLS,
            f"T(p, o) rests on {cells} sizes; {FEWEST_CELLS} or more are needed to trust it between them",
        ),
        "one-repeat": (rows.blocks < 2, "one repeat only, so the noise of the machine is not known"),
        "context-undecided": (
            terms is None,
            "the profile cannot tell whether decode grows with context; it is taken as constant",
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
