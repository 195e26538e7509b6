"""Requests as bytes, ready to be sent, in the order of a plan."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.prefix import BlockPrefixes
from isocost.measurement.dialect import request_body
from isocost.measurement.worst_case import WorstCase, worst_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.load import RequestShape, RunPlan
    from isocost.core.ports import Gate
    from isocost.core.prefix import PromptPart
    from isocost.measurement.address import Address
    from isocost.measurement.conversation import Conversation
    from isocost.measurement.dialect import Dialect, Prompt
    from isocost.measurement.prompts import PromptSource

__all__ = ["PreparedRequest", "RequestQueue", "RequestWriter", "head_of", "parts_of"]

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_MARK = "\x00the prompt\x00"
_RESERVED = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "accept"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequest:
    """One request, worded: bytes and what they ask for.

    Parameters
    ----------
    index : int
        Number in the plan, or among the warm-up requests.
    warmup : bool
    shape : RequestShape
        What was asked for.
    wire : bytes
        Head and body.
    input_tokens : int or None
        Tokens of the prompt where they are known by construction.
    talk : Conversation or None
        The conversation that it is a turn of, which is told its answer.
    """

    index: int
    warmup: bool
    shape: RequestShape
    wire: bytes = field(repr=False)
    input_tokens: int | None = None
    talk: Conversation | None = field(default=None, repr=False, compare=False)


def head_of(address: Address, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Return the head of a request up to, and without, its length.

    Raises
    ------
    InputError
        If a header cannot be sent, or is one that we set ourselves.
    """
    for name, value in headers.items():
        if not name or not all(sign.isalnum() or sign in "-_" for sign in name) or not name.isascii():
            raise InputError(f"a header has a name of letters, digits and hyphens, got {name!r}")
        if name.lower() in _RESERVED:
            raise InputError(f"the header {name!r} is set by isocost itself; leave it out")
        if not (value.isascii() and value.isprintable()):
            raise InputError(f"the value of the header {name!r} must be one line of printable ASCII")
    ours = {
        "Host": address.authority,
        "Accept": "text/event-stream, application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "isocost",
        "Connection": "keep-alive",
        "Content-Type": "application/json",
    }
    lines = [
        f"{method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in {**ours, **headers}.items()),
    ]
    return "\r\n".join(lines).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWriter:
    """Words requests: prompt, body, head.

    Parameters
    ----------
    head : bytes
        As from `head_of`; holds the credentials, so it is never shown.
    dialect : Dialect
    prompts : IdPrompts or TextPrompts
    salt : int
        Mixed into the seed of every plan.
    """

    head: bytes = field(repr=False)
    dialect: Dialect
    prompts: PromptSource
    salt: int = 0
    _frames: dict[int, tuple[bytes, bytes] | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def write(
        self,
        index: int,
        shape: RequestShape,
        *,
        seed: int,
        warmup: bool,
        parts: Sequence[PromptPart] = (),
    ) -> PreparedRequest:
        """Return request `index`, with the prompt that belongs to it and begins with `parts`."""
        prompt = self.prompts.prompt(
            shape.input_tokens, seed=seed ^ self.salt, index=index, warmup=warmup, parts=parts
        )
        return self.worded(prompt, index, shape, warmup=warmup)

    def worded(self, prompt: Prompt, index: int, shape: RequestShape, *, warmup: bool) -> PreparedRequest:
        """Return request `index` with a prompt that is given."""
        body = self._body(prompt, shape.output_tokens)
        return PreparedRequest(
            index=index,
            warmup=warmup,
            shape=shape,
            wire=b"%b\r\nContent-Length: %d\r\n\r\n%b" % (self.head, len(body), body),
            input_tokens=self.prompts.counted(shape.input_tokens),
        )

    def _body(self, prompt: Prompt, output_tokens: int) -> bytes:
        """Return the body; all but the prompt is encoded once for each length of answer."""
        if output_tokens not in self._frames:
            self._frames[output_tokens] = _frame(self.dialect, output_tokens)
        frame = self._frames[output_tokens]
        if frame is None or isinstance(prompt, tuple):
            return encode(request_body(self.dialect, prompt, output_tokens=output_tokens))
        return frame[0] + _encode_prompt(prompt) + frame[1]


def parts_of(plan: RunPlan, index: int, shape: RequestShape, *, warmup: bool) -> tuple[PromptPart, ...]:
    """Return what the prompt of a request begins with; requests that warm up have no block of a trace."""
    if plan.prefixes is None or (warmup and isinstance(plan.prefixes, BlockPrefixes)):
        return ()
    return plan.prefixes.parts(index if warmup else index // plan.turns, shape.input_tokens)


def encode(body: Mapping[str, Any]) -> bytes:
    """Return `body` as compact JSON."""
    return _ENCODER.encode(body).encode()


def _encode_prompt(prompt: str | list[int]) -> bytes:
    """Return a prompt as compact JSON; of ids several times faster than the encoder."""
    if isinstance(prompt, str):
        return _ENCODER.encode(prompt).encode()
    return f"[{','.join(map(str, prompt))}]".encode()


def _frame(dialect: Dialect, output_tokens: int) -> tuple[bytes, bytes] | None:
    """Return what stands before and after the prompt; ``None`` where that is not clear."""
    body = encode(request_body(dialect, _MARK, output_tokens=output_tokens))
    parts = body.split(_ENCODER.encode(_MARK).encode())
    return (parts[0], parts[1]) if len(parts) == 2 else None


class RequestQueue:
    """The requests of a plan, some of them worded ahead so that none is late.

    Those that warm the target up come first, and each stream goes on to a measured one as soon as it is
    done with them: so no measured request belongs to the burst with which all streams begin. The duration of
    the plan runs from the first measured request.

    Parameters
    ----------
    writer : RequestWriter
    plan : RunPlan
    ahead : int
        How many requests are worded ahead, at least 1.
    gate : Gate, optional
        Asked before each request is given away.
    """

    def __init__(self, writer: RequestWriter, plan: RunPlan, *, ahead: int, gate: Gate | None = None) -> None:
        self._writer = writer
        self._plan = plan
        self._ahead = ahead
        self._ready: deque[PreparedRequest] = deque()
        self._indices = self._all_indices()
        self._ends_at_s: float | None = None
        self._gate = gate
        self._worst = WorstCase() if gate is None else worst_case(writer.dialect.extra)

    def _all_indices(self) -> Iterator[tuple[int, bool]]:
        plan = self._plan
        measured = plan.indices if plan.indices is not None else count(plan.first_index, plan.index_step)
        return chain(
            ((index, True) for index in range(len(plan.warmup))), ((index, False) for index in measured)
        )

    def prepare(self) -> bool:
        """Word one more request; return whether there was room and one left."""
        return len(self._ready) < self._ahead and self._word()

    def take(self) -> PreparedRequest | None:
        """Return the next request; ``None`` when all were taken, time is over or the gate is closed."""
        if not self._ready and not self._word():
            return None
        if not self.admits(self._ready[0]):
            return None
        return self._ready.popleft()

    def admits(self, request: PreparedRequest) -> bool:
        """Whether a request may be sent now: time is not over, and the gate is open."""
        if self._ends_at_s is not None and time.monotonic() >= self._ends_at_s:
            return False
        if self._gate is not None and not self._admits(self._gate, request):
            return False
        if self._ends_at_s is None and self._plan.duration_s is not None and not request.warmup:
            self._ends_at_s = time.monotonic() + self._plan.duration_s
        return True

    def worded(self, index: int, *, warmup: bool) -> PreparedRequest:
        """Word a request."""
        plan = self._plan
        shape = plan.warmup[index] if warmup else plan.shape_of(index)
        parts = parts_of(plan, index, shape, warmup=warmup)
        return self._writer.write(index, shape, seed=plan.seed, warmup=warmup, parts=parts)

    def _admits(self, gate: Gate, request: PreparedRequest) -> bool:
        used, written = self._worst.of(request)
        return gate.admits(request.index, warmup=request.warmup, input_tokens=used, output_tokens=written)

    def _word(self) -> bool:
        found = next(self._indices, None)
        if found is None:
            return False
        index, warmup = found
        self._ready.append(self.worded(index, warmup=warmup))
        return True
