from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import hypervolume


def test_boxes_by_hand() -> None:
    # three boxes in two dimensions: 1 x 3, 2 x 2 and 3 x 1 cover 6 squares together
    points = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [1.0, 1.0]])
    assert hypervolume(points, ["higher", "higher"], [0.0, 0.0]) == 6.0


def test_one_axis_is_a_distance() -> None:
    assert hypervolume(np.array([[3.0], [5.0]]), ["lower"], [9.0]) == 6.0


def test_what_does_not_beat_the_reference_counts_nothing() -> None:
    points = np.array([[1.0, 5.0], [4.0, 0.0]])
    assert hypervolume(points, ["higher", "higher"], [2.0, 0.0]) == 0.0
    assert hypervolume(np.zeros((0, 2)), ["higher", "higher"], [0.0, 0.0]) == 0.0


@pytest.mark.parametrize("axes", [2, 3, 4])
def test_against_counting_unit_cubes(axes: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(20):
        points = rng.integers(0, 6, (int(rng.integers(1, 9)), axes)).astype(float)
        cubes = np.stack(np.meshgrid(*[np.arange(6)] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
        covered = (points[None, :, :] >= cubes[:, None, :] + 1).all(axis=2).any(axis=1).sum()
        assert hypervolume(points, ["higher"] * axes, [0.0] * axes) == covered


@pytest.mark.parametrize(
    ("values", "reference", "message"),
    [
        (np.ones((1, 2)), [0.0], "one number an axis: got 1 for 2 axes"),
        (np.ones((1, 2)), [0.0, np.inf], "needs finite values"),
        (np.array([[1.0, np.nan]]), [0.0, 0.0], "needs finite values"),
    ],
)
def test_what_has_no_volume_is_refused(values: Any, reference: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        hypervolume(values, ["higher", "higher"], reference)
    assert message in str(caught.value)
