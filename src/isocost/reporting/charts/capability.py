"""Efficiency against capability: how often each model is on the frontier, and each scenario in small."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    LOG_FROM,
    NAME_LIMIT,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    plot_frame,
    point,
    tick_labels,
)
from isocost.reporting.format import estimate_text
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.standings import main_metrics, metric_label, ordered_models, standing_of
from isocost.reporting.svg import Frame, drawing, group, marker, polyline, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier import CapabilityUnit, ScenarioFrontier
    from isocost.reporting.markup import Markup
    from isocost.studies.capability import CapabilityReport

__all__ = ["capability_figures"]

PANEL = 280.0, 214.0
ROW = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """A model in one scenario: what it reaches, and what that takes by the metrics that are drawn."""

    series: Series
    unit: CapabilityUnit
    takes: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    y: Scale


def capability_figures(report: CapabilityReport) -> tuple[Figure, ...]:
    """Draw how often models are on the frontier, and the report's drawn scenarios one by one."""
    series = _series(report)
    return (_standing_figure(report, series), _scenario_figure(report, series))


def _series(report: CapabilityReport) -> dict[str, Series]:
    """Give each model its colour and shape, the same in every picture."""
    return {
        model: Series(number=number, name=shorten(model, NAME_LIMIT))
        for number, model in enumerate(report.table.models)
    }


def _metrics(report: CapabilityReport) -> tuple[str, ...]:
    """Return the metrics that share one axis: the two main ones where they have one unit, else the first."""
    first, other = main_metrics(report)
    units = {metric.name: metric.unit for metric in report.table.metrics}
    return (first,) if other is None or units[other] != units[first] else (first, other)


def _legend_notes(metrics: Sequence[str]) -> tuple[str, ...]:
    if len(metrics) == 1:
        return ()
    return (f"Hollow: {metric_label(metrics[0])}. Filled: {metric_label(metrics[1])}.",)


# ---- how often


def _standing_figure(report: CapabilityReport, series: dict[str, Series]) -> Figure:
    first, other = main_metrics(report)
    metrics = [first] if other is None else [first, other]
    drawings = tuple(_draw_standings(report, series, metrics, width=width) for width in (WIDE, NARROW))
    return Figure(
        key="standings",
        title="How often each model is on the frontier",
        subtitle=f"Share of its scenarios, by {' and by '.join(metric_label(name) for name in metrics)}",
        panels=(Panel(title="", drawings=drawings),),
        notes=_legend_notes(metrics),
    )


def _draw_standings(
    report: CapabilityReport, series: dict[str, Series], metrics: Sequence[str], *, width: float
) -> Markup:
    models = ordered_models(report)
    names = 290.0 if width > NARROW else 150.0
    height = ROW * len(models) + 56
    frame = plot_frame(width, height, left=names, right=24.0)
    x = Scale(low=0.0, high=1.0, start=frame.left + 8, end=frame.right)
    limit = int((names - 14) / 7.4)
    rows: list[Markup] = []
    for number, model in enumerate(models):
        y = frame.top + ROW * (number + 0.5)
        rows.append(text(frame.left - 10, y + 4, shorten(model, limit), "tick", anchor="end"))
        rows.append(_standing_row(report, series[model], model, metrics, x, y))
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    lines = [segment(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid") for tick in ticks]
    return drawing(
        width,
        height,
        title="Share of scenarios in which each model is on the frontier",
        description=f"One row for each of: {', '.join(series[model].name for model in models)}.",
        key=f"standings-{width:.0f}",
        body=[*lines, x_axis(x, frame, lambda share: f"{share:.0%}", ticks), *rows],
    )


def _standing_row(
    report: CapabilityReport, series: Series, model: str, metrics: Sequence[str], x: Scale, y: float
) -> Markup:
    seen = [(name, standing_of(report, model, name)) for name in metrics]
    known = [(name, each) for name, each in seen if each is not None]
    places = [(x.at(each.ahead / each.scenarios), y) for _, each in known]
    marks = [
        point(
            series.shape,
            place,
            6.0,
            "open" if len(metrics) > 1 and name == metrics[0] else "full",
            f"{series.name}, by {metric_label(name)}: {each.ahead} of {each.scenarios}",
        )
        for place, (name, each) in zip(places, known, strict=True)
    ]
    return group(series.kind, polyline(places, "line thin"), *marks)


# ---- scenario by scenario


def _scenario_figure(report: CapabilityReport, series: dict[str, Series]) -> Figure:
    metrics = _metrics(report)
    panels = tuple(
        Panel(
            title=scenario,
            drawings=(_draw_scenario(report, scenario, series, metrics, key=f"scenario-{number}"),),
        )
        for number, scenario in enumerate(report.drawn)
    )
    present = {unit.model for unit in report.table.units if unit.scenario in report.drawn}
    unit = next(metric.unit for metric in report.table.metrics if metric.name == metrics[0])
    label = " and ".join(metric_label(name) for name in metrics)
    count = len(report.table.scenarios)
    notes = [*_legend_notes(metrics), *_line_notes(metrics, report), "Larger marks are on a frontier."]
    if len(report.drawn) < count:
        notes.append(f"{len(report.drawn)} of {count} scenarios; name others with --scenario.")
    return Figure(
        key="scenarios",
        title=f"{metric_label(report.table.capability.name).capitalize()} against {label}",
        subtitle=f"{label}{f', {unit}' if unit else ''}: upper left is better; each panel on its own axes",
        panels=panels,
        columns=3,
        legend=tuple(series[model] for model in report.table.models if model in present),
        notes=tuple(notes),
    )


def _line_notes(metrics: Sequence[str], report: CapabilityReport) -> list[str]:
    rule = f"{report.dominance} dominance."
    if len(metrics) == 1:
        return [f"Line: the frontier, {rule}"]
    dashed, full = (metric_label(name) for name in metrics)
    return [f"Dashed line: the frontier by {dashed}; full line: by {full}; {rule}"]


def _draw_scenario(
    report: CapabilityReport,
    scenario: str,
    series: dict[str, Series],
    metrics: Sequence[str],
    *,
    key: str,
) -> Markup:
    models = _models(report, scenario, series, metrics)
    width, height = PANEL
    plot = _plot(models, plot_frame(width, height, left=46.0, right=12.0))
    found = {each.metric: each for each in report.frontiers if each.scenario == scenario}
    kinds = ("frontier-line dashed", "frontier-line") if len(metrics) > 1 else ("frontier-line",)
    lines = [
        polyline(_staircase(found[name], plot), kind)
        for name, kind in zip(metrics, kinds, strict=True)
        if name in found
    ]
    ahead = {name: set(each.ahead) for name, each in found.items()}
    labels_x, labels_y = tick_labels(plot.x.ticks(3)), tick_labels(plot.y.ticks(4))
    return drawing(
        width,
        height,
        title=f"{shorten(scenario, 60)}: capability against {metric_label(metrics[0])}",
        description=shorten("On a frontier: " + ", ".join(sorted(set().union(*ahead.values()))), 300),
        key=key,
        body=[
            y_axis(plot.y, plot.frame, labels_y.__getitem__, count=4),
            x_axis(plot.x, plot.frame, labels_x.__getitem__, plot.x.ticks(3)),
            *lines,
            *(_marks(model, plot, metrics, ahead) for model in models),
        ],
    )


def _models(
    report: CapabilityReport, scenario: str, series: dict[str, Series], metrics: Sequence[str]
) -> list[_Model]:
    places = [[metric.name for metric in report.table.metrics].index(name) for name in metrics]
    return [
        _Model(series=series[unit.model], unit=unit, takes=tuple(unit.metrics[place] for place in places))
        for unit in report.table.units
        if unit.scenario == scenario
    ]


def _plot(models: Sequence[_Model], frame: Frame) -> _Plot:
    takes = [each.value for model in models for each in model.takes if each is not None] or [1.0]
    log = max(takes) / min(takes) > LOG_FROM
    low, high = range_of(takes, log=log)
    reached = [model.unit.capability.value for model in models]
    air = (max(reached) - min(reached)) * 0.08 or abs(max(reached)) * 0.05 or 0.05
    return _Plot(
        frame=frame,
        x=Scale(low=low, high=high, start=frame.left, end=frame.right, log=log),
        y=Scale(low=min(reached) - air, high=max(reached) + air, start=frame.bottom, end=frame.top),
    )


def _staircase(found: ScenarioFrontier, plot: _Plot) -> list[tuple[float, float]]:
    """Line below which everybody on the plot lies, from the fastest on the frontier to its end."""
    ahead = sorted(
        (unit.values[0].value, -unit.values[1].value) for unit in found.frontier.units if unit.on_frontier
    )
    rising: list[tuple[float, float]] = []
    for takes, reached in ahead:  # weak dominance keeps ties, which the line passes by
        if not rising or -reached > rising[-1][1]:
            rising.append((takes, -reached))
    places = [(plot.x.at(takes), plot.y.at(reached)) for takes, reached in rising]
    corners = [(places[0][0], plot.frame.bottom), places[0]]
    for (_, before), (x, y) in itertools.pairwise(places):
        corners += [(x, before), (x, y)]
    return [*corners, (plot.frame.right, corners[-1][1])]


def _marks(model: _Model, plot: _Plot, metrics: Sequence[str], ahead: dict[str, set[str]]) -> Markup:
    y = plot.y.at(model.unit.capability.value)
    seen = [(name, each) for name, each in zip(metrics, model.takes, strict=True) if each is not None]
    places = [(plot.x.at(each.value), y) for _, each in seen]
    marks = []
    for place, (name, _) in zip(places, seen, strict=True):
        hollow = len(metrics) > 1 and name == metrics[0]
        radius = 5.0 if model.unit.model in ahead[name] else 3.4
        marks.append(group("open" if hollow else "full", marker(model.series.shape, *place, radius)))
    said = [f"{metric_label(name)} {estimate_text(each)}" for name, each in seen]
    reached = f"{model.unit.capability.value:.3g}"
    tip = "\n".join([model.series.name, f"reaches {reached}", *said])
    return group(model.series.kind, *([polyline(places, "link")] if len(places) > 1 else []), *marks, tip=tip)
