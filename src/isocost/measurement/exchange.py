"""One request and its answer on the way: pieces are appended first and read later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.observation import Observation, Outcome
from isocost.measurement.answer import Answer, Verdict, one_line
from isocost.measurement.blotting import blot_out
from isocost.measurement.wire import ResponseParser

if TYPE_CHECKING:
    from isocost.measurement.clock import KernelClock
    from isocost.measurement.health import HealthMeter
    from isocost.measurement.request import PreparedRequest

__all__ = ["Exchange", "refusal"]

_SPARE_CHUNKS = 1_024
_CHUNKS_PER_TOKEN = 8
_USUAL_REASONS = frozenset({"length", "stop", "tool_calls", "content_filter"})
_LONGEST_REASON = 1_024


class Exchange:
    """A request that was sent, and what has come back.

    Reading has two steps: `frame` finds where the answer ends and is cheap; `digest` reads what the
    answer says and can wait.

    Attributes
    ----------
    due_at_s : float
        When it should have been sent; when it was sent, where nobody said.
    head : ResponseParser
    answer : Answer
    queued : bool
        Whether it waits to be digested.
    over : bool
        Whether nothing more is expected.
    eager : bool
        Whether any piece may end the answer.
    """

    __slots__ = (
        "_broken_at_s", "_framed", "_pieces", "_read_at_s", "_stamps", "_verdict", "answer", "done_at_s",
        "due_at_s", "eager", "head", "over", "queued", "request", "sent_at_s",
    )  # fmt: skip

    def __init__(self, request: PreparedRequest, sent_at_s: float, due_at_s: float | None = None) -> None:
        self.request = request
        self.due_at_s = sent_at_s if due_at_s is None else due_at_s
        self.sent_at_s = sent_at_s
        self.done_at_s = sent_at_s
        self.head = ResponseParser()
        most_chunks = _SPARE_CHUNKS + _CHUNKS_PER_TOKEN * request.shape.output_tokens
        self.answer = Answer(most_chunks, keep_text=request.talk is not None)
        self.queued = False
        self.over = False
        self.eager = True
        self._pieces: list[bytes] = []
        self._read_at_s: list[float] = []
        self._stamps: list[bytes | None] = []
        self._framed = 0
        self._verdict: Verdict | None = None
        self._broken_at_s: float | None = None

    def append(self, data: bytes, read_at_s: float, stamp: bytes | None) -> None:
        """Keep a piece for later."""
        self._pieces.append(data)
        self._read_at_s.append(read_at_s)
        self._stamps.append(stamp)

    def frame(self) -> bool:
        """Find the payload in the pieces that came; return whether the answer is over."""
        pieces, head = self._pieces, self.head
        for number in range(self._framed, len(pieces)):
            pieces[number] = head.feed(pieces[number])
        self._framed = len(pieces)
        self.eager = not head.chunked
        self.over = self.over or head.complete or head.error is not None
        return self.over

    def close(self, at_s: float, verdict: Verdict | None = None) -> None:
        """Expect nothing more: the connection closed at `at_s`, or `verdict` says why it was given up."""
        self.frame()
        self.over = True
        self._broken_at_s = at_s
        self._verdict = verdict
        if verdict is None:
            self.head.end()

    def digest(self, clock: KernelClock, health: HealthMeter) -> None:
        """Read the payload found so far."""
        for payload, read_at_s, stamp in zip(
            self._pieces[: self._framed], self._read_at_s, self._stamps, strict=False
        ):
            at_s = clock.instant(stamp, read_at_s, self.done_at_s)
            self.done_at_s = at_s
            health.lag(read_at_s - at_s, kernel=stamp is not None)
            if payload and self.answer.error is None:
                self.answer.take(payload, at_s, self.head)
        del self._pieces[: self._framed], self._read_at_s[: self._framed], self._stamps[: self._framed]
        self._framed = 0

    def observation(self, hide: tuple[str, ...] = ()) -> Observation:
        """Return the record of this request; everything must have been digested."""
        answer, request = self.answer, self.request
        answer.settle_last_chunk()
        verdict = self._final_verdict()
        usage, chunks = answer.usage, answer.chunk_at_s
        counted = usage.output_tokens is not None
        return Observation(
            index=request.index,
            warmup=request.warmup,
            requested_input_tokens=request.shape.input_tokens,
            requested_output_tokens=request.shape.output_tokens,
            due_at_s=self.due_at_s,
            sent_at_s=self.sent_at_s,
            chunk_at_s=tuple(chunks),
            chunk_tokens=answer.chunk_tokens,
            done_at_s=self.done_at_s if self._broken_at_s is None else max(self._broken_at_s, self.done_at_s),
            input_tokens=request.input_tokens if usage.input_tokens is None else usage.input_tokens,
            output_tokens=usage.output_tokens if counted else (len(chunks) or None),
            counted_by="usage" if counted else ("chunks" if chunks else None),
            reasoning_tokens=answer.reasoning_tokens,
            cached_tokens=usage.cached_tokens,
            outcome=verdict.outcome,
            http_status=self.head.status,
            finish_reason=_told(answer.finish_reason, hide),
            detail=None if verdict.detail is None else one_line(blot_out(verdict.detail, hide)),
            server=answer.times,
        )

    def _final_verdict(self) -> Verdict:
        """Judge; an answer given up by us says so, unless it was complete already."""
        found = self.answer.verdict(self.head)
        gave_up = self._verdict is not None and not self.head.complete and self.answer.error is None
        return self._verdict if gave_up and self._verdict is not None else found


def _told(reason: str | None, hide: tuple[str, ...]) -> str | None:
    """Return why an answer ended, in the server's word made safe to keep."""
    if reason is None or reason in _USUAL_REASONS:
        return reason
    return one_line(blot_out(reason[:_LONGEST_REASON], hide))


def refusal(
    request: PreparedRequest, *, due_at_s: float | None, tried_at_s: float, at_s: float, detail: str
) -> Observation:
    """Return the record of a request for which there was no connection."""
    return Observation(
        index=request.index,
        warmup=request.warmup,
        requested_input_tokens=request.shape.input_tokens,
        requested_output_tokens=request.shape.output_tokens,
        due_at_s=tried_at_s if due_at_s is None else due_at_s,
        sent_at_s=tried_at_s,
        done_at_s=at_s,
        outcome=Outcome.REFUSED,
        detail=one_line(detail),
    )
