"""What a load stage asks for when it replays a trace, or holds conversations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.journal.stages import LoadStage

__all__ = ["ConversationSpec", "TraceSpec", "check_prompts", "check_trace"]

_MOST_TURNS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSpec:
    """A trace to be replayed, and which part of it; the file itself stays where it is.

    Parameters
    ----------
    file : str
        Its path.
    digest : str
        SHA-256 of the file, hexadecimal: a run that goes on needs the same one.
    requests : int
        Of the part that is replayed, at least 1.
    duration_s : float
        Of that part, as it is replayed.
    window_from_s, window_to_s : float or None
        The part's ends, seconds of the trace; both or neither.
    longest : int or None
        Only requests of so many tokens at most, in and out together.
    first : int or None
        Only so many requests of it, at least 1.
    time_scale : float
        Every instant is multiplied by it, above 0: 0.5 sends twice as fast.
    max_in_flight : int or None
        Requests in flight at most, at least 1; ``None``: as many as the target allows by itself.
    shares_prefixes : bool
        Whether the trace tells which prompts began alike.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": False}

    file: str
    digest: str
    requests: int
    duration_s: float
    window_from_s: float | None = None
    window_to_s: float | None = None
    longest: int | None = None
    first: int | None = None
    time_scale: float = 1.0
    max_in_flight: int | None = None
    shares_prefixes: bool = False

    def __post_init__(self) -> None:
        """Refuse a part that is none."""
        if (self.window_from_s is None) != (self.window_to_s is None):
            raise InputError("a window of a trace has two ends; give both or none")
        if self.requests < 1 or not 0 <= self.duration_s < math.inf:
            raise InputError(
                f"a trace that is replayed has at least 1 request and a duration, got {self.requests} and "
                f"{self.duration_s!r}"
            )
        if not 0 < self.time_scale < math.inf:
            raise InputError(
                f"the time of a trace is multiplied by a number above 0, got {self.time_scale!r}"
            )
        if self.max_in_flight is not None and self.max_in_flight < 1:
            raise InputError(f"at least 1 request must be allowed in flight, got {self.max_in_flight}")

    @property
    def name(self) -> str:
        """Of the file, without its folder."""
        return PurePath(self.file).name

    @property
    def rate_per_s(self) -> float:
        """Mean requests per second as it is replayed, to three digits; over one second at least."""
        return float(f"{self.requests / max(self.duration_s, 1.0):.3g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSpec:
    """Conversations of several turns, each with the whole history.

    Parameters
    ----------
    turns : int
        Requests of a conversation, from 2 to 1,000.
    think_time_s : float
        From the end of an answer to the next request, seconds, at least 0.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": False}

    turns: int
    think_time_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no conversation."""
        if not 2 <= self.turns <= _MOST_TURNS:
            raise InputError(f"a conversation has from 2 to {_MOST_TURNS:,} turns, got {self.turns}")
        if not 0 <= self.think_time_s < math.inf:
            raise InputError(f"the time to think must be at least 0 seconds, got {self.think_time_s!r}")


def check_trace(stage: LoadStage) -> None:
    """Refuse a stage that says beside a trace what the trace says itself.

    Raises
    ------
    InputError
        If it does.
    """
    if stage.trace is None:
        return
    if stage.concurrency or stage.open_loop is not None or stage.find_limit is not None:
        raise InputError("a trace says itself when requests are sent; leave out concurrency and rates")
    if stage.shapes or stage.conversation is not None or stage.shared_prefix is not None:
        raise InputError(
            "a trace says itself how long requests are and what they share; leave out lengths, turns and "
            "shared prefixes"
        )
    if stage.requests_per_level is not None or stage.duration_s is not None:
        raise InputError("a trace says itself how long it lasts; cut it by a window or a number of requests")


def check_prompts(stage: LoadStage) -> None:
    """Refuse conversations and shared prefixes that cannot be, or not here.

    Raises
    ------
    InputError
        If the target, the executor or the number of requests does not go with them.
    """
    if stage.conversation is None and stage.prefix is None:
        return
    if stage.target.transformers is not None:
        raise InputError(
            "conversations and shared prefixes need an endpoint or the embedded engine, not transformers in "
            "this process"
        )
    if stage.find_limit is not None:
        raise InputError("a search for the limit takes no conversations or shared prefixes; leave them out")
    talk = stage.conversation
    if talk is None:
        return
    if stage.executor is not None:
        raise InputError("conversations are held by one process; leave out the executor")
    asked = stage.requests_per_level or 0
    if asked % talk.turns:
        below = asked // talk.turns * talk.turns
        whole = f"{below} or {below + talk.turns}" if below else f"{talk.turns}"
        raise InputError(
            f"{asked} requests are no whole number of conversations of {talk.turns} turns; give {whole}"
        )
