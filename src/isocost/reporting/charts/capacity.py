"""A planned day: its load in steps, and what carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import NARROW, WIDE, Figure, Panel, Series, plot_frame, tick_labels
from isocost.reporting.format import estimate_text, grouped
from isocost.reporting.scales import Scale
from isocost.reporting.svg import drawing, group, polyline, rectangle, text, x_axis, y_axis
from isocost.workload.demand import DAY_H

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.economics import PlannedInterval
    from isocost.reporting.markup import Markup
    from isocost.reporting.svg import Frame
    from isocost.studies.capacity import CapacityReport

__all__ = ["capacity_figure"]

_HEIGHT = 330.0
_BASE, _MORE, _SENT = 0, 1, 2
_THIN = 60  # more intervals than this have no room for numbers above them


def capacity_figure(report: CapacityReport) -> Figure:
    """Draw the load over the day as steps, the replicas of each kind stacked, and what stands idle."""
    intervals, mix = report.plan.intervals, report.plan.mix
    names = {
        _BASE: "replicas all day" if mix is None or mix.base_kind is None else f"{mix.base_kind}, all day",
        _MORE: "replicas" if mix is None else "on demand",
        _SENT: "sent to the API",
    }
    used = {
        _BASE: any(each.base for each in intervals),
        _MORE: any(each.on_demand for each in intervals),
        _SENT: any(each.api_requests > 0 for each in intervals),
    }
    return Figure(
        key="capacity",
        title="The day, and what carries it",
        subtitle=f"requests per second; one replica carries {estimate_text(report.plan.capacity)}",
        panels=(Panel(title="", drawings=tuple(_draw(report, width) for width in (WIDE, NARROW))),),
        legend=tuple(Series(number=number, name=names[number]) for number, here in used.items() if here),
        notes=(
            "Full colour: what replicas carry, those that run all day first. Light: paid for and idle, the "
            "reserve included. Numbers: replicas that run. The line is the load.",
        ),
    )


def _draw(report: CapacityReport, width: float) -> Markup:
    intervals, one = report.plan.intervals, report.plan.capacity.value
    frame = plot_frame(width, _HEIGHT)
    tops = [max((each.base + each.on_demand) * one, each.load.requests_per_second) for each in intervals]
    down = Scale(low=0.0, high=max(tops) * 1.1, start=frame.bottom, end=frame.top)
    along = Scale(low=0.0, high=DAY_H, start=frame.left, end=frame.right)
    labels = tick_labels(down.ticks())
    ticks = range(0, 25, 3 if width > NARROW else 6)
    return drawing(
        width,
        _HEIGHT,
        title="Load and capacity over the day",
        description="; ".join(_tip(each) for each in intervals[:_THIN]),
        key=f"capacity-{width:.0f}",
        body=[
            y_axis(down, frame, labels.__getitem__),
            *(_bars(each, one, along, down) for each in intervals),
            polyline(_steps(intervals, along, down), "frontier-line"),
            *_numbers(intervals, one, along, down),
            x_axis(along, frame, lambda hour: f"{hour:.0f} h", [float(tick) for tick in ticks]),
            _title(frame),
        ],
    )


def _title(frame: Frame) -> Markup:
    return text(frame.right, frame.bottom + 38, "hour of the day", "axis-title", anchor="end")


def _bars(each: PlannedInterval, one: float, along: Scale, down: Scale) -> Markup:
    """Draw one interval: what each kind carries, what it could beside, what is sent elsewhere."""
    base, whole = each.base * one, (each.base + each.on_demand) * one
    load = each.load.requests_per_second
    own = load - each.api_requests / (3600 * each.load.hours)
    parts = (
        (_BASE, "mark", 0.0, min(own, base)),
        (_MORE, "mark", min(own, base), own),
        (_BASE, "band", own, base),
        (_MORE, "band", max(own, base), whole),
        (_SENT, "mark", own, load),
    )
    left, right = along.at(each.load.start_h), along.at(each.load.end_h)
    drawn = [
        group(f"s{number}", rectangle(left, down.at(high), right - left, down.at(low) - down.at(high), kind))
        for number, kind, low, high in parts
        if high - low > 1e-9 * max(load, whole)
    ]
    return group(None, *drawn, tip=_tip(each))


def _steps(intervals: Sequence[PlannedInterval], along: Scale, down: Scale) -> list[tuple[float, float]]:
    return [
        (along.at(hour), down.at(each.load.requests_per_second))
        for each in intervals
        for hour in (each.load.start_h, each.load.end_h)
    ]


def _numbers(intervals: Sequence[PlannedInterval], one: float, along: Scale, down: Scale) -> list[Markup]:
    """Write how many replicas run above each interval that has the room."""
    marks = []
    for each in intervals:
        count = each.base + each.on_demand
        room = along.at(each.load.end_h) - along.at(each.load.start_h)
        if count and room >= 9.0 * len(str(count)):
            middle = along.at((each.load.start_h + each.load.end_h) / 2)
            top = max(count * one, each.load.requests_per_second)
            marks.append(text(middle, down.at(top) - 5, str(count), "label", anchor="middle"))
    return marks


def _tip(each: PlannedInterval) -> str:
    load = each.load
    parts = [f"{grouped(load.requests_per_second, 2)} requests per second"]
    parts += [f"{each.base} all day"] if each.base else []
    parts += [f"{each.on_demand} more"] if each.base and each.on_demand else []
    parts += [f"{each.on_demand} replicas"] if each.on_demand and not each.base else []
    parts += [f"{grouped(each.api_requests, 0)} requests to the API"] if each.api_requests > 0 else []
    parts.append(f"{100 * each.utilization:.0f} % used")
    return f"{load.start_h:g} to {load.end_h:g} h: {', '.join(parts)}"
