"""The clock of a worker held against ours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.ports import Line

__all__ = ["ClockOffset", "compare_clocks"]

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How far a worker's monotonic clock is behind ours.

    Parameters
    ----------
    offset_s : float
        Our clock minus the worker's, at one instant: to be added to the worker's instants.
    bound_s : float
        The true offset is at most so far from `offset_s`.
    """

    offset_s: float
    bound_s: float


def compare_clocks(line: Line, *, rounds: int = 12) -> ClockOffset:
    """Ask a worker for its time, and bound what the way there and back may have spoiled.

    The worker read its clock somewhere between our asking and our hearing; so half the time of the round trip
    bounds the error of its middle, whatever share of it each way took. The tightest of some rounds counts.
    Cristian, "Probabilistic clock synchronization", Distributed Computing 3 (1989), doi:10.1007/BF01784024,
    with its least delay set to 0.

    Parameters
    ----------
    line : Line
        To a worker that answers ``{"do": "clock", "number": N}`` with ``{"clock": SECONDS, "number": N}``.
    rounds : int
        How often it is asked, at least 1.

    Raises
    ------
    EOFError
        If the worker is gone or does not answer within 10 s.
    """
    best = ClockOffset(offset_s=0.0, bound_s=float("inf"))
    for number in range(1, rounds + 1):
        asked_s = time.monotonic()
        line.say({"do": "clock", "number": number})
        answer = line.hear(_PATIENCE_S)
        while answer is not None and answer.get("number") != number:  # said before
            answer = line.hear(_PATIENCE_S)
        heard_s = time.monotonic()
        if answer is None:
            raise EOFError("it did not tell its time")
        bound_s = (heard_s - asked_s) / 2
        if bound_s < best.bound_s:
            best = ClockOffset(offset_s=asked_s + bound_s - float(answer["clock"]), bound_s=bound_s)
    return best
