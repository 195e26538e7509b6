"""What is asked of a target: request shapes, the load, the plan of one run."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from isocost.core.errors import InputError
from isocost.core.prefix import BlockPrefixes, SharedPrefix  # noqa: TC001 - read at run time, by workers

__all__ = ["Load", "RatePiece", "RequestShape", "RunPlan"]


_NUMBER = r"(\d+(?:\.\d+)?)"
_RAMP = re.compile(rf"{_NUMBER}-{_NUMBER}:{_NUMBER}")
_STEP = re.compile(rf"{_NUMBER}x{_NUMBER}")


@dataclass(frozen=True, slots=True)
class RequestShape:
    """The size of one request.

    Parameters
    ----------
    input_tokens : int
        Prompt length p in tokens, at least 1.
    output_tokens : int
        Answer length o in tokens, at least 1.
    """

    input_tokens: int
    output_tokens: int

    def __post_init__(self) -> None:
        """Refuse requests without prompt or answer."""
        if self.input_tokens < 1 or self.output_tokens < 1:
            raise InputError(
                "a request needs at least 1 input and 1 output token, "
                f"got {self.input_tokens} and {self.output_tokens}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How hard a target is driven: a fixed number in flight, or an offered rate.

    Parameters
    ----------
    concurrency : int or None
        Requests in flight in a closed loop, at least 1.
    rate_per_s : float or None
        Requests offered per second in an open loop, above 0. Exactly one of the two is given.
    """

    concurrency: int | None = None
    rate_per_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse a load that is both or neither."""
        if (self.concurrency is None) == (self.rate_per_s is None):
            raise InputError("a load is either a concurrency or a rate: give exactly one of them")
        if self.concurrency is not None and self.concurrency < 1:
            raise InputError(f"concurrency must be at least 1, got {self.concurrency}")
        if self.rate_per_s is not None and not (math.isfinite(self.rate_per_s) and self.rate_per_s > 0):
            raise InputError(f"rate must be above 0 requests per second, got {self.rate_per_s!r}")

    @property
    def label(self) -> str:
        """Short name: ``"16 concurrent"`` or ``"2.5/s"``."""
        return f"{self.concurrency} concurrent" if self.concurrency is not None else f"{self.rate_per_s:g}/s"


@dataclass(frozen=True, slots=True)
class RatePiece:
    """A stretch of time in which the offered rate is constant or changes evenly.

    Parameters
    ----------
    from_per_s, to_per_s : float
        Requests per second at its start and end, at least 0 and not both 0; equal: a step.
    duration_s : float
        Seconds, above 0.

    Examples
    --------
    >>> RatePiece(1.0, 16.0, 120.0).label, RatePiece(4.0, 4.0, 30.0).label
    ('1-16:120', '4x30')
    >>> RatePiece(1.0, 16.0, 120.0).requests
    1020.0
    """

    from_per_s: float
    to_per_s: float
    duration_s: float

    def __post_init__(self) -> None:
        """Refuse a stretch in which nothing is offered, or that has no end."""
        rates = (self.from_per_s, self.to_per_s)
        if not all(math.isfinite(rate) and rate >= 0 for rate in rates) or not max(rates) > 0:
            raise InputError(
                "a rate must be at least 0 requests per second, and above 0 at one end, "
                f"got {rates[0]:g} to {rates[1]:g}"
            )
        if not (math.isfinite(self.duration_s) and self.duration_s > 0):
            raise InputError(f"a rate must last above 0 seconds, got {self.duration_s!r}")

    @classmethod
    def parse(cls, text: str) -> RatePiece:
        """Read a step, ``4x30``, or a ramp, ``1-16:120``.

        Raises
        ------
        InputError
            If it has neither form, or a number is no good.
        """
        found = _RAMP.fullmatch(text) or _STEP.fullmatch(text)
        if found is None:
            raise InputError(
                "a schedule is made of steps such as 4x30 (4 requests per second for 30 s) and ramps such as "
                f"1-16:120 (from 1 to 16 per second within 120 s), got {text!r}"
            )
        *rates, duration_s = (float(part) for part in found.groups())
        return cls(rates[0], rates[-1], duration_s)

    @property
    def steady(self) -> bool:
        """Whether the rate stays the same."""
        return self.from_per_s == self.to_per_s

    @property
    def mean_per_s(self) -> float:
        """Mean requests offered per second."""
        return (self.from_per_s + self.to_per_s) / 2

    @property
    def requests(self) -> float:
        """Requests offered on average."""
        return self.mean_per_s * self.duration_s

    @property
    def label(self) -> str:
        """As it is written: ``"1-16:120"`` for a ramp, ``"4x30"`` for a step."""
        if self.steady:
            return f"{self.from_per_s:g}x{self.duration_s:g}"
        return f"{self.from_per_s:g}-{self.to_per_s:g}:{self.duration_s:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run to be measured: which requests, under which load, until when.

    Parameters
    ----------
    load : Load
        A closed loop at a concurrency, or an open loop at a (mean) rate.
    shapes : tuple of RequestShape
        Request ``i`` of the run has shape ``shapes[i % len(shapes)]``; its prompt is unique to
        ``(seed, i)``.
    indices : tuple of int or None
        Which requests remain to be sent, in this order; ``None``: count up from `first_index`
        until `duration_s` is over.
    first_index : int
        Where counting starts when `indices` is ``None``.
    index_step : int
        By how much it counts up, at least 1; several workers count past each other.
    duration_s : float or None
        Stop sending after so many seconds (requests in flight are awaited); ``None``: send all indices.
    due_s : tuple of float or None, shape of `indices`
        Of an open loop, and only of one: when each request is due, seconds after the first measured instant,
        at least 0 and never falling.
    max_in_flight : int or None
        Of an open loop: how many requests may be in flight at a time, at least 1; one that is due when so
        many are waits, and its delay is recorded. ``None``: as many as the target allows by itself.
    begins_at_s : float or None
        Of an open loop: the monotonic instant from which `due_s` counts, where several workers are to begin
        together and it is not past; ``None``: as soon as all is ready.
    warmup : tuple of RequestShape
        Requests sent first, recorded as warm-up, never counted.
    seed : int
        Seeds the prompts.
    request_timeout_s : float
        A request that takes longer is cut and recorded as a time-out.
    prefixes : SharedPrefix or BlockPrefixes or None
        What prompts have in common; ``None``: no two begin alike.
    turns : int
        Of a conversation, at least 1. With several, requests come in conversations of so many: request ``i``
        is turn ``i % turns`` of conversation ``i // turns``, carries the whole history and is sent once the
        answer before it has come. `indices` (or counting) then names the first request of each conversation
        that is to be measured; turns before it are sent again as warm-up, and those after it follow. Of
        `due_s` there is one instant for each conversation; a later turn is due when its user has thought.
    think_time_s : float
        From the end of an answer to the next turn, seconds, at least 0.
    """

    load: Load
    shapes: tuple[RequestShape, ...]
    indices: tuple[int, ...] | None = None
    first_index: int = 0
    index_step: int = 1
    duration_s: float | None = None
    due_s: tuple[float, ...] | None = None
    begins_at_s: float | None = None
    max_in_flight: int | None = None
    warmup: tuple[RequestShape, ...] = ()
    seed: int = 0
    request_timeout_s: float = 600.0
    prefixes: SharedPrefix | BlockPrefixes | None = None
    turns: int = 1
    think_time_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a plan without requests or without an end."""
        if not self.shapes:
            raise InputError("a run needs at least one request shape")
        if self.indices is None and self.duration_s is None:
            raise InputError("a run needs an end: a list of requests or a duration")
        if self.index_step < 1:
            raise InputError(f"requests are counted up by at least 1, got {self.index_step}")
        if self.duration_s is not None and not (math.isfinite(self.duration_s) and self.duration_s > 0):
            raise InputError(f"duration must be above 0 seconds, got {self.duration_s!r}")
        if (self.due_s is None) != (self.load.rate_per_s is None):
            raise InputError(
                "an open loop needs the instants at which its requests are due, a closed loop has none"
            )
        if self.due_s is not None:
            self._require_due(self.due_s)
        if self.max_in_flight is not None and self.max_in_flight < 1:
            raise InputError(f"at least 1 request must be allowed in flight, got {self.max_in_flight}")
        self._require_turns()

    def _require_turns(self) -> None:
        if self.turns < 1 or not 0 <= self.think_time_s < math.inf:
            raise InputError(
                "a conversation has at least 1 turn and a time to think of at least 0 seconds, "
                f"got {self.turns} and {self.think_time_s!r}"
            )

    def _require_due(self, due_s: tuple[float, ...]) -> None:
        if self.indices is None or len(due_s) != len(self.indices):
            raise InputError("an open loop needs one due instant for each of its requests")
        in_order = all(0 <= due < math.inf for due in due_s) and list(due_s) == sorted(due_s)
        if not in_order:
            raise InputError("due instants must be at least 0 seconds and never fall")

    def shape_of(self, index: int) -> RequestShape:
        """Return the shape of request `index`."""
        return self.shapes[index % len(self.shapes)]
