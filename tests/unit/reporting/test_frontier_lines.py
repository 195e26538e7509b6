"""Lines of a plane: their order, what they leave above them, and that they stay in the picture."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.reporting.charts.frontier_lines import (
    Band,
    cheapest_by_price,
    frontier_corners,
    frontier_path,
    straight_path,
)
from isocost.reporting.scales import Scale

ways = st.sampled_from(["lower", "higher"])
clouds = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=25)


def gains(points: list[tuple[int, int]], better: tuple[str, str]) -> list[tuple[int, int]]:
    """The points with both quantities better the higher."""
    return [tuple(v if b == "higher" else -v for v, b in zip(p, better, strict=True)) for p in points]  # type: ignore[misc]


def undominated(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """By comparing all pairs: the different points that nobody beats, the best in x first."""
    found = {p for p in points if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in points)}
    return sorted(found, reverse=True)


@given(clouds, st.tuples(ways, ways))
def test_a_staircase_runs_over_the_undominated_from_the_best_in_x(
    points: list[tuple[int, int]], better: tuple[str, str]
) -> None:
    corners = frontier_corners([p[0] for p in points], [p[1] for p in points], better, "staircase")  # type: ignore[arg-type]
    turned = gains(points, better)
    assert [turned[i] for i in corners] == undominated(turned)
    assert all(points.index(points[i]) == i for i in corners)  # of equal units the first


@given(clouds, st.tuples(ways, ways))
def test_a_hull_is_what_the_best_mix_of_two_reaches(
    points: list[tuple[int, int]], better: tuple[str, str]
) -> None:
    corners = frontier_corners([p[0] for p in points], [p[1] for p in points], better, "hull")  # type: ignore[arg-type]
    turned = gains(points, better)
    hull = [turned[i] for i in corners]
    assert [p[0] for p in hull] == sorted({p[0] for p in hull}, reverse=True)
    assert [p[1] for p in hull] == sorted({p[1] for p in hull})
    for x in {p[0] for p in hull}:
        mixes = [
            one[1] + (other[1] - one[1]) * (x - one[0]) / (other[0] - one[0])
            for one, other in itertools.permutations(turned, 2)
            if one[0] != other[0] and min(one[0], other[0]) <= x <= max(one[0], other[0])
        ]
        alone = [p[1] for p in turned if p[0] >= x]
        assert dict(hull)[x] == pytest.approx(max([*mixes, *alone]))
    beyond = max(p[1] for p in turned)
    assert hull[-1][1] == beyond


@given(clouds, st.tuples(ways, ways), st.sampled_from(["staircase", "hull"]), st.booleans(), st.booleans())
def test_a_path_passes_its_corners_and_ends_where_it_only_gets_worse(
    points: list[tuple[int, int]], better: tuple[str, str], shape: str, log_x: bool, log_y: bool
) -> None:
    corners = [points[i] for i in frontier_corners(*zip(*points, strict=True), better, shape)]  # type: ignore[arg-type]
    scales = (
        Scale(low=0.5, high=13, start=50, end=800, log=log_x),
        Scale(low=0.5, high=13, start=400, end=20, log=log_y),
    )
    path = frontier_path(corners, shape, scales, better)  # type: ignore[arg-type]
    assert path[0] == (corners[0][0], 13 if better[1] == "lower" else 0.5)
    assert path[-1] == (13 if better[0] == "lower" else 0.5, corners[-1][1])
    rounded = [(round(x, 9), round(y, 9)) for x, y in path]
    assert all((float(x), float(y)) in rounded for x, y in corners)
    turned = gains(path, better)  # type: ignore[arg-type]
    steps = list(itertools.pairwise(turned))
    assert all(other[0] <= one[0] + 1e-9 and other[1] >= one[1] - 1e-9 for one, other in steps)


def test_pieces_of_a_hull_are_straight_in_numbers_though_bent_in_the_picture() -> None:
    scales = (
        Scale(low=1, high=200, start=0, end=100, log=True),
        Scale(low=0, high=1, start=100, end=0),
    )
    path = frontier_path([(1.0, 0.2), (101.0, 0.7)], "hull", scales, ("lower", "higher"))
    inner = path[1:-1]
    assert len(inner) > 30
    assert all(y == pytest.approx(0.2 + 0.5 * (x - 1) / 100) for x, y in inner)  # 0.005 per unit of x
    drawn = [scales[0].at(x) for x, _ in inner]
    assert max(b - a for a, b in itertools.pairwise(drawn)) < 3  # of 87 places: fine enough to look bent


@given(
    st.floats(1, 100),
    st.floats(1, 100),
    st.floats(0.01, 50) | st.floats(-50, -0.01),
    st.booleans(),
    st.booleans(),
)
def test_a_straight_line_stays_in_the_picture_and_on_itself(
    x: float, y: float, slope: float, log_x: bool, log_y: bool
) -> None:
    scales = (
        Scale(low=1, high=100, start=0, end=500, log=log_x),
        Scale(low=1, high=100, start=300, end=0, log=log_y),
    )
    path = straight_path((x, y), slope, scales)
    for a, b in path:
        assert 1 <= a <= 100
        assert 1 <= b <= 100
        assert b == pytest.approx(y + slope * (a - x), rel=1e-6, abs=1e-6)
    if 1.01 < x < 99 and 1.01 < y < 99:
        assert path[0][0] <= x <= path[-1][0]


@pytest.mark.parametrize("slope", [0.0, math.inf, math.nan])
def test_a_line_that_is_none_is_refused(slope: float) -> None:
    scale = Scale(low=0, high=1, start=0, end=1)
    with pytest.raises(InputError, match="needs a slope that is finite and not 0"):
        straight_path((0.5, 0.5), slope, (scale, scale))


@given(clouds, st.floats(0.01, 100), st.floats(0.01, 100))
def test_nobody_lies_below_the_isocost_line_of_the_cheapest(
    points: list[tuple[int, int]], px: float, py: float
) -> None:
    best, cost = cheapest_by_price(*zip(*points, strict=True), (px, py))
    assert cost == pytest.approx(px * points[best][0] + py * points[best][1])
    assert all(px * x + py * y >= cost * (1 - 1e-12) for x, y in points)


@pytest.mark.parametrize("prices", [(0.0, 1.0), (1.0, -2.0), (math.inf, 1.0)])
def test_prices_of_inputs_are_above_zero(prices: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="an isocost line needs prices above 0, got"):
        cheapest_by_price([1.0], [1.0], prices)


def test_a_band_has_both_ends_in_order() -> None:
    with pytest.raises(InputError, match="a band needs two places at least"):
        Band(x=(1.0,), low=(0.0,), high=(1.0,))
    with pytest.raises(InputError, match="a band needs low <= high at each place"):
        Band(x=(1.0, 2.0), low=(0.0, 2.0), high=(1.0, 1.0))
