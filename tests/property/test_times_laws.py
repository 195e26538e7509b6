"""Laws of the published rule and of denoising."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.runtime import denoise, published_rule

P = np.repeat([1, 64, 512], 12)
O = np.tile(np.repeat([1, 4, 16, 64], 3), 3)
FLOOR = 0.1 + 0.02 * O + 0.0002 * P


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter_to_denoising(seed):
    rng = np.random.default_rng(seed)
    times = FLOOR + rng.exponential(0.02, size=len(P))
    order = rng.permutation(len(P))
    one, other = (
        denoise(P[each], O[each], times[each], deployment="s") for each in (np.arange(len(P)), order)
    )
    assert np.allclose(one.coefficients, other.coefficients)
    assert np.allclose(one.covariance, other.covariance)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_another_unit_of_time_scales_all(seed, factor):
    times = FLOOR + np.random.default_rng(seed).exponential(0.02, size=len(P))
    one, other = (denoise(P, O, times * each, deployment="s") for each in (1.0, factor))
    assert np.allclose(one.coefficients * factor, other.coefficients)
    assert np.allclose(one.covariance * factor**2, other.covariance)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_prefill_never_falls_and_further_slow_instances_change_no_published_minimum(seed):
    rng = np.random.default_rng(seed)
    times = FLOOR + rng.exponential(0.02, size=len(P))
    found = denoise(P, O, times, deployment="s")
    assert (np.diff(found.coefficients[:-1]) >= 0).all()
    slower = np.concatenate([times, times + rng.exponential(1.0, size=len(P))])
    both = (np.concatenate([each, each]) for each in (P, O))
    assert published_rule(*both, slower, denoised=True) == published_rule(P, O, times, denoised=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_published_coefficients_are_whole_milliseconds(seed):
    times = FLOOR + np.random.default_rng(seed).exponential(0.02, size=len(P))
    found = published_rule(P, O, times, denoised=True)
    told = [found.decode_s, found.overhead_s, *(alpha for _, alpha in found.prefill_s)]
    assert [round(each, 3) for each in told] == told
    assert found.prefill_s[0][1] == found.decode_s  # alpha of the smallest, less the overhead, is beta
