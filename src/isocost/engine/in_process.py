"""A stack in this process as a target: one request at a time, each token stamped when it can be read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Protocol

import numpy as np

from isocost.core.errors import InputError, MeasurementError
from isocost.core.observation import Observation, Outcome
from isocost.engine.own_share import OwnShareMeter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from threading import Event

    from isocost.core.load import RequestShape, RunPlan
    from isocost.core.observation import ClientHealth
    from isocost.core.ports import Gate

__all__ = ["AnswersRequests", "InProcessTarget"]


class AnswersRequests(Protocol):
    """A model that is loaded in this process."""

    @property
    def vocabulary_size(self) -> int:
        """Token ids go from 0 to one less."""
        ...

    def answer(self, prompt: Sequence[int], output_tokens: int, on_token: Callable[[], None]) -> None:
        """Answer `prompt` with exactly `output_tokens` tokens.

        Parameters
        ----------
        prompt : sequence of int
            Token ids.
        output_tokens : int
            At least 1.
        on_token : callable
            Called once a token, as soon as the token can be read by the processor; what it raises ends the
            answer and is passed on.

        Raises
        ------
        MeasurementError
            If the model cannot answer: out of memory, say.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessTarget:
    """A stack in this process; implements `isocost.core.ports.Target`.

    No wire, no scheduler and no second process stand between the model and the clock: the time of a request
    is that of the library's own call.

    Parameters
    ----------
    model : str
        Name of the model.
    stack : AnswersRequests
    """

    model: str
    stack: AnswersRequests

    def measure(
        self,
        plan: RunPlan,
        *,
        record: Callable[[Observation], None],
        stop: Event,
        gate: Gate | None = None,
    ) -> ClientHealth:
        """Carry out `plan`, one request after another; see `isocost.core.ports.Target`.

        Raises
        ------
        InputError
            If `plan` asks for more than one request at a time.
        MeasurementError
            If the model cannot answer a request.
        """
        if plan.load.concurrency != 1:
            raise InputError(
                f"a stack in this process answers one request at a time, got {plan.load.label}; "
                "give a concurrency of 1"
            )
        meter = OwnShareMeter()
        for number, shape in enumerate(plan.warmup):
            if stop.is_set() or not _admits(gate, number, shape, warmup=True):
                break
            record(self._timed(plan, number, shape, meter, stop, warmup=True))
        ends_at_s = time.monotonic() + (plan.duration_s or float("inf"))
        for index in _numbers(plan):
            if stop.is_set() or time.monotonic() >= ends_at_s:
                break
            if not _admits(gate, index, plan.shape_of(index), warmup=False):
                break
            record(self._timed(plan, index, plan.shape_of(index), meter, stop, warmup=False))
        return meter.read()

    def _timed(
        self,
        plan: RunPlan,
        index: int,
        shape: RequestShape,
        meter: OwnShareMeter,
        stop: Event,
        *,
        warmup: bool,
    ) -> Observation:
        rng = np.random.default_rng([abs(plan.seed), plan.seed < 0, warmup, index])
        prompt = rng.integers(self.stack.vocabulary_size, size=shape.input_tokens).tolist()
        watch = _StopWatch(plan.request_timeout_s, stop)
        outcome = Outcome.OK
        with meter.leaving_out():
            sent_at_s = watch.start()
            try:
                self.stack.answer(prompt, shape.output_tokens, watch.token)
            except _Cut as cut:
                outcome = cut.outcome
            done_at_s = time.monotonic()
        stamps = tuple(watch.stamps)
        if outcome is Outcome.OK and len(stamps) != shape.output_tokens:
            raise MeasurementError(
                f"{self.model} answered with {len(stamps)} tokens where {shape.output_tokens} were asked "
                "for; this architecture cannot be profiled in process"
            )
        return Observation(
            index=index,
            warmup=warmup,
            requested_input_tokens=shape.input_tokens,
            requested_output_tokens=shape.output_tokens,
            due_at_s=sent_at_s,
            sent_at_s=sent_at_s,
            done_at_s=done_at_s,
            outcome=outcome,
            chunk_at_s=stamps,
            chunk_tokens=(1,) * len(stamps),
            input_tokens=shape.input_tokens,
            output_tokens=len(stamps),
            counted_by="usage",
            finish_reason="length" if outcome is Outcome.OK else None,
            detail=None if outcome is not Outcome.TIMED_OUT else f"longer than {plan.request_timeout_s:g} s",
        )


def _numbers(plan: RunPlan) -> Iterable[int]:
    return count(plan.first_index) if plan.indices is None else plan.indices


def _admits(gate: Gate | None, index: int, shape: RequestShape, *, warmup: bool) -> bool:
    """Ask the gate, where there is one; lengths are exact in this process."""
    return gate is None or gate.admits(
        index, warmup=warmup, input_tokens=shape.input_tokens, output_tokens=shape.output_tokens
    )


class _Cut(Exception):  # noqa: N818 - no error: how an answer is broken off
    """Ends an answer from within."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class _StopWatch:
    """Stamps tokens, and cuts the answer when its time is over or the run is to stop."""

    def __init__(self, timeout_s: float, stop: Event) -> None:
        self.stamps: list[float] = []
        self._timeout_s, self._stop = timeout_s, stop
        self._ends_at_s = float("inf")

    def start(self) -> float:
        """Return the instant from which the request is timed."""
        now_s = time.monotonic()
        self._ends_at_s = now_s + self._timeout_s
        return now_s

    def token(self) -> None:
        """Stamp one token."""
        now_s = time.monotonic()
        self.stamps.append(now_s)
        if now_s > self._ends_at_s:
            raise _Cut(Outcome.TIMED_OUT)
        if self._stop.is_set():
            raise _Cut(Outcome.CANCELLED)
