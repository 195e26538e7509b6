"""The picture of docs/studies/ten-models-2022.md: 52 scenarios in small, with the report's own marks."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from study_page import standing_alone
from ten_models import COST, MODELS, Mixture, able, mixtures, placed, read, short

from isocost.frontier.capability import units_by_scenario
from isocost.reporting.charts.figure import Series, tick_labels
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import Frame, group, marker, polyline, text, x_axis, y_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier import CapabilityUnit

COLUMNS, WIDTH, HEIGHT, TOP = 4, 232.0, 176.0, 120.0
ORDER = (*list(MODELS)[:7], "microsoft_TNLGv2_530B", "together_yalm", "cohere_xlarge-20220609")
SERIES = {name: Series(number=number, name=short(name)) for number, name in enumerate(ORDER)}


def picture() -> str:
    """Draw all scenarios, capability against idealized cost."""
    ahead = {(each.scenario, each.model) for each in placed(read()) if each.metric == COST and each.on_fdh}
    mixed = {each.scenario: each for each in mixtures(read())}
    scenarios = units_by_scenario(read())
    body: list[str] = _legend()
    for number, (scenario, units) in enumerate(scenarios.items()):
        left, top = WIDTH * (number % COLUMNS), TOP + HEIGHT * (number // COLUMNS)
        names = {model for place, model in ahead if place == scenario}
        body += _panel(_label(scenario), units, names, mixed.get(scenario), (left, top))
    rows = -(-len(scenarios) // COLUMNS)
    return standing_alone(
        COLUMNS * WIDTH,
        TOP + rows * HEIGHT + 8,
        "The ten models in 52 scenarios: capability against idealized cost",
        "upward: capability; to the right: US cents a request, logarithmic; each panel has its own axes; "
        "hollow: dominated",
        body,
    )


def _label(scenario: str) -> str:
    """Return the family and the part of it, without the word between."""
    family, _, part = scenario.partition(":")
    word, _, value = part.partition("=")
    return shorten(f"{family}: {word if value == 'True' else value}" if part else family, 29)


def _legend() -> list[str]:
    parts: list[str] = []
    for number, series in enumerate(SERIES.values()):
        x, y = 22.0 + 130 * (number % 7), 70.0 + 22 * (number // 7)
        parts += [group(series.kind, marker(series.shape, x, y - 4, 5)), text(x + 11, y, series.name, "tick")]
    x, y = 22 + 130 * 3 - 6, 92.0
    parts += [polyline([(x, y - 4), (x + 30, y - 4)], "frontier-line")]
    parts += [text(x + 38, y, "single models (FDH)", "tick")]
    parts += [polyline([(x + 190, y - 4), (x + 220, y - 4)], "frontier-line dashed")]
    return [*parts, text(x + 228, y, "requests mixed between them (VRS)", "tick")]


def _panel(
    title: str,
    units: Sequence[CapabilityUnit],
    ahead: set[str],
    mixture: Mixture | None,
    corner: tuple[float, float],
) -> list[str]:
    left, top = corner
    frame = Frame(left=left + 46, right=left + WIDTH - 12, top=top + 26, bottom=top + HEIGHT - 28)
    place = [axis.name for axis in read().metrics].index(COST)
    points = {
        unit.model: (seen.value, unit.capability.value)
        for unit in units
        if (seen := unit.metrics[place]) is not None
    }
    x, y = _scales(list(points.values()), frame)
    labels_x, labels_y = tick_labels(x.ticks(3)), tick_labels(y.ticks(3))
    parts: list[str] = [
        text(left + 12, top + 16, title, "chosen"),
        y_axis(y, frame, labels_y.__getitem__, count=3),
        x_axis(x, frame, labels_x.__getitem__, x.ticks(3)),
    ]
    if mixture is not None:
        parts += _lines([points[model] for model in ahead], mixture, (x, y), frame)
    elif not able(units):
        parts.append(text(frame.left + 8, frame.top + 14, "no model has any capability", "tick"))
    order = sorted(points, key=lambda model: model in ahead)  # the frontier on top
    return [*parts, *(_mark(SERIES[model], x.at(points[model][0]), y.at(points[model][1]), model in ahead)
                      for model in order)]  # fmt: skip


def _scales(points: Sequence[tuple[float, float]], frame: Frame) -> tuple[Scale, Scale]:
    low, high = range_of([cost for cost, _ in points], log=True)
    reached = [capability for _, capability in points]
    air = (max(reached) - min(reached)) * 0.1 or 0.05
    return (
        Scale(low=low, high=high, start=frame.left, end=frame.right, log=True),
        Scale(low=min(reached) - air, high=max(reached) + air, start=frame.bottom, end=frame.top),
    )


def _lines(
    ahead: Sequence[tuple[float, float]], mixture: Mixture, scales: tuple[Scale, Scale], frame: Frame
) -> list[str]:
    x, y = scales
    steps = sorted(ahead)
    places = [(x.at(cost), y.at(capability)) for cost, capability in steps]
    stairs = [(places[0][0], frame.bottom), places[0]]
    for (_, before), (across, height) in itertools.pairwise(places):
        stairs += [(across, before), (across, height)]
    stairs.append((frame.right, places[-1][1]))
    hull = mixture.hull
    costs = np.unique(np.concatenate([np.geomspace(hull.costs[0], hull.costs[-1], 25), hull.costs]))
    reached = np.interp(costs, hull.costs, hull.qualities)  # straight lines, bent by the logarithm
    curve = [(x.at(cost), y.at(quality)) for cost, quality in zip(costs, reached, strict=True)]
    return [polyline(stairs, "frontier-line"), polyline(curve, "frontier-line dashed")]


def _mark(series: Series, x: float, y: float, ahead: bool) -> str:
    mark = marker(series.shape, x, y, 4.8 if ahead else 3.8)
    return group(series.kind, mark if ahead else group("open", mark), tip=series.name)
