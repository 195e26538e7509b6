"""What a server says of its own part of a run: queue apart from service, and its requests beside ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Caution, Estimate
from isocost.core.telemetry import ServerSide
from isocost.statistics.batch_means import mean_in_order
from isocost.statistics.latency import time_to_first_s
from isocost.statistics.steady import measured_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.observation import Observations, Run, Segment

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["mean_server_side", "server_side", "shared_cautions"]

SHARED = 1.05
"""A server that ended so many times more requests than came from here worked for others, too."""

_TIMES = ("queue", "prefill", "decode", "service", "first_token")
_SUMS = {
    "queue": "queue",
    "prefill": "prefill",
    "decode": "decode",
    "service": "service",
    "first_token": "first",
}
_GAUGES = ("running", "waiting", "in_flight_here")
_COUNTS = ("ended", "end_count", "queue_count", "first_count")


def server_side(run: Run) -> ServerSide | None:
    """Say what the target told of its own part of a run.

    Times that each answer tells are taken of the requests that were measured and ended well. Where answers
    tell none, sums of the server's counters are taken over whole segments, warm-up included, and divided by
    its own count of requests, or by ours where it has none. Requests in flight are compared at the very
    instants at which the server was asked (Little, Operations Research 9, 1961: their mean is rate times
    residence, there as here).

    Parameters
    ----------
    run : Run

    Returns
    -------
    ServerSide or None
        ``None`` where the target tells nothing.
    """
    seen = run.observations
    spans = [each for segment in run.segments if (each := _span(segment)) is not None]
    times = _answered(seen) or _counted(seen, spans)
    samples = _samples(run)
    if not times and not len(samples):
        return None
    known = [_requests(told) for _, told in spans]
    whole = bool(known) and len(spans) == len(run.segments) and all(each is not None for each in known)
    return ServerSide(
        source=times.pop("source", "metrics"),
        **times,
        **_in_flight(samples),
        requests=round(sum(each for each in known if each is not None)) if whole else None,
        requests_here=len(seen) if whole else None,
        samples=len(samples),
    )


def mean_server_side(sides: Sequence[ServerSide]) -> ServerSide | None:
    """Return the mean over the repeats of one level; what only some of them tell is left out.

    Parameters
    ----------
    sides : sequence of ServerSide
        One for each repeat that tells anything.

    Returns
    -------
    ServerSide or None
        ``None`` without any, or where they were told in different ways.
    """
    if len(sides) < 2 or len({side.source for side in sides}) > 1:
        return sides[0] if len(sides) == 1 else None
    names = (*_TIMES, "first_token_here")
    times = {name: _over_repeats([getattr(side, name) for side in sides]) for name in names}
    counts = {name: _total([getattr(side, name) for side in sides]) for name in ("requests", "requests_here")}
    means = {name: _mean([getattr(side, name) for side in sides]) for name in _GAUGES}
    return ServerSide(
        source=sides[0].source,
        samples=sum(side.samples for side in sides),
        **times,  # type: ignore[arg-type]
        **counts,  # type: ignore[arg-type]
        **means,  # type: ignore[arg-type]
    )


def shared_cautions(side: ServerSide | None, label: str) -> tuple[Caution, ...]:
    """Doubt a run during which the server worked for others, too: ``"server-shared"``."""
    if side is None or side.requests is None or side.requests_here is None:
        return ()
    if side.requests <= SHARED * side.requests_here:
        return ()
    text = (
        f"the server ended {side.requests} requests during {label!r} and {side.requests_here} came from "
        "here: somebody else used it, so its cost and latencies are not of this load alone"
    )
    return (Caution("server-shared", text),)


def _over_repeats(found: Sequence[Estimate | None]) -> Estimate | None:
    told = [each for each in found if each is not None]
    if len(told) < len(found):
        return None
    values = np.array([each.value for each in told])
    mean = mean_in_order(values, unit=told[0].unit, kind="measured")
    return replace(mean, method=f"mean of {len(told)} repeats")


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _answered(seen: Observations) -> dict[str, Any]:
    """Return means of what each answer tells."""
    if seen.server_queue_s is None or seen.server_prefill_s is None or seen.server_decode_s is None:
        return {}
    prefill, decode = seen.server_prefill_s, seen.server_decode_s
    told = measured_rows(seen) & seen.ok & ~np.isnan(prefill) & ~np.isnan(decode)
    if not told.any():
        return {}
    columns = {
        "queue": seen.server_queue_s,
        "prefill": prefill,
        "decode": decode,
        "service": prefill + decode,
        "first_token": seen.server_queue_s + prefill,
        "first_token_here": time_to_first_s(seen),
    }
    chosen = np.flatnonzero(told)[np.argsort(seen.sent_at_s[told], kind="stable")]
    means = {name: _mean_of(values[chosen]) for name, values in columns.items()}
    return {"source": "answers", **means}


def _mean_of(values: FloatArray) -> Estimate | None:
    """Return the mean over requests that tell; ``None`` where none does."""
    known = values[~np.isnan(values)]
    return mean_in_order(known, unit="s", kind="measured") if len(known) else None


def _span(segment: Segment) -> tuple[int, dict[str, float]] | None:
    """Return by how much a server's sums grew over a segment; ``None`` unless they were read at both ends."""
    ends = {reading.moment: reading.told for reading in segment.telemetry if reading.moment != "during"}
    if len(ends) < 2:
        return None
    before, after = ends["before"], ends["after"]
    grown = {name: after[name] - before[name] for name in after if name in before}
    kept = {name: value for name, value in grown.items() if name not in ("running", "waiting")}
    return None if min(kept.values(), default=0.0) < 0 else (segment.number, kept)  # it was started anew


def _requests(told: Mapping[str, float]) -> float | None:
    return next((told[name] for name in _COUNTS if name in told), None)


def _counted(seen: Observations, spans: Sequence[tuple[int, dict[str, float]]]) -> dict[str, Any]:
    """Return means by the server's own sums, over whole segments."""
    inside = np.isin(seen.segment, [number for number, _ in spans])
    means: dict[str, Any] = {}
    for name, theirs in _SUMS.items():
        total, count = _added(spans, f"{theirs}_sum"), _added(spans, f"{theirs}_count")
        divisor = float(inside.sum()) if count is None else count
        if total is not None and divisor > 0:
            means[name] = Estimate(
                value=total / divisor,
                unit="s",
                kind="measured",
                method="the server's own sum over " + ("our requests" if count is None else "its count"),
                n=round(divisor),
            )
    if not means:
        return {}
    if "service" not in means and "prefill" in means and "decode" in means:
        parts = (means["prefill"], means["decode"])
        means["service"] = Estimate(
            value=sum(part.value for part in parts),
            unit="s",
            kind="measured",
            method=parts[0].method,
            n=parts[0].n,
        )
    return {**means, "first_token_here": _mean_of(time_to_first_s(seen)[inside])}


def _added(spans: Sequence[tuple[int, Mapping[str, float]]], name: str) -> float | None:
    values = [told.get(name) for _, told in spans]
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _samples(run: Run) -> FloatArray:
    """Return requests that ran and waited there, and that were in flight here, shape (samples, 3)."""
    seen = run.observations
    rows = []
    for segment in run.segments:
        mine = seen.segment == segment.number
        sent, done = seen.sent_at_s[mine], seen.done_at_s[mine]
        for reading in segment.telemetry:
            if reading.moment == "during" and "running" in reading.told:
                here = int(((sent <= reading.at_s) & (reading.at_s < done)).sum())
                rows.append((reading.told["running"], reading.told.get("waiting", np.nan), here))
    return np.array(rows, dtype=np.float64)


def _in_flight(samples: FloatArray) -> dict[str, Any]:
    if not len(samples):
        return {}
    means = [float(value) for value in samples.mean(axis=0)]
    return {name: None if np.isnan(value) else value for name, value in zip(_GAUGES, means, strict=True)}
