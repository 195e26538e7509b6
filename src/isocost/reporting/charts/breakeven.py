"""Who is cheaper over load and price, with the region in which the answer flips."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    NAME_LIMIT,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    plot_frame,
    tick_labels,
)
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale
from isocost.reporting.svg import (
    Frame,
    drawing,
    group,
    polyline,
    rectangle,
    segment,
    text,
    text_width,
    x_axis,
    y_axis,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.economics import Answer, Surface
    from isocost.reporting.markup import Markup
    from isocost.studies.breakeven import BreakEvenReport

__all__ = ["break_even_figure"]

_NUMBERS: dict[Answer, int] = {"own": 8, "other": 1, "undecided": 44}
"""Numbers of series whose sign is a square, in three colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    y: Scale
    loads: tuple[float, ...]
    prices: tuple[float, ...]


def break_even_figure(told: BreakEvenReport) -> Figure | None:
    """Draw who is cheaper over load and price; ``None`` where no price is known."""
    surface = told.surface
    if surface is None:
        return None
    rented = told.kind == "rent"
    varied = "the rent of an hour" if rented else "what an hour of the own deployment costs when full"
    marked = "Level line: the rent." if rented else "Crossing lines: this deployment, full."
    steps = () if rented else ("Teeth at the right: one replica more that is not yet full.",)
    return Figure(
        key="break-even",
        title="Who is cheaper, by load and price",
        subtitle=f"USD per hour, {varied}, against {_load_title(told)}; both logarithmic",
        panels=(
            Panel(title="", drawings=tuple(_draw(told, surface, width=width) for width in (WIDE, NARROW))),
        ),
        legend=tuple(Series(number=number, name=_names(told)[answer]) for answer, number in _NUMBERS.items()),
        notes=(
            "Undecided: the answer flips within 95 % of the joint draws. Line: break-even of one replica by "
            f"point estimates. {marked}",
            *steps,
        ),
    )


def _names(told: BreakEvenReport) -> dict[Answer, str]:
    other = shorten(told.name, NAME_LIMIT)
    return {"own": "own is cheaper", "other": f"{other} is cheaper", "undecided": "undecided"}


def _load_title(told: BreakEvenReport) -> str:
    if told.kind == "rent":
        return "share of the hours in use"
    counted = told.found.capacity_requests_per_second is not None
    return "requests per second" if counted else "output tokens per second"


def _draw(told: BreakEvenReport, surface: Surface, *, width: float) -> Markup:
    height = 420.0 if width > NARROW else 320.0
    plot = _plot(told, surface, plot_frame(width, height))
    ticks = tick_labels(plot.y.ticks(), dollars=True)
    loads = plot.x.ticks(7 if width > NARROW else 4)
    names = tick_labels(loads)
    return drawing(
        width,
        height,
        title="Who is cheaper over load and price",
        description=f"Regions in which the own deployment or {shorten(told.name, NAME_LIMIT)} is cheaper.",
        key=f"break-even-{width:.0f}",
        body=[
            *_cells(told, surface, plot),
            y_axis(plot.y, plot.frame, ticks.__getitem__),
            x_axis(plot.x, plot.frame, names.__getitem__, loads),
            text(plot.frame.right, plot.frame.bottom + 38, _load_title(told), "axis-title", anchor="end"),
            *_line(surface, plot),
            *_here(told, plot),
            *_labels(told, surface, plot, width),
        ],
    )


def _plot(told: BreakEvenReport, surface: Surface, frame: Frame) -> _Plot:
    rented = told.kind == "rent"
    rate = told.found.capacity_requests_per_second or told.found.capacity_tokens_per_second
    full = told.found.other_full if rented else told.found.own_full
    assert full is not None  # noqa: S101 - a surface needs a price
    loads = tuple(share * (1.0 if rented else rate.value) for share in surface.shares)
    prices = tuple(factor * full.value for factor in surface.factors)
    x = _edges(loads)
    y = _edges(prices)
    return _Plot(
        frame=frame,
        x=Scale(low=x[0], high=x[-1], start=frame.left, end=frame.right, log=True),
        y=Scale(low=y[0], high=y[-1], start=frame.bottom, end=frame.top, log=True),
        loads=x,
        prices=y,
    )


def _edges(middles: tuple[float, ...]) -> tuple[float, ...]:
    """Return the ends of cells around values that are equally spaced on a logarithmic scale.

    Examples
    --------
    >>> [round(edge, 6) for edge in _edges((1.0, 4.0))]
    [0.5, 2.0, 8.0]
    """
    half = math.sqrt(middles[1] / middles[0])
    return (middles[0] / half, *(middle * half for middle in middles))


def _cells(told: BreakEvenReport, surface: Surface, plot: _Plot) -> Iterator[Markup]:
    """Draw each row as rectangles of cells that are alike."""
    names = _names(told)
    drawn: dict[Answer, list[Markup]] = {answer: [] for answer in _NUMBERS}
    for row, cells in enumerate(surface.cells):
        top, bottom = plot.y.at(plot.prices[row + 1]), plot.y.at(plot.prices[row])
        place = 0
        for answer, alike in groupby(cells):
            count = len(list(alike))
            left, right = plot.x.at(plot.loads[place]), plot.x.at(plot.loads[place + count])
            drawn[answer].append(rectangle(left, top, right - left, bottom - top, "cell"))
            place += count
    for answer, marks in drawn.items():
        kind = Series(number=_NUMBERS[answer], name="").kind
        yield group(kind, *marks, tip=names[answer])


def _line(surface: Surface, plot: _Plot) -> Iterator[Markup]:
    middle = [math.sqrt(low * high) for low, high in zip(plot.prices, plot.prices[1:], strict=False)]
    scale = plot.loads[0] / (surface.shares[0] / math.sqrt(surface.shares[1] / surface.shares[0]))
    points = [
        (plot.x.at(share * scale), plot.y.at(price))
        for share, price in zip(surface.line, middle, strict=True)
        if share is not None and share <= 1 and share * scale >= plot.loads[0]
    ]
    if len(points) > 1:
        yield polyline(points, "frontier-line")


def _here(told: BreakEvenReport, plot: _Plot) -> Iterator[Markup]:
    """Mark the price as it is and, of a rate, what one replica can serve."""
    frame = plot.frame
    middle = plot.y.at(math.sqrt(plot.prices[0] * plot.prices[-1]))
    yield segment(frame.left, middle, frame.right, middle, "bound")
    if told.kind == "rent":
        return
    rate = told.found.capacity_requests_per_second or told.found.capacity_tokens_per_second
    full = plot.x.at(rate.value)
    yield segment(full, frame.top, full, frame.bottom, "bound")
    yield text(full - 6, frame.top + 16, "full", "bound-label", anchor="end")


def _labels(told: BreakEvenReport, surface: Surface, plot: _Plot, width: float) -> Iterator[Markup]:
    """Name the regions in the corners that lie deepest in them."""
    frame, names = plot.frame, _names(told)
    room = (frame.right - frame.left) * (0.45 if width > NARROW else 0.6)
    rented = told.kind == "rent"
    right = surface.cells[-1 if rented else 0][-1]
    left = surface.cells[0 if rented else -1][0]
    for answer, x, y, anchor in (
        (left, frame.left + 10, frame.bottom - 12 if rented else frame.top + 38, "start"),
        (right, frame.right - 10, frame.top + 38 if rented else frame.bottom - 12, "end"),
    ):
        name = names[answer]
        if text_width(name) <= room:
            yield text(x, y, name, "chosen", anchor=anchor)
