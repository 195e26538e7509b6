from __future__ import annotations

import numpy as np
import pytest

from isocost.statistics.batch_means import batch_count, mean_in_order, rate_over_batches, student_quantile


def test_quantiles_of_students_t_are_those_of_the_tables() -> None:
    assert student_quantile(0.95, 1) == pytest.approx(12.706, abs=5e-4)
    assert student_quantile(0.99, 5) == pytest.approx(4.032, abs=5e-4)


@pytest.mark.parametrize(("window", "request_s", "count"), [(60, 2, 15), (600, 2, 30), (7, 2, 3), (3, 1, 3)])
def test_batches_are_two_requests_long(window: float, request_s: float, count: int) -> None:
    assert batch_count(window, request_s) == count


def test_equal_batches_give_the_t_interval_of_their_mean() -> None:
    # mean 10; s = sqrt((4 + 0 + 4 + 0) / 3) = 1.633; half = 3.182 * 1.633 / 2 = 2.598
    rate = rate_over_batches(np.array([8.0, 10.0, 12.0, 10.0]), np.ones(4), unit="1/s", kind="measured")
    assert rate.value == 10
    assert rate.high == pytest.approx(10 + 2.598, abs=1e-3)
    assert rate.method == "batch means, 4 batches"


def test_a_long_batch_weighs_more() -> None:
    rate = rate_over_batches(
        np.array([10.0, 30.0, 10.0]), np.array([1.0, 3.0, 1.0]), unit="1/s", kind="measured"
    )
    assert (rate.value, rate.low, rate.high) == (10.0, 10.0, 10.0)  # (10 + 30 + 10) / 5, no spread


def test_two_batches_have_no_interval() -> None:
    rate = rate_over_batches(np.array([1.0, 2.0]), np.ones(2), unit="1/s", kind="measured")
    assert (rate.value, rate.low, rate.n) == (1.5, None, 2)


def test_a_mean_with_weights_is_sum_over_sum() -> None:
    mean = mean_in_order(
        np.array([1.0, 8.0, 3.0]), unit="s", kind="measured", weights=np.array([1.0, 4.0, 1.0])
    )
    assert mean.value == pytest.approx(12 / 6)


def test_one_value_has_a_mean_without_interval() -> None:
    assert mean_in_order(np.array([2.0]), unit="s", kind="measured").low is None


def test_batches_cover_the_mean_of_a_correlated_series() -> None:
    # AR(1) with coefficient .5: plain t over single values would cover about .75
    rng, hits, repetitions, n = np.random.default_rng(5), 0, 400, 600
    for _ in range(repetitions):
        noise = rng.standard_normal(n + 50)
        series = np.empty_like(noise)
        series[0] = noise[0]
        for i in range(1, len(noise)):
            series[i] = 0.5 * series[i - 1] + noise[i]
        mean = mean_in_order(10 + series[50:], unit="s", kind="measured")
        assert mean.low is not None
        assert mean.high is not None
        hits += mean.low <= 10 <= mean.high
    assert 0.91 <= hits / repetitions <= 0.98
