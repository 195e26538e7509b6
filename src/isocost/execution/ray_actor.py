"""What runs on a node of a Ray cluster."""

from __future__ import annotations

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
    >>> actor.say('{"word": "hello"}')
    >>> actor.hear(1.0)
    '{"word": "hello"}'
    >>> actor.hang_up()
    """

    def __init__(self, entry: str) -> None:
        self._line, theirs = queue_lines("the coordinator", "the worker")
        self._thread = work_in_thread(entry, theirs)

    def say(self, text: str) -> None:
        """Take a message to the worker."""
        self._line.pass_on(text)

    def hear(self, timeout_s: float) -> str | None:
        """Return what the worker said; ``None``: nothing in time; empty: it has ended."""
        return self._line.next_text(timeout_s)

    def hang_up(self) -> None:
        """Let the worker end, and wait for it a little."""
        self._line.close()
        self._thread.join(3.0)
