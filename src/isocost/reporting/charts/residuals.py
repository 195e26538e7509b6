"""How far measurements are from a model: a row for each cell, or dots where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.reporting.charts.figure import Series, plot_frame, point, tick_labels
from isocost.reporting.format import percent, time_unit
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, drawing, group, marker, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from isocost.reporting.charts.runtime import RuntimePicture
    from isocost.reporting.markup import Markup
    from isocost.runtime.model import RuntimeCell

__all__ = ["MOST_ROWS", "residual", "residual_dots", "residual_rows"]

WIDTH, HEIGHT = 340.0, 290.0
ROW = 22.0
MOST_ROWS = 20
"""Of more cells than these, residuals are dots."""


def residual(cell: RuntimeCell, predicted_s: float | None) -> float | None:
    """Return measured over predicted, minus 1; ``None`` where nothing was predicted."""
    return None if predicted_s is None or not predicted_s > 0 else cell.measured.value / predicted_s - 1


def residual_rows(picture: RuntimePicture, series: Series, key: str) -> Markup:
    """Draw a row for each cell: fitted, and where known fitted without it."""
    height = max(HEIGHT, 64 + ROW * len(picture.cells))
    frame = plot_frame(WIDTH, height, left=106)
    shares = [
        share
        for cell in picture.cells
        for share in (residual(cell, cell.fitted_s), residual(cell, cell.held_out_s))
        if share is not None
    ]
    widest = max([0.01, *(abs(share) for share in shares)]) * 1.15
    x = Scale(low=-widest * 100, high=widest * 100, start=frame.left, end=frame.right)
    labels = tick_labels(x.ticks(6))
    rows = [_row(cell, i, series, x, frame, len(picture.cells)) for i, cell in enumerate(picture.cells)]
    zero = x.at(0)
    return drawing(
        WIDTH,
        height,
        title="Measured over model, minus 1, for each profiled cell",
        description="Filled: fitted to all cells; hollow: fitted without that cell.",
        key=key,
        body=[
            segment(zero, frame.top, zero, frame.bottom, "base"),
            x_axis(x, frame, lambda tick: f"{labels[tick]} %", x.ticks(6)),
            text(frame.right, frame.bottom + 38, "filled: fit; hollow: left out", "axis-title", anchor="end"),
            *rows,
        ],
    )


def residual_dots(picture: RuntimePicture, series: Series, key: str) -> Markup:
    """Draw residuals of many cells against the runtime itself."""
    frame = plot_frame(WIDTH, HEIGHT)
    shares = [residual(cell, cell.fitted_s) or 0.0 for cell in picture.cells]
    widest = max([0.01, *(abs(share) for share in shares)]) * 115
    y = Scale(low=-widest, high=widest, start=frame.bottom, end=frame.top)
    times = [cell.measured.value for cell in picture.cells]
    low, high = range_of(times, log=True)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=True)
    factor, unit = time_unit(float(np.median(times)))
    ticks = Scale(low=low * factor, high=high * factor, start=x.start, end=x.end, log=True)
    y_labels, x_labels = tick_labels(y.ticks()), tick_labels(ticks.ticks(4))
    dots = [
        marker("circle", x.at(time), y.at(share * 100), 3.0 if len(times) <= 60 else 2.0)
        for time, share in zip(times, shares, strict=True)
    ]
    return drawing(
        WIDTH,
        HEIGHT,
        title="Measured over model, minus 1, for each profiled cell",
        description="Against the measured runtime, on a logarithmic scale.",
        key=key,
        body=[
            y_axis(y, frame, lambda tick: f"{y_labels[tick]} %"),
            x_axis(ticks, frame, lambda tick: f"{x_labels[tick]} {unit}", ticks.ticks(4)),
            text(frame.right, frame.bottom + 38, "measured runtime", "axis-title", anchor="end"),
            group(series.kind, *dots),
        ],
    )


def _row(cell: RuntimeCell, number: int, series: Series, x: Scale, frame: Frame, rows: int) -> Markup:
    y = frame.top + (number + 0.5) * (frame.bottom - frame.top) / rows
    name = f"{cell.input_tokens} in, {cell.output_tokens} out"
    marks = []
    for predicted, kind in ((cell.held_out_s, "open"), (cell.fitted_s, "full")):
        share = residual(cell, predicted)
        if share is not None:
            how = "left out" if kind == "open" else "fit"
            marks.append(
                point(series.shape, (x.at(share * 100), y), 4.5, kind, f"{name}, {how}: {percent(share)}")
            )
    line = segment(frame.left, y, frame.right, y, "grid")
    return group(series.kind, line, text(frame.left - 8, y + 4, name, "tick", anchor="end"), *marks)
