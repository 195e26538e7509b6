"""Repeats of all levels together say how much a repeat scatters; an unruly level speaks for itself."""

import math

import numpy as np
import pytest

from isocost.core.estimate import Estimate
from isocost.statistics import Scatter, pool_estimates, pooled_scatter, scatter_for


def repeats(*values):
    return [Estimate(value=value, unit="tokens/s", kind="measured", method="made up") for value in values]


def test_the_pooled_variance_is_the_mean_square_within_levels():
    # logs of (1, e^.2) and (5, 5 e^.4): deviations +-.1 and +-.2; (2 x .01 + 2 x .04) / (1 + 1) = .05
    groups = [repeats(1.0, math.exp(0.2)), repeats(5.0, 5 * math.exp(0.4)), repeats(9.0)]
    pooled = pooled_scatter(groups)
    assert pooled.degrees == 2
    assert pooled.log_variance == pytest.approx(0.05)


def test_without_repeats_nothing_is_known():
    assert pooled_scatter([repeats(1.0), repeats(2.0)]) is None
    assert scatter_for(repeats(1.0), None) is None


def test_a_level_without_repeats_keeps_its_own_interval():
    pooled = Scatter(0.01, 10)
    (alone,) = repeats(3.0)
    assert pool_estimates([alone], pooled) is alone


def test_a_level_that_plainly_scatters_more_keeps_its_own():
    pooled = Scatter(0.0001, 10)
    wild = repeats(1.0, 2.0, 4.0)
    assert scatter_for(wild, pooled) == pooled_scatter([wild])
    assert scatter_for(repeats(1.0, 1.01, 0.99), pooled) == pooled


@pytest.mark.parametrize(("levels", "runs", "spread"), [(3, 3, 0.03), (5, 3, 0.10), (3, 2, 0.05)])
def test_intervals_cover_what_they_say_and_are_narrower_than_each_level_alone(levels, runs, spread):
    rng = np.random.default_rng(levels * 100 + runs)
    covered, widths, alone = [], [], []
    for _ in range(1500):
        groups = [repeats(*(100 * np.exp(spread * rng.standard_normal(runs)))) for _ in range(levels)]
        first, pooled = groups[0], pooled_scatter(groups)
        found, own = pool_estimates(first, pooled), pool_estimates(first)
        covered.append(found.low <= 100 <= found.high)
        widths.append(math.log(found.high / found.low))
        alone.append(math.log(own.high / own.low))
    assert 0.93 <= np.mean(covered) <= 0.975  # nominal .95; standard error of 1,500 draws .0056
    assert np.mean(widths) < 0.85 * np.mean(alone)
