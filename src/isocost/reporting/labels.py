"""Labels beside points that touch neither one another nor the points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from isocost.reporting.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_RING = 14.0
_STEP = 5.0


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
    others : tuple of (x, y)
        Further points that it may stand beside, as along a line; tried when there is no room at the first.
    """

    x: float
    y: float
    text: str
    gap: float = 9.0
    kind: str = "label"
    size: float = 12.0
    others: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A label that found room: its anchor's place and side.

    Parameters
    ----------
    label : Label
    x, y : float
        Of the anchor, on the base line of the letters.
    anchor : str
        Which end of the text stands there: start, middle or end.
    leader : tuple of two points, or None
        From the point to the label, where that is too far away to be read as its own.
    """

    label: Label
    x: float
    y: float
    anchor: str
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


def place_labels(
    labels: Sequence[Label],
    obstacles: Sequence[tuple[float, float, float]],
    frame: Frame,
    *,
    rings: int = 1,
    lines: Sequence[Sequence[tuple[float, float]]] = (),
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
    rings : int
        How far from its point a label may stand, at least 1: right beside it, then farther off by a line's
        height each, with a leader that crosses no label.
    lines : sequence of sequence of (x, y)
        Lines to stand clear of where that takes no ring more.

    Returns
    -------
    tuple of Placed
        No two of them overlap.
    """
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in obstacles]
    drawn = [bead for line in lines for one, other in pairwise(line) for bead in _beads(one, other)]
    leaders: list[Box] = []
    placed = []
    for label in labels:
        found = None
        for ring in range(rings):
            free = [
                (each, box)
                for each, box in _places(label, ring)
                if _inside(box, frame)
                and not any(_overlap(box, other) for other in (*taken, *leaders))
                and not any(
                    _overlap(bead, other)
                    for bead in _led(each)
                    for other in (*taken[len(obstacles) :], *leaders)
                )
            ]
            clear = (each for each in free if not any(_overlap(each[1], other) for other in drawn))
            found = next(clear, free[0] if free else None)
            if found is not None:
                break
        if found is not None:
            taken.append(found[1])
            leaders += _led(found[0])
            placed.append(found[0])
    return tuple(placed)


def _places(label: Label, ring: int) -> Iterator[tuple[Placed, Box]]:
    gap = label.gap + ring * _RING
    for px, py in ((label.x, label.y), *label.others):
        for anchor, dx, dy in _SIDES:
            x, y = px + dx * gap, py + dy * (gap + label.size * 0.35) + label.size * 0.35
            box = _box(x, y, anchor, label)
            leader = ((px, py), _nearest(box, px, py)) if ring else None
            yield Placed(label=label, x=x, y=y, anchor=anchor, leader=leader), box


def _nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    return min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])


def _led(placed: Placed) -> list[Box]:
    """Return what a leader covers."""
    return [] if placed.leader is None else _beads(*placed.leader)


def _beads(one: tuple[float, float], other: tuple[float, float]) -> list[Box]:
    """Return small boxes strung along a straight line, its last end left out."""
    (x1, y1), (x2, y2) = one, other
    count = max(2, int(max(abs(x2 - x1), abs(y2 - y1)) / _STEP))
    middles = [(x1 + (x2 - x1) * i / count, y1 + (y2 - y1) * i / count) for i in range(count)]
    return [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in middles]


def _box(x: float, y: float, anchor: str, label: Label) -> Box:
    width = text_width(label.text, label.size)
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    return left, y - label.size * 0.85, left + width, y + label.size * 0.25


def _inside(box: Box, frame: Frame) -> bool:
    return (
        box[0] >= frame.left and box[2] <= frame.right and box[1] >= frame.top - 1 and box[3] <= frame.bottom
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
