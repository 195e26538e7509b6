"""The reading thread: one epoll loop that sends, stamps and appends first, and reads later."""

from __future__ import annotations

import select
import ssl
import time
from collections import deque
from typing import TYPE_CHECKING

from isocost.core.observation import Observation, Outcome
from isocost.measurement.answer import Verdict
from isocost.measurement.connection import Link
from isocost.measurement.exchange import Exchange, refusal
from isocost.measurement.stream import ReaderSettings, Stream, gone
from isocost.measurement.unread import Unread

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from isocost.core.observation import ClientHealth
    from isocost.measurement.pace import Pace
    from isocost.measurement.request import PreparedRequest

__all__ = ["Reader"]

_SLICE_S = 0.0005
_LONG_SLICE_S = 0.05
_LONGEST_WAIT_S = 0.05
_CONNECT_TIMEOUT_S = 5.0
_OPENED_AT_ONCE = 64  # more: handshakes wait for each other, here and there, until they time out
_SELECTABLE = 1024  # select takes smaller file numbers only
_EVENTS_A_TURN = 256  # of an open loop, so that what falls due meanwhile is not late


class Reader:
    """Sockets, stamps and deadlines of requests over connections that are opened beforehand and used again.

    Who sends next, and when, a `Pace` says. To be used from one thread.

    Parameters
    ----------
    settings : ReaderSettings
    record : callable
        Takes each finished observation.
    stop : threading.Event
        When set, nothing more is sent and what is in flight is cut.

    Attributes
    ----------
    streams : list of Stream
        A pace may add to them.
    """

    def __init__(
        self, settings: ReaderSettings, *, record: Callable[[Observation], None], stop: Event
    ) -> None:
        self._settings = settings
        self._stop = stop
        self._epoll = select.epoll()
        self._unread = Unread(record, settings.hide)
        self.streams = [Stream() for _ in range(settings.concurrency)]
        self._by_fd: dict[int, Stream] = {}
        self._fresh: set[int] = set()  # connections that were opened in this turn
        self._pace: Pace | None = None
        self._deadlines: deque[tuple[float, Stream, Exchange]] = deque()
        self._opening: deque[tuple[float, Stream, Link]] = deque()

    def open(self) -> None:
        """Open all connections, some at a time; one that fails is tried again with its first request."""
        for first in range(0, len(self.streams), _OPENED_AT_ONCE):
            some = self.streams[first : first + _OPENED_AT_ONCE]
            for stream in some:
                self._connect(stream)
            while any(stream.link is not None and stream.link.state != "open" for stream in some):
                if self._stop.is_set():
                    return
                self._turn()
            if all(stream.link is None for stream in some):
                return  # nobody answers: the first requests will say so, without a wait for all others

    def carry_out(self, pace: Pace) -> None:
        """Send all requests of `pace` and await their answers.

        Raises
        ------
        MeasurementError
            If the target no longer takes connections; what was seen last comes along.
        """
        while pace.prepare():
            pass
        self._turn()  # connections that were closed meanwhile are noticed before they are used
        self._pace = pace
        for stream in pace.begin(time.monotonic()):
            self._advance(stream)
        while not self._stop.is_set() and self._is_busy(pace):
            self._turn()
            self._judge(pace)
        if self._stop.is_set():
            self._cancel()
        self._pace = None

    def _is_busy(self, pace: Pace) -> bool:
        if self._unread.finished or pace.is_busy():
            return True
        return any(stream.exchange is not None or stream.request is not None for stream in self.streams)

    def close(self) -> ClientHealth:
        """Close all connections and say how the client fared."""
        for stream in self.streams:
            self._drop(stream)
        self._epoll.close()
        return self._unread.health.read(clock_steps=self._unread.clock.steps)

    def _turn(self) -> None:
        events = self._wait(self._patience_s())
        by_fd, fresh = self._by_fd, self._fresh
        fresh.clear()
        for fd, mask in events:
            stream = by_fd.get(fd)
            if stream is None or (fresh and fd in fresh):
                continue  # closed meanwhile, or its number was given to a new connection
            if mask == select.EPOLLIN:
                self._on_read(stream)
            else:
                self._on_event(stream, mask)
        self._read_later()
        now = time.monotonic()
        self._unread.clock.refresh(now)
        self._expire(now)

    def _wait(self, patience_s: float) -> list[tuple[int, int]]:
        """Wait for the network; in an open loop to the microsecond, which epoll's milliseconds cannot."""
        if self._pace is None or not self._pace.ahead:
            return self._epoll.poll(patience_s, 4 * len(self.streams) + 16)
        if patience_s > 0 and self._epoll.fileno() < _SELECTABLE:
            select.select([self._epoll], [], [], patience_s)
            patience_s = 0.0
        return self._epoll.poll(patience_s, _EVENTS_A_TURN)

    def _patience_s(self) -> float:
        """How long nothing needs to be done but by the network."""
        if self._unread:
            return 0.0
        due = [_LONGEST_WAIT_S]
        now = time.monotonic()
        if self._deadlines:
            due.append(self._deadlines[0][0] - now)
        if self._opening:
            due.append(self._opening[0][0] - now)
        wakes_at_s = None if self._pace is None else self._pace.wakes_at_s()
        if wakes_at_s is not None:
            due.append(wakes_at_s - now)
        return max(min(due), 0.0)

    def _on_event(self, stream: Stream, mask: int) -> None:
        """Deal with anything but plain readability."""
        link = stream.link
        if link is not None and (link.state == "connecting" or mask & select.EPOLLOUT):
            try:
                link.go_on()
            except (OSError, ssl.SSLError) as error:
                self._on_broken(stream, error)
                return
            self._after_progress(stream, link)
        if mask & ~select.EPOLLOUT and stream.link is link is not None and link.state != "connecting":
            self._on_read(stream)

    def _on_read(self, stream: Stream) -> None:
        link = stream.link
        if link is None:
            return
        was_opening = link.state == "handshake"
        try:
            data = link.receive()
        except (OSError, ssl.SSLError) as error:
            self._on_broken(stream, error)
            return
        if data:
            self._on_data(stream, link, data)
        if link.ended:
            if stream.link is link:
                self._on_end(stream)
        elif was_opening:
            self._after_progress(stream, link)

    def _on_data(self, stream: Stream, link: Link, data: bytes) -> None:
        exchange = stream.exchange
        if exchange is None:  # bytes that nobody asked for: this connection is not to be trusted
            self._lose(stream)
            return
        exchange.append(data, time.monotonic(), link.stamp)
        may_end = exchange.eager or len(data) < 8 or data.endswith(b"\r\n\r\n")
        if may_end and exchange.frame():
            self._finish(stream, exchange)
            return
        self._unread.add(stream, exchange)

    def _on_end(self, stream: Stream) -> None:
        """Deal with a connection that the target closed in an orderly way."""
        exchange = stream.exchange
        if exchange is None:
            if stream.link is not None and stream.link.state != "open":
                self._on_broken(stream, ConnectionResetError("the target closed the connection at once"))
                return
            self._lose(stream)
            return
        exchange.close(time.monotonic())
        self._finish(stream, exchange)

    def _on_broken(self, stream: Stream, error: OSError) -> None:
        """Deal with a connection that could not be opened, or broke."""
        exchange = stream.exchange
        if exchange is not None:
            reason = error.strerror or str(error) or type(error).__name__
            broken = Verdict(Outcome.CUT_OFF, f"the connection broke before the answer ended: {reason}")
            exchange.close(time.monotonic(), broken)
            self._finish(stream, exchange)
            return
        opened = stream.link is not None and stream.link.state == "open"
        if opened:
            self._lose(stream)
        else:
            self._drop(stream)
            self._refuse(stream, error)

    def _lose(self, stream: Stream) -> None:
        """Go on without a connection that awaited nothing; a spare one is opened again a little later."""
        self._drop(stream)
        if self._pace is not None and self._pace.ahead and stream.request is None:
            self._pause(stream)
        else:
            self._advance(stream)

    def _advance(self, stream: Stream) -> None:
        """Let a stream that awaits nothing do what is next."""
        if self._pace is None or stream.exchange is not None or self._stop.is_set():
            return
        if stream.request is None:
            stream.request = self._pace.take(stream)
        if stream.request is None and not self._pace.ahead:
            return
        if stream.link is None:
            self._connect(stream)
        elif stream.request is not None and stream.link.state == "open":
            self._send(stream, stream.link, stream.request)

    def _connect(self, stream: Stream) -> None:
        stream.tried_at_s = time.monotonic()
        try:
            link = Link(self._settings.endpoint)
        except OSError as error:
            self._refuse(stream, error)
            return
        stream.link = link
        stream.registered = select.EPOLLIN | select.EPOLLOUT
        self._by_fd[link.fd] = stream
        self._fresh.add(link.fd)
        self._epoll.register(link.fd, stream.registered)
        patience = min(_CONNECT_TIMEOUT_S, self._settings.timeout_s)
        self._opening.append((stream.tried_at_s + patience, stream, link))

    def _after_progress(self, stream: Stream, link: Link) -> None:
        """Send what waits for an open connection, and listen for what matters from now on."""
        if link.state == "open" and stream.exchange is None and stream.request is not None:
            self._send(stream, link, stream.request)
        if stream.link is link:
            self._listen(stream, link)

    def _listen(self, stream: Stream, link: Link) -> None:
        wanted = select.EPOLLIN | (select.EPOLLOUT if link.wants_write else 0)
        if wanted != stream.registered:
            stream.registered = wanted
            self._epoll.modify(link.fd, wanted)

    def _send(self, stream: Stream, link: Link, request: PreparedRequest) -> None:
        exchange = Exchange(request, time.monotonic(), stream.due_at_s)
        try:
            link.send(request.wire)
        except (OSError, ssl.SSLError):  # closed while it was idle: nothing has left yet
            self._drop(stream)
            self._connect(stream)
            return
        if stream.due_at_s is not None:
            self._unread.health.delay(exchange.sent_at_s - stream.due_at_s)
        stream.request, stream.exchange = None, exchange
        self._deadlines.append((exchange.sent_at_s + self._settings.timeout_s, stream, exchange))
        if link.wants_write:
            self._listen(stream, link)

    def _finish(self, stream: Stream, exchange: Exchange) -> None:
        """Let the stream go on at once; what the answer says is read later."""
        stream.exchange = None
        reusable = self._settings.reuse and exchange.head.reusable
        if not reusable or (stream.link is not None and stream.link.ended):
            self._drop(stream)
        self._unread.finished.append(exchange)
        if exchange.head.status == 200 and exchange.head.complete:
            stream.failures = stream.refusals = 0
            self._advance(stream)
            return
        stream.refusals = 0 if exchange.head.status is not None else stream.refusals + 1
        self._pause(stream)

    def _refuse(self, stream: Stream, error: OSError) -> None:
        """Record that there was no connection for a request; try the next one a little later."""
        stream.refusals += 1
        request, stream.request = stream.request, None
        if request is not None:
            reason = error.strerror or str(error) or type(error).__name__
            seen = refusal(
                request,
                due_at_s=stream.due_at_s,
                tried_at_s=stream.tried_at_s,
                at_s=time.monotonic(),
                detail=f"no connection: {reason}",
            )
            self._unread.hand_over(seen, request)
        self._pause(stream)

    def _pause(self, stream: Stream) -> None:
        if self._pace is not None:
            self._pace.pause(stream, time.monotonic())

    def _drop(self, stream: Stream) -> None:
        link, stream.link = stream.link, None
        if link is not None:
            self._by_fd.pop(link.fd, None)
            link.close()

    def _expire(self, now: float) -> None:
        """Give up what took too long; let those go on whose time has come."""
        while self._deadlines and (self._deadlines[0][0] <= now or self._deadlines[0][2].over):
            _, stream, exchange = self._deadlines.popleft()
            if not exchange.over and stream.exchange is exchange and not exchange.frame():
                limit = self._settings.timeout_s
                self._give_up(stream, exchange, Verdict(Outcome.TIMED_OUT, f"no end within {limit:g} s"))
        while self._opening and (
            self._opening[0][0] <= now or self._opening[0][2].state in ("open", "closed")
        ):
            _, stream, link = self._opening.popleft()
            if stream.link is link and link.state in ("connecting", "handshake"):
                self._on_broken(stream, TimeoutError("timed out"))
        if self._pace is not None:
            for stream in self._pace.wake(now):
                self._advance(stream)

    def _give_up(self, stream: Stream, exchange: Exchange, verdict: Verdict) -> None:
        exchange.close(time.monotonic(), verdict)
        self._drop(stream)
        self._finish(stream, exchange)

    def _cancel(self) -> None:
        """Cut what is in flight and record it."""
        for stream in self.streams:
            stream.request = None
            if stream.exchange is not None:
                self._give_up(stream, stream.exchange, Verdict(Outcome.CANCELLED, "cut by the client"))
        if self._pace is not None:
            self._pace.end()
        self._unread.record_finished(None)

    def _judge(self, pace: Pace) -> None:
        """Stop when the target takes no more connections."""
        if not pace.is_gone():
            return
        self._pace = None
        self._cancel()
        raise gone(self._settings.endpoint, self._unread.recent)

    def _read_later(self) -> None:
        """Read what was appended, for a short slice of time; longer if much has piled up."""
        unread = self._unread
        crowded = len(unread.finished) > 4 * len(self.streams) + 64
        until = time.monotonic() + (_LONG_SLICE_S if crowded else _SLICE_S)
        wakes_at_s = None if self._pace is None else self._pace.wakes_at_s()
        if wakes_at_s is not None:
            until = min(until, wakes_at_s)
        if unread.finished:
            unread.record_one()  # at least one a turn, however much there is to read
        while (stream := unread.read_pieces(until)) is not None:
            self._on_read_out(stream)
            if time.monotonic() > until:
                return
        unread.record_finished(until)
        while self._pace is not None and time.monotonic() < until and self._pace.prepare():
            pass

    def _on_read_out(self, stream: Stream) -> None:
        """Deal with an answer that turned out to be over, or to be no answer, when it was read."""
        exchange = stream.exchange
        if exchange is None:
            return
        if exchange.over:
            self._finish(stream, exchange)
        else:
            self._give_up(stream, exchange, Verdict(Outcome.PROTOCOL, exchange.answer.error))
