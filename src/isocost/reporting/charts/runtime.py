"""T(p, o): what was measured, what the model says, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass
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
from isocost.reporting.charts.residuals import MOST_ROWS, residual_dots, residual_rows
from isocost.reporting.format import estimate_text, time_unit
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import (
    Frame,
    band,
    drawing,
    group,
    polyline,
    text,
    x_axis,
    y_axis,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.runtime.model import FloatArray, RuntimeCell, RuntimeModel
    from isocost.studies.report import StudyReport

__all__ = ["RuntimePicture", "model_picture", "runtime_figure", "runtime_figures"]

WIDTH, HEIGHT = 340.0, 290.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePicture:
    """A fitted T(p, o) as it is drawn, whoever fitted it.

    Parameters
    ----------
    name : str
    cells : tuple of RuntimeCell
        What was measured of each size, at least one.
    first_token : tuple of (int, Estimate)
        T(p, 1) at the prompt sizes, rising.
    runtime_s : callable
        From arrays of p and o to seconds.
    terms : tuple of str
        Terms beyond alpha(p) + beta (o - 1), in words.
    points : str
        What the points are.
    held_out_error : float or None
        Mean relative error on cells left out, a fraction.
    """

    name: str
    cells: tuple[RuntimeCell, ...]
    first_token: tuple[tuple[int, Estimate], ...]
    runtime_s: Callable[[FloatArray, FloatArray], FloatArray]
    terms: tuple[str, ...] = ()
    points: str = "medians over repeats with intervals"
    held_out_error: float | None = None


def runtime_figures(report: StudyReport) -> tuple[Figure, ...]:
    """Draw one figure of three panels for each deployment whose runtime was profiled."""
    series = series_of(report)
    return tuple(
        runtime_figure(model_picture(each.runtime), series[each.deployment.name], number)
        for number, each in enumerate(report.deployments)
        if each.runtime is not None and each.runtime.cells
    )


def model_picture(model: RuntimeModel) -> RuntimePicture:
    """Return our own fit as it is drawn."""
    terms = [("context", model.context), ("the first decode step", model.changeover)]
    return RuntimePicture(
        name=model.deployment,
        cells=model.cells,
        first_token=model.prefill,
        runtime_s=model.runtime_s,
        terms=tuple(name for name, each in terms if each is not None),
        held_out_error=None if model.held_out_error is None else model.held_out_error.value,
    )


def runtime_figure(picture: RuntimePicture, series: Series, number: int) -> Figure:
    """Draw T(p, 1), T(p, o) and how far measurements are from both.

    Parameters
    ----------
    picture : RuntimePicture
    series : Series
        Colour, shape and name.
    number : int
        Tells it from other such figures of the page.
    """
    key = f"runtime-{number}"
    extra = " and ".join(picture.terms)
    rest = residual_rows if len(picture.cells) <= MOST_ROWS else residual_dots
    return Figure(
        key=key,
        title=f"What one request takes on {series.name}",
        subtitle="T(p, o): time to the first token of p, then time for each further token of o"
        + (f", and a term for {extra}" if extra else ""),
        panels=(
            Panel(title="To the first token", drawings=(_first_token(picture, series, f"{key}-first"),)),
            Panel(title="To the last token", drawings=(_last_token(picture, series, f"{key}-last"),)),
            Panel(title="Measured against model", drawings=(rest(picture, series, f"{key}-rest"),)),
        ),
        columns=3,
        notes=_notes(picture),
    )


def _notes(picture: RuntimePicture) -> tuple[str, ...]:
    notes = [f"Points: {picture.points}. Lines: the model."]
    if any(each.low is not None for _, each in picture.first_token):
        notes.append("Shaded: its 95 % interval at the timed prompt sizes.")
    if len(picture.cells) > MOST_ROWS:
        notes.append("To the last token: the shortest and the longest prompt of many.")
    if picture.held_out_error is not None:
        notes.append(f"Mean error on cells left out, one at a time: {picture.held_out_error * 100:.1f} %.")
    return tuple(notes)


def _first_token(picture: RuntimePicture, series: Series, key: str) -> Markup:
    cells = [
        cell for cell in picture.cells if cell.output_tokens == min(c.output_tokens for c in picture.cells)
    ]
    lines = [(float(tokens), each) for tokens, each in picture.first_token]
    frame = plot_frame(WIDTH, HEIGHT)
    times = [*_parts(cell.measured for cell in cells), *_parts(each for _, each in lines)]
    y, factor, unit = _time_scale(times, frame)
    sizes = [*(tokens for tokens, _ in lines), *(float(cell.input_tokens) for cell in cells)]
    x = Scale(low=0, high=max(sizes) * 1.05, start=frame.left, end=frame.right)
    knots = [tokens for tokens, _ in lines]
    prompts = np.unique([*np.linspace(knots[0], knots[-1], 193), *knots])  # close enough for stairs
    fitted = zip(prompts, _line(picture, prompts, np.ones(len(prompts))), strict=True)
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


def _last_token(picture: RuntimePicture, series: Series, key: str) -> Markup:
    frame = plot_frame(WIDTH, HEIGHT, right=52)
    longest = max(cell.output_tokens for cell in picture.cells)
    prompts = _prompts(picture)
    many = len(picture.cells) > MOST_ROWS
    shown = [cell for cell in picture.cells if cell.input_tokens in prompts or not many]
    lengths = np.linspace(1, longest, 17)
    curves = {
        p: list(zip(lengths, _line(picture, np.full(17, float(p)), lengths), strict=True)) for p in prompts
    }
    times = [
        *_parts(cell.measured for cell in picture.cells),
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
            *(_cell(cell, series, x.at(cell.output_tokens), y) for cell in shown),
        ],
        key,
    )


def _prompts(picture: RuntimePicture) -> list[int]:
    """Prompt lengths whose answers' length was varied, at most the least and the greatest of them."""
    varied = sorted({cell.input_tokens for cell in picture.cells if cell.output_tokens > 1})
    return [varied[0], varied[-1]] if len(varied) > 1 else varied


def _line(picture: RuntimePicture, p: FloatArray, o: FloatArray) -> list[float]:
    return [float(time) for time in picture.runtime_s(p, o)]


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
