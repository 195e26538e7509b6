"""Axes of pictures that know nothing of what is drawn: ranges, numbers and titles for any quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import LOG_FROM, tick_labels
from isocost.reporting.format import estimate_text, si
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import Axis

__all__ = ["axis_name", "axis_numbers", "axis_scale", "left_margin", "spans_decades", "value_text"]

AIR = 0.06
REACH = 1.0
"""An interval stretches a linear axis by at most so many times the spread of the values, and a logarithmic
one by that share of its length."""
TITLE_LIMIT = 46


def spans_decades(values: Sequence[Estimate]) -> bool:
    """Whether a quantity is better shown on a logarithmic scale; a share of one never is."""
    numbers = [each.value for each in values]
    if not numbers or min(numbers) <= 0 or (max(numbers) <= 1 and values[0].unit in ("", "1")):
        return False
    return max(numbers) / min(numbers) > LOG_FROM


def axis_scale(values: Sequence[Estimate], start: float, end: float, *, log: bool | None = None) -> Scale:
    """Return a scale that holds values, and their intervals unless one would flatten the picture.

    Parameters
    ----------
    values : sequence of Estimate
        Of one quantity, in one unit; one at least.
    start, end : float
        Places of its lowest and its highest number in the drawing.
    log : bool, optional
        Whether it is logarithmic; by default where `spans_decades` says so.
    """
    numbers = [each.value for each in values]
    ends = [end for each in values for end in (each.low, each.high) if end is not None]
    low, high = min(numbers), max(numbers)
    if spans_decades(values) if log is None else log:
        reach = (high / low) ** (REACH / 2) if high > low else LOG_FROM
        held = [*numbers, *(min(max(end, low / reach), high * reach) for end in ends)]
        low, high = range_of(held, log=True)
        return Scale(low=low, high=high, start=start, end=end, log=True)
    reach = (high - low) * REACH or float("inf")
    held = [*numbers, *(min(max(end, low - reach), high + reach) for end in ends)]
    low, high = min(held), max(held)
    air = (high - low) * AIR or abs(high) * AIR or 1.0
    if 0 <= low <= (high - low) * 0.5:  # zero is near: show it
        return Scale(low=0.0, high=high + air, start=start, end=end)
    return Scale(low=low - air, high=high + air, start=start, end=end)


def axis_numbers(ticks: Sequence[float], unit: str) -> dict[float, str]:
    """Write the numbers of an axis: dollars as such, huge ones with a prefix, tiny ones with a power.

    Examples
    --------
    >>> axis_numbers([0.0, 2e6], "tokens"), axis_numbers([1e-9, 2e-9], "s")
    ({0.0: '0', 2000000.0: '2M'}, {1e-09: '1e-09', 2e-09: '2e-09'})
    >>> axis_numbers([0.0, 5e-6, 1e-5], "USD")
    {0.0: '$0', 5e-06: '$0.000005', 1e-05: '$0.000010'}
    """
    sizes = [abs(tick) for tick in ticks if tick]
    sign = "$" if unit.startswith("USD") else ""
    if sizes and (max(sizes) >= 1e15 or min(sizes) < (1e-7 if sign else 1e-5)):
        return {tick: sign + f"{tick:g}" for tick in ticks}
    if sizes and max(sizes) >= 1e6 and min(sizes) >= 1:
        return {tick: sign + (si(tick) if tick >= 1 else f"{tick:g}") for tick in ticks}
    return tick_labels(ticks, dollars=bool(sign))


def left_margin(labels: Sequence[str]) -> float:
    """Return the room that numbers at the left of a plot take."""
    return max([38.0, *(text_width(label) + 16 for label in labels)])


def axis_name(axis: Axis, *, limit: int = TITLE_LIMIT) -> str:
    """Name a quantity with its unit, unless the name tells it.

    Examples
    --------
    >>> from isocost.frontier import Axis
    >>> axis_name(Axis(name="runtime", unit="s", better="lower"))
    'runtime, s'
    >>> axis_name(Axis(name="cost_usd", unit="USD", better="lower"))
    'cost_usd'
    """
    name = shorten(axis.name, limit)
    told = not axis.unit or axis.unit == "1" or axis.unit.lower() in axis.name.lower()
    return name if told else f"{name}, {shorten(axis.unit, 24)}"


def value_text(axis: Axis, value: Estimate) -> str:
    """Write a value of an axis for a tooltip."""
    return f"{shorten(axis.name, TITLE_LIMIT)}: {estimate_text(value)}"
