"""Who sends next, and when: the pace of a closed loop."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Protocol

from isocost.measurement.stream import is_gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.measurement.request import PreparedRequest, RequestQueue
    from isocost.measurement.stream import Stream

__all__ = ["ClosedLoop", "Pace", "Pauses"]

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.25


class Pace(Protocol):
    """Says to the reader which stream sends what, and when; instants on the monotonic clock.

    Attributes
    ----------
    ahead : bool
        Whether a stream without a request is to hold an open connection.
    """

    ahead: bool

    def begin(self, now: float) -> Iterator[Stream]:
        """Begin; return the streams that may do what is next."""
        ...

    def take(self, stream: Stream) -> PreparedRequest | None:
        """Return what a stream that awaits nothing sends now; ``None``: nothing yet, or ever."""
        ...

    def pause(self, stream: Stream, now: float) -> None:
        """Note that something failed on a stream that awaits nothing any more."""
        ...

    def wake(self, now: float) -> Iterator[Stream]:
        """Return the streams that may do what is next."""
        ...

    def wakes_at_s(self) -> float | None:
        """Return when `wake` is to be called at the latest; ``None``: no need."""
        ...

    def is_busy(self) -> bool:
        """Whether more will be sent than what streams hold already."""
        ...

    def is_gone(self) -> bool:
        """Whether the target takes no more connections."""
        ...

    def prepare(self) -> bool:
        """Word one more request ahead; return whether there was one to word."""
        ...

    def end(self) -> None:
        """Forget what was still to be sent."""
        ...


class Pauses:
    """Streams that wait a little after a failure, so that a dead target is not stormed.

    Parameters
    ----------
    longest_s : float
        The longest wait, after many failures in a row.
    """

    def __init__(self, longest_s: float = _LONGEST_PAUSE_S) -> None:
        self._longest_s = longest_s
        self._waiting: list[tuple[float, int, Stream]] = []
        self._order = count()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def add(self, stream: Stream, now: float) -> None:
        """Let a stream wait, the longer the more failed in a row."""
        pause = min(_FIRST_PAUSE_S * 2**stream.failures, self._longest_s)
        stream.failures = min(stream.failures + 1, 10)
        heapq.heappush(self._waiting, (now + pause, next(self._order), stream))

    def over(self, now: float) -> Iterator[Stream]:
        """Return those that have waited long enough."""
        while self._waiting and self._waiting[0][0] <= now:
            yield heapq.heappop(self._waiting)[2]

    def next_at_s(self) -> float | None:
        """Return when the first has waited long enough."""
        return self._waiting[0][0] if self._waiting else None

    def clear(self) -> None:
        """Let none wait."""
        self._waiting.clear()


class ClosedLoop:
    """Each stream sends its next request as soon as its answer ended, and a little later after a failure.

    Parameters
    ----------
    queue : RequestQueue
    streams : sequence of Stream
        All there are.
    """

    ahead = False

    def __init__(self, queue: RequestQueue, streams: Sequence[Stream]) -> None:
        self._queue = queue
        self._streams = streams
        self._pauses = Pauses()

    def begin(self, now: float) -> Iterator[Stream]:
        """Let every stream begin."""
        yield from self._streams

    def take(self, stream: Stream) -> PreparedRequest | None:
        """Return the next request of the queue."""
        return self._queue.take()

    def pause(self, stream: Stream, now: float) -> None:
        """Let the stream wait a little."""
        self._pauses.add(stream, now)

    def wake(self, now: float) -> Iterator[Stream]:
        """Return the streams that have paused long enough."""
        return self._pauses.over(now)

    def wakes_at_s(self) -> float | None:
        """Return when the first pause is over."""
        return self._pauses.next_at_s()

    def is_busy(self) -> bool:
        """Whether a stream pauses; it will go on."""
        return len(self._pauses) > 0

    def is_gone(self) -> bool:
        """Whether every stream was refused three times in a row, or one of them ten times."""
        return is_gone(self._streams)

    def prepare(self) -> bool:
        """Word one more request ahead."""
        return self._queue.prepare()

    def end(self) -> None:
        """Let no stream go on."""
        self._pauses.clear()
