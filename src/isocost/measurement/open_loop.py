"""Who sends next, and when: the pace of an open loop, whose requests leave when they are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.measurement.pace import Pauses
from isocost.measurement.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.measurement.request import PreparedRequest, RequestQueue

__all__ = ["OpenLoop", "spare_streams"]

_FEWEST_SPARE = 8
_SPARE_SHARE = 0.25
_FEWEST_AT_FIRST = 16
_MOST_AT_FIRST = 256
_REFUSALS_TO_STOP = 3
_REFUSALS_OF_IDLE_TO_STOP = 10
_LEAD_S = 0.02
_LONGEST_PAUSE_S = 2.0  # of a spare connection; no request waits for it


def spare_streams(rate_per_s: float, most: int) -> int:
    """Return how many connections are opened before an open loop begins: a second's arrivals, within bounds.

    Examples
    --------
    >>> [spare_streams(rate, 1024) for rate in (2.0, 100.0, 5000.0)], spare_streams(5.0, 4)
    ([16, 100, 256], 4)
    """
    return min(max(round(rate_per_s), _FEWEST_AT_FIRST), _MOST_AT_FIRST, most)


class OpenLoop:
    """Requests leave when they are due, whatever became of those before them.

    A request takes an idle connection that is open, else one that opens or was lost, else a new one; when
    so many are in flight as may be, it waits for the first that is free, and its delay is recorded. Idle
    connections are kept open ahead of need: an eighth request in flight or so finds one waiting. Pauses after
    failures hold back only the reopening of idle connections, never a request.

    Parameters
    ----------
    queue : RequestQueue
        Without warm-up requests.
    streams : list of Stream
        All there are; more are added as they are needed.
    due_s : sequence of float, shape (n,)
        When each request of the queue is due, seconds after the beginning; never falling.
    most : int
        Streams at most.
    at_s : float or None
        When to begin, on the monotonic clock; at once where it is past, or ``None``.

    Attributes
    ----------
    held_back : int
        Requests that were due when so many were in flight as may be.
    """

    ahead = True

    def __init__(
        self,
        queue: RequestQueue,
        streams: list[Stream],
        *,
        due_s: Sequence[float],
        most: int,
        at_s: float | None = None,
    ) -> None:
        self.held_back = 0
        self._queue = queue
        self._streams = streams
        self._due_s = due_s
        self._most = most
        self._at_s = at_s
        self._next = 0
        self._held = -1
        self._start_s = 0.0
        self._idle: dict[Stream, None] = {}  # in the order in which they became idle
        self._pauses = Pauses(_LONGEST_PAUSE_S)

    def begin(self, now: float) -> Iterator[Stream]:
        """Begin in a moment, so that the first request is not late."""
        self._start_s = max(now + _LEAD_S, self._at_s or 0.0)
        self._idle = dict.fromkeys(self._streams)
        yield from self._streams  # a connection that was lost meanwhile is opened again

    def take(self, stream: Stream) -> PreparedRequest | None:
        """Return the request that waited longest, if one waits; else the stream is idle."""
        if self._held == self._next:
            self._idle.pop(stream, None)
            return self._hand(stream)
        self._idle[stream] = None
        return None

    def pause(self, stream: Stream, now: float) -> None:
        """Keep the stream for later; open its connection again in a little while."""
        self._idle[stream] = None
        self._pauses.add(stream, now)

    def wake(self, now: float) -> Iterator[Stream]:
        """Return the streams that send what is due, and those whose connection is to be opened."""
        while self._next < len(self._due_s) and self._start_s + self._due_s[self._next] <= now:
            stream = self._pick()
            if stream is None:
                self._hold()
                break
            stream.request = self._hand(stream)
            if stream.request is None:  # no more may be sent
                self._idle[stream] = None
                break
            yield stream
        yield from self._pauses.over(now)
        yield from self._spare()

    def wakes_at_s(self) -> float | None:
        """Return when the next request is due or a pause is over."""
        paused = self._pauses.next_at_s()
        if self._next >= len(self._due_s) or self._held == self._next:
            return paused
        due = self._start_s + self._due_s[self._next]
        return due if paused is None else min(due, paused)

    def is_busy(self) -> bool:
        """Whether a request is still to be sent."""
        return self._next < len(self._due_s)

    def is_gone(self) -> bool:
        """Whether no idle connection can be opened: refused ten times in a row, three if all are idle."""
        refusals = [_refusals(stream) for stream in self._idle]
        if not refusals or min(refusals) < _REFUSALS_TO_STOP:
            return False
        return len(refusals) == len(self._streams) or min(refusals) >= _REFUSALS_OF_IDLE_TO_STOP

    def prepare(self) -> bool:
        """Word one more request ahead."""
        return self._queue.prepare()

    def end(self) -> None:
        """Send no more."""
        self._next = len(self._due_s)
        self._pauses.clear()

    def _hand(self, stream: Stream) -> PreparedRequest | None:
        stream.due_at_s = self._start_s + self._due_s[self._next]
        self._next += 1
        request = self._next_request(self._next - 1)
        if request is None:
            self.end()
        return request

    def _next_request(self, place: int) -> PreparedRequest | None:
        """Return the request that is due at a place in `due_s`."""
        return self._queue.take()

    @property
    def offered(self) -> int:
        """How many requests were due or will be."""
        return len(self._due_s)

    def _hold(self) -> None:
        if self._held != self._next:
            self._held = self._next
            self.held_back += 1

    def _pick(self) -> Stream | None:
        """Take the idle stream used last of those with an open connection, else any, else a new one."""
        opened = (stream for stream in reversed(self._idle) if stream.link is not None)
        first = next(opened, None)
        best = first
        while best is not None and best.link is not None and best.link.state != "open":
            best = next(opened, None)
        chosen = best or first or next(iter(self._idle), None)
        if chosen is not None:
            del self._idle[chosen]
            return chosen
        return self._new() if len(self._streams) < self._most else None

    def _new(self) -> Stream:
        stream = Stream()
        self._streams.append(stream)
        return stream

    def _spare(self) -> Iterator[Stream]:
        """Open connections ahead of need, in proportion to the requests in flight."""
        if not self.is_busy():
            return
        while len(self._streams) < self._most and len(self._idle) < self._wanted():
            stream = self._new()
            self._idle[stream] = None
            yield stream

    def _wanted(self) -> int:
        in_flight = len(self._streams) - len(self._idle)
        return max(_FEWEST_SPARE, int(_SPARE_SHARE * in_flight))


def _refusals(stream: Stream) -> int:
    """Count the refusals in a row of an idle stream; none once its connection is open."""
    return 0 if stream.link is not None and stream.link.state == "open" else stream.refusals
