"""The cost of a right answer: a ratio, and an interval that covers as it should."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics import cost_of_right_answer
from isocost.statistics.proportion import proportion


def usd(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high, unit="USD", kind="measured", method="example")


def test_it_is_cost_over_share():
    each = cost_of_right_answer(usd(0.002), proportion(15, 60))
    assert (each.value, each.low, each.unit, each.n) == (0.008, None, "USD/right answer", 60)
    assert cost_of_right_answer(usd(0.002), proportion(0, 60)) is None
    assert cost_of_right_answer(usd(0.0), proportion(6, 60)).value == 0


def test_a_certain_cost_leaves_the_interval_of_the_share():
    share = proportion(15, 60)
    each = cost_of_right_answer(usd(1.0, 1.0, 1.0), share)
    assert (each.low, each.high) == pytest.approx((1 / share.high, 1 / share.low))


def test_the_interval_covers_in_simulation():
    # true cost 1 known to 5 % (lognormal), true share .4 of 60 questions: the ratio is 2.5
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(2000):
        seen = float(np.exp(rng.normal(0, 0.05)))
        cost = usd(seen, seen * np.exp(-1.96 * 0.05), seen * np.exp(1.96 * 0.05))
        each = cost_of_right_answer(cost, proportion(int(rng.binomial(60, 0.4)), 60))
        covered += each.low <= 2.5 <= each.high
    assert covered / 2000 == pytest.approx(0.95, abs=0.02)


def test_what_is_out_of_range_is_refused():
    with pytest.raises(InputError, match="a request of at least 0 over a share in"):
        cost_of_right_answer(usd(-1.0), proportion(1, 2))
    with pytest.raises(InputError):
        cost_of_right_answer(usd(1.0), usd(1.5))
