"""What a picture consists of, and what all of them share."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.format import grouped
from isocost.reporting.markup import Markup, clean, element, exact, shorten
from isocost.reporting.svg import MARKERS, Frame, group, marker, segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics.curve import CostCurve
    from isocost.reporting.pricing import Amount, Pricing
    from isocost.reporting.scales import Scale
    from isocost.studies.report import StudyReport

__all__ = [
    "CUT_NOTE",
    "LOG_FROM",
    "NAME_LIMIT",
    "NARROW",
    "WIDE",
    "Figure",
    "Panel",
    "Series",
    "cost_tip",
    "extent",
    "level_keys",
    "load_title",
    "load_value",
    "repricing",
    "scale_data",
    "seconds_data",
    "series_of",
    "tick_labels",
    "whisker",
]

WIDE, NARROW = 880.0, 400.0
NAME_LIMIT = 42
LOG_FROM = 12.0
"""From this ratio of largest to smallest on, a logarithmic scale."""
COLOURS = 8
REACH = 2.0
CUT_NOTE = "Intervals that reach beyond the picture end at its edge."


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What tells one deployment from another in every picture.

    Parameters
    ----------
    number : int
        Its place in the report, from 0; decides colour and shape.
    name : str
        Short enough for a legend.
    """

    number: int
    name: str

    @property
    def kind(self) -> str:
        """Class that carries its colour."""
        return f"s{self.number % COLOURS}"

    @property
    def shape(self) -> str:
        """Its marker; with the colour it tells 64 deployments apart."""
        return MARKERS[(self.number + self.number // COLOURS) % len(MARKERS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One plot of a figure: one drawing, or a wide and a narrow one.

    Parameters
    ----------
    title : str
        ``""`` when the figure's own title is enough.
    drawings : tuple of Markup
        One for any width, or two: for wide and for narrow columns.
    """

    title: str
    drawings: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture with its words.

    Parameters
    ----------
    key : str
        Short name, unique in the page.
    title : str
        What it says.
    subtitle : str
        What is drawn against what, with units; may hold markup of a unit that the page re-prices.
    panels : tuple of Panel
    columns : int
        Panels beside each other on a wide page.
    legend : tuple of Series
        Empty when nothing has to be told apart.
    notes : tuple of str
        How to read it.
    data : tuple of rows of text
        The numbers behind it, a heading first, for who downloads them; without, the tooltips serve.
    """

    key: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    columns: int = 1
    legend: tuple[Series, ...] = ()
    notes: tuple[str, ...] = ()
    data: tuple[tuple[str, ...], ...] = ()


def series_of(report: StudyReport) -> dict[str, Series]:
    """Give each deployment its colour and shape, the same in every picture."""
    return {
        each.deployment.name: Series(number=number, name=shorten(each.deployment.name, NAME_LIMIT))
        for number, each in enumerate(report.deployments)
    }


def level_keys(curves: Sequence[CostCurve]) -> dict[tuple[str, Load], str]:
    """Return by which key the page finds each level again: sweep and level, counted from 0, ``"0.2"``."""
    return {
        (curve.deployment, level.load): f"{number}.{place}"
        for number, curve in enumerate(curves)
        for place, level in enumerate(curve.levels)
    }


def scale_data(scale: Scale) -> dict[str, str]:
    """Return what the page needs to find the place of a number."""
    names = {"low": scale.low, "high": scale.high, "start": scale.start, "end": scale.end}
    return {**{f"data-{name}": exact(value) for name, value in names.items()}, "data-log": f"{scale.log:d}"}


def load_value(load: Load) -> float:
    """Place of a load on its axis: requests in flight or per second."""
    return float(load.concurrency) if load.concurrency is not None else float(load.rate_per_s or 0.0)


def load_title(curves: Sequence[CostCurve]) -> str:
    """Say what the load axis counts."""
    closed = {level.load.concurrency is not None for curve in curves for level in curve.levels}
    if len(closed) > 1:
        return "requests in flight, or offered per second"
    return "requests in flight" if True in closed else "requests offered per second"


def repricing(scale: Scale, pricing: Pricing) -> dict[str, str] | None:
    """Return what the page needs to label a cost axis anew; ``None`` where that cannot be done."""
    if not pricing.uniform or (pricing.price is not None and pricing.price.usd_per_second <= 0):
        return None
    seconds = 1.0 if pricing.price is None else 1 / pricing.price.usd_per_second
    return {
        "low": exact(scale.low * seconds),
        "high": exact(scale.high * seconds),
        "start": exact(scale.start),
        "end": exact(scale.end),
        "log": "1" if scale.log else "0",
    }


def tick_labels(ticks: Sequence[float], *, dollars: bool = False) -> dict[float, str]:
    """Write axis numbers with as few digits as they need; on even steps all with the same.

    Examples
    --------
    >>> tick_labels([0.0, 0.05, 0.1], dollars=True)
    {0.0: '$0', 0.05: '$0.05', 0.1: '$0.10'}
    >>> tick_labels([0.1, 1.0, 10.0])
    {0.1: '0.1', 1.0: '1', 10.0: '10'}
    """
    steps = [after - before for before, after in itertools.pairwise(ticks)]
    even = bool(steps) and max(steps) <= min(steps) * 1.001
    most = max((_digits(tick) for tick in ticks), default=0)
    sign = "$" if dollars else ""
    return {
        tick: sign + (grouped(tick, most if even and tick else _digits(tick)) if tick else "0")
        for tick in ticks
    }


def _digits(value: float) -> int:
    if not value:
        return 0
    return next((d for d in range(12) if math.isclose(round(value, d), value, rel_tol=1e-6)), 12)


def whisker(x: float, scale: Scale, seen: Estimate | Amount) -> tuple[Markup, ...]:
    """Draw an interval as a thin upright line; nothing where there is none."""
    if seen.low is None or seen.high is None:
        return ()
    return (segment(x, scale.at(seen.low), x, scale.at(seen.high), "whisker"),)


def extent(seen: Sequence[Estimate | Amount]) -> tuple[list[float], bool]:
    """Return what an axis has to hold, and whether some interval is cut.

    Values all, and their intervals up to `REACH` times beyond the outermost values, so that one wide interval
    does not flatten the picture.
    """
    values = [each.value for each in seen]
    if not values:
        return [], False
    floor, ceiling = min(values) / REACH, max(values) * REACH
    ends = [end for each in seen for end in (each.low, each.high) if end is not None]
    cut = any(not floor <= end <= ceiling for end in ends)
    return [*values, *(min(max(end, floor), ceiling) for end in ends)], cut


def cost_tip(before: str, cost: Amount, after: str) -> Markup:
    """Write a tooltip with a cost that the page can re-price, given where in the text it stands."""
    attributes: dict[str, str | float | bool | None] = {}
    if cost.machine_seconds is not None:
        start = len(clean(before))
        place = {"class": "cost-tip", "data-from": str(start), "data-to": str(start + len(cost.text))}
        attributes = {**place, **seconds_data(cost)}
    return element("title", attributes, before + cost.text + after)


def seconds_data(cost: Amount) -> dict[str, str]:
    """Return what the page needs to re-price a cost: its machine-seconds with their interval."""
    names = ("data-s", "data-low", "data-high")
    parts = cost.machine_seconds or ()
    return {name: exact(part) for name, part in zip(names, parts, strict=False) if part is not None}


def legend_mark(series: Series) -> Markup:
    """Draw the small sign that stands for a deployment in a legend."""
    mark = marker(series.shape, 8, 8, 5)
    return element(
        "svg", {"viewBox": "0 0 16 16", "class": f"swatch {series.kind}", "aria-hidden": "true"}, mark
    )


def plot_frame(
    width: float, height: float, *, left: float = 58.0, top: float = 12.0, right: float = 14.0
) -> Frame:
    """Return the room of a plot that leaves space for the numbers of its axes."""
    return Frame(left=left, right=width - right, top=top, bottom=height - 44)


def point(shape: str, place: tuple[float, float], radius: float, kind: str, tip: str) -> Markup:
    """Draw a marker with a tooltip, and an unseen disc around it so that it is easy to hit."""
    label = tip if isinstance(tip, Markup) else element("title", None, tip)
    x, y = place
    return group(kind, label, marker("circle", x, y, 12, "hit"), marker(shape, x, y, radius))
