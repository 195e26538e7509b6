"""What servers told of their own part: queue apart from service, and requests there beside here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import UNKNOWN, decimals, grouped, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.objects import estimate_object
from isocost.reporting.tables import NAME_LIMIT, Column, Table, number_cell

if TYPE_CHECKING:
    from isocost.core.load import Load
    from isocost.core.telemetry import ServerSide
    from isocost.studies.report import DeploymentReport, StudyReport

__all__ = ["server_rows", "server_table", "server_text"]

_TIMES = (
    ("queue", "Queue"),
    ("prefill", "Prompt"),
    ("decode", "Decode"),
    ("first_token", "First token there"),
    ("first_token_here", "First token here"),
)
_COUNTS = (
    ("running", "Running there"),
    ("waiting", "Waiting there"),
    ("in_flight_here", "In flight here"),
)
_SOURCES = {"answers": "each answer", "metrics": "its counters"}


def server_rows(report: StudyReport) -> dict[str, list[dict[str, Any]]]:
    """Return the table ``server`` for JSON: one row a level that the server told something of."""
    rows = [_object(each, load, side) for each in report.deployments for load, side in each.server]
    return {"server": rows}


def _object(each: DeploymentReport, load: Load, side: ServerSide) -> dict[str, Any]:
    times = {
        f"{name}_s": None if (found := getattr(side, name)) is None else estimate_object(found)
        for name in ("queue", "prefill", "decode", "service", "first_token", "first_token_here")
    }
    counts = {name: getattr(side, name) for name, _ in _COUNTS}
    return {
        "deployment": each.deployment.name,
        "load": load.label,
        "source": side.source,
        **times,
        **counts,
        "samples": side.samples,
        "requests": side.requests,
        "requests_here": side.requests_here,
    }


def server_table(report: StudyReport) -> Table | None:
    """Tabulate what servers told of each level, mean milliseconds a request; ``None`` where none did."""
    groups = tuple(
        (shorten(each.deployment.name, NAME_LIMIT), tuple(_row(load, side) for load, side in each.server))
        for each in report.deployments
        if each.server
    )
    if not groups:
        return None
    columns = (
        Column(title="Load", numeric=False),
        *(Column(title=title, unit="ms") for _, title in _TIMES),
        *(Column(title=title, unit="requests") for _, title in _COUNTS),
        Column(title="Told by", numeric=False),
    )
    used = [
        place
        for place, _ in enumerate(columns)
        if any(row[place] not in ("", UNKNOWN) for _, rows in groups for row in rows)
    ]
    return Table(
        title="Inside the server",
        columns=tuple(columns[place] for place in used),
        groups=tuple(
            (name, tuple(tuple(row[place] for place in used) for row in rows)) for name, rows in groups
        ),
    )


def _row(load: Load, side: ServerSide) -> tuple[str, ...]:
    return (
        load.label,
        *(number_cell(getattr(side, name), 1e3) for name, _ in _TIMES),
        *(_count(getattr(side, name)) for name, _ in _COUNTS),
        _SOURCES[side.source] if side.queue or side.prefill or side.service or side.first_token else "",
    )


def _count(value: float | None) -> str:
    return UNKNOWN if value is None else grouped(value, decimals(value))


def server_text(report: StudyReport, deployment: str) -> str:
    """Say in one line how long requests waited and were worked on there; empty where no server told."""
    told = [row for each in report.deployments if each.deployment.name == deployment for row in each.server]
    queued = [_pair(load, side) for load, side in told if side.queue is not None and side.service]
    if queued:
        return f"queue and service inside the server: {', '.join(queued)}"
    worked = [
        f"{load.label} {seconds(side.service.value)}" for load, side in told if side.service is not None
    ]
    return f"service inside the server: {', '.join(worked)}" if worked else ""


def _pair(load: Load, side: ServerSide) -> str:
    parts = (seconds(found.value) for found in (side.queue, side.service) if found is not None)
    return f"{load.label} {' and '.join(parts)}"
