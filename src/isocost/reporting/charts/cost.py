"""Cost against load, with intervals, the fitted technology and the zone where to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    CUT_NOTE,
    LOG_FROM,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    cost_tip,
    extent,
    level_keys,
    load_title,
    load_value,
    plot_frame,
    point,
    repricing,
    scale_data,
    series_of,
    tick_labels,
    whisker,
)
from isocost.reporting.markup import element, exact
from isocost.reporting.obstacle import unmet_text
from isocost.reporting.pricing import Amount, Pricing, cost_of, pricing_of
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, band, drawing, group, polyline, rectangle, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import Load
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.reporting.markup import Markup
    from isocost.studies.report import StudyReport

__all__ = ["cost_figure", "load_scale"]

LABEL = 56.0
"""Room for the words in the zone."""
TOGETHER = 4
"""Up to so many deployments share one plot; more get one each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    frame: Frame
    x: Scale
    y: Scale
    pricing: Pricing
    keys: dict[tuple[str, Load], str]


def cost_figure(report: StudyReport) -> Figure | None:
    """Draw the cost of a million output tokens against load; ``None`` without a sweep."""
    curves = [each.curve for each in report.deployments if each.curve is not None]
    if not curves:
        return None
    series, pricing = series_of(report), pricing_of(report)
    together = len(curves) <= TOGETHER
    groups = [curves] if together else [[curve] for curve in curves]
    shaded = {report.recommended} if together and len(curves) > 1 else {curve.deployment for curve in curves}
    panels = tuple(
        Panel(
            title="" if together else series[group_[0].deployment].name,
            drawings=tuple(
                _draw(group_, curves, series, pricing, shaded, width=width, key=f"cost-{number}-{width:.0f}")
                for width in ((WIDE, NARROW) if together else (NARROW,))
            ),
        )
        for number, group_ in enumerate(groups)
    )
    return Figure(
        key="cost",
        title="What a million output tokens cost, by load",
        subtitle=f"per million output tokens{_logarithmic(curves)}, against {load_title(curves)}",
        panels=panels,
        columns=1 if together else 3,
        legend=tuple(series[curve.deployment] for curve in curves) if together else (),
        notes=_notes(curves, shaded),
    )


def _notes(curves: Sequence[CostCurve], shaded: set[str | None] | set[str]) -> tuple[str, ...]:
    notes = ["Upright lines: 95 % intervals.", *([CUT_NOTE] if extent(_amounts(curves))[1] else [])]
    forms = {curve.technology.formula: None for curve in curves if curve.technology is not None}
    if forms:
        notes.append(
            f"Band: fitted seconds per step, {' or '.join(forms)} by held-out error, with its interval over "
            "all forms that foretell nearly as well."
        )
    if any(curve.zone.levels for curve in curves if curve.deployment in shaded):
        tolerance = f"{curves[0].zone.tolerance * 100:g}"
        notes.append(f"Shaded: the zone, within {tolerance} % of the least cost that qualifies.")
    if any(level.unmet for curve in curves for level in curve.levels):
        notes.append("Hollow: misses a service level, or cannot be judged.")
    return tuple(notes)


def _draw(
    curves: Sequence[CostCurve],
    everyone: Sequence[CostCurve],
    series: dict[str, Series],
    pricing: Pricing,
    shaded: set[str | None] | set[str],
    *,
    width: float,
    key: str,
) -> Markup:
    height = 400.0 if width > NARROW else 300.0
    frame = plot_frame(width, height)
    x = load_scale(everyone, frame)
    plot = _Plot(frame=frame, x=x, y=_cost_scale(everyone, frame), pricing=pricing, keys=level_keys(everyone))
    ticks = tick_labels(plot.y.ticks(), dollars=pricing.known)
    loads = sorted({load_value(level.load) for curve in everyone for level in curve.levels})
    return drawing(
        width,
        height,
        title="Cost per million output tokens against load",
        description=f"One line for each of: {', '.join(series[curve.deployment].name for curve in curves)}.",
        key=key,
        body=[
            _zones(curves, series, plot, shaded, [curve.deployment for curve in everyone]),
            y_axis(plot.y, frame, ticks.__getitem__, repricing=repricing(plot.y, pricing)),
            x_axis(x, frame, lambda load: f"{load:g}", loads),
            text(frame.right, frame.bottom + 38, load_title(curves), "axis-title", anchor="end"),
            *(_curve(curve, series[curve.deployment], plot) for curve in curves),
        ],
    )


def load_scale(curves: Sequence[CostCurve], frame: Frame) -> Scale:
    """Return the load axis: logarithmic, with half a step of air at both ends."""
    loads = sorted({load_value(level.load) for curve in curves for level in curve.levels})
    air = 1.18
    return Scale(low=loads[0] / air, high=loads[-1] * air, start=frame.left, end=frame.right, log=True)


def _logarithmic(curves: Sequence[CostCurve]) -> str:
    values = _costs(curves)
    return ", logarithmic" if values and max(values) / min(values) > LOG_FROM else ""


def _cost_scale(curves: Sequence[CostCurve], frame: Frame) -> Scale:
    values = _costs(curves)
    log = bool(_logarithmic(curves))
    low, high = range_of(values or [0.0], log=log)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=log)


def _costs(curves: Sequence[CostCurve]) -> list[float]:
    values, _ = extent(_amounts(curves))
    return [value for value in values if value > 0]


def _amounts(curves: Sequence[CostCurve]) -> list[Amount]:
    return [_cost(level, curve) for curve in curves for level in curve.levels]


def _cost(level: CostLevel, curve: CostCurve) -> Amount:
    cost = cost_of(level, curve.price)
    if cost is None:
        raise AssertionError("the cost of an output token is always known, in one unit or the other")
    return cost


def _curve(curve: CostCurve, series: Series, plot: _Plot) -> Markup:
    marks = [_level(level, curve, series, plot) for level in curve.levels]
    return group(series.kind, *_fit(curve, plot), *marks)


def _fit(curve: CostCurve, plot: _Plot) -> list[Markup]:
    if curve.technology is None:
        places = [
            (plot.x.at(load_value(level.load)), plot.y.at(_cost(level, curve).value))
            for level in curve.levels
        ]
        return [polyline(places, "line thin")]
    per_second = 1e6 * (1.0 if curve.price is None else curve.price.usd_per_second)
    rows = [(plot.x.at(b), *(plot.y.at(t / b * per_second) for t in ts)) for b, *ts in curve.technology.band]
    upper, lower = [(x, high) for x, _, _, high in rows], [(x, low) for x, _, low, _ in rows]
    return [band(upper, lower, "band"), polyline([(x, mid) for x, mid, _, _ in rows], "line")]


def _level(level: CostLevel, curve: CostCurve, series: Series, plot: _Plot) -> Markup:
    cost = _cost(level, curve)
    place = plot.x.at(load_value(level.load)), plot.y.at(cost.value)
    missed = f"\n{unmet_text(level)}" if level.unmet else ""
    tip = cost_tip(f"{series.name} at {level.load.label}: ", cost, f" per million output tokens{missed}")
    mark = point(series.shape, place, 5.5, "open" if level.unmet else "full", tip)
    key = {"data-level": plot.keys[curve.deployment, level.load]}
    return element("g", key, *whisker(place[0], plot.y, cost), mark)


def _zones(
    curves: Sequence[CostCurve],
    series: dict[str, Series],
    plot: _Plot,
    shaded: set[str | None] | set[str],
    everyone: Sequence[str],
) -> Markup:
    """Draw the zones, with what the page needs to draw them anew under other service levels."""
    attributes = {
        "class": "zones",
        "data-of": " ".join(str(everyone.index(curve.deployment)) for curve in curves),
        "data-top": exact(plot.frame.top),
        "data-bottom": exact(plot.frame.bottom),
        **scale_data(plot.x),
    }
    zones = [_zone(curve, series[curve.deployment], plot) for curve in curves if curve.deployment in shaded]
    return element("g", attributes, *zones)


def _zone(curve: CostCurve, series: Series, plot: _Plot) -> Markup:
    if not curve.zone.levels:
        return group(None)
    loads = [load_value(load) for load in curve.zone.levels]
    left, right = (plot.x.at(min(loads) / 1.12), plot.x.at(max(loads) * 1.12))
    area = rectangle(left, plot.frame.top, right - left, plot.frame.bottom - plot.frame.top, "zone")
    return group(
        series.kind,
        area,
        text(*_label_place(left, right, plot.frame), "run here", "zone-label", anchor="middle"),
        tip=f"Zone of {series.name}",
    )


def _label_place(left: float, right: float, frame: Frame) -> tuple[float, float]:
    """Put the words where curves that fall with load are not: below at low loads, above at high ones."""
    middle = (left + right) / 2
    low = middle < (frame.left + frame.right) / 2
    inside = min(max(middle, frame.left + LABEL / 2), frame.right - LABEL / 2)
    return inside, frame.bottom - 8 if low else frame.top + 14
