"""Conversations: requests that carry what was said before, the real answers included."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.load import RequestShape
from isocost.core.observation import Outcome
from isocost.measurement.request import PreparedRequest, RequestQueue, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.load import RunPlan
    from isocost.core.observation import Observation
    from isocost.core.ports import Gate
    from isocost.measurement.request import RequestWriter

__all__ = ["Conversation", "ConversationQueue"]


class Conversation:
    """One conversation on its way: what was said so far, and what is said next.

    Texts are kept in memory while it lasts, and nowhere else. A turn that failed ends it.

    Attributes
    ----------
    upcoming : PreparedRequest or None
        The next turn, worded; ``None`` while an answer is awaited and at the end.
    ready_at_s : float
        When the next turn is due, on the monotonic clock.
    over : bool
        Whether no turn follows.
    """

    __slots__ = ("_first", "_number", "_queue", "_said", "_turn", "over", "ready_at_s", "upcoming")

    def __init__(self, queue: ConversationQueue, number: int, first_measured: int) -> None:
        self._queue = queue
        self._number = number
        self._first = first_measured
        self._turn = 0
        self._said: tuple[str, ...] = ()
        self.ready_at_s = 0.0
        self.over = False
        self.upcoming: PreparedRequest | None = None

    def opening(self) -> PreparedRequest:
        """Word the first turn."""
        return self._word(0)

    def answered(self, observation: Observation, text: str | None) -> None:
        """Take the answer of the latest turn, and word the next; a failure ends the conversation."""
        plan = self._queue.plan
        self._turn += 1
        self.over = self._turn >= plan.turns or text is None or observation.outcome is not Outcome.OK
        if not self.over:
            self._said = (*self._said, text or "")
            self.ready_at_s = observation.done_at_s + plan.think_time_s
            self.upcoming = self._word(_context(observation))
        self._queue.moved(self)

    def take(self) -> PreparedRequest | None:
        """Return the next turn to be sent; ``None``: no more may be."""
        request, self.upcoming = self.upcoming, None
        if request is None or not self._queue.admits(request):
            self.over = True
            return None
        return request

    def _word(self, context_tokens: int) -> PreparedRequest:
        """Word the turn that is next, after `context_tokens` that were said."""
        plan, writer = self._queue.plan, self._queue.writer
        index = self._number * plan.turns + self._turn
        added = plan.shape_of(index)
        parts = parts_of(plan, index, added, warmup=False) if self._turn == 0 else ()
        words = writer.prompts.prompt(
            added.input_tokens, seed=plan.seed ^ writer.salt, index=index, warmup=False, parts=parts
        )
        self._said = (*self._said, str(words))
        request = writer.worded(
            self._said,
            index,
            RequestShape(context_tokens + added.input_tokens, added.output_tokens),
            warmup=self._turn < self._first,
        )
        return replace(request, talk=self)


class ConversationQueue(RequestQueue):
    """The conversations of a plan, the first turns worded ahead; requests that warm up stand alone.

    Parameters
    ----------
    writer : RequestWriter
        Its prompts are texts.
    plan : RunPlan
    ahead : int
    gate : Gate, optional
        As in `RequestQueue`.

    Attributes
    ----------
    moved : callable
        Told of each conversation whose next turn is worded, or that is over; set by the pace.
    """

    def __init__(self, writer: RequestWriter, plan: RunPlan, *, ahead: int, gate: Gate | None = None) -> None:
        super().__init__(writer, plan, ahead=ahead, gate=gate)
        self.writer, self.plan = writer, plan
        self.moved: Callable[[Conversation], None] = _ignore

    def worded(self, index: int, *, warmup: bool) -> PreparedRequest:
        """Word a request that warms up, or the first turn of the conversation that a request belongs to."""
        if warmup:
            return super().worded(index, warmup=True)
        number, first_measured = divmod(index, self.plan.turns)
        return Conversation(self, number, first_measured).opening()


def _ignore(talk: Conversation) -> None:
    """Take no notice."""


def _context(seen: Observation) -> int:
    """Return the tokens said so far, as counted where they were; reasoning is not said again."""
    before = seen.requested_input_tokens if seen.input_tokens is None else seen.input_tokens
    answer = seen.requested_output_tokens if seen.output_tokens is None else seen.output_tokens
    return before + max(answer - (seen.reasoning_tokens or 0), 0)
