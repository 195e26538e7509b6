"""Reading what a server says of itself before, during and after a run, off the timed path."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import MeasurementError
from isocost.core.telemetry import Reading
from isocost.measurement.plain_http import PlainClient
from isocost.measurement.server_metrics import read_metrics
from isocost.measurement.target import HttpTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isocost.core.ports import Target
    from isocost.measurement.address import Address

__all__ = ["offers_metrics", "server_watched"]

_FIRST_S = 0.3
_EVERY_S = 1.0
_MOST_SHARE = 0.02
_SETTLE_S = 0.25
_PATIENCE_S = 2.0
_LONGEST_BODY = 1_048_576  # vLLM tells some 100 kB; to look through megabytes would hold up the stopwatch


@contextmanager
def server_watched(target: Target, tell: Callable[[Reading], None]) -> Iterator[None]:
    """Read a server's metrics at the beginning and end of a block, and about every second in between.

    A plain thread asks; asking takes about 2 % of the time at most, so a server that is slow to tell is asked
    more seldom. One that tells more than a megabyte tells nothing. After the end a quarter of a second is
    waited where sums are told, since servers write them a little after the last byte. A target that offers no
    metrics is left alone; one that stops telling is not asked again. No credentials are sent.

    Parameters
    ----------
    target : Target
    tell : callable
        Takes each reading; called from the thread that asks.
    """
    if not isinstance(target, HttpTarget) or not target.offers_metrics:
        yield
        return
    watch = _Watch(_client(target.address, insecure=target.insecure), tell)
    before = watch.read("before")
    if before is None:
        yield
        return
    thread = threading.Thread(target=watch.go_on, name="isocost-telemetry", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.over.set()
        thread.join()
        if any(name.endswith("_sum") for name in before.told):
            time.sleep(_SETTLE_S)
        watch.read("after")


def offers_metrics(address: Address, *, insecure: bool = False) -> bool:
    """Whether a server tells metrics that are known, at ``/metrics`` under its root."""
    try:
        return bool(_ask(_client(address, insecure=insecure)))
    except MeasurementError:
        return False


def _client(address: Address, *, insecure: bool) -> PlainClient:
    return PlainClient(address=address, insecure=insecure, timeout_s=_PATIENCE_S, longest_body=_LONGEST_BODY)


def _ask(client: PlainClient) -> dict[str, float]:
    reply = client.ask("GET", f"{client.address.root}/metrics")
    whole = len(reply.body) < _LONGEST_BODY  # where it was cut, a number may have lost its end
    return read_metrics(reply.body) if reply.status == 200 and whole else {}


class _Watch:
    """Asks one server again and again until it is over."""

    def __init__(self, client: PlainClient, tell: Callable[[Reading], None]) -> None:
        self._client, self._tell = client, tell
        self.over = threading.Event()

    def read(self, moment: Literal["before", "during", "after"]) -> Reading | None:
        """Tell what is read; ``None`` where nothing is, or it cannot be kept."""
        try:
            told = _ask(self._client)
            reading = Reading(at_s=time.monotonic(), moment=moment, told=told)
            if told:
                self._tell(reading)
        except MeasurementError:
            return None
        return reading if told else None

    def go_on(self) -> None:
        """Read until it is over, or nothing is told any more."""
        pause_s = _FIRST_S
        while not self.over.wait(pause_s):
            began_s = time.monotonic()
            if self.read("during") is None:
                return
            pause_s = max(_EVERY_S, (time.monotonic() - began_s) / _MOST_SHARE)
