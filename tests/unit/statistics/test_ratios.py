"""Ratios of joint draws, their means, and when there is no interval."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics import aligned, independent, mean_ratio, ratio_of


def drawn(values, *, unit="s", kind="fitted", n=8):
    return aligned(np.asarray(values, dtype=float), unit=unit, kind=kind, method="made up", n=n)


def lognormal(mean, spread, seed, size=4000):
    rng = np.random.default_rng(seed)
    return np.concatenate([[mean], mean * np.exp(spread * rng.standard_normal(size))])


def test_the_interval_of_a_ratio_is_that_of_two_independent_errors():
    ratio = ratio_of("r", drawn(lognormal(2.0, 0.03, 1)), drawn(lognormal(3.0, 0.04, 2)), label="r")
    # log 1.5 +- 1.96 * sqrt(.03^2 + .04^2) = +- .098
    assert ratio.estimate.value == pytest.approx(1.5)
    assert np.log(ratio.estimate.high / ratio.estimate.low) / 2 == pytest.approx(0.098, rel=0.05)
    assert ratio.probability_above == 1.0


def test_an_error_that_both_share_cancels():
    shared = lognormal(1.0, 0.2, 3)
    ratio = ratio_of("r", drawn(2 * shared), drawn(3 * shared), label="r")
    assert ratio.estimate.low == pytest.approx(1.5)
    assert ratio.estimate.high == pytest.approx(1.5)


def test_draws_that_are_no_time_allow_no_interval():
    ratio = ratio_of("r", drawn([1.0, 1.0, -0.1]), drawn([2.0, 2.0, 2.0]), label="r")
    assert (ratio.estimate.value, ratio.estimate.low, ratio.probability_above) == (2.0, None, None)
    assert ratio_of("r", drawn([1.0]), drawn([2.0, 2.1]), label="r").estimate.low is None


def test_a_few_draws_below_zero_lie_in_the_tails_and_leave_the_interval():
    samples = lognormal(1.0, 0.1, 4)
    samples[7] = -0.5  # 1 of 4,000: far outside of what 2.5 and 97.5 % hang on
    kept = ratio_of("r", drawn(samples), drawn(np.ones(len(samples))), label="r").estimate
    whole = lognormal(1.0, 0.1, 4)
    expected = ratio_of("r", drawn(whole), drawn(np.ones(len(whole))), label="r").estimate
    assert kept.low == pytest.approx(expected.low, rel=1e-3)
    assert kept.high == pytest.approx(expected.high, rel=1e-3)


@pytest.mark.parametrize(
    ("one", "two", "sentence"),
    [
        (drawn([0.0]), drawn([1.0]), r"a ratio needs values above 0, got 1 over 0 s \(what\)"),
        (drawn([1.0]), drawn([-2.0]), r"a ratio needs values above 0, got -2 over 1 s \(what\)"),
        (drawn([1.0]), drawn([1.0], unit="tokens/s"), "a ratio needs one unit, got 'tokens/s' over 's'"),
    ],
)
def test_what_has_no_ratio_is_refused(one, two, sentence):
    with pytest.raises(InputError, match=sentence):
        ratio_of("r", one, two, label="what")


def test_the_kind_and_the_n_of_a_ratio_are_those_of_the_weaker_part():
    ratio = ratio_of("r", drawn([1.0], kind="extrapolated", n=3), drawn([1.0], kind="fitted", n=8), label="r")
    assert (ratio.estimate.kind, ratio.estimate.n) == ("extrapolated", 3)


def test_a_mean_of_ratios_is_geometric_and_keeps_draws_together():
    noise = lognormal(1.0, 0.1, 4)
    up, down = drawn(2 * noise), drawn(8 / noise)
    ratios = [ratio_of("r", drawn(np.ones(4001)), each, label="r") for each in (up, down)]
    mean = mean_ratio("m", ratios, label="m", method="mean")
    assert mean.estimate.value == pytest.approx(4.0)  # sqrt(2 * 8)
    assert mean.estimate.high == pytest.approx(4.0)  # what raises one lowers the other
    with pytest.raises(InputError, match="there is no ratio to take the mean of"):
        mean_ratio("m", [], label="m", method="mean")
    other = ratio_of("r", drawn([1.0]), drawn([1.0]), label="r", better="higher")
    with pytest.raises(InputError, match="better in opposite ways have no mean"):
        mean_ratio("m", [ratios[0], other], label="m", method="mean")


def test_equal_draws_are_put_beside_each_other_at_random():
    draws = lognormal(1.0, 0.1, 5, size=2000)
    one, two = (independent(draws, 2000, np.random.default_rng(seed)) for seed in (1, 2))
    assert one[0] == two[0] == 0
    assert sorted(one[1:]) == list(range(1, 2001))
    assert abs(np.corrcoef(draws[one[1:]], draws[two[1:]])[0, 1]) < 0.08
    assert len(independent(draws, 5000, np.random.default_rng(1))) == 5001
