"""What was promised against the rate of each probe, with the promise and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import (
    CUT_NOTE,
    LOG_FROM,
    NARROW,
    WIDE,
    Figure,
    Panel,
    Series,
    extent,
    plot_frame,
    point,
    series_of,
    tick_labels,
    whisker,
)
from isocost.reporting.format import estimate_text, time_unit
from isocost.reporting.markup import Markup, shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import band, drawing, group, segment, text, x_axis, y_axis

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.reporting.svg import Frame
    from isocost.studies.limits_found import FoundLimit, ProbeReport
    from isocost.studies.report import StudyReport

__all__ = ["limit_figure"]

HEIGHT = 300.0
_MARKS = {
    "passed": ("full", 4.5),
    "failed": ("open", 4.5),
    "cannot be told": ("open", 3.0),
    "client at its limit": ("open", 3.0),
}


def limit_figure(report: StudyReport) -> Figure | None:
    """Draw each probe's latency against its rate, a panel a service level; ``None`` without a search."""
    series = series_of(report)
    limits = [found for each in report.deployments for found in each.limits]
    cases = [
        (found, number, series.get(found.deployment, Series(number=0, name=found.deployment)))
        for found in limits
        for number in range(len(found.service_levels))
        if _seen(found, number)
    ]
    if not cases:
        return None
    width = WIDE if len(cases) == 1 else NARROW
    return Figure(
        key="limit",
        title="Up to which rate the service levels are kept",
        subtitle="what is promised, by the rate of each probe, requests/s",
        panels=tuple(
            Panel(
                title=shorten(f"{found.deployment}, {found.stage}: {found.service_levels[number].label}", 80),
                drawings=(_draw(found, number, own, width, key=f"limit-{place}"),),
            )
            for place, (found, number, own) in enumerate(cases)
        ),
        columns=1 if len(cases) == 1 else 2,
        notes=(
            "Filled: passed. Hollow: failed; small: cannot be told, or the client was at its limit. Upright "
            "lines: 95 % intervals by the requests in effect. Shaded: between the highest rate that passed "
            "and the lowest that failed. Red line: the service level.",
            *((CUT_NOTE,) if any(extent(_values(found, number))[1] for found, number, _ in cases) else ()),
        ),
    )


def _seen(found: FoundLimit, number: int) -> list[tuple[ProbeReport, Estimate]]:
    return [(each, seen) for each in found.probes if (seen := each.latencies[number]) is not None]


def _values(found: FoundLimit, number: int) -> list[Estimate]:
    return [seen for _, seen in _seen(found, number)]


def _draw(found: FoundLimit, number: int, series: Series, width: float, *, key: str) -> Markup:
    frame = plot_frame(width, HEIGHT)
    level, seen = found.service_levels[number], _seen(found, number)
    bound = 1 / level.bound if level.at_least else level.bound
    y, factor, unit = _time_scale([*extent([each for _, each in seen])[0], bound], frame)
    rates = [each.rate_per_s for each, _ in seen]
    low, high = range_of(rates, log=max(rates) / min(rates) > 4)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=max(rates) / min(rates) > 4)
    labels = tick_labels(y.ticks())
    return drawing(
        width,
        HEIGHT,
        title=f"{level.label} against rate",
        description=f"Each point a probe: what is promised in {unit} at its rate.",
        key=key,
        body=[
            group(series.kind, _limit_band(found, x, frame)),
            y_axis(y, frame, lambda tick: f"{labels[tick]} {unit}"),
            x_axis(x, frame, lambda rate: f"{rate:g}", x.ticks(6)),
            text(frame.right, frame.bottom + 38, "requests/s", "axis-title", anchor="end"),
            _promise(level, bound * factor, y, frame),
            group(series.kind, *(_mark(each, value, series, x, (y, factor)) for each, value in seen)),
        ],
    )


def _time_scale(values: list[float], frame: Frame) -> tuple[Scale, float, str]:
    factor, unit = time_unit(max(values) / 4)
    scaled = [value * factor for value in values]
    log = min(scaled) > 0 and max(scaled) / min(scaled) > LOG_FROM
    low, high = range_of(scaled, log=log)
    return Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=log), factor, unit


def _limit_band(found: FoundLimit, x: Scale, frame: Frame) -> Markup:
    if found.passed is None or found.failed is None:
        return Markup()
    places = [min(max(x.at(rate), frame.left), frame.right) for rate in (found.passed, found.failed)]
    return band([(place, frame.top) for place in places], [(place, frame.bottom) for place in places], "band")


def _promise(level: ServiceLevel, value: float, y: Scale, frame: Frame) -> Markup:
    place = y.at(value)
    return group(
        None,
        segment(frame.left, place, frame.right, place, "bound"),
        text(frame.left + 6, place - 6, level.label, "bound-label"),
    )


def _mark(
    each: ProbeReport, seen: Estimate, series: Series, x: Scale, vertical: tuple[Scale, float]
) -> Markup:
    y, factor = vertical
    inner = Scale(low=y.low / factor, high=y.high / factor, start=y.start, end=y.end, log=y.log)
    place = x.at(each.rate_per_s), y.at(seen.value * factor)
    kind, radius = _MARKS[each.verdict]
    tip = f"{each.rate_per_s:g}/s, {each.verdict}: {estimate_text(seen)}, {each.requests} requests"
    marks = [*whisker(place[0], inner, seen), point(series.shape, place, radius, kind, tip)]
    return group(None, *marks)
