"""The limit of a deployment under service levels: in a sentence, as tables, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.format import UNKNOWN, estimate_text, grouped, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.objects import estimate_object
from isocost.reporting.tables import NAME_LIMIT, Column, Table

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.service_level import ServiceLevel
    from isocost.studies.client_edge import ClientEdge
    from isocost.studies.limits_found import FoundLimit, ProbeReport
    from isocost.studies.report import StudyReport

__all__ = ["limit_lines", "limit_rows", "limit_tables", "limit_text", "limits_in"]


def limits_in(report: StudyReport) -> list[FoundLimit]:
    """Return what was found of all deployments."""
    return [found for each in report.deployments for found in each.limits]


def limit_text(found: FoundLimit) -> str:
    """Say in a paragraph what the limit is, how it was found and what to do where it was not."""
    return " ".join([_limit_sentence(found), *_remarks(found)])


def limit_lines(found: FoundLimit) -> list[str]:
    """Return the sentences on a limit, each a line."""
    return [_limit_sentence(found), *_remarks(found)]


def _promised(levels: tuple[ServiceLevel, ...]) -> str:
    return " and ".join(level.label for level in levels)


def _limit_sentence(found: FoundLimit) -> str:
    promised = _promised(found.service_levels)
    if found.state == "never":
        worst = ", ".join(
            f"{level.label}: {estimate_text(seen)}"
            for level, seen in zip(found.service_levels, found.alone, strict=True)
            if seen is not None
        )
        return (
            f"Limit: never: not even one request at a time keeps {promised} (seen {worst}); "
            "promise less, or serve a faster model."
        )
    if found.state in ("found", "between"):
        so_far = "" if found.finished else " so far"
        middle = "" if found.limit is None else f"{found.limit.value:.4g} "
        text = f"{middle}[{found.passed:g}, {found.failed:g}] requests/s"
        return f"Limit: {text}{so_far} keep {promised}."
    if found.state == "at least":
        return f"Limit: at least {found.passed:g} requests/s keep {promised}; {_ended(found)}."
    if found.state == "at most":
        return (
            f"Limit: below {found.failed:g} requests/s; no rate was seen to keep {promised}"
            f"{'' if found.finished else ' so far'}."
        )
    return f"Limit: not told: no probe says whether {promised} can be kept; {_ended(found)}."


def _ended(found: FoundLimit) -> str:
    """Say what ended a search without an upper end, and what to do."""
    more = "measure higher rates by more processes: --request-rate with --executor processes"
    if found.client is not None:
        return f"the client was at its limit ({found.client}), not the target; {more}"
    edge = found.edge
    if not found.finished:
        return "the search is not finished; go on: isocost run STUDY"
    if found.highest is not None and found.passed is not None and found.passed >= 0.999 * found.highest:
        asked = edge is None or not _carries_only(edge, found.highest)
        return "--max-rate says to probe no higher" if asked else f"this client carries no more here; {more}"
    return "allow longer probes: --max-duration, --num-requests"


def _carries_only(edge: ClientEdge, rate: float) -> bool:
    return edge.requests_per_s is None or edge.tokens_per_s is None or rate <= edge.requests_per_s


def _remarks(found: FoundLimit) -> list[str]:
    if not found.probes:
        return []
    minutes = found.seconds / 60
    plural = "" if len(found.probes) == 1 else "s"
    parts = [
        f"{len(found.probes)} probe{plural}, {found.requests:,} requests, {minutes:.1f} min of sending, "
        f"resolution {found.resolution:.3g}."
    ]
    if found.untold:
        rates = ", ".join(f"{rate:g}/s" for rate in found.untold)
        parts.append(f"Cannot be told at {rates} within a probe's length.")
    if found.knee.rate is not None:
        parts.append(f"Latency rises as fast as the rate from {estimate_text(found.knee.rate)} (knee).")
    else:
        parts.append(f"Knee: cannot be told: {found.knee.why}.")
    if found.cost_per_million is not None and found.passed is not None:
        parts.append(f"At {found.passed:g}/s: {estimate_text(found.cost_per_million)}.")
    return parts


def limit_tables(report: StudyReport) -> list[Table]:
    """Tabulate the probes, and what the client carries; empty without a search."""
    return [
        table for found in limits_in(report) for table in (_probe_table(found), _edge_table(found)) if table
    ]


def _probe_table(found: FoundLimit) -> Table:
    columns = (
        Column(title="Rate", unit="requests/s"),
        Column(title="Verdict", numeric=False),
        Column(title="Requests"),
        Column(title="Sending", unit="s"),
        *(Column(title=level.label, numeric=False) for level in found.service_levels),
        Column(title="Why", numeric=False),
    )
    rows = tuple(_probe_row(each) for each in sorted(found.probes, key=lambda each: each.rate_per_s))
    return Table(
        title=f"Probes of the limit, {shorten(found.stage, NAME_LIMIT)}",
        columns=columns,
        groups=((shorten(found.deployment, NAME_LIMIT), rows),),
    )


def _probe_row(each: ProbeReport) -> tuple[str, ...]:
    return (
        f"{each.rate_per_s:g}",
        each.verdict,
        grouped(each.requests, 0),
        grouped(each.seconds, 1),
        *(UNKNOWN if seen is None else _seen(seen) for seen in each.latencies),
        each.why,
    )


def _seen(seen: Estimate) -> str:
    return seconds(seen.value, seen.low, seen.high)


def _edge_table(found: FoundLimit) -> Table | None:
    if found.edge is None:
        return None
    edge = found.edge
    columns = (
        Column(title="Requests", unit="per s"),
        Column(title="Streams", unit="at once"),
        Column(title="Tokens", unit="per s"),
        Column(title="Beyond", numeric=False),
    )
    beyond = "; ".join(filter(None, (edge.requests_limit, edge.streams_limit))) or "not tried"
    row = (
        UNKNOWN if edge.requests_per_s is None else grouped(edge.requests_per_s, 0),
        UNKNOWN if edge.streams is None else grouped(edge.streams, 0),
        UNKNOWN if edge.tokens_per_s is None else grouped(edge.tokens_per_s, 0),
        beyond,
    )
    return Table(
        title=f"What this client carries, {shorten(found.stage, NAME_LIMIT)}",
        columns=columns,
        groups=((shorten(found.deployment, NAME_LIMIT), (row,)),),
    )


def limit_rows(report: StudyReport) -> dict[str, list[dict[str, Any]]]:
    """Return limits and probes as rows for programs."""
    limits = limits_in(report)
    return {
        "limits": [_limit_object(found) for found in limits],
        "probes": [_probe_object(found, each) for found in limits for each in found.probes],
    }


def _limit_object(found: FoundLimit) -> dict[str, Any]:
    return {
        "deployment": found.deployment,
        "stage": found.stage,
        "service_levels": [level.label for level in found.service_levels],
        "resolution": found.resolution,
        "state": found.state,
        "limit": estimate_object(found.limit),
        "passed_per_s": found.passed,
        "failed_per_s": found.failed,
        "untold_per_s": list(found.untold),
        "client_limit": found.client,
        "highest_per_s": found.highest,
        "finished": found.finished,
        "knee": estimate_object(found.knee.rate),
        "knee_untold": found.knee.why,
        "alone": [estimate_object(seen) for seen in found.alone],
        "client": None if found.edge is None else asdict(found.edge),
        "cost_per_million_output_tokens": estimate_object(found.cost_per_million),
        "cost_per_request": estimate_object(found.cost_per_request),
        "requests": found.requests,
        "seconds": found.seconds,
        "text": limit_text(found),
    }


def _probe_object(found: FoundLimit, each: ProbeReport) -> dict[str, Any]:
    health = each.health
    return {
        "deployment": found.deployment,
        "stage": found.stage,
        "rate_per_s": each.rate_per_s,
        "verdict": each.verdict,
        "why": each.why or None,
        "requests": each.requests,
        "seconds": each.seconds,
        "latency": {
            level.label: estimate_object(seen)
            for level, seen in zip(found.service_levels, each.latencies, strict=True)
        },
        "residence": estimate_object(each.residence),
        "client_cpu_share": None if health is None else health.cpu_share,
        "client_loop_lag_p99_s": None if health is None else health.loop_lag_p99_s,
        "client_send_delay_p99_s": None if health is None else health.send_delay_p99_s,
    }
