"""What changed between two dates: catching up with the frontier, and the frontier's own shift."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.reporting.charts.axes import axis_numbers, left_margin
from isocost.reporting.charts.figure import NAME_LIMIT, NARROW, WIDE, Figure, Panel, Series, plot_frame
from isocost.reporting.charts.names import short_names
from isocost.reporting.charts.plane_labels import label_markup
from isocost.reporting.charts.plane_plot import whisker_ends
from isocost.reporting.format import estimate_text
from isocost.reporting.labels import Label, place_labels
from isocost.reporting.markup import element, exact, shorten
from isocost.reporting.scales import Scale
from isocost.reporting.svg import drawing, marker, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.labels import Placed
    from isocost.reporting.markup import Markup
    from isocost.reporting.svg import Frame

__all__ = ["ProductivityParts", "malmquist_figure"]

SIZES = ((WIDE, 480.0), (NARROW, 400.0))
LEAST_SPAN = 1.1
NAMES = 40
RINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductivityParts:
    """How a unit's productivity changed between two dates; above 1 is better in each part.

    Parameters
    ----------
    name : str
    efficiency : Estimate
        Catching up: distance to the frontier of its date, then over before; above 0.
    technical : Estimate
        The frontier's shift where the unit stands; above 0.
    index : Estimate
        The Malmquist index, their product.
    group : str
        What its colour tells; ``""`` for one colour.
    """

    name: str
    efficiency: Estimate
    technical: Estimate
    index: Estimate
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    y: Scale
    groups: Mapping[str, Series]

    def place(self, change: ProductivityParts) -> tuple[float, float]:
        return self.x.at(change.technical.value), self.y.at(change.efficiency.value)


def malmquist_figure(
    changes: Sequence[ProductivityParts], *, before: str, after: str, key: str = "malmquist"
) -> Figure:
    """Draw the two parts of each unit's Malmquist index against each other, 1 being no change.

    Both axes are logarithmic and equally long, so that a line on which their product is 1 is straight: above
    it a unit became more productive (Fare, Grosskopf, Norris and Zhang 1994).

    Parameters
    ----------
    changes : sequence of ProductivityParts
        One at least.
    before, after : str
        The two dates.
    key : str
        Of the figure.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no unit, or a change is not above 0.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> def part(value):
    ...     return Estimate(value=value, unit="1", kind="measured", method="example")
    >>> change = ProductivityParts(name="a", efficiency=part(0.9), technical=part(1.2), index=part(1.08))
    >>> malmquist_figure([change], before="2024", after="2025").title
    'Productivity from 2024 to 2025'
    """
    if not changes:
        raise InputError("a picture of productivity needs one unit at least")
    wrong = next((each for each in changes if min(each.efficiency.value, each.technical.value) <= 0), None)
    if wrong is not None:
        raise InputError(f"a change of productivity must be above 0; {wrong.name} has one that is not")
    names = list(dict.fromkeys(each.group for each in changes))
    groups = {
        name: Series(number=number, name=shorten(name, NAME_LIMIT)) for number, name in enumerate(names)
    }
    better = sum(each.index.value > 1 + 1e-9 for each in changes)  # a solver's last digit is no progress
    title = f"Productivity from {before} to {after}"
    drawings = tuple(_draw(changes, groups, size, title, key) for size in SIZES)
    return Figure(
        key=key,
        title=title,
        subtitle="efficiency change (catching up) against technical change (the frontier's shift), both "
        "logarithmic; 1: no change, above it better",
        panels=(Panel(title="", drawings=drawings),),
        legend=tuple(groups.values()) if len(groups) > 1 else (),
        notes=(
            f"Above the slanted line their product, the Malmquist index, is above 1: {better} of "
            f"{len(changes)} units became more productive.",
        ),
        data=_data(changes),
    )


def _draw(
    changes: Sequence[ProductivityParts],
    groups: Mapping[str, Series],
    size: tuple[float, float],
    title: str,
    key: str,
) -> Markup:
    width, height = size
    plot = _plot(changes, groups, width, height)
    frame, ticks = plot.frame, plot.x.ticks(4)
    numbers = axis_numbers(ticks, "")
    neutral = _neutral(plot)
    body = [
        y_axis(plot.y, frame, numbers.__getitem__, count=4),
        x_axis(plot.x, frame, numbers.__getitem__, ticks),
        text(2, frame.top - 14, "efficiency change", "axis-title"),
        text(frame.right, frame.bottom + 38, "technical change", "axis-title", anchor="end"),
        segment(plot.x.at(1), frame.top, plot.x.at(1), frame.bottom, "neutral"),
        segment(frame.left, plot.y.at(1), frame.right, plot.y.at(1), "neutral"),
        polyline(neutral, "frontier-line dashed"),
        *(_mark(plot, number, each) for number, each in enumerate(changes)),
        *(part for placed in _labels(plot, changes, narrow=width <= NARROW) for part in label_markup(placed)),
    ]
    described = shorten("; ".join(f"{each.name} {each.index.value:.3g}" for each in changes), 300)
    return drawing(width, height, title=title, description=described, key=f"{key}-{width:.0f}", body=body)


def _neutral(plot: _Plot) -> list[tuple[float, float]]:
    """Return the line on which the product of both is 1: straight, as both axes are logarithmic and alike."""
    return [
        (plot.x.at(plot.x.low), plot.y.at(1 / plot.x.low)),
        (plot.x.at(plot.x.high), plot.y.at(1 / plot.x.high)),
    ]


def _plot(
    changes: Sequence[ProductivityParts], groups: Mapping[str, Series], width: float, height: float
) -> _Plot:
    """Make both axes reach as far from 1, up and down."""
    parts = [part for each in changes for part in (each.efficiency, each.technical)]
    farthest = max(abs(math.log(part.value)) for part in parts)
    ends = [
        abs(math.log(end)) for part in parts for end in (part.low, part.high) if end is not None and end > 0
    ]
    farthest = max(farthest, min(max(ends, default=0.0), 2 * farthest), math.log(LEAST_SPAN)) * 1.12
    low, high = math.exp(-farthest), math.exp(farthest)
    top, bottom = 30.0, height - 52.0
    y = Scale(low=low, high=high, start=bottom, end=top, log=True)
    left = left_margin(list(axis_numbers(y.ticks(4), "").values()))
    frame = plot_frame(width, bottom + 44, left=left, top=top)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=True)
    return _Plot(frame=frame, x=x, y=y, groups=groups)


def _mark(plot: _Plot, number: int, change: ProductivityParts) -> Markup:
    x, y = plot.place(change)
    series = plot.groups[change.group]
    tip = "\n".join(
        [
            shorten(change.name, 80),
            f"efficiency change: {estimate_text(change.efficiency)}",
            f"technical change: {estimate_text(change.technical)}",
            f"Malmquist index: {estimate_text(change.index)}",
        ]
    )
    return element(
        "g",
        {"class": f"unit {series.kind}", "data-unit": str(number)},
        element("title", None, tip),
        *(
            segment(*one, *other, "whisker")
            for one, other in whisker_ends((plot.x, plot.y), change.technical, change.efficiency)
        ),
        marker("circle", x, y, 11, "hit"),
        marker(series.shape, x, y, 5.2),
    )


def _labels(plot: _Plot, changes: Sequence[ProductivityParts], *, narrow: bool) -> tuple[Placed, ...]:
    ranked = sorted(changes, key=lambda each: -abs(math.log(each.index.value)))
    short = short_names([each.name for each in changes], 16 if narrow else 26)
    labels = [
        Label(x=x, y=y, text=short[each.name], gap=9.0)
        for each in ranked[:NAMES]
        for x, y in (plot.place(each),)
    ]
    return place_labels(
        labels,
        [(*plot.place(each), 6.0) for each in changes],
        plot.frame,
        rings=RINGS,
        lines=_crossed(plot, changes),
    )


def _crossed(plot: _Plot, changes: Sequence[ProductivityParts]) -> list[list[tuple[float, float]]]:
    """Return the three lines of no change, and the intervals."""
    frame, (x, y) = plot.frame, (plot.x.at(1), plot.y.at(1))
    spans = [
        span
        for each in changes[:NAMES]
        for span in whisker_ends((plot.x, plot.y), each.technical, each.efficiency)
    ]
    return [[(x, frame.top), (x, frame.bottom)], [(frame.left, y), (frame.right, y)], _neutral(plot), *spans]


def _data(changes: Sequence[ProductivityParts]) -> tuple[tuple[str, ...], ...]:
    heading = ["unit"]
    for name in ("efficiency change", "technical change", "Malmquist index"):
        heading += [name, f"{name} low", f"{name} high"]
    rows = []
    for each in changes:
        cells = [each.name]
        for part in (each.efficiency, each.technical, each.index):
            cells += ["" if end is None else exact(end) for end in (part.value, part.low, part.high)]
        rows.append(tuple(cells))
    return (tuple(heading), *rows)
