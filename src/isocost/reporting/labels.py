"""Labels beside points that touch neither one another nor the points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.reporting.svg import Frame

__all__ = ["Label", "Placed", "place_labels"]

Box = tuple[float, float, float, float]  # left, top, right, bottom
_SIDES = (
    ("start", 1.0, 0.0),
    ("middle", 0.0, -1.0),
    ("end", -1.0, 0.0),
    ("middle", 0.0, 1.0),
    ("start", 0.8, -0.8),
    ("end", -0.8, -0.8),
    ("start", 0.8, 0.8),
    ("end", -0.8, 0.8),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that wants to stand beside a point.

    Parameters
    ----------
    x, y : float
        The point.
    text : str
    gap : float
        Distance from the point's middle to the label.
    kind : str
        Class of the text.
    size : float
        Height of the letters.
    """

    x: float
    y: float
    text: str
    gap: float = 9.0
    kind: str = "label"
    size: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A label that found room: its anchor's place and side."""

    label: Label
    x: float
    y: float
    anchor: str


def place_labels(
    labels: Sequence[Label], obstacles: Sequence[tuple[float, float, float]], frame: Frame
) -> tuple[Placed, ...]:
    """Place labels one after the other, the first ones first; one that finds no room is left out.

    Parameters
    ----------
    labels : sequence of Label
        The most important first.
    obstacles : sequence of (x, y, radius)
        Points to keep clear of.
    frame : Frame
        Labels stay within it.

    Returns
    -------
    tuple of Placed
        No two of them overlap.
    """
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in obstacles]
    placed = []
    for label in labels:
        for anchor, dx, dy in _SIDES:
            x, y = (
                label.x + dx * label.gap,
                label.y + dy * (label.gap + label.size * 0.35) + label.size * 0.35,
            )
            box = _box(x, y, anchor, label)
            if _inside(box, frame) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                placed.append(Placed(label=label, x=x, y=y, anchor=anchor))
                break
    return tuple(placed)


def _box(x: float, y: float, anchor: str, label: Label) -> Box:
    width = text_width(label.text, label.size)
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    return left, y - label.size * 0.85, left + width, y + label.size * 0.25


def _inside(box: Box, frame: Frame) -> bool:
    return (
        box[0] >= frame.left and box[2] <= frame.right and box[1] >= frame.top - 6 and box[3] <= frame.bottom
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
