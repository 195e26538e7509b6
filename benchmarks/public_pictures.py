"""The pictures of docs/studies/public-h100-a100.md, drawn with the report's own scales, marks and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study_page import standing_alone

from isocost.economics import PARTIAL_FROM
from isocost.reporting.charts import Series, hourly_figure
from isocost.reporting.charts.figure import tick_labels
from isocost.reporting.markup import Markup
from isocost.reporting.scales import Scale
from isocost.reporting.svg import Frame, group, marker, polyline, segment, text, x_axis, y_axis
from isocost.studies.hourly import HourlyQuestion, hourly_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.operating_point import OperatingPoint
    from isocost.economics import CostCurve, Steadiness

Runs = dict[str, list[tuple["OperatingPoint", "Steadiness | None"]]]
RATES = (1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0)
WIDTH, HEIGHT, TOP = 440.0, 340.0, 64.0
PANELS = (("C", "H100 (C5 and C6: two of them)"), ("A", "A100 80 GB PCIe"))


def pictures(
    runs: Runs, published: Mapping[str, CostCurve], bounded: Mapping[str, CostCurve]
) -> dict[str, str]:
    """Draw all pictures; by file name."""
    return {
        "public-runs-cost.svg": _two_panels(
            "Cost of a million output tokens against the offered rate",
            "USD, logarithmic; hollow: never steady; upright line: bounds of a partly steady run",
            lambda names, frame: _costs(names, frame, (runs, published, bounded)),
            runs,
        ),
        "public-runs-steadiness.svg": _two_panels(
            "Share of a run's 500 requests in flight at once, s = L R / M",
            "logarithmic; from 1 on there was no steady state, from 0.15 on only a partial one",
            lambda names, frame: _shares(names, frame, runs),
            runs,
        ),
        "public-runs-hour.svg": _hour(),
    }


def _two_panels(title: str, subtitle: str, draw: object, runs: Runs) -> str:
    assert callable(draw)
    body: list[str] = []
    for place, (letter, name) in enumerate(PANELS):
        names = [each for each in runs if each.startswith(letter)]
        left = place * WIDTH
        frame = Frame(left=left + 58, right=left + WIDTH - 16, top=TOP + 58, bottom=TOP + HEIGHT - 44)
        body += [
            text(left + 16, TOP + 14, name, "chosen"),
            *_legend(names, left + 16, TOP + 36),
            *draw(names, frame),
            text(frame.right, frame.bottom + 38, "requests offered per second", "axis-title", anchor="end"),
        ]
    return standing_alone(2 * WIDTH, TOP + HEIGHT, title, subtitle, body)


def _series(names: Sequence[str]) -> list[Series]:
    return [Series(number=number, name=name) for number, name in enumerate(names)]


def _legend(names: Sequence[str], left: float, middle: float) -> list[str]:
    return [
        group(
            each.kind,
            marker(each.shape, left + 62 * each.number + 6, middle - 4, 5),
            text(left + 62 * each.number + 16, middle, each.name, "tick"),
        )
        for each in _series(names)
    ]


def _scale(frame: Frame, low: float, high: float) -> tuple[Scale, Scale]:
    x = Scale(low=RATES[0] / 1.18, high=RATES[-1] * 1.18, start=frame.left, end=frame.right, log=True)
    return x, Scale(low=low, high=high, start=frame.bottom, end=frame.top, log=True)


def _axes(x: Scale, y: Scale, frame: Frame, *, dollars: bool) -> list[str]:
    labels = tick_labels(y.ticks(), dollars=dollars)
    return [y_axis(y, frame, labels.__getitem__), x_axis(x, frame, lambda load: f"{load:g}", RATES)]


def _costs(
    names: Sequence[str], frame: Frame, read: tuple[Runs, Mapping[str, CostCurve], Mapping[str, CostCurve]]
) -> list[str]:
    runs, published, bounded = read
    x, y = _scale(frame, 0.18, 20.0)
    parts = _axes(x, y, frame, dollars=True)
    for series in _series(names):
        kept = {each.load: each.cost_per_million_tokens["output"] for each in bounded[series.name].levels}
        costs = {each.load: each.cost_per_million_tokens["output"] for each in published[series.name].levels}
        marks, line = [], []
        for point, state in runs[series.name]:
            place = x.at(point.load.rate_per_s or 0), y.at(costs[point.load].value)
            line.append(place)
            seen = kept.get(point.load)
            if seen is not None and seen.low is not None and seen.high is not None:
                marks.append(segment(place[0], y.at(seen.low), place[0], y.at(seen.high), "whisker"))
            marks.append(group("open" if state is None else "full", marker(series.shape, *place, 4.5)))
        parts.append(group(series.kind, polyline(line, "line thin"), *marks))
    return parts


def _shares(names: Sequence[str], frame: Frame, runs: Runs) -> list[str]:
    x, y = _scale(frame, 0.002, 25.0)
    parts = _axes(x, y, frame, dollars=False)
    for series in _series(names):
        places = [(x.at(point.load.rate_per_s or 0), y.at(_share(point))) for point, _ in runs[series.name]]
        marks = [
            group("open" if state is None else "full", marker(series.shape, *place, 4.5))
            for place, (_, state) in zip(places, runs[series.name], strict=True)
        ]
        parts.append(group(series.kind, polyline(places, "line thin"), *marks))
    for bound, label in ((1.0, "never steady"), (PARTIAL_FROM, "partly steady")):
        parts += [
            segment(frame.left, y.at(bound), frame.right, y.at(bound), "bound"),
            text(frame.left + 6, y.at(bound) - 6, f"{label} from {bound:g} on", "bound-label"),
        ]
    return parts


def _share(point: OperatingPoint) -> float:
    assert point.e2e is not None
    seen = point.e2e.at("p50")
    assert seen is not None
    assert point.requests is not None
    return (point.load.rate_per_s or 0) * seen.value / point.requests


def _hour() -> str:
    figure = hourly_figure(hourly_report("h100-owned", HourlyQuestion(changes={})))
    assert figure is not None
    inner = figure.panels[0].drawings[0]
    size = inner.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    width, height = float(size[0]), float(size[1])
    placed = Markup(inner.replace("<svg ", f'<svg y="{TOP:g}" width="{width:g}" height="{height:g}" ', 1))
    return standing_alone(
        width,
        TOP + height,
        "What an hour of use of an owned H100 is made of",
        "USD per hour of use at utilization 0.6; thin lines: 95 % over the stated ranges of all assumptions",
        [placed],
    )
