"""Scales put numbers where they belong and mark round ones."""

import pytest

from isocost.core.errors import InputError
from isocost.reporting.charts.figure import tick_labels
from isocost.reporting.scales import Scale, linear_ticks, log_ticks, range_of


def test_ends_and_middle() -> None:
    linear = Scale(low=10.0, high=20.0, start=300.0, end=100.0)
    assert [linear.at(value) for value in (10.0, 15.0, 20.0)] == [300.0, 200.0, 100.0]
    log = Scale(low=1.0, high=16.0, start=0.0, end=400.0, log=True)
    assert [round(log.at(value), 9) for value in (1, 2, 4, 8, 16)] == [0.0, 100.0, 200.0, 300.0, 400.0]


def test_what_lies_outside_stays_at_the_edge() -> None:
    scale = Scale(low=1.0, high=10.0, start=0.0, end=90.0, log=True)
    assert (scale.at(0.0), scale.at(1e9)) == (0.0, 90.0)


@pytest.mark.parametrize(
    ("low", "high", "log"), [(1.0, 1.0, False), (float("nan"), 1.0, False), (0.0, 1.0, True)]
)
def test_a_scale_that_cannot_be_is_refused(low: float, high: float, log: bool) -> None:
    with pytest.raises(InputError, match=r"a (logarithmic )?scale needs"):
        Scale(low=low, high=high, start=0.0, end=1.0, log=log)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (0.0, 0.037, (0.0, 0.01, 0.02, 0.03)),  # .037 / 5 = .0074, so steps of .01
        (-3.0, 3.0, (-2.0, 0.0, 2.0)),  # 6 / 5 = 1.2, so steps of 2
        (0.0, 4300.0, (0.0, 1000.0, 2000.0, 3000.0, 4000.0)),
    ],
)
def test_linear_ticks(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert linear_ticks(low, high, 5) == expected


def test_log_ticks_thin_out_over_many_decades() -> None:
    assert log_ticks(0.8, 25.0) == (1.0, 2.0, 5.0, 10.0, 20.0)
    assert log_ticks(1.0, 1e6) == tuple(10.0**i for i in range(7))
    assert log_ticks(21.0, 34.0) == linear_ticks(21.0, 34.0)  # no 1, 2 or 5 in between


def test_numbers_on_an_axis() -> None:
    assert list(tick_labels([0.0, 0.05, 0.1], dollars=True).values()) == ["$0", "$0.05", "$0.10"]
    assert list(tick_labels([0.02, 0.5, 10.0, 2000.0]).values()) == ["0.02", "0.5", "10", "2,000"]


def test_a_linear_range_starts_at_nothing() -> None:
    assert range_of([2.0, 10.0], log=False) == (0.0, 10.8)  # 10 and 8 % of air
    low, high = range_of([2.0, 200.0], log=True)
    assert low < 2.0
    assert high > 200.0
