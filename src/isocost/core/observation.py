"""What was seen of requests: one record each, and many of them as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.load import Load
    from isocost.core.telemetry import Reading

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

LONGEST_DELAY_S = 0.05
"""A client that reads or sends later than this, at the 99th percentile, was the limit itself."""

__all__ = ["ClientHealth", "Clock", "Observation", "Observations", "Outcome", "Run", "Segment", "ServerTimes"]


class Outcome(StrEnum):
    """How a request ended."""

    OK = "ok"
    HTTP_ERROR = "http_error"  # the status says which
    REFUSED = "refused"  # no connection
    CUT_OFF = "cut_off"  # the connection broke before the answer ended
    TIMED_OUT = "timed_out"
    PROTOCOL = "protocol"  # an answer that is no valid HTTP or event stream
    CANCELLED = "cancelled"  # by us: Ctrl-C or a budget


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTimes:
    """How long the target says that it worked on one request, seconds; ``None`` where it does not say.

    Parameters
    ----------
    queue_s : float or None
        Waiting before its prompt was begun, at least 0.
    prefill_s : float or None
        On the prompt, up to the first token, at least 0.
    decode_s : float or None
        On the tokens after it, at least 0.
    """

    queue_s: float | None = None
    prefill_s: float | None = None
    decode_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One request as the client saw it; instants in seconds on the segment's monotonic clock.

    Parameters
    ----------
    index : int
        Its number in the run's plan; warm-up requests count apart, from 0.
    warmup : bool
        Whether it only warmed the target up.
    requested_input_tokens, requested_output_tokens : int
        What was asked for.
    due_at_s, sent_at_s : float
        When it should have left and when its first byte left; equal in a closed loop.
    chunk_at_s : tuple of float
        Arrival of each chunk that carried output; empty when none came.
    chunk_tokens : tuple of int or None
        Tokens in each chunk where the target says so; ``None``: not known.
    done_at_s : float
        When the body ended, broke or was given up.
    input_tokens, output_tokens : int or None
        Realised lengths; ``None`` when nobody counted.
    counted_by : str or None
        Who counted the output: ``"usage"`` (the target), ``"chunks"`` (a chunk was taken for a token).
    reasoning_tokens, cached_tokens : int or None
        Of the output and input tokens, as the target reports them; reasoning that it streams without counting
        it is counted by its chunks where each is known to be a token.
    outcome : Outcome
        How it ended.
    http_status : int or None
        Status of the answer, if one came.
    finish_reason : str or None
        Why the target stopped: ``"length"``, ``"stop"``.
    detail : str or None
        One short line on a failure.
    server : ServerTimes or None
        What the target says of its own time on it.
    """

    index: int
    requested_input_tokens: int
    requested_output_tokens: int
    due_at_s: float
    sent_at_s: float
    done_at_s: float
    outcome: Outcome
    warmup: bool = False
    chunk_at_s: tuple[float, ...] = ()
    chunk_tokens: tuple[int, ...] | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    counted_by: str | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    http_status: int | None = None
    finish_reason: str | None = None
    detail: str | None = None
    server: ServerTimes | None = None

    @property
    def time_to_first_token_s(self) -> float | None:
        """From due to the first chunk; ``None`` when none came."""
        return self.chunk_at_s[0] - self.due_at_s if self.chunk_at_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Many requests as columns of equal length; NaN or -1 stand for absent inside arrays only.

    Parameters
    ----------
    index, segment : int arrays, shape (n,)
        Number in the plan; which segment of the run.
    warmup : bool array, shape (n,)
    requested_input_tokens, requested_output_tokens : int arrays, shape (n,)
    due_at_s, sent_at_s, first_at_s, last_at_s, done_at_s : float arrays, shape (n,)
        First and last chunk are NaN when no chunk came.
    input_tokens, output_tokens : float arrays, shape (n,)
        NaN when nobody counted.
    outcome : array of str, shape (n,)
        Values of `Outcome`.
    counted_by : array of str, shape (n,)
        ``""`` when nobody counted.
    chunks : int array, shape (n,)
        Number of chunks.
    gap_us : int array, shape (sum of max(chunks - 1, 0),)
        Microseconds between the chunks of each request, request after request.
    cached_tokens : float array or None, shape (n,)
        Input tokens that the target did not compute again; NaN, or ``None`` for all, where it does not say.
    reasoning_tokens : float array or None, shape (n,)
        Output tokens that were reasoning; NaN, or ``None`` for all, where nobody says.
    server_queue_s, server_prefill_s, server_decode_s : float array or None, shape (n,)
        What the target says of its own time on each; NaN, or ``None`` for all, where it does not.
    chunk_tokens : int array or None, shape (sum of chunks,)
        Tokens in each chunk, request after request; 1 where the target does not say.
    """

    index: IntArray
    segment: IntArray
    warmup: np.ndarray[Any, np.dtype[np.bool_]]
    requested_input_tokens: IntArray
    requested_output_tokens: IntArray
    due_at_s: FloatArray
    sent_at_s: FloatArray
    first_at_s: FloatArray
    last_at_s: FloatArray
    done_at_s: FloatArray
    input_tokens: FloatArray
    output_tokens: FloatArray
    outcome: np.ndarray[Any, np.dtype[np.str_]]
    counted_by: np.ndarray[Any, np.dtype[np.str_]]
    chunks: IntArray
    gap_us: IntArray
    chunk_tokens: IntArray | None = None
    cached_tokens: FloatArray | None = None
    reasoning_tokens: FloatArray | None = None
    server_queue_s: FloatArray | None = None
    server_prefill_s: FloatArray | None = None
    server_decode_s: FloatArray | None = None

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.index)

    @property
    def ok(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which requests ended well."""
        return np.asarray(self.outcome == Outcome.OK.value)

    @classmethod
    def of(cls, rows: Sequence[Observation], *, segment: int = 0) -> Observations:
        """Put single records of one segment into columns."""
        first = [row.chunk_at_s[0] if row.chunk_at_s else np.nan for row in rows]
        last = [row.chunk_at_s[-1] if row.chunk_at_s else np.nan for row in rows]
        gaps = [np.rint(np.diff(row.chunk_at_s) * 1e6).astype(np.int64) for row in rows if row.chunk_at_s]
        tokens = [
            row.chunk_tokens if row.chunk_tokens is not None else (1,) * len(row.chunk_at_s) for row in rows
        ]
        return cls(
            index=_ints(row.index for row in rows),
            segment=np.full(len(rows), segment, dtype=np.int64),
            warmup=np.array([row.warmup for row in rows], dtype=np.bool_),
            requested_input_tokens=_ints(row.requested_input_tokens for row in rows),
            requested_output_tokens=_ints(row.requested_output_tokens for row in rows),
            due_at_s=_floats(row.due_at_s for row in rows),
            sent_at_s=_floats(row.sent_at_s for row in rows),
            first_at_s=_floats(first),
            last_at_s=_floats(last),
            done_at_s=_floats(row.done_at_s for row in rows),
            input_tokens=_floats(row.input_tokens for row in rows),
            output_tokens=_floats(row.output_tokens for row in rows),
            outcome=np.array([row.outcome.value for row in rows], dtype=np.str_),
            counted_by=np.array([row.counted_by or "" for row in rows], dtype=np.str_),
            chunks=_ints(len(row.chunk_at_s) for row in rows),
            gap_us=np.concatenate(gaps) if gaps else np.zeros(0, dtype=np.int64),
            cached_tokens=_floats(row.cached_tokens for row in rows),
            reasoning_tokens=_floats(row.reasoning_tokens for row in rows),
            server_queue_s=_floats(None if row.server is None else row.server.queue_s for row in rows),
            server_prefill_s=_floats(None if row.server is None else row.server.prefill_s for row in rows),
            server_decode_s=_floats(None if row.server is None else row.server.decode_s for row in rows),
            chunk_tokens=np.array([count for row in tokens for count in row], dtype=np.int64),
        )


def _ints(values: Any) -> IntArray:  # noqa: ANN401 - any iterable of integers
    return np.array(list(values), dtype=np.int64)


def _floats(values: Any) -> FloatArray:  # noqa: ANN401 - any iterable of floats and None
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock of one process, tied to calendar time.

    Parameters
    ----------
    clock_id : str
        Tells clocks apart: host and boot.
    utc_anchor_s, monotonic_anchor_s : float
        The same instant as Unix time and on the monotonic clock.
    """

    clock_id: str
    utc_anchor_s: float
    monotonic_anchor_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHealth:
    """Whether the load generator itself was the limit, over one segment.

    Parameters
    ----------
    cpu_share : float
        CPU seconds of the reading thread over wall seconds, in [0, 1]; of a stack in this process without
        those of the model.
    loop_lag_p99_s : float or None
        99th percentile of the time from a readable socket to its read, where it could be measured.
    machine_busy_share : float or None
        Share of all cores of this machine that were busy, in [0, 1]; of a stack in this process the share of
        the cores that it left, busy with others.
    kernel_stamps : bool
        Whether the kernel stamped arrivals.
    send_delay_p99_s : float or None
        99th percentile of the time from when a request was due to when it was sent; ``None`` in a closed
        loop.
    held_back_share : float or None
        Share of the requests that waited because as many were in flight as may be, in [0, 1]; ``None`` in a
        closed loop.
    clock_steps : int
        How often the calendar clock, on which the kernel stamps, was seen to jump by more than a millisecond.
    """

    cpu_share: float
    loop_lag_p99_s: float | None = None
    machine_busy_share: float | None = None
    kernel_stamps: bool = False
    send_delay_p99_s: float | None = None
    held_back_share: float | None = None
    clock_steps: int = 0

    @property
    def saturated(self) -> bool:
        """Whether the client was too busy for its stamps to be trusted, or sent too late."""
        return bool(self.limits)

    @property
    def limits(self) -> tuple[str, ...]:
        """What the client was short of, in words; empty when it was not the limit.

        Late reading spoils the stamps, and late sending is part of every latency, which counts from when a
        request was due: 50 ms are a twentieth of the second that users are commonly promised to the first
        token.

        Examples
        --------
        >>> ClientHealth(cpu_share=0.93, loop_lag_p99_s=0.07).limits
        ('93% of a core', 'read 70 ms late')
        """
        late = self.send_delay_p99_s is not None and self.send_delay_p99_s > LONGEST_DELAY_S
        held = "since no more may be in flight" if (self.held_back_share or 0.0) > 0.01 else ""
        told = {
            f"{self.cpu_share:.0%} of a core": self.cpu_share > 0.85,
            f"read {1e3 * (self.loop_lag_p99_s or 0.0):.0f} ms late": self.loop_lag_p99_s is not None
            and self.loop_lag_p99_s > LONGEST_DELAY_S,
            f"sent {1e3 * (self.send_delay_p99_s or 0.0):.0f} ms late {held}".rstrip(): late,
        }
        return tuple(text for text, applies in told.items() if applies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An uninterrupted part of a run, each with its own warm-up.

    Parameters
    ----------
    number : int
        From 0 within the run.
    clock : Clock
        What its instants mean.
    started_utc : str
        ISO 8601.
    health : ClientHealth or None
        ``None`` when the segment was cut off before it could say.
    facts : mapping of str to str
        Machine, engine, address: whatever may differ after a restart.
    telemetry : tuple of Reading
        What the target said of itself, in order; empty where it offers nothing.
    """

    number: int
    clock: Clock
    started_utc: str
    health: ClientHealth | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    telemetry: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Observations under one condition, with all that is needed to repeat it.

    Parameters
    ----------
    stage : str
        Stage of the study it belongs to.
    label : str
        Name within the stage: ``"16 concurrent #0"``.
    deployment : str
        Name of the deployment.
    load : Load
        What was asked.
    repeat : int
        From 0.
    finished : bool
        Whether the plan was carried out to its end.
    segments : tuple of Segment
    observations : Observations
    """

    stage: str
    label: str
    deployment: str
    load: Load
    repeat: int
    finished: bool
    segments: tuple[Segment, ...]
    observations: Observations
