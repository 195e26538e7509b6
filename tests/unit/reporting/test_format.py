"""Numbers show the digits that their interval supports."""

import pytest

from isocost.core.estimate import Estimate
from isocost.reporting.format import decimals, estimate_text, grouped, hourly, money, percent, seconds, si


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.3141, 0.29, 0.33, 2),  # a third of .04 is .013: hundredths are fine enough
        (0.3141, 0.3139, 0.3143, 4),  # a third of .0004 is .00013
        (412.3, 400.0, 425.0, 0),  # a third of 25 is 8.3: ones
        (4123.0, 3000.0, 5000.0, -2),  # a third of 2000 is 667: hundreds, two digits of 4123
        (412.3, 100.0, 900.0, -1),  # a third of 800 asks for hundreds; two significant digits are kept
        (1.0, 0.9999999, 1.0000001, 4),  # no more than five significant digits
        (0.3141, None, None, 3),
        (0.3141, 0.3141, 0.3141, 3),  # an interval of no width tells nothing
        (0.0, None, None, 0),
        (0.0, -0.02, 0.02, 2),
    ],
)
def test_digits_follow_the_width_of_the_interval(
    value: float, low: float | None, high: float | None, expected: int
) -> None:
    assert decimals(value, low, high) == expected


def test_money() -> None:
    assert money(0.3141, 0.29, 0.33) == "$0.31 [0.29, 0.33]"
    assert money(1234.5, 1200.0, 1260.0) == "$1,230 [1,200, 1,260]"  # a third of 60 is 20: tens
    assert money(-0.5) == "-$0.500"
    assert money(None) == "unknown"
    assert money(0.0) == "$0"


def test_zero_is_a_value_and_absent_is_not() -> None:
    assert seconds(0.0) == "0 s"
    assert seconds(None) == "unknown"
    assert percent(None) == "unknown"
    assert si(None) == "unknown"
    assert estimate_text(None) == "unknown"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.000_020_5, "20.5 us"), (0.0205, "20.5 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (75.0, "75.0 s")],
)
def test_a_duration_chooses_its_unit(value: float, expected: str) -> None:
    assert seconds(value) == expected


def test_an_interval_shares_the_unit_of_its_value() -> None:
    # 0.9 to 1.1 s around 0.98 s: in ms all three, a third of 200 ms is 67: tens
    assert seconds(0.98, 0.9, 1.1) == "980 ms [900, 1,100]"


def test_percentages_are_signed() -> None:
    assert percent(0.1234, 0.09, 0.15) == "+12 % [9, 15]"
    assert percent(-0.056) == "-5.6 %"
    assert percent(0.0) == "0 %"


def test_prices_keep_their_cents() -> None:
    assert [hourly(price) for price in (6.98, 2.5, 0.1, 0.0857, 1234.0)] == [
        "$6.98/h",
        "$2.50/h",
        "$0.10/h",
        "$0.0857/h",
        "$1,234.00/h",
    ]


def test_a_rounded_nothing_has_no_sign() -> None:
    assert grouped(-0.0004, 2) == "0.00"
    assert grouped(-0.4, 0) == "0"


def test_an_estimate_brings_its_unit() -> None:
    speed = Estimate(value=41.2, low=40.5, high=41.9, unit="tokens/s", kind="measured", method="t")
    assert estimate_text(speed) == "41.2 tokens/s [40.5, 41.9]"
    cost = Estimate(value=0.31, low=0.29, high=0.33, unit="USD/1M tokens", kind="measured", method="t")
    assert estimate_text(cost) == "$0.31 [0.29, 0.33]"
