"""The published rule by hand."""

import numpy as np
import pytest

from isocost.core.errors import EstimationError
from isocost.runtime import PublishedRuntime, published_rule


def fit(rows, **more):
    return published_rule(*(np.array(column) for column in zip(*rows, strict=True)), **more)


def test_alpha_is_the_sum_of_rounded_slope_and_rounded_intercept():
    # slope .0104, intercept .0104: rounded .010 + .010 = .020, while the line at o = 1 is .0208
    found = fit([(1, 1, 0.0208), (1, 3, 0.0416)])
    assert found.prefill_s == ((1, 0.02),)
    assert found.decode_s == 0.01  # the slope of T - .020 is .0104


def test_alpha_is_at_least_that_of_the_smallest_prompt_before_beta():
    # 64 tokens: alpha .03 < .05; with alpha .05 T - alpha is -.02 and .00, with 1: .00 and .02; slope .01
    found = fit([(1, 1, 0.05), (1, 3, 0.07), (64, 1, 0.03), (64, 3, 0.05)])
    assert found.prefill_s == ((1, 0.05), (64, 0.05))
    assert found.decode_s == 0.01


def test_the_last_row_of_a_size_counts_not_a_whole_trial():
    rows = [(1, 1, 9.0), (1, 3, 0.04), (1, 1, 0.02)]
    assert fit(rows) == fit([(1, 3, 0.04), (1, 1, 0.02)])


def test_denoised_the_least_counts_and_overhead_is_apart():
    # minima .25 and .31 (slope .03, intercept .22: alpha .25), overhead .25 - .03 = .22, alpha without it .03
    rows = [(1, 1, 0.25), (1, 1, 0.9), (1, 3, 0.5), (1, 3, 0.31), (64, 1, 0.35), (64, 3, 0.41)]
    found = fit(rows, denoised=True)
    assert found == PublishedRuntime(prefill_s=((1, 0.03), (64, 0.13)), decode_s=0.03, overhead_s=0.22)
    assert found.runtime_s(np.array([64]), np.array([3])) == pytest.approx([0.41])


def test_prompt_sizes_are_sorted():
    rows = [(64, 1, 0.03), (64, 3, 0.07), (1, 1, 0.02), (1, 3, 0.06)]
    assert [size for size, _ in fit(rows).prefill_s] == [1, 64]


def test_one_output_size_cannot_be_fitted():
    with pytest.raises(EstimationError) as told:
        fit([(1, 1, 0.02), (1, 3, 0.06), (64, 3, 0.07)])
    assert str(told.value) == (
        "the published rule needs at least two output sizes for each prompt size; 64 prompt tokens "
        "were timed with 3 output tokens only"
    )
