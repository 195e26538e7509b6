"""Laws of the fitted runtime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
