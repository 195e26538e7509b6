"""One answer as it is read: from pieces of payload to counts, instants and an outcome."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.observation import Outcome
from isocost.measurement.dialect import Chunk, Usage, read_error
from isocost.measurement.event_stream import EventStreamParser
from isocost.measurement.kept_text import KeptText
from isocost.measurement.known_chunk import read_known_chunk

if TYPE_CHECKING:
    from isocost.core.observation import ServerTimes
    from isocost.measurement.wire import ResponseParser

__all__ = ["Answer", "Verdict", "one_line"]

_DONE = b"[DONE]"
_BODY_KEPT = 4_096
_PLAIN_TEXT = re.compile(rb'[^"\\\x00-\x1f\x80-\xff]+')
_BROKEN_FINISH = frozenset({"abort", "error"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer ended, and why if badly."""

    outcome: Outcome
    detail: str | None = None


class Answer:
    """What the payload of one answer says, piece by piece.

    Chunks that differ from an earlier one in their text alone are recognised by comparing bytes; all
    others are parsed as JSON. Texts are not kept.

    Parameters
    ----------
    most_chunks : int
        An answer of more chunks than this never ends: it is given up.
    keep_text : bool
        Whether its text is kept, for a conversation that goes on with it.

    Attributes
    ----------
    chunk_at_s : list of float
        When each chunk that carried output arrived.
    error : str or None
        What is wrong with the stream; nothing is read after it.
    """

    def __init__(self, most_chunks: int, *, keep_text: bool = False) -> None:
        self.chunk_at_s: list[float] = []
        self.finish_reason: str | None = None
        self.usage = Usage()
        self.error: str | None = None
        self._said_error: str | None = None
        self._done = False
        self._most_chunks = most_chunks
        self._events = EventStreamParser()
        self._body = bytearray()
        self.times: ServerTimes | None = None
        self._tokens: list[int] = []
        self._placed = 0  # tokens that were placed in a chunk
        self._withheld = 0  # listed so far in chunks without output
        self._reasoning = 0  # chunks of it
        self._reasoning_tokens = 0
        self._prefix = b""
        self._suffix = b""
        self._alike_reason = False
        self._empty_end_at_s: float | None = None
        self._text = KeptText() if keep_text else None

    @property
    def text(self) -> str | None:
        """What was said, reasoning left out; ``None`` where it is not kept, or too long for that."""
        return None if self._text is None else self._text.whole

    def take(self, payload: bytes, at_s: float, head: ResponseParser) -> None:
        """Read `payload`, which arrived at `at_s` after `head`."""
        if head.status != 200 or head.content_type != "text/event-stream":
            self._body += payload[: _BODY_KEPT - len(self._body)]
            return
        for data in self._events.feed(payload):
            if self.error is None:
                self._take_event(data, at_s)
        self.error = self.error or self._events.error

    def _take_event(self, data: bytes, at_s: float) -> None:
        prefix, suffix = self._prefix, self._suffix
        if (
            prefix
            and data.startswith(prefix)
            and data.endswith(suffix)
            and _PLAIN_TEXT.fullmatch(data, len(prefix), len(data) - len(suffix))
        ):
            self._add_chunk(at_s)
            self._reasoning += self._alike_reason
            if self._text is not None and not self._alike_reason:
                self._text.add(data[len(prefix) : len(data) - len(suffix)].decode("ascii"))
        elif data == _DONE:
            self._done = True
        elif data.strip():
            self._read(data, at_s)

    def _read(self, data: bytes, at_s: float) -> None:
        try:
            chunk = read_known_chunk(data)
        except ValueError as error:
            self.error = f"an event that is no JSON: {error}"
            return
        self._said_error = self._said_error or chunk.error
        self.finish_reason = chunk.finish_reason or self.finish_reason
        self.times = chunk.times or self.times
        tokens = self._tokens_of(chunk)
        self.usage = chunk.usage or self.usage
        if self._text is not None and chunk.text is not None and not chunk.reasoning:
            self._text.add(chunk.text)
        if chunk.output:
            self._add_chunk(at_s, tokens)
            self._reasoning += chunk.reasoning
            self._reasoning_tokens += (tokens or 0) if chunk.reasoning else 0
            self._learn(data, chunk)
        elif chunk.finish_reason is not None:
            self._empty_end_at_s = at_s

    def _tokens_of(self, chunk: Chunk) -> int | None:
        """Return the tokens of a chunk: that it lists or by which usage grew, withheld ones included."""
        self._withheld += chunk.tokens or 0
        if not chunk.output:
            return None
        grown = 0 if chunk.usage is None else (chunk.usage.output_tokens or 0) - self._placed
        tokens, self._withheld = self._withheld or max(grown, 0), 0
        return tokens or None

    def _add_chunk(self, at_s: float, tokens: int | None = None) -> None:
        self.chunk_at_s.append(at_s)
        if tokens is not None:
            self._tokens.append(tokens)
            self._placed += tokens
        if len(self.chunk_at_s) > self._most_chunks:
            self.error = f"an answer that goes on after {self._most_chunks} chunks"

    def _learn(self, data: bytes, chunk: Chunk) -> None:
        """Remember what surrounds the text, so that chunks alike need no parsing."""
        if chunk.text is None or chunk.finish_reason or chunk.tokens is not None or chunk.usage is not None:
            return
        if not chunk.text.isascii() or not chunk.text.isprintable():
            return
        text = json.dumps(chunk.text).encode()
        if data.count(text) == 1:
            before, after = data.split(text)
            self._prefix, self._suffix = before + b'"', b'"' + after
            self._alike_reason = chunk.reasoning

    def settle_last_chunk(self) -> None:
        """Count an empty last chunk as output if the server counted exactly one token more than came."""
        one_more = self.usage.output_tokens == max(len(self.chunk_at_s), self._placed) + 1
        if self._empty_end_at_s is not None and one_more:
            self.chunk_at_s.append(self._empty_end_at_s)
            self._empty_end_at_s = None

    @property
    def chunk_tokens(self) -> tuple[int, ...] | None:
        """Tokens in each chunk; ``None`` unless the server said so for every one."""
        complete = bool(self._tokens) and len(self._tokens) == len(self.chunk_at_s)
        return tuple(self._tokens) if complete else None

    @property
    def reasoning_tokens(self) -> int | None:
        """Tokens of reasoning as the server counts them; by chunks where it does not, or says 0 of some."""
        if self.usage.reasoning_tokens or not self._reasoning:
            return self.usage.reasoning_tokens
        if self.chunk_tokens is not None:
            return self._reasoning_tokens
        return self._reasoning if self.usage.output_tokens == len(self.chunk_at_s) else None

    def verdict(self, head: ResponseParser) -> Verdict:
        """Judge an answer whose body ended or broke."""
        status = head.status
        if status is not None and status != 200:
            return Verdict(Outcome.HTTP_ERROR, f"HTTP {status}: {self._explain(status, head)}")
        wrong = self.error if self.error is not None else self._wrong_bytes(head)
        if wrong is not None:
            return Verdict(Outcome.PROTOCOL, wrong)
        if self._said_error is not None:
            return Verdict(Outcome.HTTP_ERROR, f"an error in the stream: {self._said_error}")
        cut = self._cut_off(head)
        return Verdict(Outcome.OK) if cut is None else Verdict(Outcome.CUT_OFF, cut)

    def _cut_off(self, head: ResponseParser) -> str | None:
        if not head.complete:
            return head.error or "the connection broke before the answer ended"
        if self.finish_reason in _BROKEN_FINISH:
            return f"the server gave up: finish_reason {self.finish_reason!r}"
        if self.finish_reason is None and not self._done:
            return "the event stream ended without a finish reason"
        return None

    def _wrong_bytes(self, head: ResponseParser) -> str | None:
        """Return what is wrong with an answer that was meant to succeed, apart from being cut off."""
        if head.error is not None and not head.cut_off:
            return head.error
        coding = head.headers.get("content-encoding", "identity").lower()
        if coding != "identity":
            return f"a compressed answer that was not asked for: {coding!r}"
        if head.status is None or head.content_type == "text/event-stream":
            return None
        return f"no event stream but {head.content_type or 'an answer without a type'!r}"

    def _explain(self, status: int, head: ResponseParser) -> str:
        if 300 <= status < 400:
            return f"a redirect, not followed, to {head.headers.get('location', 'nowhere')}"
        text = bytes(self._body).decode("utf-8", "replace")
        try:
            document = json.loads(text)
            said = read_error(document) if isinstance(document, dict) else None
        except (ValueError, RecursionError):
            said = None
        wait = head.headers.get("retry-after")
        return (said or text or "no explanation") + (f" (retry after {wait} s)" if wait else "")


def one_line(text: str, *, longest: int = 200) -> str:
    r"""Return `text` as one printable line of at most `longest` characters.

    Examples
    --------
    >>> one_line("a\n\x1b[31mb")
    'a [31mb'
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
