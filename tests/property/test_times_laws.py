"""Laws of the published rule and of denoising."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.runtime import denoise, published_rule

IN = np.repeat([1, 64, 512], 12)
OUT = np.tile(np.repeat([1, 4, 16, 64], 3), 3)
FLOOR = 0.1 + 0.02 * OUT + 0.0002 * IN


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter_to_denoising(seed):
    rng = np.random.default_rng(seed)
    times = FLOOR + rng.exponential(0.02, size=len(IN))
    order = rng.permutation(len(IN))
    one, other = (
        denoise(IN[each], OUT[each], times[each], deployment="s") for each in (np.arange(len(IN)), order)
    )
    assert np.allclose(one.coefficients, other.coefficients)
    assert np.allclose(one.covariance, other.covariance)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_another_unit_of_time_scales_all(seed, factor):
    times = FLOOR + np.random.default_rng(seed).exponential(0.02, size=len(IN))
    one, other = (denoise(IN, OUT, times * each, deployment="s") for each in (1.0, factor))
    assert np.allclose(one.coefficients * factor, other.coefficients)
    assert np.allclose(one.covariance * factor**2, other.covariance)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_prefill_never_falls_and_further_slow_instances_change_no_published_minimum(seed):
    rng = np.random.default_rng(seed)
    times = FLOOR + rng.exponential(0.02, size=len(IN))
    found = denoise(IN, OUT, times, deployment="s")
    assert (np.diff(found.coefficients[:-1]) >= 0).all()
    slower = np.concatenate([times, times + rng.exponential(1.0, size=len(IN))])
    both = (np.concatenate([each, each]) for each in (IN, OUT))
    assert published_rule(*both, slower, denoised=True) == published_rule(IN, OUT, times, denoised=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_published_coefficients_are_whole_milliseconds(seed):
    times = FLOOR + np.random.default_rng(seed).exponential(0.02, size=len(IN))
    found = published_rule(IN, OUT, times, denoised=True)
    told = [found.decode_s, found.overhead_s, *(alpha for _, alpha in found.prefill_s)]
    assert [round(each, 3) for each in told] == told
    assert found.prefill_s[0][1] == found.decode_s  # alpha of the smallest, less the overhead, is beta
