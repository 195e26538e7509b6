"""The cheapest deployment that qualifies is recommended, with the confidence that it is the cheapest."""

from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.money import HourlyPrice
from isocost.economics import cost_curve
from isocost.studies.choice import cheapest

PRICE = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21")


def curve(name, speeds, *, price=PRICE, at=8, waiting=None):
    points = [replace(point(at, x, repeat=i), deployment=name) for i, x in enumerate(speeds)]
    return cost_curve(points, price=price, waiting_usd_per_second=waiting)


def test_two_deployments_of_one_level_are_a_t_test():
    from scipy.stats import ttest_ind

    a, b = [100.0, 102.0, 99.0], [103.0, 104.0, 101.5]
    expected = 1 - ttest_ind(np.log(b), np.log(a), alternative="greater").pvalue
    assert cheapest([curve("a", a), curve("b", b)]) == ("b", pytest.approx(expected, abs=1e-5))


def test_prices_of_their_own_are_weighed():
    from scipy.stats import ttest_ind

    a, b = [100.0, 102.0, 99.0], [103.0, 104.0, 101.5]
    dear = replace(PRICE, usd_per_hour=3.672)  # 2 % more: nearly as much as b is faster
    expected = 1 - ttest_ind(np.log(b) - np.log(1.02), np.log(a), alternative="greater").pvalue
    name, stated = cheapest([curve("a", a), curve("b", b, price=dear)])
    assert (name, stated) == ("b", pytest.approx(expected, abs=1e-5))
    assert stated < 0.8


def test_waiting_is_weighed_where_it_has_a_price():
    # b is 2 % faster with twice as many inside: (3.6 + 8 * .9) / 100 against (3.6 + 16 * .9) / 102
    w = 0.9 / 3600
    a, b = curve("a", [100.0, 100.5], waiting=w), curve("b", [102.0, 102.5], at=16, waiting=w)
    assert cheapest([a, b])[0] == "a"
    assert cheapest([curve("a", [100.0, 100.5]), curve("b", [102.0, 102.5], at=16)])[0] == "b"


def test_without_rivals_or_repeats_there_is_no_probability():
    a, b = curve("a", [100.0, 101.0]), curve("b", [110.0])
    assert cheapest([]) == (None, None)
    assert cheapest([a]) == ("a", None)
    assert cheapest([a, b]) == ("b", None)


def test_bounds_give_no_probability():
    a, b = curve("a", [100.0, 101.0]), curve("b", [110.0, 111.0])
    bounded = replace(b, levels=tuple(replace(level, probability_best=None) for level in b.levels))
    assert cheapest([a, bounded]) == ("b", None)


def test_a_free_machine_gives_no_probability():
    free = replace(PRICE, usd_per_hour=0.0)
    rivals = [curve("a", [100.0, 101.0], price=free), curve("b", [110.0, 111.0], price=free)]
    assert cheapest(rivals)[1] is None
