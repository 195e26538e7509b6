"""The band of a hull holds the hull, and the truth as often as it says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isocost.frontier.hull_band import hull_band
from isocost.frontier.mixing import mixing_hull

clouds = st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.05, 0.95)), min_size=2, max_size=8)


@given(clouds, st.integers(0, 99))
def test_a_band_holds_its_hull_and_stays_in_bounds(units: list[tuple[float, float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs, qualities = zip(*units, strict=True)
    hull = mixing_hull(costs, qualities)
    worlds = [
        mixing_hull(costs, np.clip(qualities + rng.normal(0, 0.1, len(units)), 0, 1)) for _ in range(40)
    ]
    band = hull_band(hull, worlds, bounds=(0.0, 1.0))
    if band is None:
        assert hull.costs[0] == hull.most_cost
        return
    assert list(band.costs) == sorted(band.costs)
    for cost, low, high in zip(band.costs, band.low, band.high, strict=True):
        own = hull.quality_at(cost)
        assert own is not None
        assert 0 <= low <= own + 1e-12
        assert own - 1e-12 <= high <= 1


def test_all_of_one_cost_have_no_band() -> None:
    hull = mixing_hull([1.0, 1.0], [0.2, 0.3])
    assert hull_band(hull, [hull, hull]) is None


def test_a_band_begins_where_nearly_every_world_has_a_unit_that_cheap() -> None:
    hull = mixing_hull([1.0, 10.0], [0.5, 0.7])
    dear = mixing_hull([3.0, 10.0], [0.5, 0.7])
    band = hull_band(hull, [hull] * 90 + [dear] * 10)
    assert band is not None
    assert band.costs[0] >= 3.0


def test_the_truth_lies_in_the_band_about_95_times_in_100() -> None:
    # Two units, errors normal with known spread: halfway, the mix errs by sqrt(.02^2 + .04^2)/2 = .0224.
    rng = np.random.default_rng(5)
    truth, errors = np.array([0.5, 0.7]), np.array([0.02, 0.04])
    held = 0
    for _ in range(300):
        seen = truth + rng.normal(0, errors)
        hull = mixing_hull([1.0, 3.0], seen)
        worlds = [mixing_hull([1.0, 3.0], seen + rng.normal(0, errors)) for _ in range(150)]
        band = hull_band(hull, worlds)
        assert band is not None
        low, high = (float(np.interp(2.0, band.costs, end)) for end in (band.low, band.high))
        held += low <= 0.6 <= high
    assert 0.90 <= held / 300 <= 0.985  # standard error .013, and quantiles of 150 draws are a little narrow
