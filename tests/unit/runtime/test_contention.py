import math

import pytest

from isocost.core.errors import InputError
from isocost.runtime import contention


def test_levels_are_sorted_and_relative_to_the_least():
    seen = contention([4, 1, 2], [3.0, 1.0, 1.5], name="api", request="64 out")
    assert seen.levels == ((1, 1.0, 1.0), (2, 1.5, 1.5), (4, 3.0, 3.0))


def test_an_exact_power_law_has_its_factor_and_no_width():
    # T = 2 n^0.5: each doubling multiplies by the root of two
    seen = contention([1, 4, 16], [2.0, 4.0, 8.0], name="api", request="64 out").per_doubling
    assert seen.value == pytest.approx(math.sqrt(2))
    assert seen.high - seen.low == pytest.approx(0, abs=1e-9)


def test_the_interval_by_hand():
    # log2 n = 0 1 2, ln T = 0 .3 .3: slope .15, left -.05 .1 -.05, s^2 = .015 / 1, error = sqrt(.015 / 2),
    # t(1 degree of freedom, 97.5 %) = 12.706
    times = [1.0, math.exp(0.3), math.exp(0.3)]
    seen = contention([1, 2, 4], times, name="api", request="64 out").per_doubling
    assert math.log(seen.value) == pytest.approx(0.15)
    assert math.log(seen.high) - 0.15 == pytest.approx(12.706 * math.sqrt(0.0075), rel=1e-4)
    assert seen.n == 3


def test_two_levels_give_ratios_but_no_slope():
    seen = contention([1, 2], [1.0, 1.5], name="api", request="64 out")
    assert seen.per_doubling is None
    assert seen.levels[-1][2] == 1.5


@pytest.mark.parametrize(
    ("parallel", "runtime_s", "sentence"),
    [
        ([1], [1.0], "at least two levels, got 1 levels and 1 runtimes"),
        ([1, 2], [1.0], "got 2 levels and 1 runtimes"),
        ([0, 2], [1.0, 1.0], "at least 1 and differ, got [0, 2]"),
        ([2, 2], [1.0, 1.0], "at least 1 and differ, got [2, 2]; give one runtime a level"),
        ([1, 2], [1.0, 0.0], "a runtime is above 0 seconds and finite, got 0.0"),
        ([1, 2], [1.0, math.nan], "a runtime is above 0 seconds and finite, got nan"),
    ],
)
def test_bad_levels_are_refused(parallel, runtime_s, sentence):
    with pytest.raises(InputError) as caught:
        contention(parallel, runtime_s, name="api", request="64 out")
    assert sentence in str(caught.value)
