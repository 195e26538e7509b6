"""Laws of rank correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.statistics import rank_correlation

PAIRS = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=3, max_size=12)


def columns(pairs):
    values = np.array(pairs, dtype=float)
    return values[:, 0], values[:, 1]


@given(pairs=PAIRS)
def test_only_ranks_matter_and_turning_one_axis_turns_the_sign(pairs):
    x, y = columns(pairs)
    found = rank_correlation(x, y)
    if found is None:
        return
    bent, turned = rank_correlation(np.exp(x), y**3), rank_correlation(x, -y)
    for name in ("spearman", "kendall"):
        assert getattr(bent, name) == pytest.approx(getattr(found, name))
        assert getattr(turned, name) == pytest.approx(-getattr(found, name))
        assert -1 - 1e-9 <= getattr(found, name) <= 1 + 1e-9


@given(pairs=PAIRS)
def test_tau_b_by_all_pairs(pairs):
    x, y = columns(pairs)
    found = rank_correlation(x, y)
    if found is None:
        return
    upper = np.triu_indices(len(x), 1)
    dx, dy = (np.sign(np.subtract.outer(v, v))[upper] for v in (x, y))
    assert found.kendall == pytest.approx((dx * dy).sum() / np.sqrt((dx != 0).sum() * (dy != 0).sum()))
