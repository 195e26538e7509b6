"""Time to first token and time per token against load, with service levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.cost import TOGETHER, load_scale
from isocost.reporting.charts.figure import (
    CUT_NOTE,
    LOG_FROM,
    NARROW,
    Figure,
    Panel,
    Series,
    extent,
    load_title,
    load_value,
    plot_frame,
    point,
    scale_data,
    series_of,
    tick_labels,
    whisker,
)
from isocost.reporting.format import estimate_text, time_unit
from isocost.reporting.markup import Markup, element, exact, join
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import drawing, group, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.reporting.svg import Frame
    from isocost.studies.report import StudyReport

__all__ = ["latency_figure"]

METRICS = {"ttft": "Time to first token", "tpot": "Time per output token"}


def latency_figure(report: StudyReport) -> Figure | None:
    """Draw median and 95th percentile of both latencies against load; ``None`` without a sweep."""
    curves = [each.curve for each in report.deployments if each.curve is not None]
    if not curves:
        return None
    series = series_of(report)
    together = len(curves) <= TOGETHER
    groups = [curves] if together else [[curve] for curve in curves]
    panels = [
        Panel(
            title=METRICS[metric] + ("" if together else f", {series[some[0].deployment].name}"),
            drawings=(_draw(metric, some, curves, series, report.service_levels, key=f"{metric}-{number}"),),
        )
        for metric in METRICS
        for number, some in enumerate(groups)
        if _seen(metric, some)
    ]
    if not panels:
        return None
    return Figure(
        key="latency",
        title="How long users wait, by load",
        subtitle=f"Over all repeats, against {load_title(curves)}",
        panels=tuple(panels),
        columns=2 if together else 3,
        legend=tuple(series[curve.deployment] for curve in curves) if together else (),
        notes=(
            "Solid: the median. Dashed and hollow: the 95th percentile, where there are requests enough.",
            *((CUT_NOTE,) if any(extent(_seen(metric, curves))[1] for metric in METRICS) else ()),
            *(("Red line: a service level.",) if _bounds(report.service_levels) else ()),
        ),
    )


def _bounds(levels: Sequence[ServiceLevel]) -> list[ServiceLevel]:
    return [level for level in levels if level.metric in METRICS]


def _seen(metric: str, curves: Sequence[CostCurve]) -> list[Estimate]:
    names = (f"{metric}.p50", f"{metric}.p95")
    return [
        level.latency[name]
        for curve in curves
        for level in curve.levels
        for name in names
        if name in level.latency
    ]


def _draw(
    metric: str,
    curves: Sequence[CostCurve],
    everyone: Sequence[CostCurve],
    series: dict[str, Series],
    asked: Sequence[ServiceLevel],
    *,
    key: str,
) -> Markup:
    frame = plot_frame(NARROW, 300)
    bounds = [level for level in asked if level.metric == metric]
    y, factor, unit = _time_scale(
        extent(_seen(metric, everyone))[0], [level.bound for level in bounds], frame
    )
    x = load_scale(everyone, frame)
    labels = tick_labels(y.ticks())
    loads = sorted({load_value(level.load) for curve in everyone for level in curve.levels})
    return drawing(
        NARROW,
        300,
        title=f"{METRICS[metric]} against load",
        description=f"Median and 95th percentile in {unit} for "
        + ", ".join(series[curve.deployment].name for curve in curves),
        key=key,
        body=[
            y_axis(y, frame, lambda tick: f"{labels[tick]} {unit}"),
            x_axis(x, frame, lambda load: f"{load:g}", loads),
            text(frame.right, frame.bottom + 38, load_title(curves), "axis-title", anchor="end"),
            _bounds_drawn(metric, bounds, y, factor, frame),
            *(_curve(metric, curve, series[curve.deployment], x, (y, factor)) for curve in curves),
        ],
    )


def _time_scale(values: list[float], bounds: list[float], frame: Frame) -> tuple[Scale, float, str]:
    top = max(values)
    shown = [*values, *(bound for bound in bounds if min(values) / 3 <= bound <= top * 3)]
    factor, unit = time_unit(max(shown) / 4)
    scaled = [value * factor for value in shown]
    log = min(scaled) > 0 and max(scaled) / min(scaled) > LOG_FROM
    low, high = range_of(scaled, log=log)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=log), factor, unit


def _bounds_drawn(
    metric: str, bounds: Sequence[ServiceLevel], y: Scale, factor: float, frame: Frame
) -> Markup:
    """Draw the service levels, with what the page needs to draw others."""
    sides = {"left": frame.left, "right": frame.right, "top": frame.top, "factor": factor}
    attributes = {
        "class": "bounds",
        "data-metric": metric,
        **{f"data-{name}": exact(value) for name, value in sides.items()},
        **scale_data(y),
    }
    return element("g", attributes, *(_bound(level, y, factor, frame) for level in bounds))


def _bound(level: ServiceLevel, y: Scale, factor: float, frame: Frame) -> Markup:
    value = level.bound * factor
    if not y.low <= value <= y.high:
        return text(frame.left + 6, frame.top + 10, f"{level.label}: beyond this chart", "bound-label")
    place = y.at(value)
    return group(
        None,
        segment(frame.left, place, frame.right, place, "bound"),
        text(frame.left + 6, place - 6, level.label, "bound-label"),
    )


def _curve(metric: str, curve: CostCurve, series: Series, x: Scale, vertical: tuple[Scale, float]) -> Markup:
    parts = [_statistic(f"{metric}.{name}", curve, series, x, vertical) for name in ("p95", "p50")]
    return group(series.kind, *parts)


def _statistic(key: str, curve: CostCurve, series: Series, x: Scale, vertical: tuple[Scale, float]) -> Markup:
    y, factor = vertical
    tail = key.endswith("p95")
    seen = [(level, level.latency[key]) for level in curve.levels if key in level.latency]
    places = [(x.at(load_value(level.load)), y.at(each.value * factor)) for level, each in seen]
    if not places:
        return Markup()
    kind, radius = ("open", 3.5) if tail else ("full", 4.5)
    marks = [
        part
        for (level, each), place in zip(seen, places, strict=True)
        for part in (
            *(whisker(place[0], _seconds(y, factor), each) if tail else ()),
            point(series.shape, place, radius, kind, _tip(key, level, series, each)),
        )
    ]
    return join([polyline(places, "line dashed" if tail else "line"), *marks])


def _tip(key: str, level: CostLevel, series: Series, seen: Estimate) -> str:
    what = f"{METRICS[key[:4]].lower()} {key[5:]}"
    return f"{series.name} at {level.load.label}, {what}: {estimate_text(seen)}"


def _seconds(scale: Scale, factor: float) -> Scale:
    return Scale(
        low=scale.low / factor, high=scale.high / factor, start=scale.start, end=scale.end, log=scale.log
    )
