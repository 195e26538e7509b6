"""Energy and cost of a token against load, side by side, and the power behind the energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.boundaries import amount_of_energy, boundary_place
from isocost.reporting.charts.cost import load_scale
from isocost.reporting.charts.figure import (
    CUT_NOTE,
    LOG_FROM,
    NARROW,
    Figure,
    Panel,
    cost_tip,
    extent,
    load_title,
    load_value,
    plot_frame,
    point,
    repricing,
    series_of,
    tick_labels,
    whisker,
)
from isocost.reporting.pricing import cost_of, pricing_of
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, drawing, group, polyline, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics.curve import CostCurve
    from isocost.reporting.charts.figure import Series
    from isocost.reporting.markup import Markup
    from isocost.reporting.pricing import Amount
    from isocost.studies.energy import DeploymentEnergy
    from isocost.studies.report import StudyReport

__all__ = ["energy_figure"]

HEIGHT = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One deployment in one panel: what is seen at each load, and the tooltip of each."""

    series: Series
    loads: tuple[Load, ...]
    seen: tuple[Estimate | Amount, ...]
    tips: tuple[str | Markup, ...]
    missed: frozenset[Load]


def energy_figure(report: StudyReport) -> Figure | None:
    """Draw joules and dollars of a token over load, and watts; ``None`` where no power is known."""
    if report.energy is None:
        return None
    series, pricing = series_of(report), pricing_of(report)
    curves = {each.curve.deployment: each.curve for each in report.deployments if each.curve is not None}
    told = [(each, curves[each.curve.deployment]) for each in report.energy.deployments]
    energy = [_energy_line(each, curve, series[curve.deployment]) for each, curve in told]
    costs = [_cost_line(curve, series[curve.deployment]) for _, curve in told]
    power = [_power_line(each, curve, series[curve.deployment]) for each, curve in told]
    shown = [curve for _, curve in told]
    cost_labels = repricing(_scale(costs, plot_frame(NARROW, HEIGHT)), pricing)
    panels = (
        _panel("Energy, J per output token", energy, shown, key="energy-j"),
        _panel("Cost", costs, shown, key="energy-cost", labels=cost_labels, dollars=pricing.known),
        _panel("Power, W", power, shown, key="energy-w", from_zero=True),
    )
    places = dict.fromkeys(boundary_place(each.curve.measured_at) for each, _ in told)
    cut = any(extent(seen)[1] for lines in (energy, costs) for seen in [_all(lines)])
    return Figure(
        key="energy",
        title="What a token takes, in joules and in money",
        subtitle=f"per million output tokens, energy {', '.join(places)}, against {load_title(shown)}",
        panels=panels,
        columns=3,
        legend=tuple(line.series for line in energy) if len(energy) > 1 else (),
        notes=(*_notes(told), *([CUT_NOTE] if cut else [])),
    )


def _notes(told: Sequence[tuple[DeploymentEnergy, CostCurve]]) -> list[str]:
    notes = ["Upright lines: 95 % intervals."]
    if any(not each.curve.varies for each, _ in told):
        notes.append("Where one power stands for all loads, energy falls as cost does, by arithmetic alone.")
    if any(_missed(curve) for _, curve in told):
        notes.append("Hollow: misses a service level, or cannot be judged.")
    return notes


def _energy_line(each: DeploymentEnergy, curve: CostCurve, series: Series) -> _Line:
    at = each.curve.measured_at
    seen = tuple(level.per_token[at] for level in each.curve.levels)
    place = boundary_place(at)
    tips = tuple(
        f"{series.name} at {level.load.label}: {amount_of_energy(one)} per output token "
        f"{place}, {each.obtained}"
        for level, one in zip(each.curve.levels, seen, strict=True)
    )
    loads = tuple(level.load for level in each.curve.levels)
    return _Line(series=series, loads=loads, seen=seen, tips=tips, missed=_missed(curve))


def _power_line(each: DeploymentEnergy, curve: CostCurve, series: Series) -> _Line:
    at = each.curve.measured_at
    seen = tuple(level.power[at] for level in each.curve.levels)
    tips = tuple(
        f"{series.name} at {level.load.label}: {amount_of_energy(one)} {boundary_place(at)}, {each.obtained}"
        for level, one in zip(each.curve.levels, seen, strict=True)
    )
    loads = tuple(level.load for level in each.curve.levels)
    return _Line(series=series, loads=loads, seen=seen, tips=tips, missed=_missed(curve))


def _cost_line(curve: CostCurve, series: Series) -> _Line:
    known = [(level.load, cost_of(level, curve.price)) for level in curve.levels]
    priced = [(load, cost) for load, cost in known if cost is not None]
    return _Line(
        series=series,
        loads=tuple(load for load, _ in priced),
        seen=tuple(cost for _, cost in priced),
        tips=tuple(
            cost_tip(f"{series.name} at {load.label}: ", cost, " per million output tokens")
            for load, cost in priced
        ),
        missed=_missed(curve),
    )


def _missed(curve: CostCurve) -> frozenset[Load]:
    """Return the loads that miss a service level, or cannot be judged."""
    return frozenset(level.load for level in curve.levels if level.unmet)


def _all(lines: Sequence[_Line]) -> list[Estimate | Amount]:
    return [one for line in lines for one in line.seen]


def _scale(lines: Sequence[_Line], frame: Frame, *, from_zero: bool = False) -> Scale:
    values = [value for value in extent(_all(lines))[0] if value > 0] or [1.0]
    log = not from_zero and max(values) / min(values) > LOG_FROM
    low, high = range_of(values, log=log)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=log)


def _panel(
    title: str,
    lines: Sequence[_Line],
    curves: Sequence[CostCurve],
    *,
    key: str,
    from_zero: bool = False,
    labels: dict[str, str] | None = None,
    dollars: bool = False,
) -> Panel:
    frame = plot_frame(NARROW, HEIGHT)
    x, y = load_scale(curves, frame), _scale(lines, frame, from_zero=from_zero)
    ticks = tick_labels(y.ticks(), dollars=dollars)
    loads = sorted({load_value(load) for line in lines for load in line.loads})
    body = [
        y_axis(y, frame, ticks.__getitem__, repricing=labels),
        x_axis(x, frame, lambda load: f"{load:g}", loads),
        text(frame.right, frame.bottom + 38, load_title(curves), "axis-title", anchor="end"),
        *(_drawn(line, x, y) for line in lines),
    ]
    names = ", ".join(line.series.name for line in lines)
    return Panel(
        title=title,
        drawings=(
            drawing(
                NARROW,
                HEIGHT,
                title=f"{title} against load",
                description=f"One line for each of: {names}.",
                key=key,
                body=body,
            ),
        ),
    )


def _drawn(line: _Line, x: Scale, y: Scale) -> Markup:
    places = [
        (x.at(load_value(load)), y.at(one.value)) for load, one in zip(line.loads, line.seen, strict=True)
    ]
    marks = []
    for place, load, one, tip in zip(places, line.loads, line.seen, line.tips, strict=True):
        kind = "open" if load in line.missed else "full"
        marks += [*whisker(place[0], y, one), point(line.series.shape, place, 5.0, kind, tip)]
    return group(line.series.kind, polyline(places, "line thin"), *marks)
