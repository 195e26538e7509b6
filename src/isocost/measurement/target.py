"""An endpoint as a target: requests over HTTP, timed by our own reader."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.measurement.blotting import hiding
from isocost.measurement.connection import find_endpoint
from isocost.measurement.conversation import ConversationQueue
from isocost.measurement.open_loop import OpenLoop, spare_streams
from isocost.measurement.pace import ClosedLoop
from isocost.measurement.prompts import PromptSource, TextPrompts
from isocost.measurement.reader import Reader
from isocost.measurement.request import RequestQueue, RequestWriter, head_of
from isocost.measurement.secret import HiddenText
from isocost.measurement.stream import ReaderSettings
from isocost.measurement.talking import OpenTalks, TalkingUsers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation
    from isocost.core.ports import Gate
    from isocost.measurement.address import Address, EndpointType
    from isocost.measurement.dialect import Dialect
    from isocost.measurement.secret import Secret

__all__ = ["MOST_IN_FLIGHT", "HttpTarget"]

MOST_IN_FLIGHT = 1024
"""Requests in flight at most in an open loop, unless a plan says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """An endpoint that speaks the OpenAI API; implements `isocost.core.ports.Target`.

    `isocost.measurement.open_target` makes one from a URL and looks how the endpoint wants to be spoken to.

    Parameters
    ----------
    address : Address
    dialect : Dialect
        How requests are worded.
    prompts : IdPrompts or TextPrompts
        Where prompts of a wanted length come from.
    api_key : Secret or None
        Sent as bearer token; never shown.
    headers : mapping of str to str
        Sent with every request; never shown, since they may hold credentials.
    insecure : bool
        Do not verify TLS.
    keeps_connections : bool
        Whether the endpoint takes another request on a connection after a stream; otherwise each request has
        one of its own, opened before it is timed.
    salt : int
        Mixed into the seed of every plan, so that a server that was measured before with the same seed has
        not kept the prompts' prefixes; 0 gives the same prompts again.
    offers_metrics : bool
        Whether the server tells metrics that are known, to be read while it is measured.
    facts : mapping of str to str
        What the endpoint told of itself.
    paid : bool
        Whether each request may cost money: it is then measured with a gate only.

    Examples
    --------
    >>> from isocost.measurement import Dialect, resolve_address
    >>> HttpTarget(address=resolve_address("http://127.0.0.1:8000"), dialect=Dialect(model="m")).model
    'm'
    """

    address: Address
    dialect: Dialect
    prompts: PromptSource = field(default_factory=TextPrompts, repr=False)
    api_key: Secret | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    insecure: bool = False
    keeps_connections: bool = True
    salt: int = 0
    offers_metrics: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    paid: bool = False

    @property
    def model(self) -> str:
        """Name of the model it serves."""
        return self.dialect.model

    @property
    def endpoint_type(self) -> EndpointType:
        """Which of the API's endpoints is measured."""
        return self.dialect.endpoint_type

    @property
    def request_headers(self) -> dict[str, str]:
        """Headers as they go over the wire, credentials included."""
        key = {} if self.api_key is None else {"Authorization": HiddenText(f"Bearer {self.api_key.reveal()}")}
        return {**key, **{name: HiddenText(value) for name, value in self.headers.items()}}

    @property
    def hidden(self) -> tuple[str, ...]:
        """Words that must never be shown."""
        values = (part for value in self.headers.values() for part in (value, value.removeprefix("Bearer ")))
        key = () if self.api_key is None else (self.api_key.reveal(),)
        return tuple(HiddenText(word) for word in (*key, *(value for value in values if len(value) >= 8)))

    def measure(
        self,
        plan: RunPlan,
        *,
        record: Callable[[Observation], None],
        stop: Event,
        gate: Gate | None = None,
    ) -> ClientHealth:
        """Carry out `plan`; see `isocost.core.ports.Target`.

        In an open loop each request leaves when it is due, on a connection that was opened beforehand; the
        warm-up is awaited first.

        The reading thread hands observations to `record`. An interrupt of the calling thread stops the
        run in the same way as `stop` and is raised again when everything in flight was recorded.

        Raises
        ------
        InputError
            If requests may cost money and there is no `gate`, or conversations are to be held in token ids.
        MeasurementError
            If the host is unknown, or no longer takes connections; the latest observations come along.
        """
        if self.paid and gate is None:
            raise InputError(f"{self.address.url} may bill each request; measure it with a gate of a budget")
        if plan.turns > 1 and not isinstance(self.prompts, TextPrompts):
            raise InputError("conversations are made of texts; open the target with conversations=True")
        most = plan.max_in_flight or MOST_IN_FLIGHT
        rate = plan.load.rate_per_s
        settings = ReaderSettings(
            endpoint=find_endpoint(self.address, insecure=self.insecure),
            concurrency=plan.load.concurrency or spare_streams(rate or 0.0, most),
            timeout_s=plan.request_timeout_s,
            reuse=self.keeps_connections,
            hide=self.hidden,
        )
        job = _Job(self._writer(), plan, settings, record, gate)
        with hiding(self.hidden):
            return job.run(stop)

    def _writer(self) -> RequestWriter:
        path = self.address.path(self.endpoint_type)
        return RequestWriter(
            head=head_of(self.address, "POST", path, self.request_headers),
            dialect=self.dialect,
            prompts=self.prompts,
            salt=self.salt,
        )


class _Job:
    """One plan carried out in a thread of its own."""

    def __init__(
        self,
        writer: RequestWriter,
        plan: RunPlan,
        settings: ReaderSettings,
        record: Callable[[Observation], None],
        gate: Gate | None,
    ) -> None:
        self._gate = gate
        self._writer = writer
        self._plan = plan
        self._settings = settings
        self._record = record
        self._stop = threading.Event()
        self._result: dict[str, Any] = {}

    def run(self, stop: Event) -> ClientHealth:
        """Start the thread, pass on a wish to stop, return its result or raise its error."""
        thread = threading.Thread(target=self._work, name="isocost-reader", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.05)
                if stop.is_set():
                    self._stop.set()
        finally:
            self._stop.set()
            thread.join()
        error = self._result.get("error")
        if error is not None:
            raise error
        health: ClientHealth = self._result["health"]
        return health

    def _work(self) -> None:
        reader = Reader(self._settings, record=self._record, stop=self._stop)
        held_back_share: float | None = None
        try:
            reader.open()
            if self._plan.due_s is None:
                reader.carry_out(self._closed(reader))
            else:
                held_back_share = self._carry_out_open(reader, self._plan.due_s)
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, which raises it
            self._result["error"] = error
        finally:
            self._result["health"] = replace(reader.close(), held_back_share=held_back_share)

    def _carry_out_open(self, reader: Reader, due_s: tuple[float, ...]) -> float:
        """Warm up and await it; send each request when it is due; return the share of those held back."""
        warmup = replace(self._plan, indices=(), due_s=(), duration_s=None)
        reader.carry_out(ClosedLoop(self._queue(warmup), reader.streams))
        measured = replace(self._plan, warmup=(), duration_s=None)
        most = self._plan.max_in_flight or MOST_IN_FLIGHT
        at_s = self._plan.begins_at_s
        if self._plan.turns > 1:
            talks = self._conversations(measured)
            pace: OpenLoop = OpenTalks(talks, reader.streams, due_s=due_s, most=most, at_s=at_s)
        else:
            pace = OpenLoop(self._queue(measured), reader.streams, due_s=due_s, most=most, at_s=at_s)
        reader.carry_out(pace)
        return pace.held_back / max(pace.offered, 1)

    def _closed(self, reader: Reader) -> ClosedLoop:
        if self._plan.turns > 1:
            return TalkingUsers(self._conversations(self._plan), reader.streams)
        return ClosedLoop(self._queue(self._plan), reader.streams)

    def _conversations(self, plan: RunPlan) -> ConversationQueue:
        ahead = max(self._settings.concurrency, 16)
        return ConversationQueue(self._writer, plan, ahead=ahead, gate=self._gate)

    def _queue(self, plan: RunPlan) -> RequestQueue:
        ahead = max(self._settings.concurrency, 16)
        return RequestQueue(self._writer, plan, ahead=ahead, gate=self._gate)
