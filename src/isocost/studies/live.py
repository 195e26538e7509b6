"""Watching a run while it is measured: counters by the reading thread, sums by a thread of their own."""

from __future__ import annotations

import statistics
import threading
import time
import warnings
from collections import Counter, deque
from typing import TYPE_CHECKING

from isocost.core.errors import FailedRequestsWarning
from isocost.core.observation import Outcome
from isocost.studies.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from isocost.core.load import RunPlan
    from isocost.core.observation import Observation
    from isocost.measurement import Budget

__all__ = ["RunWatch"]

_TOLD_EVERY_S = 0.25
_LATEST_S = 5.0
_LATEST_ANSWERS = 1_000
_REASONS = 1_000


class RunWatch:
    """Counts the observations of one run and tells the watcher four times a second; a context manager.

    `see` only counts, so that the thread that reads answers does not wait for a terminal.

    Parameters
    ----------
    watch : callable
        Takes a `Progress`; called from one other thread at a time, and once more at the end.
    place : tuple of (str, str, int, int)
        Stage, run, runs that are finished, runs of the stage.
    plan : RunPlan
    budget : Budget
        Says what was spent.
    """

    def __init__(
        self,
        watch: Callable[[Progress], None],
        place: tuple[str, str, int, int],
        plan: RunPlan,
        budget: Budget,
    ) -> None:
        self._watch, self._place, self._plan, self.budget = watch, place, plan, budget
        self._requests = self._tokens = self._answers = 0
        self._failures: Counter[str] = Counter()
        self._failed = 0
        self._firsts: deque[float] = deque(maxlen=_LATEST_ANSWERS)
        self._began_at = time.monotonic()
        self._marks: deque[tuple[float, int, int]] = deque([(self._began_at, 0, 0)])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell_often, name="isocost-watch", daemon=True)

    @property
    def plan(self) -> RunPlan:
        """What is sent."""
        return self._plan

    def __enter__(self) -> RunWatch:
        """Begin to tell."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell once more, and no more after that."""
        self._over.set()
        self._thread.join()
        if self._requests:
            self.tell()

    def see(self, observation: Observation) -> None:
        """Count one observation."""
        if observation.warmup:
            return
        self._requests += 1
        if observation.outcome is Outcome.OK:
            self._answers += 1
            self._tokens += observation.output_tokens or 0
            if observation.chunk_at_s:
                self._firsts.append(observation.chunk_at_s[0] - observation.due_at_s)
        elif observation.outcome is not Outcome.CANCELLED:
            self._failed += 1
            self._note(observation.detail or observation.outcome.value)

    def _note(self, reason: str) -> None:
        """Count a reason; a server may give another one each time, and only the most frequent is told."""
        if reason in self._failures or len(self._failures) < _REASONS:
            self._failures[reason] += 1

    def warn_of_failures(self) -> None:
        """Say how many requests failed, and why most of them."""
        if self._failures:
            reason, _ = self._failures.most_common(1)[0]
            warnings.warn(
                f"{self._place[0]}, {self._place[1]}: {self._failed} of {self._requests} requests failed; "
                f"most often: {reason}",
                FailedRequestsWarning,
                stacklevel=2,
            )

    def _tell_often(self) -> None:
        while not self._over.wait(_TOLD_EVERY_S):
            self.tell()

    def tell(self) -> None:
        """Sum up for the watcher."""
        stage, run, done, total = self._place
        now = time.monotonic()
        tokens_per_s, requests_per_s = self._rates(now)
        firsts = list(self._firsts)
        self._watch(
            Progress(
                stage=stage,
                run=run,
                done=done,
                total=total,
                requests=self._requests,
                failures=self._failed,
                fraction=min(1.0, (done + self._share(now)) / total),
                tokens_per_s=tokens_per_s,
                requests_per_s=requests_per_s,
                time_to_first_token_s=statistics.median(firsts) if firsts else None,
                spent_usd=None if self.budget.price is None else self.budget.spent.usd,
                max_cost_usd=self.budget.limits.max_cost_usd,
            )
        )

    def _share(self, now: float) -> float:
        """Return how much of the run is done."""
        if self._plan.indices:
            return min(1.0, self._requests / len(self._plan.indices))
        return min(1.0, (now - self._began_at) / (self._plan.duration_s or 1.0))

    def _rates(self, now: float) -> tuple[float | None, float | None]:
        """Return tokens and answers per second since the oldest mark of the latest seconds."""
        marks = self._marks
        while len(marks) > 1 and now - marks[1][0] >= _LATEST_S:
            marks.popleft()
        since, tokens, answers = marks[0]
        marks.append((now, self._tokens, self._answers))
        if now - since < _TOLD_EVERY_S / 2 or self._answers == 0:
            return None, None
        return (self._tokens - tokens) / (now - since), (self._answers - answers) / (now - since)
