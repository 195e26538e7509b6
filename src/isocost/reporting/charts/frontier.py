"""The production frontier: cost against speed for one user."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    LOG_FROM,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    cost_tip,
    level_keys,
    load_title,
    plot_frame,
    point,
    repricing,
    series_of,
    tick_labels,
)
from isocost.reporting.format import estimate_text, si
from isocost.reporting.labels import Label, place_labels
from isocost.reporting.markup import element, exact, shorten
from isocost.reporting.pricing import Amount, amount, pricing_of
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, drawing, group, marker, polyline, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import Axis, Frontier, FrontierUnit
    from isocost.reporting.markup import Markup
    from isocost.reporting.pricing import Pricing
    from isocost.studies.report import StudyReport

__all__ = ["axis_roles", "frontier_figure", "is_cost", "unit_cost"]

RADIUS = (4.5, 9.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    unit: FrontierUnit
    series: Series
    cost: Amount
    speed: Estimate
    size: Estimate | None
    chosen: bool
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    y: Scale
    pricing: Pricing
    sizes: tuple[float, float] | None

    def place(self, mark: _Mark) -> tuple[float, float]:
        return self.x.at(mark.speed.value), self.y.at(mark.cost.value)

    def radius(self, mark: _Mark) -> float:
        if self.sizes is None or mark.size is None or mark.size.value <= 0:
            return 6.0
        smallest, largest = self.sizes
        share = math.log(mark.size.value / smallest) / math.log(largest / smallest)
        return RADIUS[0] + share * (RADIUS[1] - RADIUS[0])


def is_cost(axis: Axis) -> bool:
    """Whether an axis is a cost in money or in machine-seconds."""
    return axis.unit.startswith("USD") or axis.name.startswith("machine")


def axis_roles(axes: Sequence[Axis]) -> tuple[int, int, int | None] | None:
    """Find which axes are cost, speed and size; ``None`` where there is no cost or nothing else."""
    cost = next((i for i, axis in enumerate(axes) if is_cost(axis)), None)
    size = next((i for i, axis in enumerate(axes) if axis.name.startswith("parameters")), None)
    speed = next(
        (i for i, axis in enumerate(axes) if i not in (cost, size) and axis.better == "higher"), None
    )
    return None if cost is None or speed is None else (cost, speed, size)


def unit_cost(unit: FrontierUnit, axis: int, pricing: Pricing, *, in_money: bool) -> Amount:
    """Return the cost of a unit, ready to be shown."""
    value = unit.values[axis]
    return amount(value, in_money=in_money, price=pricing.price, before=None if in_money else value)


def frontier_figure(report: StudyReport) -> Figure | None:
    """Draw units by cost and speed, with the frontier of the two; ``None`` where there is none."""
    frontier = report.frontier
    roles = None if frontier is None else axis_roles(frontier.axes)
    if frontier is None or roles is None or not frontier.units:
        return None
    series, pricing = series_of(report), pricing_of(report)
    marks = _marks(report, frontier, roles, series, pricing)
    drawings = tuple(_draw(marks, frontier, roles, pricing, width=width) for width in (WIDE, NARROW))
    used = {mark.series.number: mark.series for mark in marks}
    return Figure(
        key="frontier",
        title="The production frontier",
        subtitle=f"per million output tokens{_logarithmic(marks)}, against {frontier.axes[roles[1]].name}; "
        "lower right is better",
        panels=(Panel(title="", drawings=drawings),),
        legend=tuple(used[number] for number in sorted(used)),
        notes=_notes(report, frontier, roles),
    )


def _notes(report: StudyReport, frontier: Frontier, roles: tuple[int, int, int | None]) -> tuple[str, ...]:
    curves = [each.curve for each in report.deployments if each.curve is not None]
    notes = [
        f"Numbers beside points: {load_title(curves)}.",
        "Grey: dominated, another unit is at least as good throughout.",
    ]
    if roles[2] is not None:
        notes.append(
            "Larger marks: more parameters; size, not quality. A larger model can be on the frontier "
            "above the line, which heeds cost and speed alone."
        )
    if any(axis.name == "quality" for axis in frontier.axes):
        notes.append(
            "Quality counts, too: a unit that answers more questions right can be on the frontier above the "
            "line, which heeds cost and speed alone."
        )
    return tuple(notes)


def _marks(
    report: StudyReport,
    frontier: Frontier,
    roles: tuple[int, int, int | None],
    series: dict[str, Series],
    pricing: Pricing,
) -> list[_Mark]:
    cost, speed, size = roles
    in_money = frontier.axes[cost].unit.startswith("USD")
    curves = [each.curve for each in report.deployments if each.curve is not None]
    keys = {f"{name} at {load.label}": key for (name, load), key in level_keys(curves).items()}
    return [
        _Mark(
            unit=unit,
            series=series.get(unit.group) or Series(number=len(series), name=shorten(unit.group, 42)),
            cost=unit_cost(unit, cost, pricing, in_money=in_money),
            speed=unit.values[speed],
            size=None if size is None else unit.values[size],
            chosen=unit.name == _recommended(report),
            key=keys.get(unit.name),
        )
        for unit in frontier.units
    ]


def _recommended(report: StudyReport) -> str | None:
    for each in report.deployments:
        if each.deployment.name == report.recommended and each.curve is not None and each.curve.zone.best:
            return f"{each.deployment.name} at {each.curve.zone.best.label}"
    return None


def _draw(
    marks: list[_Mark],
    frontier: Frontier,
    roles: tuple[int, int, int | None],
    pricing: Pricing,
    *,
    width: float,
) -> Markup:
    height = 440.0 if width > NARROW else 340.0
    plot = _plot(marks, pricing, width, height)
    frame, dollars = plot.frame, frontier.axes[roles[0]].unit.startswith("USD")
    y_labels, x_labels = tick_labels(plot.y.ticks(), dollars=dollars), tick_labels(plot.x.ticks())
    speed = frontier.axes[roles[1]]
    behind = [mark for mark in marks if not mark.unit.on_frontier]
    ahead = [mark for mark in marks if mark.unit.on_frontier]
    return drawing(
        width,
        height,
        title="Production frontier: cost against speed for one user",
        description=f"{len(ahead)} of {len(marks)} units are on the frontier: "
        + ", ".join(shorten(mark.unit.name, 80) for mark in ahead[:12]),
        key=f"frontier-{width:.0f}",
        body=[
            y_axis(plot.y, frame, y_labels.__getitem__, repricing=repricing(plot.y, pricing)),
            x_axis(plot.x, frame, x_labels.__getitem__),
            text(frame.right, frame.bottom + 38, f"{speed.name}, {speed.unit}", "axis-title", anchor="end"),
            polyline(_staircase(marks, plot), "frontier-line"),
            *_links(marks, plot),
            *(_mark(mark, plot, frontier) for mark in [*behind, *ahead]),
            group("labels", *_labels(ahead, marks, plot)),
        ],
    )


def _plot(marks: list[_Mark], pricing: Pricing, width: float, height: float) -> _Plot:
    frame = plot_frame(width, height)
    costs, speeds = [mark.cost.value for mark in marks], [mark.speed.value for mark in marks]
    sizes = [mark.size.value for mark in marks if mark.size is not None and mark.size.value > 0]
    return _Plot(
        frame=frame,
        x=_scale(speeds, frame.left, frame.right),
        y=_scale(costs, frame.bottom, frame.top),
        pricing=pricing,
        sizes=(min(sizes), max(sizes)) if sizes and max(sizes) > min(sizes) else None,
    )


def _scale(values: list[float], start: float, end: float) -> Scale:
    log = _wide(values)
    low, high = range_of(values, log=log)
    return Scale(low=low, high=high, start=start, end=end, log=log)


def _logarithmic(marks: list[_Mark]) -> str:
    costs = [mark.cost.value for mark in marks]
    return ", logarithmic" if _wide(costs) else ""


def _wide(values: list[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) > LOG_FROM


def _staircase(marks: list[_Mark], plot: _Plot) -> list[tuple[float, float]]:
    """Line between what some unit reaches and what none does, by cost and speed alone."""
    corners: list[tuple[float, float]] = []
    for mark in sorted(marks, key=lambda each: (-each.speed.value, each.cost.value)):
        x, y = plot.place(mark)
        if not corners:
            corners = [(x, plot.frame.top), (x, y)]
        elif y > corners[-1][1]:  # lower in the drawing, so cheaper
            corners += [(x, corners[-1][1]), (x, y)]
    return [*corners, (plot.frame.left, corners[-1][1])]


def _links(marks: list[_Mark], plot: _Plot) -> list[Markup]:
    lines = []
    for number in dict.fromkeys(mark.series.number for mark in marks):
        own = [mark for mark in marks if mark.series.number == number]
        lines.append(group(own[0].series.kind, polyline([plot.place(mark) for mark in own], "link")))
    return lines


def _mark(mark: _Mark, plot: _Plot, frontier: Frontier) -> Markup:
    others = [
        f"\n{axis.name}: {si(value.value) if value.unit == axis.name else estimate_text(value)}"
        for axis, value in zip(frontier.axes, mark.unit.values, strict=True)
        if not is_cost(axis)
    ]
    by = "" if mark.unit.on_frontier else f"\ndominated by {shorten(', '.join(mark.unit.dominated_by), 120)}"
    tip = cost_tip(
        f"{shorten(mark.unit.name, 80)}\n", mark.cost, " per million output tokens" + "".join(others) + by
    )
    x, y = plot.place(mark)
    shown = point(
        mark.series.shape, (x, y), plot.radius(mark), "full" if mark.unit.on_frontier else "dominated", tip
    )
    halo = (marker("circle", x, y, plot.radius(mark) + 5, "halo"),) if mark.chosen else ()
    found = {"data-level": mark.key, "data-radius": exact(plot.radius(mark))}
    return element("g", {"class": mark.series.kind, **found}, *halo, shown)


def _labels(ahead: list[_Mark], marks: list[_Mark], plot: _Plot) -> list[Markup]:
    """Name the recommended unit in full, then number the others that find room."""
    wanted = [_label(mark, plot) for mark in sorted(ahead, key=lambda each: not each.chosen)]
    obstacles = [(*plot.place(mark), plot.radius(mark)) for mark in marks]
    return [
        text(placed.x, placed.y, placed.label.text, placed.label.kind, anchor=placed.anchor)
        for placed in place_labels(wanted, obstacles, plot.frame)
    ]


def _label(mark: _Mark, plot: _Plot) -> Label:
    x, y = plot.place(mark)
    gap = plot.radius(mark) + (9 if mark.chosen else 4)
    if mark.chosen:
        return Label(x=x, y=y, text=shorten(mark.unit.name, 40), gap=gap, kind="label chosen", size=14.5)
    load = mark.unit.name.removeprefix(f"{mark.unit.group} at ").removesuffix(" concurrent")
    return Label(x=x, y=y, text=shorten(load, 12), gap=gap)
