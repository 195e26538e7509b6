"""Primitives of drawings: lines, bands, markers, text, axes; colours come from the style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.markup import Markup, clean, element, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from isocost.reporting.scales import Scale

__all__ = [
    "MARKERS",
    "Frame",
    "band",
    "drawing",
    "dust",
    "group",
    "marker",
    "polyline",
    "rectangle",
    "segment",
    "text",
    "text_width",
    "x_axis",
    "y_axis",
]

MARKERS = ("circle", "square", "triangle", "diamond", "down", "plus", "hexagon", "cross")
_OUTLINES = {  # corners on a circle of radius 1.25, the same area to the eye as a disc of radius 1
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "triangle": ((0, -1.25), (1.12, 0.85), (-1.12, 0.85)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "down": ((0, 1.25), (1.12, -0.85), (-1.12, -0.85)),
    "hexagon": ((-1.15, 0), (-0.58, -1), (0.58, -1), (1.15, 0), (0.58, 1), (-0.58, 1)),
    "plus": tuple(
        (sx * x, sy * y)
        for sx, sy, corners in (
            (1, -1, ((0.42, 1.2), (0.42, 0.42), (1.2, 0.42))),
            (1, 1, ((1.2, 0.42), (0.42, 0.42), (0.42, 1.2))),
            (-1, 1, ((0.42, 1.2), (0.42, 0.42), (1.2, 0.42))),
            (-1, -1, ((1.2, 0.42), (0.42, 0.42), (0.42, 1.2))),
        )
        for x, y in corners
    ),
    "cross": (
        (-1.1, -1.1),
        (0, -0.45),
        (1.1, -1.1),
        (0.45, 0),
        (1.1, 1.1),
        (0, 0.45),
        (-1.1, 1.1),
        (-0.45, 0),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The room of a plot within its drawing, in pixels of the drawing.

    Parameters
    ----------
    left, right, top, bottom : float
        Places of the plot's four sides.
    """

    left: float
    right: float
    top: float
    bottom: float


def drawing(
    width: float, height: float, *, title: str, description: str, key: str, body: Iterable[str]
) -> Markup:
    """Write a whole drawing that scales with its column and says what it shows to those who cannot see it."""
    attributes = {
        "viewBox": f"0 0 {width:g} {height:g}",
        "role": "img",
        "aria-labelledby": f"{key}-title {key}-desc",
        "class": "chart",
        "xmlns": "http://www.w3.org/2000/svg",
    }
    return element(
        "svg",
        attributes,
        element("title", {"id": f"{key}-title"}, title),
        element("desc", {"id": f"{key}-desc"}, description),
        *body,
    )


def group(kind: str | None, *children: str, tip: str | None = None) -> Markup:
    """Write a group of class `kind`; `tip` shows when the pointer rests on it."""
    inside = children if tip is None else (element("title", None, tip), *children)
    return element("g", {"class": kind}, *inside)


def segment(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Write a straight line."""
    return element("line", {"class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2})


def polyline(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    """Write a line through points."""
    return element("polyline", {"class": kind, "points": _points(points)})


def band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]], kind: str) -> Markup:
    """Write the area between two lines."""
    return element("polygon", {"class": kind, "points": _points([*upper, *reversed(lower)])})


def dust(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    """Write many dots as one shape, for thousands of points that need no tooltip."""
    return element("path", {"class": kind, "d": "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)})


def rectangle(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    """Write a rectangle."""
    return element(
        "rect", {"class": kind, "x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
    )


def text(x: float, y: float, content: str, kind: str, *, anchor: str = "start") -> Markup:
    """Write a line of text; `anchor` is start, middle or end."""
    return element("text", {"class": kind, "x": x, "y": y, "text-anchor": anchor}, content)


def text_width(content: str, size: float = 13.0) -> float:
    """Estimate the width of a line of text: generous for Latin letters, full squares beyond them.

    Examples
    --------
    >>> text_width("abcd", 10.0)
    22.4
    """
    return round(sum(1.0 if ord(letter) > 0x2E80 else 0.56 for letter in clean(content)) * size, 1)


def marker(shape: str, x: float, y: float, radius: float, kind: str = "mark") -> Markup:
    """Write a marker, one of `MARKERS`."""
    if shape == "circle":
        return element("circle", {"class": kind, "cx": x, "cy": y, "r": radius})
    corners = [(x + dx * radius, y + dy * radius) for dx, dy in _OUTLINES[shape]]
    return element("polygon", {"class": kind, "points": _points(corners)})


def y_axis(
    scale: Scale,
    frame: Frame,
    label: Callable[[float], str],
    *,
    count: int = 5,
    repricing: dict[str, str] | None = None,
) -> Markup:
    """Write horizontal grid lines with their numbers at the left.

    `repricing` holds what the page needs to write the numbers anew under another price.
    """
    lines = []
    for tick in scale.ticks(count):
        y = scale.at(tick)
        lines.append(
            segment(frame.left, y, frame.right, y, "base" if tick == 0 and not scale.log else "grid")
        )
        lines.append(text(frame.left - 8, y + 4, label(tick), "tick", anchor="end"))
    extra = {} if repricing is None else {f"data-{name}": value for name, value in repricing.items()}
    return element("g", {"class": "axis", **extra}, *lines)


def x_axis(
    scale: Scale, frame: Frame, label: Callable[[float], str], ticks: Sequence[float] | None = None
) -> Markup:
    """Write the base line with its numbers; those that would touch their neighbour are left out."""
    parts = [segment(frame.left, frame.bottom, frame.right, frame.bottom, "base")]
    taken = float("-inf")
    for tick in scale.ticks() if ticks is None else ticks:
        x, content = scale.at(tick), label(tick)
        half = text_width(content) / 2
        parts.append(segment(x, frame.bottom, x, frame.bottom + 4, "base"))
        if x - half > taken + 4:
            parts.append(text(x, frame.bottom + 19, content, "tick", anchor="middle"))
            taken = x + half
    return group("axis", join(parts))


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
