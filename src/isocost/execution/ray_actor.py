"""What runs on a node of a Ray cluster."""

from __future__ import annotations

import threading

from isocost.execution.line import queue_lines
from isocost.execution.serial import work_in_thread

__all__ = ["RayActor"]


class RayActor:
    """Carries out an entry in a thread; its methods are the ends of the line. Knows nothing of Ray.

    Parameters
    ----------
    entry : str
        ``"module:function"``.

    Examples
    --------
    >>> actor = RayActor("isocost.execution.serial:echo")
    >>> actor.say(1, '{"word": "there"}')
    >>> actor.say(0, '{"word": "hello"}')
    >>> actor.hear(1.0), actor.hear(1.0)
    ('{"word": "hello"}', '{"word": "there"}')
    >>> actor.hang_up()
    """

    def __init__(self, entry: str) -> None:
        self._line, theirs = queue_lines("the coordinator", "the worker")
        self._thread = work_in_thread(entry, theirs)
        self._lock = threading.Lock()
        self._early: dict[int, str] = {}
        self._next = 0

    def say(self, number: int, text: str) -> None:
        """Take message `number`, from 0, to the worker when those before it have come: calls may overtake."""
        with self._lock:
            self._early[number] = text
            while (following := self._early.pop(self._next, None)) is not None:
                self._line.pass_on(following)
                self._next += 1

    def hear(self, timeout_s: float) -> str | None:
        """Return what the worker said; ``None``: nothing in time; empty: it has ended."""
        return self._line.next_text(timeout_s)

    def hang_up(self) -> None:
        """Let the worker end, and wait for it a little."""
        self._line.close()
        self._thread.join(3.0)
