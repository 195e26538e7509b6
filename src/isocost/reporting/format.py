"""Numbers as people read them: as many digits as the interval supports, with unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

__all__ = [
    "UNKNOWN",
    "amount_text",
    "bracket",
    "decimals",
    "estimate_text",
    "flop",
    "grouped",
    "hourly",
    "money",
    "percent",
    "probability",
    "seconds",
    "si",
    "time_unit",
]

UNKNOWN = "unknown"
_PREFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def decimals(value: float, low: float | None = None, high: float | None = None) -> int:
    """Tell how many digits after the point a number deserves.

    The last digit shown is worth at most a third of the interval's width, within two to five significant
    digits; without an interval, or with one of no width, three significant digits.

    Parameters
    ----------
    value, low, high : float
        A number and its interval, in the unit they are to be shown in.

    Returns
    -------
    int
        Digits after the decimal point; negative: round to tens (-1), hundreds (-2), ….

    Examples
    --------
    >>> decimals(0.3141, 0.29, 0.33), decimals(4123.0, 4000.0, 4250.0), decimals(0.3141)
    (2, -1, 3)
    """
    magnitude = math.floor(math.log10(abs(value) * 1.0005)) if value else 0
    if low is None or high is None or not high > low:
        return 2 - magnitude if value else 0
    wanted = math.ceil(-math.log10((high - low) / 3) - 1e-9)
    return min(max(wanted, 1 - magnitude), 4 - magnitude) if value else wanted


def grouped(value: float, digits: int) -> str:
    """Write a number with thousands apart and `digits` after the point, fewer than 0 rounding to tens.

    Examples
    --------
    >>> grouped(1234.56, 1), grouped(1234.56, -2), grouped(-0.001, 1)
    ('1,234.6', '1,200', '0.0')
    """
    if digits < 0:
        unit = 10.0**-digits
        value = math.floor(value / unit + 0.5) * unit
    text = f"{value:,.{max(digits, 0)}f}"
    return text.removeprefix("-") if not any(c in "123456789" for c in text) else text


def bracket(low: float | None, high: float | None, digits: int) -> str:
    """Write an interval, ``"[0.29, 0.33]"``; empty where there is none.

    Examples
    --------
    >>> bracket(0.29, 0.33, 2)
    '[0.29, 0.33]'
    """
    if low is None or high is None:
        return ""
    return f"[{grouped(low, digits)}, {grouped(high, digits)}]"


def _with_interval(value: float, low: float | None, high: float | None, before: str, after: str) -> str:
    digits = decimals(value, low, high)
    sign, size = ("-", -value) if value < 0 and before else ("", value)
    interval = bracket(low, high, digits)
    return f"{sign}{before}{grouped(size, digits)}{after}" + (f" {interval}" if interval else "")


def money(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """Write US dollars.

    Examples
    --------
    >>> money(0.3141, 0.29, 0.33)
    '$0.31 [0.29, 0.33]'
    >>> money(None)
    'unknown'
    """
    return UNKNOWN if value is None else _with_interval(value, low, high, "$", "")


def amount_text(estimate: Estimate) -> str:
    """Write a cost with its interval: US dollars as such, any other unit as a bare number.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> cost = Estimate(value=0.3141, low=0.29, high=0.33, unit="USD", kind="measured", method="example")
    >>> amount_text(cost)
    '$0.31 [0.29, 0.33]'
    """
    if estimate.unit == "USD":
        return money(estimate.value, estimate.low, estimate.high)
    return _with_interval(estimate.value, estimate.low, estimate.high, "", "")


def hourly(usd_per_hour: float) -> str:
    """Write a price per hour: at least two digits after the point, more where it takes them to be seen.

    Examples
    --------
    >>> hourly(6.98), hourly(2.5), hourly(0.0857), hourly(0.0)
    ('$6.98/h', '$2.50/h', '$0.0857/h', '$0.00/h')
    """
    digits = 2 if usd_per_hour == 0 or usd_per_hour >= 1 else max(2, decimals(usd_per_hour))
    text = grouped(usd_per_hour, digits)
    while digits > 2 and text.endswith("0"):
        text, digits = text[:-1], digits - 1
    return f"${text}/h"


def time_unit(value_s: float) -> tuple[float, str]:
    """Choose the unit for a duration: how many of it make a second, and its name.

    Examples
    --------
    >>> time_unit(0.02), time_unit(3.0)
    ((1000.0, 'ms'), (1.0, 's'))
    """
    size = abs(value_s)
    if size == 0 or size >= 0.9995:
        return 1.0, "s"
    return (1e3, "ms") if size >= 0.9995e-3 else (1e6, "us")


def seconds(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """Write a duration in seconds, below one second in ms.

    Examples
    --------
    >>> seconds(0.02134, 0.0208, 0.0219)
    '21.3 ms [20.8, 21.9]'
    >>> seconds(1.5)
    '1.50 s'
    """
    if value is None:
        return UNKNOWN
    factor, unit = time_unit(value)
    scaled = [None if part is None else part * factor for part in (low, high)]
    return _with_interval(value * factor, scaled[0], scaled[1], "", f" {unit}")


def percent(fraction: float | None, low: float | None = None, high: float | None = None) -> str:
    """Write a fraction as a signed percentage.

    Examples
    --------
    >>> percent(0.1234, 0.09, 0.15)
    '+12 % [9, 15]'
    >>> percent(-0.004)
    '-0.40 %'
    """
    if fraction is None:
        return UNKNOWN
    bottom, top = (None if part is None else part * 100 for part in (low, high))
    value = fraction * 100
    digits = min(decimals(value, bottom, top), 1 if abs(value) >= 1 else 2)
    interval = bracket(bottom, top, digits)
    sign = "+" if value > 0 else ""
    return f"{sign}{grouped(value, digits)} %" + (f" {interval}" if interval else "")


def probability(value: float) -> str:
    """Write a probability to two digits; what was counted in draws is never certain.

    Examples
    --------
    >>> probability(0.873), probability(1.0), probability(0.0)
    ('0.87', '>0.99', '<0.01')
    """
    if value >= 0.995:
        return ">0.99"
    return "<0.01" if value < 0.005 else f"{value:.2f}"


def si(value: float | None) -> str:
    """Write a count with a metric prefix, three significant digits.

    Examples
    --------
    >>> si(16_200_000), si(8_030_000_000), si(512)
    ('16.2M', '8.03B', '512')
    """
    if value is None:
        return UNKNOWN
    for factor, letter in _PREFIXES:
        if abs(value) >= factor:
            scaled = value / factor
            text = grouped(scaled, decimals(scaled))
            return (text.rstrip("0").rstrip(".") if "." in text else text) + letter
    return f"{value:.3g}"


def flop(value: float) -> str:
    """Write a number of floating-point operations.

    Examples
    --------
    >>> flop(400_424_095_973_376), flop(42)
    ('400 TFLOP', '42 FLOP')
    """
    for factor, prefix in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= factor:
            return f"{value / factor:.3g} {prefix}FLOP"
    return f"{value:.3g} FLOP"


def estimate_text(estimate: Estimate | None) -> str:
    """Write an estimate with unit and interval; ``"unknown"`` for ``None``; "per token" is not said.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> estimate_text(Estimate(value=41.2, low=40.5, high=41.9, unit="tokens/s", kind="measured", method="t"))
    '41.2 tokens/s [40.5, 41.9]'
    """
    if estimate is None:
        return UNKNOWN
    if estimate.unit in ("s", "s/token"):
        return seconds(estimate.value, estimate.low, estimate.high)
    if estimate.unit.startswith("USD"):
        return money(estimate.value, estimate.low, estimate.high)
    after = "" if estimate.unit in ("", "1") else f" {estimate.unit}"
    return _with_interval(estimate.value, estimate.low, estimate.high, "", after)
