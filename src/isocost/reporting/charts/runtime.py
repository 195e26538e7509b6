"""T(p, o): what was measured, what the model says, and how far they are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.reporting.charts.figure import (
    Figure,
    Panel,
    Series,
    plot_frame,
    point,
    series_of,
    tick_labels,
    whisker,
)
from isocost.reporting.format import estimate_text, percent, time_unit
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, band, drawing, group, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.runtime.model import FloatArray, RuntimeCell, RuntimeModel
    from isocost.studies.report import StudyReport

__all__ = ["residual", "runtime_figures"]

WIDTH, HEIGHT = 340.0, 290.0
ROW = 22.0


def runtime_figures(report: StudyReport) -> tuple[Figure, ...]:
    """Draw one figure of three panels for each deployment whose runtime was profiled."""
    series = series_of(report)
    return tuple(
        _figure(each.runtime, series[each.deployment.name], number)
        for number, each in enumerate(report.deployments)
        if each.runtime is not None and each.runtime.cells
    )


def residual(cell: RuntimeCell, predicted_s: float | None) -> float | None:
    """Return measured over predicted, minus 1; ``None`` where nothing was predicted."""
    return None if predicted_s is None or not predicted_s > 0 else cell.measured.value / predicted_s - 1


def _figure(model: RuntimeModel, series: Series, number: int) -> Figure:
    key = f"runtime-{number}"
    terms = [("context", model.context), ("the first decode step", model.changeover)]
    extra = " and ".join(name for name, each in terms if each is not None)
    return Figure(
        key=key,
        title=f"What one request takes on {series.name}",
        subtitle="T(p, o): time to the first token of p, then time for each further token of o"
        + (f", and a term for {extra}" if extra else ""),
        panels=(
            Panel(title="To the first token", drawings=(_first_token(model, series, f"{key}-first"),)),
            Panel(title="To the last token", drawings=(_last_token(model, series, f"{key}-last"),)),
            Panel(title="Measured against model", drawings=(_residuals(model, series, f"{key}-rest"),)),
        ),
        columns=3,
        notes=_notes(model),
    )


def _notes(model: RuntimeModel) -> tuple[str, ...]:
    notes = ["Points: medians over repeats with intervals. Lines: the model."]
    if model.held_out_error is not None:
        notes.append(
            f"Mean error on cells left out, one at a time: {model.held_out_error.value * 100:.1f} %."
        )
    return tuple(notes)


def _first_token(model: RuntimeModel, series: Series, key: str) -> Markup:
    cells = [cell for cell in model.cells if cell.output_tokens == min(c.output_tokens for c in model.cells)]
    lines = [(float(tokens), each) for tokens, each in model.prefill]
    frame = plot_frame(WIDTH, HEIGHT)
    times = [*_parts(cell.measured for cell in cells), *_parts(each for _, each in lines)]
    y, factor, unit = _time_scale(times, frame)
    sizes = [*(tokens for tokens, _ in lines), *(float(cell.input_tokens) for cell in cells)]
    x = Scale(low=0, high=max(sizes) * 1.05, start=frame.left, end=frame.right)
    prompts = np.linspace(lines[0][0], lines[-1][0], 65)
    fitted = zip(prompts, _line(model, prompts, np.ones(65)), strict=True)
    places = [(x.at(float(tokens)), y.at(time)) for tokens, time in fitted]
    return _panel(
        "Time to the first token against prompt length",
        [
            *_axes(x, y, frame, "input tokens p", (factor, unit)),
            group(series.kind, *_uncertainty(lines, x, y), polyline(places, "line")),
            *(_cell(cell, series, x.at(cell.input_tokens), y) for cell in cells),
        ],
        key,
    )


def _uncertainty(lines: Sequence[tuple[float, Estimate]], x: Scale, y: Scale) -> tuple[Markup, ...]:
    if any(each.low is None or each.high is None for _, each in lines):
        return ()
    upper = [(x.at(tokens), y.at(each.high or 0.0)) for tokens, each in lines]
    lower = [(x.at(tokens), y.at(each.low or 0.0)) for tokens, each in lines]
    return (band(upper, lower, "band"),)


def _last_token(model: RuntimeModel, series: Series, key: str) -> Markup:
    frame = plot_frame(WIDTH, HEIGHT, right=52)
    longest = max(cell.output_tokens for cell in model.cells)
    prompts = _prompts(model)
    lengths = np.linspace(1, longest, 17)
    curves = {
        p: list(zip(lengths, _line(model, np.full(17, float(p)), lengths), strict=True)) for p in prompts
    }
    times = [
        *_parts(cell.measured for cell in model.cells),
        *(t for line in curves.values() for _, t in line),
    ]
    y, factor, unit = _time_scale(times, frame)
    x = Scale(low=0, high=max(longest * 1.05, 1.5), start=frame.left, end=frame.right)
    lines = []
    for p, line in curves.items():
        places = [(x.at(float(o)), y.at(t)) for o, t in line]
        end = text(places[-1][0] + 9, places[-1][1] + 4, f"p = {p}", "label")
        lines += [polyline(places, "line"), end]
    return _panel(
        "Time to the last token against answer length",
        [
            *_axes(x, y, frame, "output tokens o", (factor, unit)),
            group(series.kind, *lines),
            *(_cell(cell, series, x.at(cell.output_tokens), y) for cell in model.cells),
        ],
        key,
    )


def _prompts(model: RuntimeModel) -> list[int]:
    """Prompt lengths whose answers' length was varied, at most the least and the greatest of them."""
    varied = sorted({cell.input_tokens for cell in model.cells if cell.output_tokens > 1})
    return [varied[0], varied[-1]] if len(varied) > 1 else varied


def _line(model: RuntimeModel, p: FloatArray, o: FloatArray) -> list[float]:
    return [float(time) for time in model.runtime_s(p, o)]


def _residuals(model: RuntimeModel, series: Series, key: str) -> Markup:
    height = max(HEIGHT, 64 + ROW * len(model.cells))
    frame = plot_frame(WIDTH, height, left=106)
    shares = [
        share
        for cell in model.cells
        for share in (residual(cell, cell.fitted_s), residual(cell, cell.held_out_s))
        if share is not None
    ]
    widest = max([0.01, *(abs(share) for share in shares)]) * 1.15
    x = Scale(low=-widest * 100, high=widest * 100, start=frame.left, end=frame.right)
    labels = tick_labels(x.ticks(6))
    rows = [_row(cell, i, series, x, frame, len(model.cells)) for i, cell in enumerate(model.cells)]
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


def _cell(cell: RuntimeCell, series: Series, x: float, y: Scale) -> Markup:
    tip = f"{cell.input_tokens} in, {cell.output_tokens} out: {estimate_text(cell.measured)}"
    mark = point(series.shape, (x, y.at(cell.measured.value)), 4.5, "full", tip)
    return group(series.kind, *whisker(x, y, cell.measured), mark)


def _axes(x: Scale, y: Scale, frame: Frame, name: str, unit: tuple[float, str]) -> tuple[Markup, ...]:
    factor, label = unit
    shown = Scale(low=y.low * factor, high=y.high * factor, start=y.start, end=y.end, log=y.log)
    y_labels, x_labels = tick_labels(shown.ticks()), tick_labels(x.ticks(4))
    return (
        y_axis(shown, frame, lambda tick: f"{y_labels[tick]} {label}"),
        x_axis(x, frame, x_labels.__getitem__, x.ticks(4)),
        text(frame.right, frame.bottom + 38, name, "axis-title", anchor="end"),
    )


def _panel(title: str, body: list[Markup], key: str) -> Markup:
    return drawing(
        WIDTH,
        HEIGHT,
        title=title,
        description="Points are measured, lines are the model.",
        key=key,
        body=body,
    )


def _time_scale(values: list[float], frame: Frame) -> tuple[Scale, float, str]:
    low, high = range_of(values, log=False)  # linear always: the model is straight in o, and should look it
    factor, unit = time_unit(high / 4)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top), factor, unit


def _parts(estimates: Iterable[Estimate]) -> list[float]:
    return [part for each in estimates for part in (each.value, each.low, each.high) if part is not None]
