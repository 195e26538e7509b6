"""What others take of the cores that this process leaves free."""

import pytest

from isocost.engine.own_share import share_of_others


@pytest.mark.parametrize(
    ("busy_s", "own_s", "expected"),
    [
        (5.0, 5.0, 0.0),  # ours alone
        (10.0, 5.0, 1.0),  # five of the five seconds left
        (7.5, 5.0, 0.5),
        (10.0, 10.0, 0.0),  # nothing was left and nobody else was there
        (10.0, 9.0, 0.4),  # one second of at least half a core: 10 / 4
        (4.0, 5.0, 0.0),  # clocks of different fineness
    ],
)
def test_share_of_two_cores_over_five_seconds(busy_s, own_s, expected):
    assert share_of_others(busy_s=busy_s, total_s=10.0, own_s=own_s, cores=2) == pytest.approx(expected)
