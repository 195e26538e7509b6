"""One probe of a search for the limit: watched while it runs, ended as soon as it can be told."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.observation import LONGEST_DELAY_S, Outcome
from isocost.statistics.probe import FAILURES, ProbeRequests, judge_probe
from isocost.statistics.promise import ends_probe, look_sizes
from isocost.statistics.queue_growth import queue_grows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.observation import ClientHealth, Observation, Observations
    from isocost.core.service_level import ServiceLevel
    from isocost.statistics.limit_search import Verdict
    from isocost.statistics.promise import KeptPromise, PromiseState

__all__ = [
    "AloneWatch",
    "ProbeTold",
    "ProbeWatch",
    "QuietWatch",
    "client_limits",
    "probe_requests",
    "tell_probe",
]

_POLL_S = 0.05
_NEXT_GROWTH = 1.1
_FEWEST = 20
_ALONE_LEAST = 8
_ALONE_S = 20.0
_WORDS: dict[str, Verdict] = {"kept": "passed", "broken": "failed", "cannot be told": "cannot be told"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTold:
    """What a probe says.

    Parameters
    ----------
    verdict : {"passed", "failed", "cannot be told", "client at its limit"}
    why : str
        What was broken, or what the client was short of; ``""`` of a pass.
    requests : int
        Offered until it was told.
    promises : tuple of KeptPromise
        One for each service level, then that few fail; empty where the queue grew first.
    """

    verdict: Verdict
    why: str
    requests: int
    promises: tuple[KeptPromise, ...] = ()


def probe_requests(seen: Observations, *, segment: int, first_index: int) -> ProbeRequests:
    """Return the requests of one segment of a probe as columns, without those that were cut."""
    mine = (seen.segment == segment) & ~seen.warmup & (seen.outcome != Outcome.CANCELLED.value)
    counted = np.where(np.isnan(seen.output_tokens), seen.chunks, seen.output_tokens)
    return ProbeRequests(
        index=seen.index[mine].astype(np.int64) - first_index,
        due_s=seen.due_at_s[mine],
        first_s=seen.first_at_s[mine],
        last_s=seen.last_at_s[mine],
        done_s=seen.done_at_s[mine],
        tokens=counted[mine],
        ok=seen.ok[mine] & (seen.chunks[mine] > 0),
    )


def tell_probe(
    levels: Sequence[ServiceLevel],
    seen: ProbeRequests,
    *,
    due_s: Sequence[float] | None,
    most: int,
    least_s: float = 0.0,
) -> ProbeTold | None:
    """Judge a probe by what has ended, look after look; ``None``: it goes on.

    Parameters
    ----------
    levels : sequence of ServiceLevel
    seen : ProbeRequests
    due_s : sequence of float or None
        When each request is due as planned, seconds from the beginning; ``None`` in a closed loop, whose
        queue cannot grow.
    most : int
        Requests after which it ends undecided.
    least_s : float
        Seconds that it must last to pass, or to its end where that is sooner.
    """
    looks = look_sizes(most)
    before: PromiseState = "cannot be told"
    for number, size in enumerate(looks):
        found = judge_probe(levels, seen, size=size, looks=len(looks))
        if found is None:
            break
        state, promises = found
        ends = ends_probe(state, before, requests=size)
        if state == "kept" and due_s is not None:
            ends = ends and due_s[size - 1] >= min(least_s, due_s[-1])
        if ends or number == len(looks) - 1:
            return ProbeTold(
                verdict=_WORDS[state] if ends else "cannot be told",
                why=_broken(levels, promises),
                requests=size,
                promises=promises,
            )
        before = state
    if due_s is not None and _grows(seen, due_s):
        return ProbeTold(verdict="failed", why="overload: the queue grew", requests=int(seen.index.max()) + 1)
    return None


def _grows(seen: ProbeRequests, due_s: Sequence[float]) -> bool:
    if len(seen.index) < _FEWEST:
        return False
    start = float(seen.due_s[0]) - due_s[int(seen.index[0])]
    done = np.full(len(due_s), np.inf)
    done[seen.index] = seen.done_s - start
    return queue_grows(np.asarray(due_s, dtype=np.float64), done, float(seen.done_s.max()) - start)


def _broken(levels: Sequence[ServiceLevel], promises: Sequence[KeptPromise]) -> str:
    names = [*(level.label for level in levels), FAILURES.label]
    return "; ".join(name for name, each in zip(names, promises, strict=True) if each.state == "broken")


def client_limits(health: ClientHealth | None, *, grew: bool) -> tuple[str, ...]:
    """Say what the client was short of, so that a probe that did not pass says nothing of the target.

    Requests that were held back, since as many were in flight as may be, are the target's doing where its
    queue grew; the client's where it did not.

    Parameters
    ----------
    health : ClientHealth or None
    grew : bool
        Whether the queue before the target was seen to grow.
    """
    if health is None or not health.saturated:
        return ()
    held = (health.held_back_share or 0.0) > 0.01
    busy = health.cpu_share > 0.85 or (health.loop_lag_p99_s or 0.0) > LONGEST_DELAY_S
    return () if held and grew and not busy else health.limits


@dataclass(slots=True)
class ProbeWatch:
    """Watches a probe, and ends it when it can be told; stands in for `isocost.studies.ending.Ending`.

    Parameters
    ----------
    levels : sequence of ServiceLevel
    most : int
        Requests after which it ends undecided.
    due_s : sequence of float or None
        As planned; ``None`` of requests one at a time.
    first_index : int
        Number of its first request.
    least_s : float
        Seconds that it must last to pass.
    stop : threading.Event
        Set when it is to end.
    told : ProbeTold or None
        What it says, as soon as it can be told.
    """

    levels: Sequence[ServiceLevel]
    most: int
    due_s: Sequence[float] | None
    first_index: int = 0
    least_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    told: ProbeTold | None = None
    _seen: list[tuple[Any, ...]] = field(default_factory=list)

    def see(self, observation: Observation) -> None:
        """Take note of a finished request; cheap, since it is called where sockets are read."""
        if observation.warmup or observation.outcome is Outcome.CANCELLED:
            return
        chunks = observation.chunk_at_s
        first, last = (chunks[0], chunks[-1]) if chunks else (np.nan, np.nan)
        tokens = observation.output_tokens if observation.output_tokens is not None else len(chunks)
        ok = observation.outcome is Outcome.OK and bool(chunks)
        number = observation.index - self.first_index
        self._seen.append((number, observation.due_at_s, first, last, observation.done_at_s, tokens, ok))

    def requests(self) -> ProbeRequests:
        """Return what has ended so far as columns."""
        rows = np.array(list(self._seen), dtype=np.float64).reshape(-1, 7)
        return ProbeRequests(
            index=rows[:, 0].astype(np.int64),
            due_s=rows[:, 1],
            first_s=rows[:, 2],
            last_s=rows[:, 3],
            done_s=rows[:, 4],
            tokens=rows[:, 5],
            ok=rows[:, 6].astype(np.bool_),
        )

    @contextmanager
    def watching(self, stop: threading.Event) -> Iterator[ProbeWatch]:
        """Watch as long as the probe runs; `stop` ends it too."""
        import scipy.special  # noqa: F401 - what judging needs is loaded before anything is timed

        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(stop, over), name="isocost-probe", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()

    def _watch(self, stop: threading.Event, over: threading.Event) -> None:
        judged = _FEWEST
        while not over.wait(_POLL_S):
            if stop.is_set():
                self.stop.set()
                return
            if len(self._seen) >= judged:
                judged = max(int(judged * _NEXT_GROWTH), judged + 1)
                if self._look():
                    self.stop.set()
                    return

    def _look(self) -> bool:
        self.told = tell_probe(
            self.levels, self.requests(), due_s=self.due_s, most=self.most, least_s=self.least_s
        )
        return self.told is not None

    def conclude(self, health: ClientHealth | None) -> ProbeTold:
        """Return what the probe says when it is over: a client at its limit proves nothing of the target."""
        if self.told is None:
            self._look()
        told = self.told or ProbeTold(verdict="cannot be told", why="", requests=len(self._seen))
        if told.verdict == "passed":
            return told
        limits = client_limits(health, grew=told.why.startswith("overload"))
        if not limits:
            return told
        return ProbeTold(
            verdict="client at its limit",
            why=", ".join(limits),
            requests=told.requests,
            promises=told.promises,
        )


@dataclass(slots=True)
class AloneWatch(ProbeWatch):
    """Watches requests one at a time: so many, or as many as 20 s allow, but eight at least."""

    began_s: float = field(default_factory=time.monotonic)

    def _watch(self, stop: threading.Event, over: threading.Event) -> None:
        while not over.wait(_POLL_S):
            enough = len(self._seen) >= _ALONE_LEAST and time.monotonic() - self.began_s > _ALONE_S
            if stop.is_set() or enough:
                self.stop.set()
                return

    def _look(self) -> bool:
        size = len(self._seen)
        found = judge_probe(self.levels, self.requests(), size=size, looks=1) if size else None
        if found is not None:
            state, promises = found
            self.told = ProbeTold(
                verdict=_WORDS[state],
                why=_broken(self.levels, promises),
                requests=size,
                promises=promises,
            )
        return self.told is not None


@dataclass(slots=True)
class QuietWatch(ProbeWatch):
    """Waits, one request at a time, until one is answered as fast as when nobody else was there."""

    quiet_s: float = 0.0

    def _look(self) -> bool:
        if self._seen and self._seen[-1][2] - self._seen[-1][1] <= self.quiet_s:
            self.told = ProbeTold(verdict="passed", why="", requests=len(self._seen))
        return self.told is not None

    def _watch(self, stop: threading.Event, over: threading.Event) -> None:
        while not over.wait(_POLL_S):
            if stop.is_set() or self._look():
                self.stop.set()
                return
