from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.frontier import (
    area_under_hull,
    best_within_budget,
    cheapest_at_quality,
    mixing_hull,
    shadow_price,
)

COSTS, QUALITIES = [1.0, 2.0, 4.0, 8.0, 10.0], [0.5, 0.6, 0.9, 0.85, 0.92]


def test_the_published_example() -> None:
    # corners (1, .5), (4, .9), (10, .92): area 3 * .7 + 6 * .91 = 7.56, over 9 and over 10
    hull = mixing_hull(COSTS, QUALITIES)
    assert hull.members == (0, 2, 4)
    assert area_under_hull(hull) == pytest.approx(0.84)
    assert area_under_hull(hull, "routerbench") == pytest.approx(0.756)


def test_a_dear_unit_of_no_use_stretches_the_range() -> None:
    # the best costs 4; up to the dearest, at 10, the hull stays at .9: (3 * .7 + 6 * .9) / 9
    hull = mixing_hull([1, 4, 10], [0.5, 0.9, 0.7])
    assert hull.members == (0, 1)
    assert area_under_hull(hull) == pytest.approx(7.5 / 9)


def test_the_hull_begins_at_the_best_of_the_cheapest() -> None:
    hull = mixing_hull([1, 1, 2], [0.2, 0.4, 0.4])
    assert (hull.members, hull.least_cost, hull.most_cost) == ((1,), 1.0, 2.0)


def test_one_cost_has_no_area() -> None:
    assert area_under_hull(mixing_hull([2, 2], [0.1, 0.3])) is None


def test_a_budget_and_a_floor_by_hand() -> None:
    hull = mixing_hull(COSTS, QUALITIES)
    mix = best_within_budget(hull, 7.0)
    assert mix is not None
    assert dict(mix.shares) == pytest.approx({2: 0.5, 4: 0.5})
    assert (mix.cost, mix.quality) == pytest.approx((7.0, 0.91))
    assert mix.shadow_price == pytest.approx(6 / 0.02)
    same = cheapest_at_quality(hull, 0.91)
    assert same is not None
    assert dict(same.shares) == pytest.approx(dict(mix.shares))


def test_beyond_the_ends() -> None:
    hull = mixing_hull(COSTS, QUALITIES)
    assert best_within_budget(hull, 0.9) is None
    assert cheapest_at_quality(hull, 0.93) is None
    rich = best_within_budget(hull, 99.0)
    assert rich is not None
    assert (rich.shares, rich.cost, rich.shadow_price) == (((4, 1.0),), 10.0, None)
    poor = cheapest_at_quality(hull, 0.1)
    assert poor is not None
    assert (poor.shares, poor.cost, poor.quality) == (((0, 1.0),), 1.0, 0.5)
    assert (hull.quality_at(0.5), hull.cost_at(0.95)) == (None, None)
    assert shadow_price(hull, 0.0) == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("costs", "qualities", "message"),
    [
        ([], [], "a cost and a quality of each unit, got 0 and 0"),
        ([1.0], [1.0, 2.0], "got 1 and 2"),
        ([-1.0], [1.0], "costs of at least 0"),
        ([1.0], [np.nan], "finite qualities"),
    ],
)
def test_what_cannot_be_mixed_is_refused(costs: Any, qualities: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        mixing_hull(costs, qualities)
    assert message in str(caught.value)


def test_the_area_knows_two_conventions() -> None:
    with pytest.raises(InputError, match="'paper' or 'routerbench', got 'code'"):
        area_under_hull(mixing_hull([1, 2], [0.1, 0.2]), "code")  # type: ignore[arg-type]


UNITS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 10)), min_size=1, max_size=9)


@given(units=UNITS, budget=st.integers(0, 14))
def test_no_mix_of_two_does_better(units: list[tuple[int, int]], budget: int) -> None:
    costs, qualities = [float(c) for c, _ in units], [q / 10 for _, q in units]
    best = max(
        (
            share * qualities[i] + (1 - share) * qualities[j]
            for i in range(len(units))
            for j in range(len(units))
            for share in _useful_shares(costs[i], costs[j], budget)
        ),
        default=None,
    )
    mix = best_within_budget(mixing_hull(costs, qualities), budget)
    assert (None if mix is None else mix.quality) == (None if best is None else pytest.approx(best))
    if mix is not None:
        assert sum(share for _, share in mix.shares) == pytest.approx(1.0)
        assert sum(share * costs[unit] for unit, share in mix.shares) == pytest.approx(mix.cost)
        assert mix.cost <= budget + 1e-12


def _useful_shares(one: float, other: float, budget: float) -> list[float]:
    """Shares of the first at which a mix of two uses no more than the budget and gives most."""
    shares = [share for share in (0.0, 1.0) if share * one + (1 - share) * other <= budget]
    if one != other:
        even = (budget - other) / (one - other)
        shares += [even] if 0 <= even <= 1 else []
    return shares
