"""What an hour is made of, as a waterfall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.economics import ACCELERATOR_PARTS
from isocost.reporting.charts.figure import NARROW, WIDE, Figure, Panel, scale_data, tick_labels
from isocost.reporting.format import decimals
from isocost.reporting.markup import element, exact
from isocost.reporting.scales import Scale
from isocost.reporting.svg import Frame, drawing, group, rectangle, segment, text, text_width, x_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.markup import Markup
    from isocost.studies.hourly import HourlyReport

__all__ = ["hourly_figure"]

ROW, BAR = 30.0, 18.0
DIGITS = 3  # after the point, at least; more where an hour costs cents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One bar: from where to where, and the interval of what it adds or sums."""

    name: str
    start: float
    seen: Estimate
    total: bool


def hourly_figure(report: HourlyReport) -> Figure | None:
    """Draw the parts of an hour of one owned machine; ``None`` for one by the hour."""
    if not report.parts:
        return None
    steps = _steps(report)
    return Figure(
        key="hourly",
        title="What an hour of use is made of",
        subtitle=f"USD per hour of use of one {report.machine.profile.name}",
        panels=(Panel(title="", drawings=tuple(_draw(steps, width=width) for width in (WIDE, NARROW))),),
        notes=(
            "Each bar begins where the one above ends. Thin lines: 95 % intervals of a part or sum, over the "
            "stated ranges of all assumptions.",
        ),
    )


def _steps(report: HourlyReport) -> list[_Step]:
    steps: list[_Step] = []
    reached = 0.0
    inside = [name for name in report.parts if name in ACCELERATOR_PARTS]
    for name in [*inside, "accelerator", *(each for each in report.parts if each not in inside), "all-in"]:
        if name in report.parts:
            steps.append(_Step(name=name, start=reached, seen=report.parts[name], total=False))
            reached += report.parts[name].value
        elif name in report.boundaries:
            seen = report.boundaries["accelerator" if name == "accelerator" else "all-in"]
            steps.append(_Step(name=name, start=0.0, seen=seen, total=True))
    return steps


def _draw(steps: Sequence[_Step], *, width: float) -> Markup:
    labels = max(text_width(step.name) for step in steps) + 12
    frame = Frame(left=labels, right=width - 62, top=8, bottom=16 + ROW * len(steps))
    ends = [step.start + (step.seen.high or step.seen.value) for step in steps]
    scale = Scale(low=0.0, high=max(ends) * 1.02 or 1.0, start=frame.left, end=frame.right)
    digits = max(DIGITS, decimals(max(step.seen.value for step in steps)))
    ticks = scale.ticks(5 if width > NARROW else 3)
    names = tick_labels(ticks, dollars=True)
    return drawing(
        width,
        frame.bottom + 30,
        title="Parts of the hourly cost",
        description="; ".join(f"{step.name} {step.seen.value:.4f} USD per hour" for step in steps),
        key=f"hourly-{width:.0f}",
        body=[
            element(
                "g",
                _rebuilding(scale, frame, 5 if width > NARROW else 3, digits),
                *(segment(scale.at(tick), frame.top, scale.at(tick), frame.bottom, "grid") for tick in ticks),
                x_axis(scale, frame, names.__getitem__, ticks),
                *(
                    _bar(step, scale, frame.top + ROW * (number + 0.5), digits)
                    for number, step in enumerate(steps)
                ),
            )
        ],
    )


def _rebuilding(scale: Scale, frame: Frame, count: int, digits: int) -> dict[str, str]:
    """Return what the page needs to draw the bars anew under other assumptions."""
    sides = {"top": frame.top, "bottom": frame.bottom, "row": ROW, "bar": BAR}
    sides |= {"count": float(count), "digits": float(digits)}
    numbers = {f"data-{name}": exact(value) for name, value in sides.items()}
    return {"class": "waterfall", **numbers, **scale_data(scale)}


def _bar(step: _Step, scale: Scale, middle: float, digits: int) -> Markup:
    seen = step.seen
    left, right = scale.at(step.start), scale.at(step.start + seen.value)
    marks = [rectangle(left, middle - BAR / 2, right - left, BAR, "mark")]
    if seen.low is not None and seen.high is not None and seen.low < seen.high:
        low, high = scale.at(step.start + seen.low), scale.at(step.start + seen.high)
        marks.append(segment(low, middle + BAR / 2 + 3, high, middle + BAR / 2 + 3, "whisker"))
    name = text(scale.start - 8, middle + 4, step.name, "chosen" if step.total else "tick", anchor="end")
    amount = text(max(right, left) + 6, middle + 4, f"${seen.value:.{digits}f}", "label")
    return group("s1" if step.total else "s0", *marks, name, amount, tip=_tip(step))


def _tip(step: _Step) -> str:
    seen = step.seen
    interval = "" if seen.low is None or seen.high is None else f" [{seen.low:.4f}, {seen.high:.4f}]"
    return f"{step.name}: {seen.value:.4f}{interval} USD per hour"
