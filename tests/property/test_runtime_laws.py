"""Laws of the fitted runtime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.other_models import DECODE_S, SIX, SIZES, cells_of, others, prefill
from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeSamples, fit_runtime

seeds = st.integers(0, 10_000)
noises = st.floats(0.0, 0.3)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, noise=noises, repeats=st.integers(1, 5))
def test_prefill_never_falls_in_any_draw(seed: int, noise: float, repeats: int) -> None:
    model = fit_runtime(
        profile(TrueRuntime(), repeats=repeats, noise=noise, seed=seed), deployment="d", seed=seed
    )
    assert (np.diff(model.coefficients[:, :-3], axis=1) >= -1e-15).all()


@settings(max_examples=15, deadline=None)
@given(seed=seeds, factor=st.sampled_from([0.001, 0.5, 3.0, 1000.0]))
def test_scaling_all_times_scales_the_model(seed: int, factor: float) -> None:
    samples = profile(TrueRuntime(context_s=4e-6), repeats=4, noise=0.05, seed=seed)
    first, second = samples.ttft_s, samples.second_s
    assert first is not None
    assert second is not None
    scaled = replace(
        samples, runtime_s=samples.runtime_s * factor, ttft_s=first * factor, second_s=second * factor
    )
    one, other = (fit_runtime(data, deployment="d", seed=1) for data in (samples, scaled))
    assert other.coefficients == pytest.approx(one.coefficients * factor, rel=1e-6, abs=1e-12 * factor)
    assert (one.context is None) == (other.context is None)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    samples = profile(TrueRuntime(), repeats=4, noise=0.05, seed=seed)
    order = np.random.default_rng(seed).permutation(len(samples))
    first, second = samples.ttft_s, samples.second_s
    assert first is not None
    assert second is not None
    shuffled = RuntimeSamples(
        input_tokens=samples.input_tokens[order],
        output_tokens=samples.output_tokens[order],
        runtime_s=samples.runtime_s[order],
        block=samples.block[order],
        ttft_s=first[order],
        second_s=second[order],
    )
    one, other = (fit_runtime(data, deployment="d", seed=1) for data in (samples, shuffled))
    assert np.array_equal(one.coefficients, other.coefficients)
    assert one.cells == other.cells


@settings(max_examples=15, deadline=None)
@given(seed=seeds, noise=noises, p=st.integers(1, 480), o=st.integers(1, 32))
def test_an_interval_holds_its_value(seed: int, noise: float, p: int, o: int) -> None:
    model = fit_runtime(profile(TrueRuntime(), repeats=3, noise=noise, seed=seed), deployment="d", seed=seed)
    told = model.predict(p, o)
    assert told.low is not None
    assert told.high is not None
    assert told.low <= told.value <= told.high


PRIOR = others()


def wiggly(sizes: tuple[tuple[int, int], ...], seed: int, noise: float) -> RuntimeSamples:
    """A model like the others up to relative noise."""
    cells = cells_of(sizes)
    rng = np.random.default_rng(seed)
    return replace(cells, runtime_s=cells.runtime_s * np.exp(noise * rng.standard_normal(len(cells))))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, noise=st.floats(0.0, 0.1))
def test_prefill_under_a_prior_never_falls(seed: int, noise: float) -> None:
    model = fit_runtime(wiggly(SIX, seed, noise), deployment="d", seed=0, prior=PRIOR)
    assert (np.diff(model.coefficients[:, :-3], axis=1) >= -1e-15).all()


@settings(max_examples=15, deadline=None)
@given(seed=seeds, noise=st.floats(0.001, 0.02), factor=st.floats(0.001, 1000.0))
def test_scaling_all_times_scales_a_fit_under_a_prior(seed: int, noise: float, factor: float) -> None:
    samples = wiggly(SIX, seed, noise)
    scaled = replace(samples, runtime_s=samples.runtime_s * factor)
    one, other = (fit_runtime(data, deployment="d", seed=1, prior=PRIOR) for data in (samples, scaled))
    assert other.coefficients[0] == pytest.approx(one.coefficients[0] * factor, rel=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, noise=st.floats(0.0, 0.01))
def test_a_prior_fades_where_each_prompt_size_was_profiled_often(seed: int, noise: float) -> None:
    sizes = tuple((p, o) for p in SIZES for o in (1, 2, 4, 8, 16, 24, 32, 48, 64))
    samples = wiggly(sizes, seed, noise)
    without, informed = (fit_runtime(samples, deployment="d", seed=0, prior=prior) for prior in (None, PRIOR))
    p, o = np.array(sizes).T
    # nine cells a size leave the prior less than a tenth of what one leaves it
    assert informed.runtime_s(p, o) == pytest.approx(without.runtime_s(p, o), rel=0.003)


@settings(max_examples=15, deadline=None)
@given(floor_s=st.floats(0.02, 0.1), growth_s=st.floats(0.03, 0.4))
def test_a_model_like_the_others_is_foretold_from_six_points(floor_s: float, growth_s: float) -> None:
    model = fit_runtime(cells_of(SIX, floor_s, growth_s), deployment="d", seed=0, prior=PRIOR)
    p = np.arange(1, 1921, 37)
    truth = prefill(p, floor_s, growth_s)
    assert np.abs(model.runtime_s(p, np.ones(len(p))) / truth - 1).mean() < 0.03
    assert model.decode.value == pytest.approx(DECODE_S, rel=0.01)
