"""Who sends next, and when, in conversations: users who think, or conversations that arrive."""

from __future__ import annotations

import bisect
import heapq
import time
from itertools import count
from typing import TYPE_CHECKING

from isocost.measurement.open_loop import OpenLoop
from isocost.measurement.pace import ClosedLoop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.measurement.conversation import Conversation, ConversationQueue
    from isocost.measurement.request import PreparedRequest
    from isocost.measurement.stream import Stream

__all__ = ["OpenTalks", "TalkingUsers"]


class TalkingUsers(ClosedLoop):
    """Each stream is a user, who holds one conversation after another and thinks before each next turn.

    Parameters
    ----------
    queue : ConversationQueue
    streams : sequence of Stream
        All there are.
    """

    def __init__(self, queue: ConversationQueue, streams: Sequence[Stream]) -> None:
        super().__init__(queue, streams)
        queue.moved = self._moved
        self._talks: dict[Stream, Conversation] = {}
        self._users: dict[Conversation, Stream] = {}
        self._thinking: list[tuple[float, int, Stream]] = []
        self._order = count()

    def take(self, stream: Stream) -> PreparedRequest | None:
        """Return the next turn of the stream's conversation, if its time has come; or that of a new one."""
        talk = self._talks.get(stream)
        if talk is not None:
            if not talk.over and (talk.upcoming is None or talk.ready_at_s > time.monotonic()):
                return None
            request = None if talk.over else talk.take()
            if request is not None:
                return request
            self._forget(stream, talk)
        request = super().take(stream)
        if request is not None and request.talk is not None:
            self._talks[stream] = request.talk
            self._users[request.talk] = stream
        return request

    def wake(self, now: float) -> Iterator[Stream]:
        """Return the streams whose users have thought, and those that have paused long enough."""
        while self._thinking and self._thinking[0][0] <= now:
            yield heapq.heappop(self._thinking)[2]
        yield from super().wake(now)

    def wakes_at_s(self) -> float | None:
        """Return when the first has thought or paused long enough."""
        instants = [super().wakes_at_s(), self._thinking[0][0] if self._thinking else None]
        return min((instant for instant in instants if instant is not None), default=None)

    def is_busy(self) -> bool:
        """Whether a user thinks or pauses; they will go on."""
        return bool(self._thinking) or super().is_busy()

    def end(self) -> None:
        """Let no stream go on."""
        self._thinking.clear()
        super().end()

    def _moved(self, talk: Conversation) -> None:
        stream = self._users.get(talk)
        if stream is not None:
            at_s = time.monotonic() if talk.over else talk.ready_at_s
            heapq.heappush(self._thinking, (at_s, next(self._order), stream))

    def _forget(self, stream: Stream, talk: Conversation) -> None:
        self._talks.pop(stream, None)
        self._users.pop(talk, None)


class OpenTalks(OpenLoop):
    """Conversations begin when they are due; a later turn is due when its user has thought.

    Parameters are those of `OpenLoop`, with a `ConversationQueue`; `due_s` is of first turns.
    """

    def __init__(
        self,
        queue: ConversationQueue,
        streams: list[Stream],
        *,
        due_s: Sequence[float],
        most: int,
        at_s: float | None = None,
    ) -> None:
        self._instants = list(due_s)
        super().__init__(queue, streams, due_s=self._instants, most=most, at_s=at_s)
        queue.moved = self._moved
        self._later: list[Conversation | None] = [None] * len(self._instants)  # None: a new conversation

    def _next_request(self, place: int) -> PreparedRequest | None:
        talk = self._later[place]
        return super()._next_request(place) if talk is None else talk.take()

    def _moved(self, talk: Conversation) -> None:
        """Enter the next turn of a conversation among what is due."""
        if talk.over:
            return
        due = max(talk.ready_at_s - self._start_s, 0.0)
        place = bisect.bisect_right(self._instants, due, lo=self._next)
        self._instants.insert(place, due)
        self._later.insert(place, talk)
