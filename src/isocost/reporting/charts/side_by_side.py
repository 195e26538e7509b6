"""Raw, denoised and idealized runtime beside each other."""

from __future__ import annotations

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
from isocost.reporting.format import bracket, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.scales import Scale, range_of
from isocost.reporting.svg import drawing, group, segment, text, x_axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.reporting.svg import Frame
    from isocost.runtime import SideBySide

__all__ = ["side_by_side_figure"]

ROW = 40.0
_KINDS = ("raw", "denoised", "idealized")


def side_by_side_figure(seen: Mapping[str, SideBySide]) -> Figure | None:
    """Draw how many times the idealized runtime the others are, a row for each name; ``None`` without any.

    Where none is known of any, multiples are of the denoised one.
    """
    if not seen:
        return None
    ideal = {name: each for name, each in seen.items() if each.raw_over_idealized is not None}
    known = bool(ideal)
    lacking = [shorten(name, NAME_LIMIT) for name in seen if known and name not in ideal]
    seen = ideal or seen
    kinds = _KINDS if known else _KINDS[:2]
    return Figure(
        key="side-by-side",
        title=f"{'Raw, denoised and idealized' if known else 'Raw and denoised'} runtime",
        subtitle=f"as a multiple of the {kinds[-1]} runtime, median over sizes (p, o)",
        panels=(
            Panel(
                title="",
                drawings=tuple(_draw(seen, width=width, known=known) for width in (WIDE, NARROW)),
            ),
        ),
        legend=tuple(Series(number=number, name=name) for number, name in enumerate(kinds)),
        notes=(
            "Level lines: 95 % intervals of the median.",
            *([f"No idealized runtime is known of {', '.join(lacking)}."] if lacking else []),
        ),
    )


def _ratios(each: SideBySide, *, known: bool) -> list[Estimate]:
    found = [each.raw_over_idealized, each.denoised_over_idealized] if known else [each.raw_over_denoised]
    return [ratio for ratio in found if ratio is not None]


def _draw(seen: Mapping[str, SideBySide], *, width: float, known: bool) -> Markup:
    height = ROW * len(seen) + 72
    frame = plot_frame(width, height, left=230.0 if width > NARROW else 130.0, right=20.0)
    ratios = [ratio for each in seen.values() for ratio in _ratios(each, known=known)]
    values = [1.0, *(end for r in ratios for end in (r.value, r.low, r.high) if end is not None)]
    log = min(values) > 0 and max(values) / min(values) > LOG_FROM
    low, high = range_of(values, log=log)
    x = Scale(low=low, high=high, start=frame.left, end=frame.right, log=log)
    labels = tick_labels(x.ticks())
    return drawing(
        width,
        height,
        title="Runtimes side by side",
        description=f"One row for each of: {', '.join(shorten(name, 42) for name in seen)}.",
        key=f"side-by-side-{width:.0f}",
        body=[
            *(segment(x.at(tick), frame.top, x.at(tick), frame.bottom, "grid") for tick in labels),
            segment(x.at(1.0), frame.top, x.at(1.0), frame.bottom, "base"),
            x_axis(x, frame, labels.__getitem__, tuple(labels)),
            *(
                _row(name, _ratios(each, known=known), frame, x, frame.top + ROW * (number + 0.5))
                for number, (name, each) in enumerate(seen.items())
            ),
        ],
    )


def _row(name: str, ratios: list[Estimate], frame: Frame, x: Scale, y: float) -> Markup:
    label = text(frame.left - 10, y + 4, shorten(name, int((frame.left - 14) / 7.4)), "tick", anchor="end")
    marks = [_mark(name, number, ratio, x, y + 9 * (number - 1)) for number, ratio in enumerate(ratios)]
    last = Series(number=len(ratios), name=_KINDS[len(ratios)])
    one = point(last.shape, (x.at(1.0), y + 9 * (len(ratios) - 1)), 4.5, "full", f"{name}, {last.name}: 1")
    return group(None, label, *marks, group(last.kind, one))


def _mark(name: str, number: int, ratio: Estimate, x: Scale, y: float) -> Markup:
    series = Series(number=number, name=_KINDS[number])
    tip = f"{name}, {series.name}: {grouped(ratio.value, 2)} {bracket(ratio.low, ratio.high, 2)}".strip()
    line = (
        [segment(x.at(ratio.low), y, x.at(ratio.high), y, "whisker")]
        if ratio.low is not None and ratio.high is not None
        else []
    )
    return group(series.kind, *line, point(series.shape, (x.at(ratio.value), y), 4.5, "full", tip))
