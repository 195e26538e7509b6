"""The form of T(p, o) as a linear model, and how well it foretells cells that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.runtime.rows import medians_of
from isocost.statistics.regression import hat_basis, least_squares_map, monotone

if TYPE_CHECKING:
    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Form", "context_helps", "form_of", "left_out_predictions", "warped"]

LARGEST_AMPLIFICATION = 2.0
"""A prediction that more than doubles the relative noise of the data is not identified by them."""


def warped(prompt_tokens: FloatArray, tile_tokens: int | None) -> FloatArray:
    """Return prompt sizes on the axis on which prefill is piecewise linear.

    Prefill on accelerators is a staircase in tiles; u = 0.6 tile ceil(p / tile) + 0.4 p halves the error of
    interpolation on the profiles of arXiv 2305.02440 (tiles of 128).

    Examples
    --------
    >>> warped(np.array([1.0, 128.0, 129.0]), 128).round(1).tolist()
    [77.2, 128.0, 205.2]
    """
    if tile_tokens is None:
        return prompt_tokens
    return np.asarray(0.6 * tile_tokens * np.ceil(prompt_tokens / tile_tokens) + 0.4 * prompt_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Knots of prefill, and whether decode grows with context.

    Parameters
    ----------
    knots : float array, shape (k,)
        Prompt sizes, rising.
    context : bool
        Whether gamma is fitted.
    tile_tokens : int or None
    """

    knots: FloatArray
    context: bool
    tile_tokens: int | None = None

    def design(self, prompt_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return the design matrix, shape (n, k + 2), or (n, k + 1) without context term."""
        later = output_tokens - 1
        basis = hat_basis(warped(prompt_tokens, self.tile_tokens), warped(self.knots, self.tile_tokens))
        terms = [later, later * (prompt_tokens + output_tokens / 2)]
        return np.column_stack([basis, *terms[: 1 + self.context]])

    def coefficients(self, estimator: FloatArray, times_s: FloatArray) -> FloatArray:
        """Return prefill made monotone, decode and context (0 when dropped), shape (n, k + 2)."""
        raw = times_s @ estimator.T
        k = len(self.knots)
        columns = [monotone(raw[:, :k]), raw[:, k:]]
        return np.concatenate([*columns, np.zeros((len(raw), 1 - self.context))], axis=1)


def form_of(rows: ProfileRows, keep: BoolArray, *, context: bool, tile_tokens: int | None) -> Form:
    """Return the form with a knot at each prompt size of the rows to keep."""
    return Form(knots=np.unique(rows.input_tokens[keep]), context=context, tile_tokens=tile_tokens)


def left_out_predictions(rows: ProfileRows, *, context: bool, tile_tokens: int | None) -> FloatArray:
    """Predict each cell from all the others.

    Returns
    -------
    float array, shape (cells,)
        Seconds; NaN where the others cannot identify it.
    """
    times = rows.medians
    predicted = np.full(int(rows.direct.sum()), np.nan)
    for cell in range(len(predicted)):
        keep = rows.cell != cell
        form = form_of(rows, keep, context=context, tile_tokens=tile_tokens)
        estimator = _estimator(form, rows, times, keep)
        if estimator is None or not _within(rows, keep, cell):
            continue
        target = form.design(rows.input_tokens[[cell]], rows.output_tokens[[cell]])[0]
        shares = (target @ estimator) * times[keep]
        if np.sqrt((shares**2).sum()) <= LARGEST_AMPLIFICATION * shares.sum():
            predicted[cell] = shares.sum()
    return predicted


def _estimator(form: Form, rows: ProfileRows, times: FloatArray, keep: BoolArray) -> FloatArray | None:
    design = form.design(rows.input_tokens[keep], rows.output_tokens[keep])
    return least_squares_map(design, 1 / times[keep])


def _within(rows: ProfileRows, keep: BoolArray, cell: int) -> bool:
    """Whether a cell lies in the range of prompt and answer sizes of the rows kept."""
    prompts, answers = rows.input_tokens, rows.output_tokens
    return bool(
        prompts[keep].min() <= prompts[cell] <= prompts[keep].max()
        and answers[keep].min() <= answers[cell] <= answers[keep].max()
    )


def context_helps(rows: ProfileRows, *, tile_tokens: int | None) -> bool | None:
    """Judge by held-out error whether decode grows with context.

    With at least four cells beyond the first token each cell is foretold from the others, with and without
    the term; with fewer, each repeat from the other repeats. The lower mean relative error wins, if gamma is
    then above 0.

    Returns
    -------
    bool or None
        ``None`` when the data cannot tell: too few cells and fewer than three repeats.
    """
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything, context=True, tile_tokens=tile_tokens)
    times = rows.medians
    estimator = _estimator(form, rows, times, everything)
    if estimator is None:
        return None
    if float(estimator[-1] @ times) <= 0:
        return False
    if int((rows.direct & (rows.output_tokens > 1)).sum()) >= 4:
        errors = _errors_by_cell(rows, tile_tokens)
    elif rows.blocks >= 3:
        errors = _errors_by_block(rows, tile_tokens)
    else:
        return None
    return errors[1] < errors[0]


def _errors_by_cell(rows: ProfileRows, tile_tokens: int | None) -> tuple[float, float]:
    cells = int(rows.direct.sum())
    measured = rows.medians[:cells]
    without, with_it = (
        np.abs(left_out_predictions(rows, context=context, tile_tokens=tile_tokens) / measured - 1)
        for context in (False, True)
    )
    both = ~np.isnan(without) & ~np.isnan(with_it)
    return (float(without[both].mean()), float(with_it[both].mean())) if both.any() else (0.0, 0.0)


def _errors_by_block(rows: ProfileRows, tile_tokens: int | None) -> tuple[float, float]:
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    others = np.array([np.delete(rows.by_block, block, axis=0) for block in range(rows.blocks)])
    trained = medians_of(others)
    trained = np.where(np.isnan(trained), rows.medians, trained)
    found = []
    for context in (False, True):
        form = form_of(rows, everything, context=context, tile_tokens=tile_tokens)
        estimator = _estimator(form, rows, rows.medians, everything)
        if estimator is None:
            return 0.0, 0.0
        predicted = trained @ (form.design(rows.input_tokens, rows.output_tokens) @ estimator).T
        found.append(float(np.nanmean(np.abs(predicted / rows.by_block - 1))))
    return found[0], found[1]
