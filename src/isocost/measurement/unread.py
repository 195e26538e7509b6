"""What was received and not yet read: answers are appended first and read in short slices later."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from isocost.measurement.clock import KernelClock
from isocost.measurement.health import HealthMeter

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.observation import Observation
    from isocost.measurement.exchange import Exchange
    from isocost.measurement.request import PreparedRequest
    from isocost.measurement.stream import Stream

__all__ = ["Unread"]

_KEPT_FOR_ERROR = 256


class Unread:
    """Answers that wait to be read: unfinished ones of a stream, and finished ones to be recorded.

    Parameters
    ----------
    record : callable
        Takes each finished observation.
    hide : tuple of str
        Words that must not stand in any record.

    Attributes
    ----------
    clock : KernelClock
    health : HealthMeter
    recent : deque of Observation
        The latest, for an error to bring along.
    finished : deque of Exchange
        Ended, not yet recorded.
    """

    def __init__(self, record: Callable[[Observation], None], hide: tuple[str, ...]) -> None:
        self.clock = KernelClock()
        self.health = HealthMeter()
        self.recent: deque[Observation] = deque(maxlen=_KEPT_FOR_ERROR)
        self.finished: deque[Exchange] = deque()
        self._backlog: deque[Stream] = deque()
        self._record = record
        self._hide = hide

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._backlog or self.finished)

    def add(self, stream: Stream, exchange: Exchange) -> None:
        """Keep in mind that pieces of an unfinished answer wait on a stream."""
        if not exchange.queued:
            exchange.queued = True
            self._backlog.append(stream)

    def read_pieces(self, until: float) -> Stream | None:
        """Read pieces of unfinished answers until an instant; return a stream whose answer is over."""
        while self._backlog:
            stream = self._backlog.popleft()
            exchange = stream.exchange
            if exchange is not None and exchange.queued:
                exchange.queued = False
                if exchange.frame():
                    return stream
                exchange.digest(self.clock, self.health)
                if exchange.answer.error is not None:
                    return stream
            if time.monotonic() > until:
                return None
        return None

    def record_finished(self, until: float | None) -> None:
        """Record finished answers until an instant; all without one."""
        while self.finished and (until is None or time.monotonic() <= until):
            self.record_one()

    def record_one(self) -> None:
        """Record the answer that ended first."""
        exchange = self.finished.popleft()
        exchange.digest(self.clock, self.health)
        self.hand_over(exchange.observation(self._hide), exchange.request, exchange.answer.text)

    def hand_over(self, observation: Observation, request: PreparedRequest, text: str | None = None) -> None:
        """Record an observation; a conversation goes on with its text."""
        self.recent.append(observation)
        self._record(observation)
        if request.talk is not None:
            request.talk.answered(observation, text)
