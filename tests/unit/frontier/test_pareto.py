from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import pareto_mask

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
