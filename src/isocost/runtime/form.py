"""The form of T(p, o) as a linear model, and how well it foretells cells that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.runtime.rows import medians_of
from isocost.statistics.regression import hat_basis, least_squares_map, monotone

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.runtime.rows import ProfileRows

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["TERMS", "Form", "chosen_terms", "foretold_by", "form_of", "left_out_predictions", "warped"]

TERMS = ("context", "changeover")
"""Optional terms of T(p, o), in the order of their coefficients."""

SPLITS = 40

MOST_LEVERAGE = 1e6
"""A cell of more leverage is fitted to no others; its prediction needs a fit of its own."""

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
    """Which terms T(p, o) has.

    Always prefill alpha(p), piecewise linear between knots, and decode beta (o - 1). Optional terms:
    ``"context"``, gamma (o - 1)(p + o / 2), decode that grows with what was read and written; and
    ``"changeover"``, delta once where o > 1 and p > 1: the extra time of the first decode step, when an
    engine turns from a prompt of many tokens to one token a step.

    Parameters
    ----------
    knots : float array, shape (k,)
        Prompt sizes, rising.
    terms : tuple of str
        The optional ones, of `TERMS`.
    tile_tokens : int or None
    """

    knots: FloatArray
    terms: tuple[str, ...] = ()
    tile_tokens: int | None = None

    def design(self, prompt_tokens: FloatArray, output_tokens: FloatArray) -> FloatArray:
        """Return the design matrix of all terms, shape (n, k + 3): alpha at knots, beta, gamma, delta."""
        later = output_tokens - 1
        basis = hat_basis(warped(prompt_tokens, self.tile_tokens), warped(self.knots, self.tile_tokens))
        changeover = (later > 0) & (prompt_tokens > 1)
        return np.column_stack([basis, later, later * (prompt_tokens + output_tokens / 2), changeover])

    def row_design(self, rows: ProfileRows, keep: BoolArray) -> FloatArray:
        """Return the design matrix of the rows kept, whole runtimes and parts."""
        prompts, since = rows.input_tokens[keep], rows.since[keep]
        whole = self.design(prompts, rows.output_tokens[keep])
        return whole - np.where(since[:, None] > 0, self.design(prompts, np.maximum(since, 1.0)), 0.0)

    @property
    def size(self) -> int:
        """Number of coefficients: alpha at the knots, beta, optional terms."""
        return int(self.used.sum())

    @property
    def used(self) -> BoolArray:
        """Which columns of the design the form has, shape (k + 3,)."""
        return np.array([True] * (len(self.knots) + 1) + [term in self.terms for term in TERMS])

    def estimator(
        self, rows: ProfileRows, keep: BoolArray, penalty: FloatArray | None = None
    ) -> FloatArray | None:
        """Return the matrix from the times of the rows kept to coefficients, shape (k + 3, kept).

        A penalty, shape (rows, k), adds the sum of squares of its products with alpha at the knots, as a
        prior does. ``None`` when the rows cannot identify all terms.
        """
        design = self.row_design(rows, keep)
        used, count = self.used, len(design)
        weights = rows.weights[keep]
        if penalty is not None:
            design = np.concatenate([design, np.pad(penalty, ((0, 0), (0, 3)))])
            weights = np.concatenate([weights, np.ones(len(penalty))])
        found = least_squares_map(design[:, used], weights)
        if found is None:
            return None
        whole = np.zeros((len(used), count))
        whole[used] = found[:, :count]
        return whole

    def onto(self, knots: FloatArray) -> FloatArray:
        """Return the matrix from coefficients to those of the same T(p, o) with other knots."""
        whole = np.zeros((len(knots) + 3, len(self.knots) + 3))
        axis = warped(knots, self.tile_tokens)
        whole[:-3, :-3] = hat_basis(axis, warped(self.knots, self.tile_tokens))
        whole[-3:, -3:] = np.eye(3)
        return whole

    def coefficients(self, estimator: FloatArray, times_s: FloatArray) -> FloatArray:
        """Return coefficients of many sets of times, prefill made monotone; shape (n, k + 3)."""
        raw = times_s @ estimator.T
        k = len(self.knots)
        return np.concatenate([monotone(raw[:, :k]), raw[:, k:]], axis=1)


def form_of(
    rows: ProfileRows, keep: BoolArray, *, terms: tuple[str, ...] = (), tile_tokens: int | None = None
) -> Form:
    """Return the form with a knot at each prompt size of the rows to keep."""
    return Form(knots=np.unique(rows.input_tokens[keep]), terms=terms, tile_tokens=tile_tokens)


def left_out_predictions(rows: ProfileRows, *, terms: tuple[str, ...], tile_tokens: int | None) -> FloatArray:
    """Predict each cell from all the others.

    Where a cell's prompt size has other cells the form stays as it is, and the prediction follows from the
    fit to all rows: of rows S, out of (I - G_SS)^-1 G_S, with G the matrix from times to fitted times.

    Returns
    -------
    float array, shape (cells,)
        Seconds; NaN where the others cannot identify it.
    """

    def fit(keep: BoolArray) -> tuple[Form, FloatArray] | None:
        form = form_of(rows, keep, terms=terms, tile_tokens=tile_tokens)
        estimator = form.estimator(rows, keep)
        return None if estimator is None else (form, estimator)

    everything = np.ones(len(rows.cell), dtype=np.bool_)
    whole = fit(everything)
    smooth = None if whole is None else whole[0].row_design(rows, everything) @ whole[1]
    return foretold_by(rows, fit, smooth)


def foretold_by(
    rows: ProfileRows,
    fit: Callable[[BoolArray], tuple[Form, FloatArray] | None],
    smooth: FloatArray | None = None,
) -> FloatArray:
    """Predict each cell by a fit to the rows of all the others; NaN where they cannot identify it.

    `smooth`, the matrix from times to fitted times of least squares with fixed weights, saves most fits.
    """
    times = rows.times
    predicted = np.full(int(rows.direct.sum()), np.nan)
    for cell in range(len(predicted)):
        keep = rows.cell != cell
        if not keep.any() or not _within(rows, keep, cell):
            continue
        weights = None if smooth is None else _without(rows, keep, smooth)
        if weights is None:
            found = fit(keep)
            if found is None:
                continue
            form, estimator = found
            weights = form.design(rows.input_tokens[[cell]], rows.output_tokens[[cell]])[0] @ estimator
        shares = weights * times[keep]
        if np.sqrt((shares**2).sum()) <= LARGEST_AMPLIFICATION * shares.sum():
            predicted[cell] = shares.sum()
    return predicted


def _without(rows: ProfileRows, keep: BoolArray, smooth: FloatArray) -> FloatArray | None:
    """Return what the times kept weigh in the whole runtime of the cell left out, from the fit to all."""
    if not np.isin(rows.input_tokens[~keep], rows.input_tokens[keep]).all():
        return None
    own = np.eye(int((~keep).sum())) - smooth[np.ix_(~keep, ~keep)]
    if np.linalg.cond(own) > MOST_LEVERAGE:
        return None
    return np.asarray(np.linalg.solve(own, smooth[np.ix_(~keep, keep)])[0])


def _within(rows: ProfileRows, keep: BoolArray, cell: int) -> bool:
    """Whether a cell lies in the range of prompt and answer sizes of the rows kept."""
    prompts, answers = rows.input_tokens, rows.output_tokens
    return bool(
        prompts[keep].min() <= prompts[cell] <= prompts[keep].max()
        and answers[keep].min() <= answers[cell] <= answers[keep].max()
    )


def chosen_terms(rows: ProfileRows, *, tile_tokens: int | None) -> tuple[str, ...] | None:
    """Choose the optional terms by held-out error.

    With at least four cells beyond the first token each cell is foretold from the others, with and without a
    term; with fewer, the medians of half of the repeats from those of the other half, over many random
    halves. Terms stay if their coefficients are above 0 and the mean relative error is the least.

    Returns
    -------
    tuple of str or None
        Of `TERMS`; ``None`` when the data cannot tell: too few cells and fewer than three repeats.
    """
    by_cell = int((rows.direct & (rows.output_tokens > 1)).sum()) >= 4
    if not by_cell and rows.blocks < 3:
        return None
    best: tuple[str, ...] = ()
    least = _errors(rows, (), by_cell=by_cell, tile_tokens=tile_tokens)
    for terms in (("context",), ("changeover",), TERMS):
        if not _plausible(rows, terms, tile_tokens):
            continue
        errors = _errors(rows, terms, by_cell=by_cell, tile_tokens=tile_tokens)
        both = ~np.isnan(errors) & ~np.isnan(least)
        if both.any() and errors[both].mean() < least[both].mean():
            best, least = terms, errors
    return best


def _plausible(rows: ProfileRows, terms: tuple[str, ...], tile_tokens: int | None) -> bool:
    """Whether the optional terms are identified and above 0.

    One answer size after longer prompts cannot tell a changeover from decode that grows with context; context
    is then the better guess.
    """
    decoded = rows.output_tokens[(rows.output_tokens > 1) & (rows.input_tokens > 1)]
    if "changeover" in terms and len(np.unique(decoded)) < 2:
        return False
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    estimator = form_of(rows, everything, terms=terms, tile_tokens=tile_tokens).estimator(rows, everything)
    if estimator is None:
        return False
    values = dict(zip(TERMS, estimator[-len(TERMS) :] @ rows.times, strict=True))
    return all(values[term] > 0 for term in terms)


def _errors(
    rows: ProfileRows, terms: tuple[str, ...], *, by_cell: bool, tile_tokens: int | None
) -> FloatArray:
    """Return relative errors held out by cell or by halves of the repeats; NaN where there is none."""
    if by_cell:
        predicted = left_out_predictions(rows, terms=terms, tile_tokens=tile_tokens)
        return np.abs(predicted / rows.times[: len(predicted)] - 1)
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything, terms=terms, tile_tokens=tile_tokens)
    estimator = form.estimator(rows, everything)
    if estimator is None:
        return np.full(rows.by_block.shape, np.nan)
    one, other = _halves(rows.by_block)
    foretell = form.row_design(rows, everything) @ estimator
    return np.abs(np.where(np.isnan(one), rows.times, one) @ foretell.T / other - 1)


def _halves(by_block: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return medians of random halves of the repeats, and of what the halves leave."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(by_block)) for _ in range(SPLITS)]
    middle = len(by_block) // 2
    first, second = (
        medians_of(np.array([by_block[order[part]] for order in orders]))
        for part in (slice(middle, None), slice(0, middle))
    )
    return first, second
