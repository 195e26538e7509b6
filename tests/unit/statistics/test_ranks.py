import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics import rank_correlation


def correlate(x, y):
    return rank_correlation(np.array(x, dtype=float), np.array(y, dtype=float))


def test_by_hand_without_ties():
    # d = 0 1 -1 0: rho = 1 - 6 * 2 / (4 * 15) = .8; one of six pairs is discordant: tau = 4 / 6
    found = correlate([1, 2, 3, 4], [10, 30, 20, 40])
    assert (found.spearman, found.kendall, found.n) == (pytest.approx(0.8), pytest.approx(4 / 6), 4)


def test_by_hand_with_ties():
    # x ranks 1.5 1.5 3 4, y ranks 1 2 3 4; pairs untied in x: 5, in y: 6, all 5 concordant
    found = correlate([1, 1, 2, 3], [1, 2, 3, 4])
    assert found.kendall == pytest.approx(5 / 30**0.5)
    # Pearson of the ranks: deviations x -1 -1 .5 1.5, y -1.5 -.5 .5 1.5: 4.5 / sqrt(4.5 * 5)
    assert found.spearman == pytest.approx(4.5 / 22.5**0.5)


@pytest.mark.parametrize(("x", "y"), [([1, 2], [2, 1]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [5, 5, 5])])
def test_what_cannot_be_ranked_gives_none(x, y):
    assert correlate(x, y) is None


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ([1, 2, 3], [1, 2], "two columns of one length, got shapes (3,) and (2,)"),
        ([1, 2, np.nan], [1, 2, 3], "cannot place a missing value"),
    ],
)
def test_bad_columns_are_refused(x, y, sentence):
    with pytest.raises(InputError) as caught:
        correlate(x, y)
    assert sentence in str(caught.value)
