"""A gate fails only where the whole interval is beyond the margin."""

import math

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics import aligned, judge, ratio_of, repeats_to_tell


def ratio(low, high, *, better="lower", n=8):
    """A ratio whose 95 % interval is [low, high]: draws spread evenly over a range a little wider."""
    half = (math.log(high) - math.log(low)) / 2 / 0.95
    middle = math.sqrt(low * high)
    spread = middle * np.exp(np.linspace(-half, half, 4001))
    one = aligned(np.ones(4002), unit="s", kind="fitted", method="made up", n=n)
    two = aligned(np.concatenate([[middle], spread]), unit="s", kind="fitted", method="made up", n=n)
    return ratio_of("runtime", one, two, label="runtime", better=better)


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [
        (1.06, 1.20, "worse"),
        (1.04, 1.20, "cannot be told"),
        (0.90, 1.20, "cannot be told"),
        (0.97, 1.04, "not worse"),
        (0.50, 0.60, "not worse"),
    ],
)
def test_lower_is_better(low, high, state):
    gate = judge(ratio(low, high), margin=0.05)
    assert (gate.state, gate.failed) == (state, state == "worse")


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [
        (0.80, 0.95, "worse"),  # at most .95 times the throughput: 1 / .95 is above 1.05
        (0.80, 0.96, "cannot be told"),  # 1 / .96 = 1.042
        (0.96, 1.20, "not worse"),  # at least .96 times: 1.042 is allowed
    ],
)
def test_higher_is_better(low, high, state):
    assert judge(ratio(low, high, better="higher"), margin=0.05).state == state


def test_without_an_interval_nothing_fails():
    alone = [
        aligned(np.array([value]), unit="s", kind="fitted", method="made up", n=1) for value in (1.0, 9.0)
    ]
    gate = judge(ratio_of("runtime", *alone, label="runtime"), margin=0.05)
    assert (gate.state, gate.failed, gate.repeats) == ("cannot be told", False, None)


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf])
def test_a_margin_is_a_fraction(margin):
    with pytest.raises(InputError, match="the margin of a gate must be a fraction of at least 0"):
        judge(ratio(0.9, 1.1), margin=margin)


def test_repeats_that_tell_no_change_from_the_margin():
    # half-width .1 from 8: t(7) / sqrt(7) = .8937, so .1119 a unit; wanted log(1.05) 1.96 / 2.8016 = .03413;
    # t(40) / sqrt(40) = .3196 is above .3050, t(43) / sqrt(43) = .3075 above, t(44) / sqrt(44) = .3038 below
    needed = repeats_to_tell(ratio(math.exp(-0.1), math.exp(0.1)), margin=0.05)
    assert needed == 45
    assert repeats_to_tell(ratio(math.exp(-0.001), math.exp(0.001)), margin=0.05) < 8
    assert repeats_to_tell(ratio(math.exp(-2), math.exp(2)), margin=0.05) is None
    assert repeats_to_tell(ratio(0.9, 1.1, n=None), margin=0.05) is None
    assert repeats_to_tell(ratio(0.9, 1.1), margin=0.0) is None
