"""What this client can carry here: requests, streams and tokens per second, before a stub of ours."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.engine import running_stub
from isocost.measurement import Dialect, HttpTarget, resolve_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.observation import ClientHealth, Observation
    from isocost.core.ports import Target

__all__ = ["ClientEdge", "calibrate", "calibrated", "edge_of", "highest_rate"]

_GAP_S = 0.02
_RATES = (100.0, 400.0, 1000.0, 2000.0, 4000.0)
_STREAMS = (32, 128, 512)
_SENDING_S = 0.6
_STREAM_TOKENS = 60  # 1.2 s
_KEPT_SHARE = 0.9
_NAMES = ("client_requests_per_s", "client_streams", "client_tokens_per_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEdge:
    """How much one process of this client carries on this machine without being late or busy itself.

    Parameters
    ----------
    requests_per_s : float or None
        Requests of one token each, sent when due; ``None``: not even the fewest that were tried.
    streams : int or None
        Streams at once of a token every 20 ms; ``None`` likewise.
    tokens_per_s : float or None
        That these streams brought.
    requests_limit, streams_limit : str or None
        What it was short of at the next higher load that was tried; ``None``: nothing at the highest.
    """

    requests_per_s: float | None
    streams: int | None
    tokens_per_s: float | None
    requests_limit: str | None = None
    streams_limit: str | None = None

    @property
    def facts(self) -> dict[str, str]:
        """As the journal keeps it."""
        told = {
            "client_requests_per_s": self.requests_per_s,
            "client_streams": self.streams,
            "client_tokens_per_s": self.tokens_per_s,
        }
        limits = {
            "client_requests_limit": self.requests_limit,
            "client_streams_limit": self.streams_limit,
        }
        return {name: f"{value or 0:g}" for name, value in told.items()} | {
            name: text for name, text in limits.items() if text is not None
        }


def edge_of(facts: Mapping[str, str]) -> ClientEdge | None:
    """Return what a run's facts say of the client; ``None`` where it was not calibrated.

    Examples
    --------
    >>> edge = ClientEdge(requests_per_s=2000.0, streams=512, tokens_per_s=25e3, streams_limit="busy")
    >>> edge_of(edge.facts) == edge, edge_of({}) is None
    (True, True)
    """
    if any(name not in facts for name in _NAMES):
        return None
    requests, streams, tokens = (float(facts[name]) for name in _NAMES)
    return ClientEdge(
        requests_per_s=requests or None,
        streams=int(streams) or None,
        tokens_per_s=tokens or None,
        requests_limit=facts.get("client_requests_limit"),
        streams_limit=facts.get("client_streams_limit"),
    )


def highest_rate(edge: ClientEdge | None, output_tokens: float) -> float | None:
    """Return the highest rate of requests of that length that the client carries; ``None``: not known.

    Parameters
    ----------
    edge : ClientEdge or None
    output_tokens : float
        Mean of the answers, at least 1.

    Examples
    --------
    >>> edge = ClientEdge(requests_per_s=2000.0, streams=512, tokens_per_s=25e3)
    >>> highest_rate(edge, 1.0), highest_rate(edge, 250.0)
    (2000.0, 100.0)
    """
    if edge is None or edge.requests_per_s is None or edge.tokens_per_s is None:
        return None
    return min(edge.requests_per_s, edge.tokens_per_s / output_tokens)


def calibrate(stop: threading.Event | None = None) -> ClientEdge:
    """Measure what this client carries here, within some seconds.

    A stub in a process of its own answers at once. Rates, then streams rise until the client is at its limit
    (`ClientHealth.limits`) or sends or reads less than nine tenths of what was asked for. What the stub
    itself takes of the machine counts as the client's: an engine on the same machine would take more.

    Parameters
    ----------
    stop : threading.Event, optional
        Ends it early; what was found so far is returned.
    """
    with running_stub(gap_s=_GAP_S) as url:
        target = HttpTarget(address=resolve_address(url), dialect=Dialect(model="stub"))
        return calibrated(target, stop or threading.Event())


def calibrated(target: Target, stop: threading.Event) -> ClientEdge:
    """Find what a client carries before `target`, which is never the limit itself; see `calibrate`."""
    carried: float | None = None
    rate_limit = stream_limit = None
    for rate in _RATES:
        rate_limit = None if stop.is_set() else _limit_at_rate(target, rate, stop)
        if rate_limit is not None or stop.is_set():
            break
        carried = rate
    streams: int | None = None
    tokens: float | None = None
    for count in _STREAMS:
        if stop.is_set():
            break
        stream_limit, seen = _limit_at_streams(target, count, stop)
        if stream_limit is not None:
            break
        streams, tokens = count, seen
    return ClientEdge(
        requests_per_s=carried,
        streams=streams,
        tokens_per_s=tokens,
        requests_limit=rate_limit,
        streams_limit=stream_limit,
    )


def _limit_at_rate(target: Target, rate: float, stop: threading.Event) -> str | None:
    """Say what the client was short of at a rate; ``None``: nothing."""
    due = np.arange(1, round(rate * _SENDING_S) + 1) / rate
    plan = RunPlan(
        load=Load(rate_per_s=rate),
        shapes=(RequestShape(1, 1),),
        indices=tuple(range(len(due))),
        due_s=tuple(due.tolist()),
        warmup=(RequestShape(1, 1),) * 4,
        request_timeout_s=10.0,
    )
    rows, health = _measured(target, plan, stop)
    took = max((row.done_at_s for row in rows), default=0.0) - min(
        (row.due_at_s for row in rows), default=0.0
    )
    return _limit(health, len(rows) / max(took, _SENDING_S), rate, "requests/s")


def _limit_at_streams(target: Target, count: int, stop: threading.Event) -> tuple[str | None, float]:
    """Say what the client was short of with so many streams, and the tokens per second that they brought."""
    plan = RunPlan(
        load=Load(concurrency=count),
        shapes=(RequestShape(1, _STREAM_TOKENS),),
        indices=tuple(range(count)),
        request_timeout_s=10.0,
    )
    rows, health = _measured(target, plan, stop)
    stamps = [each for row in rows for each in row.chunk_at_s]
    took = max(stamps, default=0.0) - min(stamps, default=0.0)
    tokens = (len(stamps) - len(rows)) / took if took > 0 else 0.0
    return _limit(health, tokens, count / _GAP_S, "tokens/s"), tokens


def _measured(target: Target, plan: RunPlan, stop: threading.Event) -> tuple[list[Observation], ClientHealth]:
    rows: list[Observation] = []
    health = target.measure(plan, record=rows.append, stop=stop)
    return [row for row in rows if not row.warmup and row.chunk_at_s], health


def _limit(health: ClientHealth, seen: float, asked: float, unit: str) -> str | None:
    if health.saturated:
        return ", ".join(health.limits)
    return None if seen >= _KEPT_SHARE * asked else f"{seen:,.0f} of {asked:,.0f} {unit}"
