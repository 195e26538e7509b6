from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.frontier import Axis, ProductionUnit, frontier_of, pareto_mask

COST_AND_SPEED = ("lower", "higher")


def test_the_example_of_six_points_by_hand() -> None:
    # (cost, speed): (2, 2) loses to (2, 3); (3, 3) to (2, 3); (4, 4) to (3, 4); the others rise together
    points = np.array([[1, 1], [2, 2], [2, 3], [3, 3], [3, 4], [4, 4]], dtype=float)
    assert pareto_mask(points, COST_AND_SPEED).tolist() == [True, False, True, False, True, False]


def test_weak_dominance_keeps_what_is_beaten_on_one_axis_alone() -> None:
    # (2, 2) costs what (2, 3) costs; (3, 3) is as fast as (2, 3), (4, 4) as (3, 4); (3, 4) beats (5, 3)
    points = np.array([[1, 1], [2, 2], [2, 3], [3, 3], [3, 4], [4, 4], [5, 3]], dtype=float)
    assert pareto_mask(points, COST_AND_SPEED, "weak").tolist() == [True, True, True, True, True, True, False]


@pytest.mark.parametrize("dominance", ["strict", "weak"])
def test_copies_of_an_undominated_point_all_stay(dominance: Any) -> None:
    points = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 1.0]])
    assert pareto_mask(points, COST_AND_SPEED, dominance).tolist() == [True, True, False]


def test_three_axes_by_hand() -> None:
    # the last is beaten by the first on every axis; the others each win one axis
    points = np.array([[1, 1, 1], [0, 2, 2], [2, 0, 2], [2, 2, 0], [2, 2, 2]], dtype=float)
    assert pareto_mask(points, ["lower"] * 3).tolist() == [True, True, True, True, False]


def test_one_axis_leaves_the_best() -> None:
    assert pareto_mask(np.array([[3.0], [1.0], [1.0]]), ["lower"]).tolist() == [False, True, True]


def test_no_rows_give_no_answers() -> None:
    assert pareto_mask(np.zeros((0, 2)), COST_AND_SPEED).tolist() == []
    assert pareto_mask(np.zeros((0, 3)), ["lower"] * 3).tolist() == []


def test_infinite_cost_is_dominated() -> None:
    points = np.array([[np.inf, 1.0], [1.0, 1.0]])
    assert pareto_mask(points, COST_AND_SPEED).tolist() == [False, True]


def test_missing_values_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        pareto_mask(np.array([[1.0, 2.0], [np.nan, 1.0]]), COST_AND_SPEED)
    assert str(caught.value) == (
        "dominance cannot judge a missing value: row 1 holds NaN; leave such units out"
    )


@pytest.mark.parametrize(
    ("values", "better", "dominance", "message"),
    [
        (
            np.zeros((2, 3)),
            COST_AND_SPEED,
            "strict",
            "one column an axis: got values of shape (2, 3) for 2 axes",
        ),
        (np.zeros(3), COST_AND_SPEED, "strict", "got values of shape (3,) for 2 axes"),
        (
            np.zeros((2, 2)),
            ("lower", "bigger"),
            "strict",
            "an axis is better 'lower' or 'higher', got 'bigger'",
        ),
        (np.zeros((2, 2)), COST_AND_SPEED, "Weak", "dominance is 'strict' or 'weak', got 'Weak'"),
    ],
)
def test_what_cannot_be_compared_is_refused(values: Any, better: Any, dominance: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        pareto_mask(values, better, dominance)
    assert message in str(caught.value)


AXES = (Axis(name="cost", unit="USD", better="lower"), Axis(name="speed", unit="tokens/s", better="higher"))


def unit(name: str, cost: float, speed: float, cost_unit: str = "USD") -> ProductionUnit:
    values = (
        Estimate(value=cost, unit=cost_unit, kind="measured", method="by hand"),
        Estimate(value=speed, unit="tokens/s", kind="measured", method="by hand"),
    )
    return ProductionUnit(name=name, group=name[0], values=values)


def test_a_frontier_names_all_who_dominate() -> None:
    units = [unit("a", 1, 20), unit("b", 2, 20), unit("c", 3, 10), unit("d", 4, 50)]
    frontier = frontier_of(units, axes=AXES)
    assert [u.on_frontier for u in frontier.units] == [True, False, False, True]
    assert [u.dominated_by for u in frontier.units] == [(), ("a",), ("a", "b"), ()]
    assert [u.name for u in frontier.units] == ["a", "b", "c", "d"]
    assert frontier.dominance == "strict"


def test_few_of_the_frontier_can_be_named() -> None:
    # d loses to a, b and c; b and c lose to a, so the frontier holds a alone
    units = [unit("d", 4, 5), unit("c", 3, 10), unit("b", 2, 20), unit("a", 1, 20)]
    named = frontier_of(units, axes=AXES, most_named=2)
    assert [u.dominated_by for u in named.units] == [("a",), ("a",), ("a",), ()]
    # e loses to x, y and z, all on the frontier; the first two are named
    units = [unit("x", 1, 10), unit("y", 2, 20), unit("z", 3, 30), unit("e", 4, 5)]
    named = frontier_of(units, axes=AXES, most_named=2)
    assert named.units[-1].dominated_by == ("x", "y")


def test_a_frontier_by_weak_dominance() -> None:
    frontier = frontier_of([unit("a", 1, 20), unit("b", 2, 20)], axes=AXES, dominance="weak")
    assert all(u.on_frontier for u in frontier.units)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ([], "a frontier needs units and axes, got 0 units and 2 axes"),
        ([unit("a", 1, 2), unit("a", 2, 3)], "2 units are named 'a'; a frontier needs a name for each"),
        (
            [unit("a", 1, 2, "EUR")],
            "unit 'a' has values in ('EUR', 'tokens/s'), the axes are in ('USD', 'tokens/s')",
        ),
    ],
)
def test_units_that_do_not_fit_are_refused(units: Sequence[ProductionUnit], message: str) -> None:
    with pytest.raises(InputError) as caught:
        frontier_of(units, axes=AXES)
    assert str(caught.value) == message
