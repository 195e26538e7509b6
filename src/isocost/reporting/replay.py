"""A trace over its time: what was offered, sent and ended in each window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import UNKNOWN, decimals, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.tables import NAME_LIMIT, Column, Table

if TYPE_CHECKING:
    from isocost.studies.report import DeploymentReport, StudyReport
    from isocost.studies.trace_windows import TraceWindow

__all__ = ["replay_rows", "replay_table", "replay_text"]


def replay_rows(report: StudyReport) -> list[dict[str, Any]]:
    """Return the windows of every trace, for JSON; ``None`` where a number is not known."""
    return [
        {
            "deployment": each.deployment.name,
            "from_s": window.from_s,
            "to_s": window.to_s,
            "offered_per_second": window.offered_per_s,
            "sent_per_second": window.sent_per_s,
            "ended_per_second": window.ended_per_s,
            "input_tokens_per_request": window.input_tokens,
            "output_tokens_per_request": window.output_tokens,
            "send_delay_p99_s": window.send_delay_p99_s,
        }
        for each in report.deployments
        for window in each.replay
    ]


def replay_text(deployment: DeploymentReport) -> str:
    """Say in one line between which rates a trace went, and where least of it was sent; empty without one."""
    windows = deployment.replay
    if not windows:
        return ""
    offered = [window.offered_per_s for window in windows]
    behind = max(windows, key=lambda window: window.offered_per_s - window.ended_per_s)
    count = f"{len(windows)} window" + ("s" if len(windows) > 1 else "")
    return (
        f"trace in {count}: offered {_rate(min(offered))} to {_rate(max(offered))} a second; "
        f"furthest behind from {behind.from_s:.4g} to {behind.to_s:.4g} s: "
        f"{_rate(behind.offered_per_s)} offered, {_rate(behind.sent_per_s)} sent, "
        f"{_rate(behind.ended_per_s)} ended"
    )


def replay_table(report: StudyReport) -> Table | None:
    """Tabulate each trace over its time; ``None`` without one."""
    groups = tuple(
        (shorten(each.deployment.name, NAME_LIMIT), tuple(_row(window) for window in each.replay))
        for each in report.deployments
        if each.replay
    )
    if not groups:
        return None
    columns = (
        Column(title="Window", numeric=False),
        Column(title="Offered", unit="requests/s"),
        Column(title="Sent", unit="requests/s"),
        Column(title="Ended well", unit="requests/s"),
        Column(title="In", unit="tokens"),
        Column(title="Out", unit="tokens"),
        Column(title="Send delay p99", unit="ms"),
    )
    return Table(title="The trace over time", columns=columns, groups=groups)


def _row(window: TraceWindow) -> tuple[str, ...]:
    delay = window.send_delay_p99_s
    return (
        f"{window.from_s:.4g} to {window.to_s:.4g} s",
        _rate(window.offered_per_s),
        _rate(window.sent_per_s),
        _rate(window.ended_per_s),
        UNKNOWN if window.input_tokens is None else grouped(window.input_tokens, 0),
        UNKNOWN if window.output_tokens is None else grouped(window.output_tokens, 0),
        UNKNOWN if delay is None else grouped(1e3 * delay, 1),
    )


def _rate(value: float) -> str:
    return grouped(value, decimals(value))
