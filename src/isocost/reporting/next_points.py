"""Which (p, o) to measure next, as text and as the JSON envelope."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.format import seconds
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from isocost.runtime import NextPoint, NextPoints
    from isocost.studies.next_points import NextReport

__all__ = ["next_json", "next_text"]

_QUESTION = "Which request sizes should be measured next?"
_COLUMNS = (
    Column(title="Measure next", numeric=False),
    Column(title="Costs"),
    Column(title="All so far"),
    Column(title="Error before"),
    Column(title="Error after"),
    Column(title="Note", numeric=False),
)


def next_text(report: NextReport, *, width: int = 100) -> str:
    """Write for each deployment what to measure next, what it buys and costs, and how to ask for it."""
    return "\n\n".join(
        "\n".join(_paragraph(clean(name), repeats, found, width)) for name, repeats, found in report.found
    )


def next_json(report: NextReport) -> str:
    """Write the same as the JSON envelope."""
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {
            "text": "\n".join(_sentence(clean(name), found) for name, _, found in report.found),
            "state": "enough" if all(not found.points for _, _, found in report.found) else "more",
        },
        "estimates": {},
        "tables": {
            "deployments": [
                {
                    "name": name,
                    "repeats": repeats,
                    "requests_of_each": found.requests,
                    "error": estimate_object(found.error),
                    "least_gain": found.least_gain,
                    "next_gain": found.next_gain,
                }
                for name, repeats, found in report.found
            ],
            "points": [
                asdict(point) | {"name": name, "cost": estimate_object(point.cost)}
                for name, _, found in report.found
                for point in found.points
            ],
        },
        "assumptions": [],
        "warnings": [],
        "provenance": [{"source": report.source}],
    }
    return json_text(content)


def _paragraph(name: str, repeats: int, found: NextPoints, width: int) -> list[str]:
    if not found.points:
        return [_sentence(name, found)]
    table = Table(
        title=_sentence(name, found), columns=_COLUMNS, groups=(("", tuple(map(_row, found.points))),)
    )
    cells = ",".join(_size(point) for point in found.points)
    return [
        *table_lines(table, width=width),
        _ending(found),
        f"measure them: isocost measure runtime URL --cells {cells} --repeats {repeats} --out FOLDER",
    ]


def _sentence(name: str, found: NextPoints) -> str:
    now = f"{name}: T(p, o) is expected to be off by {_share(found.error.value)} on average"
    if not found.points:
        return f"{now}; no further size lowers that by {_points(found.least_gain)}."
    last = found.points[-1]
    sizes = "one more size" if len(found.points) == 1 else f"{len(found.points)} more sizes"
    return f"{now}; {sizes} in {seconds(last.total_cost_s)} bring that to {_share(last.error_after)}."


def _ending(found: NextPoints) -> str:
    least = _points(found.least_gain)
    if found.ended:
        return f"After these no size lowers the error by {least}: stop there."
    return f"One more could still lower it by {_points(found.next_gain)}; stop where none does by {least}."


def _row(point: NextPoint) -> tuple[str, ...]:
    return (
        _size(point),
        seconds(point.cost.value, point.cost.low, point.cost.high),
        seconds(point.total_cost_s),
        _share(point.error_before),
        _share(point.error_after),
        "measured before" if point.again else "",
    )


def _size(point: NextPoint) -> str:
    return f"{point.input_tokens}x{point.output_tokens}"


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"


def _points(value: float) -> str:
    return f"{100 * value:.2f} points"
