"""What a server says of itself while it is measured, and what follows for the requests of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.estimate import Estimate

__all__ = ["MOST_TOLD", "Reading", "ServerSide"]

MOST_TOLD = 1e15
"""No gauge, count or sum of seconds of a server is above it, or below 0; what is comes from no server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a server's counters and gauges said at one instant.

    Parameters
    ----------
    at_s : float
        When they had come, seconds on the segment's monotonic clock.
    moment : {"before", "during", "after"}
        The first request of a segment, between, the last one.
    told : mapping of str to float
        Gauges ``running`` and ``waiting`` (requests); sums since the server's start, seconds: ``queue_sum``,
        ``prefill_sum``, ``decode_sum``, ``service_sum``, ``first_sum`` (to the first token) and ``end_sum``
        (end to end), each with its ``_count`` of requests; ``ended`` (requests).
        What it does not say is absent.
    """

    at_s: float
    moment: Literal["before", "during", "after"]
    told: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSide:
    """A server's own part of a run, beside what was seen from here; ``None`` where it is not told.

    Parameters
    ----------
    source : {"answers", "metrics"}
        Who told the times: each answer of the requests that were measured, or the server's counters over the
        whole run with its warm-up.
    queue, prefill, decode, service, first_token : Estimate or None
        Means a request, seconds: waiting before its prompt was begun; on the prompt; on the tokens after the
        first; on both; to the first token as the server counts it.
    first_token_here : Estimate or None
        Mean to the first token as seen from here, seconds, of the same requests.
    requests, requests_here : int or None
        Requests that ended there and here, warm-up included.
    running, waiting, in_flight_here : float or None
        Mean number of requests at the same instants: worked on and waiting there, in flight here.
    samples : int
        How many instants.
    """

    source: Literal["answers", "metrics"]
    queue: Estimate | None = None
    prefill: Estimate | None = None
    decode: Estimate | None = None
    service: Estimate | None = None
    first_token: Estimate | None = None
    first_token_here: Estimate | None = None
    requests: int | None = None
    requests_here: int | None = None
    running: float | None = None
    waiting: float | None = None
    in_flight_here: float | None = None
    samples: int = 0
