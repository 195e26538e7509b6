"""What was offered in an open loop, what ended of it, and how late requests left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import UNKNOWN, decimals, grouped, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.tables import NAME_LIMIT, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.studies.report import StudyReport

__all__ = ["offered_object", "offered_table", "offered_text"]


def offered_object(level: CostLevel) -> dict[str, float | None]:
    """Return requests offered and ended per second, and the send delay, for JSON; ``None`` where not told.

    Means over the repeats; of the send delay the longest.

    Parameters
    ----------
    level : CostLevel
    """
    ended = [point.requests_per_second for point in level.points]
    return {
        "offered_per_second": _mean(point.offered_per_second for point in level.points),
        "ended_per_second": _mean(None if each is None else each.value for each in ended),
        "send_delay_p99_s": max(
            (point.send_delay_p99_s for point in level.points if point.send_delay_p99_s is not None),
            default=None,
        ),
    }


def offered_text(curve: CostCurve) -> str:
    """Say in one line how much was offered and ended, and how late requests left; empty in a closed loop."""
    told = [(level, found) for level in curve.levels if (found := _found(level)) is not None]
    if not told:
        return ""
    parts = [
        f"{level.load.label} {_rate(found['offered_per_second'])} and {_rate(found['ended_per_second'])}"
        for level, found in told
    ]
    late = max(found["send_delay_p99_s"] for _, found in told)
    return f"offered and ended a second: {', '.join(parts)}; sent at most {seconds(late)} late (p99)"


def offered_table(report: StudyReport) -> Table | None:
    """Tabulate what was offered at each level of an open loop; ``None`` without one."""
    curves = [each.curve for each in report.deployments if each.curve is not None]
    groups = tuple(
        (shorten(curve.deployment, NAME_LIMIT), rows)
        for curve in curves
        if (rows := tuple(row for level in curve.levels if (row := _row(level)) is not None))
    )
    if not groups:
        return None
    columns = (
        Column(title="Load", numeric=False),
        Column(title="Offered", unit="requests/s"),
        Column(title="Ended well", unit="requests/s"),
        Column(title="In flight", unit="mean"),
        Column(title="Send delay p99", unit="ms"),
    )
    return Table(title="Offered and ended", columns=columns, groups=groups)


def _row(level: CostLevel) -> tuple[str, ...] | None:
    found = _found(level)
    if found is None:
        return None
    inside = _mean(point.mean_concurrency for point in level.points)
    return (
        level.load.label,
        _rate(found["offered_per_second"]),
        _rate(found["ended_per_second"]),
        UNKNOWN if inside is None else _rate(inside),
        grouped(1e3 * found["send_delay_p99_s"], 1),
    )


def _found(level: CostLevel) -> dict[str, float] | None:
    """Return what is known of a level of an open loop that isocost measured; ``None`` of any other."""
    found = offered_object(level)
    known: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = list(values)
    told = [value for value in known if value is not None]
    return sum(told) / len(told) if told and len(told) == len(known) else None


def _rate(value: float) -> str:
    return grouped(value, decimals(value))
