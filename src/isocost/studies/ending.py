"""Ending a run as soon as it is known well enough."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocost.core.observation import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.observation import Observation
    from isocost.statistics.stopping import Answered

__all__ = ["Ending", "ending_at"]

_FIRST_LOOK_S = 2.0
_NEXT_LOOK = 1.1
_POLL_S = 0.05


@dataclass(slots=True)
class Ending:
    """What a run is told by when to end, and what it tells to have that judged.

    Parameters
    ----------
    stop : threading.Event
        Set when the run is to end, for whatever reason.
    reached : bool
        Whether it is because the wanted width was reached.
    """

    stop: threading.Event
    reached: bool = False
    _seen: list[Answered] = field(default_factory=list)
    _note: type[Answered] | None = None  # that of the room of statistics, which is loaded where it counts

    def see(self, observation: Observation) -> None:
        """Take note of a finished request; cheap, since it is called where sockets are read."""
        if self._note is None or observation.warmup or observation.outcome is Outcome.CANCELLED:
            return
        ok = observation.outcome is Outcome.OK and observation.chunk_at_s
        first = observation.chunk_at_s[0] if ok else observation.done_at_s
        last = observation.chunk_at_s[-1] if ok else observation.done_at_s
        tokens = observation.output_tokens if observation.output_tokens is not None else 0
        counted = tokens or len(observation.chunk_at_s)
        self._seen.append(
            self._note(observation.index, observation.due_at_s, first, last, float(counted) if ok else 0.0)
        )


@contextmanager
def ending_at(width: float | None, *, stop: threading.Event, first_index: int = 0) -> Iterator[Ending]:
    """Watch a run and end it when throughput and mean time to first token are known to a relative half-width.

    A thread of its own looks after two seconds and then whenever the run has become a tenth longer: some 50
    looks in five minutes, each on the little that `Answered` holds. Two looks in a row must find the width,
    since one is narrow by chance more often than two.

    Parameters
    ----------
    width : float or None
        Half-width over value, above 0; ``None``: nothing is watched, and the run ends by `stop` alone.
    stop : threading.Event
        Ends the run too.
    first_index : int
        Number of the run's first request.

    Yields
    ------
    Ending
    """
    if width is None:
        yield Ending(stop)
        return
    from isocost.statistics.stopping import Answered  # noqa: PLC0415 - a load without it must begin soon

    ending = Ending(threading.Event(), _note=Answered)
    over = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=(ending, width, stop, over, first_index), name="isocost-width", daemon=True
    )
    watcher.start()
    try:
        yield ending
    finally:
        over.set()
        watcher.join()


def _watch(
    ending: Ending, width: float, stop: threading.Event, over: threading.Event, first_index: int
) -> None:
    from isocost.statistics.stopping import running_width  # noqa: PLC0415

    began, look_s, narrow = time.monotonic(), _FIRST_LOOK_S, False
    while not over.wait(_POLL_S):
        if stop.is_set():
            ending.stop.set()
            return
        if time.monotonic() - began < look_s:
            continue
        look_s = _NEXT_LOOK * (time.monotonic() - began)
        told = running_width(tuple(ending._seen), first_index=first_index)  # noqa: SLF001 - its own module
        was_narrow, narrow = narrow, told is not None and told.widest <= width
        if was_narrow and narrow:
            ending.reached = True
            ending.stop.set()
            return
