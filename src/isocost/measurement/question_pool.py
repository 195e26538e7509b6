"""Many questions asked at once, by threads that nobody has to wait for."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isocost.core.question import Question
    from isocost.measurement.questioning import Asked, Questioner

__all__ = ["ask_all"]

_PATIENCE_S = 2.0  # for answers on their way when it is to stop


def ask_all(
    questioner: Questioner,
    questions: Sequence[tuple[int, Question]],
    *,
    concurrency: int,
    record: Callable[[Asked], None],
    stop: threading.Event,
) -> None:
    """Ask questions, several at once, and hand on what comes of each; the first one alone.

    Parameters
    ----------
    questioner : Questioner
    questions : sequence of (int, Question)
        With the number of each.
    concurrency : int
        Requests in flight at most, at least 1.
    record : callable
        Takes what came of one question; called from the calling thread.
    stop : threading.Event
        When set, nothing more is sent; answers on their way are waited for two seconds, then given up.

    Raises
    ------
    BudgetError, MeasurementError
        As `Questioner.ask`; what is answered meanwhile is recorded first.
    """
    pool = _Pool(questioner, stop)
    done = pool.run(questions[:1], 1, record) and pool.run(questions[1:], concurrency, record)
    if not done and pool.error is not None:
        raise pool.error


class _Pool:
    """Threads that ask; they end by themselves, and nobody waits for one that hangs."""

    def __init__(self, questioner: Questioner, stop: threading.Event) -> None:
        self._questioner, self._stop = questioner, stop
        self._over = threading.Event()
        self.error: Exception | None = None
        questioner.wait = self._wait

    def run(
        self, questions: Sequence[tuple[int, Question]], concurrency: int, record: Callable[[Asked], None]
    ) -> bool:
        """Ask these; return whether all of them were asked."""
        waiting: queue.SimpleQueue[tuple[int, Question]] = queue.SimpleQueue()
        for item in questions:
            waiting.put(item)
        came: queue.SimpleQueue[Asked | Exception | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=self._work, args=(waiting, came), name="isocost-question", daemon=True)
            for _ in range(min(concurrency, len(questions)))
        ]
        for thread in threads:
            thread.start()
        try:
            return self._gather(came, len(threads), record) == len(questions)
        except BaseException:
            self._over.set()
            raise

    def _gather(
        self,
        came: queue.SimpleQueue[Asked | Exception | None],
        threads: int,
        record: Callable[[Asked], None],
    ) -> int:
        """Record what comes until all threads have ended, or patience has."""
        asked, until = 0, None
        while threads:
            if self._stop.is_set() and until is None:
                until = time.monotonic() + _PATIENCE_S
            if until is not None and time.monotonic() > until:
                break
            try:
                item = came.get(timeout=0.05)
            except queue.Empty:
                continue
            if item is None:
                threads -= 1
            elif isinstance(item, Exception):
                self.error = self.error or item
            else:
                record(item)
                asked += 1
        return asked

    def _work(
        self,
        waiting: queue.SimpleQueue[tuple[int, Question]],
        came: queue.SimpleQueue[Asked | Exception | None],
    ) -> None:
        while not self._stop.is_set() and not self._over.is_set():
            try:
                number, question = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                asked = self._questioner.ask(number, question)
            except Exception as error:  # noqa: BLE001 - handed to the caller's thread, which raises it
                self._over.set()
                came.put(error)
                break
            if asked is not None:
                came.put(asked)
        came.put(None)

    def _wait(self, seconds: float) -> bool:
        """Wait before another try; return whether nobody wants to stop meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stop.wait(min(left, 0.1)) or self._over.is_set():
                return False
        return not self._stop.is_set()
