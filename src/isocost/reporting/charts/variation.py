"""What moves a runtime: other requests, the moment, the date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    CUT_NOTE,
    LOG_FROM,
    NAME_LIMIT,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    extent,
    plot_frame,
    point,
    tick_labels,
    whisker,
)
from isocost.reporting.format import bracket, grouped, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import drawing, group, marker, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.reporting.svg import Frame
    from isocost.runtime import CellVariation, Contention, Drift

__all__ = ["contention_figure", "drift_figure", "variation_figure"]

PANEL = 280.0, 224.0
ROW = 34.0


def contention_figure(seen: Sequence[Contention]) -> Figure | None:
    """Draw runtime against parallel requests, relative to one's own least level; ``None`` without any."""
    if not seen:
        return None
    requests = list(dict.fromkeys(each.request for each in seen))
    series = {name: Series(number=i, name=shorten(name, NAME_LIMIT)) for i, name in enumerate(requests)}
    names = list(dict.fromkeys(each.name for each in seen))
    panels = tuple(
        Panel(
            title=name,
            drawings=(_draw_contention(name, seen, series, key=f"contention-{number}"),),
        )
        for number, name in enumerate(names)
    )
    return Figure(
        key="contention",
        title="Runtime against parallel requests",
        subtitle="multiple of the runtime at the least level, against requests in flight; all panels alike",
        panels=panels,
        columns=3,
        legend=tuple(series.values()),
        notes=(
            "A line that rises: requests wait for one another. Where runtimes are minima, part is hidden.",
        ),
    )


def variation_figure(
    cells: Mapping[str, Sequence[CellVariation]], series: Mapping[str, Series] | None = None
) -> Figure | None:
    """Draw the coefficient of variation of every cell, a row for each name; ``None`` without any.

    `series` tells colours by name, where the page has given some.
    """
    if not any(cells.values()):
        return None
    return Figure(
        key="variation",
        title="How much equal requests differ",
        subtitle="coefficient of variation, standard deviation over mean, of each cell (p, o)",
        panels=(
            Panel(
                title="",
                drawings=tuple(_draw_variation(cells, series or {}, width=width) for width in (WIDE, NARROW)),
            ),
        ),
        notes=("A dot: one cell. Upright line: the median of the row.",),
    )


def drift_figure(seen: Sequence[Drift]) -> Figure | None:
    """Draw how runtimes change from date to date, relative to the first; ``None`` without any."""
    if not seen:
        return None
    series = [Series(number=i, name=shorten(each.name, NAME_LIMIT)) for i, each in enumerate(seen)]
    ratios = [step.ratio for each in seen for step in each.steps]
    return Figure(
        key="drift",
        title="How runtimes change over time",
        subtitle="geometric mean over cells, as a multiple of the first date",
        panels=(
            Panel(
                title="",
                drawings=tuple(_draw_drift(seen, series, ratios, width=width) for width in (WIDE, NARROW)),
            ),
        ),
        legend=tuple(series),
        notes=(
            "Upright lines: 95 % intervals over prompt sizes.",
            *([CUT_NOTE] if extent(ratios)[1] else []),
        ),
    )


def _draw_contention(name: str, seen: Sequence[Contention], series: dict[str, Series], *, key: str) -> Markup:
    width, height = PANEL
    frame = plot_frame(width, height, left=40.0, right=12.0)
    counts = sorted({level[0] for each in seen for level in each.levels})
    x = Scale(low=counts[0] / 1.2, high=counts[-1] * 1.2, start=frame.left, end=frame.right, log=True)
    y = _ratio_scale([level[2] for each in seen for level in each.levels], frame)
    labels = tick_labels(y.ticks(4))
    return drawing(
        width,
        height,
        title=f"{shorten(name, 60)}: runtime against parallel requests",
        description=f"Relative to {counts[0]} at once, for {', '.join(series)}.",
        key=key,
        body=[
            y_axis(y, frame, labels.__getitem__, count=4),
            x_axis(x, frame, lambda count: f"{count:g}", counts),
            *(_contention_line(each, series[each.request], x, y) for each in seen if each.name == name),
        ],
    )


def _ratio_scale(values: Sequence[float], frame: Frame) -> Scale:
    values = [*values, 1.0]
    log = min(values) > 0 and max(values) / min(values) > LOG_FROM
    low, high = range_of(list(values), log=log)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=log)


def _contention_line(each: Contention, series: Series, x: Scale, y: Scale) -> Markup:
    places = [(x.at(count), y.at(ratio)) for count, _, ratio in each.levels]
    marks = [
        point(
            series.shape,
            place,
            4.0,
            "full",
            f"{each.request}, {count} at once: {seconds(taken)}, {ratio:.2f} times",
        )
        for place, (count, taken, ratio) in zip(places, each.levels, strict=True)
    ]
    return group(series.kind, polyline(places, "line thin"), *marks)


def _draw_variation(
    cells: Mapping[str, Sequence[CellVariation]], series: Mapping[str, Series], *, width: float
) -> Markup:
    left = 230.0 if width > NARROW else 130.0
    frame = plot_frame(width, ROW * len(cells) + 56, left=left, right=20.0)
    values = [cell.coefficient for row in cells.values() for cell in row if cell.coefficient > 0] or [1.0]
    log = max(values) / min(values) > LOG_FROM
    low, high = range_of(values, log=log)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=log)
    labels = tick_labels(x.ticks())
    rows = [
        _variation_row(name, row, series.get(name, Series(number=number, name=name)), frame, x, number)
        for number, (name, row) in enumerate(cells.items())
    ]
    return drawing(
        width,
        ROW * len(cells) + 56,
        title="Coefficient of variation of each cell",
        description=f"One row for each of: {', '.join(shorten(name, NAME_LIMIT) for name in cells)}.",
        key=f"variation-{width:.0f}",
        body=[
            *(segment(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid") for tick in labels),
            x_axis(x, frame, labels.__getitem__, tuple(labels)),
            *rows,
        ],
    )


def _variation_row(
    name: str, row: Sequence[CellVariation], series: Series, frame: Frame, x: Scale, number: int
) -> Markup:
    y = frame.top + ROW * (number + 0.5)
    limit = int((frame.left - 14) / 7.4)
    label = text(frame.left - 10, y + 4, shorten(name, limit), "tick", anchor="end")
    dots = [marker("circle", x.at(cell.coefficient), y, 3.2) for cell in row]
    if not dots:
        return group(None, label)
    ordered = sorted(cell.coefficient for cell in row)
    half = len(ordered) // 2
    middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    line = segment(x.at(middle), y - 11, x.at(middle), y + 11, "base")
    tip = f"{shorten(name, NAME_LIMIT)}: {ordered[0]:.2g} to {ordered[-1]:.2g}, median {middle:.2g}"
    return group(series.kind, label, *dots, line, tip=tip)


def _draw_drift(
    seen: Sequence[Drift], series: Sequence[Series], ratios: Sequence[Estimate], *, width: float
) -> Markup:
    height = 360.0 if width > NARROW else 280.0
    frame = plot_frame(width, height)
    days = sorted({_day(text) for each in seen for text in (each.first, *(s.date for s in each.steps))})
    air = max((days[-1] - days[0]) * 0.05, 1.0)
    x = Scale(low=days[0] - air, high=days[-1] + air, start=frame.left, end=frame.right)
    y = _ratio_scale(extent(ratios)[0], frame)
    labels = tick_labels(y.ticks())
    return drawing(
        width,
        height,
        title="Runtime relative to the first date",
        description=f"One line for each of: {', '.join(each.name for each in series)}.",
        key=f"drift-{width:.0f}",
        body=[
            y_axis(y, frame, labels.__getitem__),
            segment(frame.left, y.at(1.0), frame.right, y.at(1.0), "base"),
            x_axis(x, frame, lambda day: date.fromordinal(int(day)).isoformat(), days),
            *(_drift_line(each, own, x, y) for each, own in zip(seen, series, strict=True)),
        ],
    )


def _day(text: str) -> float:
    return float(date.fromisoformat(text).toordinal())


def _drift_line(each: Drift, series: Series, x: Scale, y: Scale) -> Markup:
    offset = (series.number % 8 - 3.5) * 2.0  # so that whiskers of one date stand side by side
    places = [(x.at(_day(each.first)) + offset, y.at(1.0))]
    places += [(x.at(_day(step.date)) + offset, y.at(step.ratio.value)) for step in each.steps]
    tips = [f"{series.name}, {each.first}: the first date"]
    tips += [
        f"{series.name}, {step.date}: {grouped(step.ratio.value, 2)} "
        f"{bracket(step.ratio.low, step.ratio.high, 2)}, {step.cells} cells"
        for step in each.steps
    ]
    whiskers = [
        part
        for place, step in zip(places[1:], each.steps, strict=True)
        for part in whisker(place[0], y, step.ratio)
    ]
    marks = [point(series.shape, place, 5.0, "full", tip) for place, tip in zip(places, tips, strict=True)]
    return group(series.kind, polyline(places, "line thin"), *whiskers, *marks)
