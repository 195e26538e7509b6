import numpy as np
import pytest

from isocost.core.estimate import Estimate
from isocost.statistics.draws import draws_around, summarise


def known(low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value=0.9, low=low, high=high, unit="1", kind="published", method="by hand", n=7)


def test_draws_around_an_interval_that_leans_keep_leaning() -> None:
    told = summarise(draws_around(known(0.5, 0.95), rng=np.random.default_rng(1), size=40_000))
    assert (told.low, told.high) == pytest.approx((0.5, 0.95), abs=0.01)
    assert (told.value, told.n, told.kind) == (0.9, 7, "published")


def test_draws_stay_within_bounds() -> None:
    drawn = draws_around(known(0.7, 1.1), rng=np.random.default_rng(1), bounds=(0.0, 1.0))
    assert drawn.samples.max() == 1.0
    assert (drawn.samples < 0.9).mean() == pytest.approx(0.5, abs=0.03)


def test_without_interval_all_draws_are_the_value() -> None:
    assert set(draws_around(known(), rng=np.random.default_rng(1), size=5).samples.tolist()) == {0.9}
