"""How runtimes changed from repeat to repeat of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    CUT_NOTE,
    NAME_LIMIT,
    Figure,
    Panel,
    Series,
    extent,
    plot_frame,
    point,
    tick_labels,
    whisker,
)
from isocost.reporting.format import bracket, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale
from isocost.reporting.svg import drawing, group, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.reporting.markup import Markup
    from isocost.runtime import ProfileDrift

__all__ = ["profile_drift_figure"]

WIDTH, HEIGHT = 340.0, 240.0


def profile_drift_figure(
    seen: Sequence[ProfileDrift], series: Mapping[str, Series] | None = None
) -> Figure | None:
    """Draw runtime by repeat, relative to the mean of all repeats; ``None`` without any.

    `series` tells colour and shape by name, where the page has given some.
    """
    if not seen:
        return None
    blocks = [block for each in seen for block in each.blocks]
    return Figure(
        key="profile-drift",
        title="Did the runtimes drift while they were measured?",
        subtitle="runtime of all sizes in each repeat of the profile, over the mean of all repeats",
        panels=tuple(
            Panel(
                title=shorten(each.name, NAME_LIMIT),
                drawings=(
                    _draw(
                        each,
                        (series or {}).get(each.name, Series(number=number, name=each.name)),
                        f"profile-drift-{number}",
                    ),
                ),
            )
            for number, each in enumerate(seen)
        ),
        columns=3,
        notes=(
            "Upright lines: 95 % intervals over sizes. Thin line: the trend.",
            *([CUT_NOTE] if extent(blocks)[1] else []),
        ),
    )


def _draw(each: ProfileDrift, series: Series, key: str) -> Markup:
    frame = plot_frame(WIDTH, HEIGHT)
    held = [*extent(each.blocks)[0], 1.0]
    low, high = min(held), max(held)
    air = max((high - low) * 0.08, 0.005)
    y = Scale(low=low - air, high=high + air, start=frame.bottom, end=frame.top)
    count = len(each.blocks)
    x = Scale(low=0.5, high=count + 0.5, start=frame.left, end=frame.right)
    labels = tick_labels(y.ticks(4))
    marks = []
    for number, block in enumerate(each.blocks, 1):
        tip = f"repeat {number}: {grouped(block.value, 3)} {bracket(block.low, block.high, 3)}"
        place = x.at(number), y.at(block.value)
        marks += [*whisker(place[0], y, block), point(series.shape, place, 4.5, "full", tip)]
    return drawing(
        WIDTH,
        HEIGHT,
        title=f"{shorten(each.name, 60)}: runtime by repeat",
        description="Points: runtime over the mean of all repeats.",
        key=key,
        body=[
            y_axis(y, frame, labels.__getitem__, count=4),
            segment(frame.left, y.at(1.0), frame.right, y.at(1.0), "base"),
            x_axis(x, frame, lambda tick: f"{tick:g}", [tick for tick in x.ticks(6) if tick == int(tick)]),
            text(frame.right, frame.bottom + 38, "repeat", "axis-title", anchor="end"),
            group(series.kind, *_trend(each, x, y), *marks),
        ],
    )


def _trend(each: ProfileDrift, x: Scale, y: Scale) -> tuple[Markup, ...]:
    if each.whole is None:
        return ()
    half = each.whole.value**0.5
    ends = [(x.at(1), y.at(1 / half)), (x.at(len(each.blocks)), y.at(half))]
    return (polyline(ends, "line thin"),)
