"""A trace: when real requests arrived, how long they were, which prefixes they shared; and parts of one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.core.prefix import BlockPrefixes

if TYPE_CHECKING:
    IntArray = np.ndarray[Any, np.dtype[np.int64]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Trace", "first_requests", "no_longer_than", "time_scaled", "trace_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Requests as they arrived somewhere.

    Parameters
    ----------
    name : str
        Of the file.
    due_s : float array, shape (n,)
        When each arrived, seconds since the beginning; at least 0, never falling.
    input_tokens, output_tokens : int array, shape (n,)
        Lengths of prompt and answer, at least 1.
    duration_s : float
        From the beginning to the end of what was recorded, seconds, at least ``due_s[-1]``.
    blocks : tuple of tuple of int, length n, or None
        Numbers of the blocks of each prompt, the same where prompts began alike; ``None``: not told.
    block_tokens : int
        Tokens of a block.
    notes : tuple of str
        What was left out or mended, in words.

    Examples
    --------
    >>> trace = Trace(name="t", due_s=np.array([0.0, 4.0]), input_tokens=np.array([8, 6]),
    ...               output_tokens=np.array([2, 3]), duration_s=4.0)
    >>> trace.requests, trace.rate_per_s, trace.shapes[1]
    (2, 0.5, RequestShape(input_tokens=6, output_tokens=3))
    """

    name: str
    due_s: FloatArray
    input_tokens: IntArray
    output_tokens: IntArray
    duration_s: float
    blocks: tuple[tuple[int, ...], ...] | None = None
    block_tokens: int = 512
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a trace without requests, or one that is not in order."""
        n = len(self.due_s)
        if n == 0:
            raise InputError(f"the trace {self.name} holds no request")
        if not n == len(self.input_tokens) == len(self.output_tokens) == len(self.blocks or self.due_s):
            raise InputError(f"the trace {self.name} has not as many lengths as arrivals")
        if self.due_s[0] < 0 or bool((np.diff(self.due_s) < 0).any()) or self.duration_s < self.due_s[-1]:
            raise InputError(f"arrivals of the trace {self.name} must begin at 0 or later and never fall")
        if self.input_tokens.min() < 1 or self.output_tokens.min() < 1:
            raise InputError(f"requests of the trace {self.name} need at least 1 token in and out")

    @property
    def requests(self) -> int:
        """How many there are."""
        return len(self.due_s)

    @property
    def rate_per_s(self) -> float:
        """Mean requests per second; over one second at least."""
        return self.requests / max(self.duration_s, 1.0)

    @property
    def longest_gap_s(self) -> float:
        """The longest time without an arrival between two."""
        return float(np.diff(self.due_s).max(initial=0.0))

    @property
    def shapes(self) -> tuple[RequestShape, ...]:
        """Sizes, in the order of arrival."""
        made = zip(self.input_tokens.tolist(), self.output_tokens.tolist(), strict=True)
        return tuple(RequestShape(p, o) for p, o in made)

    @property
    def prefixes(self) -> BlockPrefixes | None:
        """What prompts share; ``None`` where it is not told."""
        if self.blocks is None:
            return None
        return BlockPrefixes(blocks=self.blocks, block_tokens=self.block_tokens)

    @property
    def description(self) -> str:
        """In words, for reports."""
        means = f"about {self.input_tokens.mean():.0f} in and {self.output_tokens.mean():.0f} out"
        shared = "" if self.blocks is None else "; prefixes shared as recorded"
        told = "".join(f"; {note}" for note in self.notes)
        size = f"{self.requests:,} requests in {self.duration_s:,.0f} s"
        return f"trace {self.name}: {size}, {means}{shared}{told}"


def trace_window(trace: Trace, from_s: float, to_s: float) -> Trace:
    """Return the requests that arrived in a window of a trace, its beginning the new beginning.

    Parameters
    ----------
    trace : Trace
    from_s, to_s : float
        Seconds since the beginning of the trace; a request at `to_s` is outside.

    Raises
    ------
    InputError
        If the window is none, or nothing arrived in it.

    Examples
    --------
    >>> trace = Trace(name="t", due_s=np.array([0.0, 4.0, 9.0]), input_tokens=np.array([8, 6, 1]),
    ...               output_tokens=np.array([2, 3, 1]), duration_s=9.0)
    >>> trace_window(trace, 3.0, 9.0).due_s.tolist()
    [1.0]
    """
    if not (0 <= from_s < to_s < math.inf):
        raise InputError(
            f"a window of a trace runs from a second to a later one, such as 0:600, got {from_s:g}:{to_s:g}"
        )
    first, last = np.searchsorted(trace.due_s, [from_s, to_s], side="left").tolist()
    if first == last:
        raise InputError(
            f"no request of the trace {trace.name} arrived from {from_s:g} to {to_s:g} s; it lasts "
            f"{trace.duration_s:,.0f} s, its longest time without arrivals {trace.longest_gap_s:,.0f} s"
        )
    part = _part(trace, first, last)
    return replace(
        part, due_s=part.due_s - from_s, duration_s=min(to_s, max(trace.duration_s, from_s)) - from_s
    )


def first_requests(trace: Trace, count: int) -> Trace:
    """Return the first requests of a trace; all of them where there are no more.

    Raises
    ------
    InputError
        If `count` is below 1.
    """
    if count < 1:
        raise InputError(f"the number of requests must be at least 1, got {count}")
    if count >= trace.requests:
        return trace
    part = _part(trace, 0, count)
    return replace(part, duration_s=float(part.due_s[-1]))


def no_longer_than(trace: Trace, tokens: int) -> Trace:
    """Leave out requests of more tokens, in and out together; how many is told in the notes.

    Raises
    ------
    InputError
        If none is left.
    """
    kept = trace.input_tokens + trace.output_tokens <= tokens
    if not kept.any():
        raise InputError(f"no request of the trace {trace.name} has {tokens:,} tokens or fewer, in and out")
    if kept.all():
        return trace
    places = np.flatnonzero(kept)
    return replace(
        trace,
        due_s=trace.due_s[places],
        input_tokens=trace.input_tokens[places],
        output_tokens=trace.output_tokens[places],
        blocks=None if trace.blocks is None else tuple(trace.blocks[place] for place in places.tolist()),
        notes=(*trace.notes, f"{int((~kept).sum()):,} requests of more than {tokens:,} tokens left out"),
    )


def time_scaled(trace: Trace, factor: float) -> Trace:
    """Return the same requests with every instant multiplied: 0.5 sends them twice as fast.

    Raises
    ------
    InputError
        If the factor is not above 0.
    """
    if not (math.isfinite(factor) and factor > 0):
        raise InputError(f"the time of a trace is multiplied by a number above 0, got {factor!r}")
    return replace(trace, due_s=trace.due_s * factor, duration_s=trace.duration_s * factor)


def _part(trace: Trace, first: int, last: int) -> Trace:
    return replace(
        trace,
        due_s=trace.due_s[first:last],
        input_tokens=trace.input_tokens[first:last],
        output_tokens=trace.output_tokens[first:last],
        duration_s=max(trace.duration_s, float(trace.due_s[last - 1])),
        blocks=None if trace.blocks is None else trace.blocks[first:last],
    )
