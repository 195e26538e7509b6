from __future__ import annotations

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics.percentiles import percentile_ranks, percentiles, values_needed


def test_a_percentile_is_told_when_one_value_is_expected_beyond_it() -> None:
    # 20 * 0.05 = 1, 100 * 0.01 = 1, 10 * 0.1 = 1, 2 * 0.5 = 1
    assert [values_needed(percent) for percent in (95, 99, 90, 10, 50)] == [20, 100, 10, 10, 2]


@pytest.mark.parametrize("percent", [0, 100, -1, float("nan")])
def test_no_percentile_outside_0_to_100(percent: float) -> None:
    with pytest.raises(InputError, match="a percentile lies between 0 and 100, got"):
        values_needed(percent)


# From n on at which 1 - q^n - (1-q)^n >= .95: 1 - 2 * .5^6 = .969 but 1 - 2 * .5^5 = .9375;
# .95^59 = .0485 but .95^58 = .0510; .9^29 = .0471 but .9^28 = .0523; .99^299 = .0495 but .99^298 = .0500317.
@pytest.mark.parametrize(("percent", "enough"), [(50, 6), (90, 29), (95, 59), (99, 299), (10, 29), (5, 59)])
def test_intervals_exist_from_the_smallest_possible_n(percent: float, enough: int) -> None:
    assert percentile_ranks(enough - 1, percent) is None
    assert percentile_ranks(enough, percent) is not None


@pytest.mark.parametrize("n", [6, 29, 59, 60, 100, 299, 1000, 100_000])
@pytest.mark.parametrize("percent", [5, 50, 90, 95, 99])
def test_ranks_cover_at_least_the_level_by_the_binomial_distribution(n: int, percent: float) -> None:
    from scipy import stats

    ranks = percentile_ranks(n, percent)
    if ranks is None:
        return
    low, high = ranks
    binomial = stats.binom(n, percent / 100)
    coverage = binomial.cdf(high - 1) - binomial.cdf(low - 1)
    assert coverage >= 0.95
    narrower = binomial.cdf(high - 2) - binomial.cdf(low)  # both ends pulled in
    assert narrower < 0.95


def test_the_median_of_100_has_the_textbook_ranks() -> None:
    assert percentile_ranks(100, 50) == (40, 61)  # Conover, Practical Nonparametric Statistics, section 3.2


def test_values_are_those_of_numpy_and_intervals_are_order_statistics() -> None:
    values = np.random.default_rng(3).permutation(1000).astype(np.float64)
    told = percentiles(values, [10, 50, 95, 99.9], unit="s", kind="measured")
    assert told[95].value == pytest.approx(np.percentile(values, 95))
    assert told[95].low in values
    assert told[95].n == 1000
    assert told[99.9].low is None  # 1000 values cannot enclose it: .999^1000 = .37
    assert "too few values" in told[99.9].method


def test_too_few_values_leave_a_percentile_out() -> None:
    told = percentiles(np.arange(19.0), [50, 95], unit="s", kind="measured")
    assert list(told) == [50]
    assert percentiles(np.arange(0.0), [50], unit="s", kind="measured") == {}


def test_dependent_values_count_as_their_clusters() -> None:
    values = np.repeat(np.arange(100), 10)  # 100 requests of 10 equal gaps each
    pooled = percentiles(values, [50], unit="s", kind="measured", independent=100)[50]
    alone = percentiles(np.arange(100), [50], unit="s", kind="measured")[50]
    assert (pooled.low, pooled.high, pooled.n) == (alone.low, alone.high, 100)


def test_integers_are_scaled_to_the_unit() -> None:
    told = percentiles(np.array([1000, 3000], dtype=np.uint32), [50], unit="s", kind="measured", scale=1e-6)
    assert told[50].value == pytest.approx(0.002)


def test_intervals_cover_the_true_percentile() -> None:
    rng, hits, repetitions = np.random.default_rng(11), 0, 400
    truth = -np.log(0.1)  # 90th percentile of the unit exponential
    for _ in range(repetitions):
        estimate = percentiles(rng.exponential(size=80), [90], unit="s", kind="measured")[90]
        assert estimate.low is not None
        assert estimate.high is not None
        hits += estimate.low <= truth <= estimate.high
    assert 0.93 <= hits / repetitions <= 1.0  # discrete, so at least .95 up to simulation error .011
