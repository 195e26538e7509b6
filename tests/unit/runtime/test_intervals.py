from __future__ import annotations

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeSamples, fit_runtime
from isocost.runtime.form import form_of
from isocost.runtime.intervals import between_knots, coefficient_draws
from isocost.runtime.rows import rows_of
from isocost.runtime.weights import weighted


def table(times: list[float], sizes: list[tuple[int, int]]) -> RuntimeSamples:
    p, o = np.array(sizes).T
    block = np.zeros(len(p), dtype=np.int64)
    return RuntimeSamples(input_tokens=p, output_tokens=o, runtime_s=np.array(times), block=block)


def test_one_row_a_size_has_intervals_from_residuals() -> None:
    sizes = [(p, o) for p in (1, 64, 256, 480) for o in (1, 16, 32)]
    p, o = np.array(sizes).T
    noise = 0.02 * np.random.default_rng(0).standard_normal(len(p))
    seconds = TrueRuntime().seconds(p, o) * (1 + noise)
    model = fit_runtime(table(seconds.tolist(), sizes), deployment="d", seed=0)
    assert model.decode.method == "weighted least squares; scatter of residuals"
    assert model.decode.n == 12
    assert model.decode.low is not None
    assert model.decode.high is not None
    assert model.decode.low <= 0.005 <= model.decode.high
    assert 0.01 < (model.decode.high - model.decode.low) / model.decode.value < 0.1


def test_one_spare_row_is_too_little_for_an_interval() -> None:
    sizes = [(1, 1), (1, 32), (64, 1), (128, 1), (256, 1), (480, 1), (480, 16)]
    p, o = np.array(sizes).T
    model = fit_runtime(table(TrueRuntime().seconds(p, o).tolist(), sizes), deployment="d", seed=0)
    assert (model.decode.low, model.decode.high) == (None, None)
    assert model.decode.method == "weighted least squares"


def test_repeats_are_named_as_what_told_the_noise() -> None:
    model = fit_runtime(profile(TrueRuntime(), repeats=5, noise=0.02), deployment="d", seed=0)
    assert model.decode.method == "weighted least squares; scatter of repeats, pooled over sizes"
    assert model.decode.n == 5


def test_misfit_of_the_form_widens_the_interval() -> None:
    samples = profile(TrueRuntime(), repeats=8, noise=0.002, with_ttft=False)
    # decode after the longest prompt is 40 % slower than the form can say; context is out by choice
    slow = np.where((samples.input_tokens == 480) & (samples.output_tokens > 1), 1.4, 1.0)
    widths = []
    for factor in (np.ones(len(samples)), slow):
        rows = rows_of(
            RuntimeSamples(
                input_tokens=samples.input_tokens,
                output_tokens=samples.output_tokens,
                runtime_s=samples.runtime_s * factor,
                block=samples.block,
            )
        )
        everything = np.ones(len(rows.cell), dtype=np.bool_)
        form = form_of(rows, everything)
        rows, noise = weighted(form, rows)
        estimator = form.estimator(rows, everything)
        assert estimator is not None
        draws = coefficient_draws(form, rows, estimator, noise, np.random.default_rng(0))
        widths.append(float(draws[1:, -3].std()))
    assert widths[1] > 10 * widths[0]


def test_the_error_between_sizes_by_hand() -> None:
    sizes = [(1, 1), (1, 9), (101, 1), (201, 1)]
    rows = rows_of(table([0.1, 0.9, 0.4, 0.5], sizes))
    everything = np.ones(4, dtype=np.bool_)
    form = form_of(rows, everything)
    estimator = form.estimator(rows, everything)
    found = between_knots(form, rows, estimator, None, np.random.default_rng(0))
    # one inner size: (.1 + .5) / 2 = .3 against .4, -25 %; Student's t with 1 degree of freedom, and 1 / 1
    assert found == pytest.approx(12.7062 * 0.25 * 2**0.5 / 1.959964, rel=1e-4)


def test_noise_is_not_taken_for_error_between_sizes() -> None:
    straight = fit_runtime(profile(TrueRuntime(), repeats=5, noise=0.05), deployment="d", seed=3)
    assert straight.between_knots is not None
    assert straight.between_knots < 0.1


def test_many_timings_set_aside_are_a_caution() -> None:
    samples = profile(TrueRuntime(), repeats=10, noise=0.01, with_ttft=False)
    slow = np.where(np.arange(len(samples)) % 10 == 3, 3.0, 1.0)
    model = fit_runtime(
        RuntimeSamples(
            input_tokens=samples.input_tokens,
            output_tokens=samples.output_tokens,
            runtime_s=samples.runtime_s * slow,
            block=samples.block,
        ),
        deployment="d",
        seed=0,
    )
    (caution,) = model.cautions
    assert caution.code == "timings-set-aside"
    assert caution.text == (
        "7 of 70 timings lie far from the others of their size or from the fit; they were set aside"
    )
    assert model.decode.value == pytest.approx(0.005, rel=0.02)
