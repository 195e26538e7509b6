"""Streams: what each sends next, what it awaits, and when the target is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocost.core.errors import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.observation import Observation
    from isocost.measurement.connection import Endpoint, Link
    from isocost.measurement.exchange import Exchange
    from isocost.measurement.request import PreparedRequest

__all__ = ["ReaderSettings", "Stream", "gone", "is_gone"]

_REFUSALS_TO_STOP = 3
_REFUSALS_OF_ONE_TO_STOP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """What a reader needs beside its requests.

    Parameters
    ----------
    endpoint : Endpoint
    concurrency : int
        Streams to begin with, each with one request in flight at most.
    timeout_s : float
        Longest time from sending a request to the end of its answer.
    reuse : bool
        Whether a connection carries more than one request where the answer allows it.
    hide : tuple of str
        Words that must not stand in any record.
    """

    endpoint: Endpoint
    concurrency: int
    timeout_s: float
    reuse: bool = True
    hide: tuple[str, ...] = field(default=(), repr=False)


class Stream:
    """One of the requests in flight: its connection, what it sends next, what it awaits."""

    __slots__ = (
        "due_at_s",
        "exchange",
        "failures",
        "link",
        "refusals",
        "registered",
        "request",
        "tried_at_s",
    )

    def __init__(self) -> None:
        self.link: Link | None = None
        self.request: PreparedRequest | None = None
        self.due_at_s: float | None = None  # of that request, in an open loop
        self.exchange: Exchange | None = None
        self.failures = 0  # in a row
        self.refusals = 0  # in a row
        self.tried_at_s = 0.0
        self.registered = 0


def is_gone(streams: Sequence[Stream]) -> bool:
    """Whether the target takes no more connections, or no longer as many as there are streams.

    Either every stream was refused three times in a row, or one of them ten times.
    """
    refusals = [stream.refusals for stream in streams if stream.refusals]
    if not refusals:
        return False
    all_dead = len(refusals) == len(streams) and min(refusals) >= _REFUSALS_TO_STOP
    return all_dead or max(refusals) >= _REFUSALS_OF_ONE_TO_STOP


def gone(endpoint: Endpoint, recent: Sequence[Observation]) -> MeasurementError:
    """Return the error that says so; what was seen last comes along."""
    last = recent[-1].detail if recent else "no connection"
    return MeasurementError(
        f"the server at {endpoint.host} port {endpoint.address[1]} no longer answers ({last}); "
        "see that it runs, then go on with: isocost run STUDY",
        tuple(recent),
    )
