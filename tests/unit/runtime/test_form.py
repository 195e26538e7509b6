from __future__ import annotations

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeSamples
from isocost.runtime.form import Form, chosen_terms, foretold_by, form_of, left_out_predictions, warped
from isocost.runtime.rows import rows_of


def test_the_staircase_axis() -> None:
    # 0.6 * 128 * ceil(p / 128) + 0.4 p at 1, 128, 129: 76.8 + .4; 76.8 + 51.2; 153.6 + 51.6
    assert warped(np.array([1.0, 128.0, 129.0]), 128).tolist() == pytest.approx([77.2, 128.0, 205.2])
    assert warped(np.array([5.0]), None).tolist() == [5.0]


def test_the_design_has_prefill_decode_context_and_changeover() -> None:
    form = Form(knots=np.array([1.0, 101.0]))
    # p = 26 is a quarter on the way; o - 1 = 3; 3 * (26 + 2) = 84; more than one token in and out
    assert form.design(np.array([26.0]), np.array([4.0]))[0].tolist() == [0.75, 0.25, 3.0, 84.0, 1.0]
    # no changeover without decode, nor after a prompt of one token
    assert form.design(np.array([26.0, 1.0]), np.array([1.0, 4.0]))[:, -1].tolist() == [0.0, 0.0]


def test_parts_of_requests_are_differences() -> None:
    samples = RuntimeSamples(
        input_tokens=np.array([26, 101, 1]),
        output_tokens=np.array([4, 1, 1]),
        runtime_s=np.array([4.0, 2.0, 1.0]),
        block=np.zeros(3, dtype=np.int64),
        ttft_s=np.array([1.0, 2.0, 1.0]),
        second_s=np.array([2.0, np.nan, np.nan]),
    )
    rows = rows_of(samples)
    form = Form(knots=np.array([1.0, 101.0]))
    design = form.row_design(rows, rows.since > 0)
    # from the first token of (26, 4): to its last, 3 steps; to its second, 1 step and 1 * (26 + 1) of context
    assert design.tolist() == [[0, 0, 3, 84, 1], [0, 0, 1, 27, 1]]


def test_dropped_terms_are_zero() -> None:
    truth = TrueRuntime()
    rows = rows_of(profile(truth, repeats=1))
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything)
    estimator = form.estimator(rows, everything)
    assert estimator is not None
    assert form.coefficients(estimator, rows.times[None])[0, -3:].tolist() == pytest.approx([0.005, 0, 0])


def test_terms_are_chosen_by_held_out_error() -> None:
    def chosen(truth: TrueRuntime, **how: object) -> tuple[str, ...] | None:
        return chosen_terms(rows_of(profile(truth, **how)), tile_tokens=None)  # type: ignore[arg-type]

    assert chosen(TrueRuntime(context_s=1e-5), repeats=8, noise=0.02) == ("context",)
    assert chosen(TrueRuntime(changeover_s=0.004), repeats=8, noise=0.02) == ("changeover",)
    both = TrueRuntime(context_s=1e-5, changeover_s=0.004)
    assert chosen(both, repeats=8, noise=0.02) == ("context", "changeover")
    # whole runtimes alone have one answer size after a long prompt: a changeover looks like context
    assert chosen(TrueRuntime(changeover_s=0.004), repeats=8, with_ttft=False) == ("context",)
    assert chosen(both, repeats=2, noise=0.02) is None  # neither four cells with decode nor three repeats


def test_cells_left_out_are_foretold_from_one_fit_as_from_many() -> None:
    rows = rows_of(profile(TrueRuntime(context_s=4e-6), repeats=4, noise=0.03))

    def fit(keep: np.ndarray) -> tuple[Form, np.ndarray] | None:
        form = form_of(rows, keep, terms=("context",), tile_tokens=64)
        estimator = form.estimator(rows, keep)
        return None if estimator is None else (form, estimator)

    quick = left_out_predictions(rows, terms=("context",), tile_tokens=64)
    assert quick == pytest.approx(foretold_by(rows, fit), rel=1e-9, nan_ok=True)
    assert np.isfinite(quick).sum() >= 4


def test_coefficients_move_to_other_knots_without_changing_what_they_say() -> None:
    few, many = Form(knots=np.array([1.0, 101.0])), Form(knots=np.array([1.0, 26.0, 101.0, 201.0]))
    moved = few.onto(many.knots) @ np.array([1.0, 2.0, 0.5, 0.0, 0.0])
    assert moved.tolist() == [1.0, 1.25, 2.0, 3.0, 0.5, 0.0, 0.0]
