"""The simplest executor: one worker in a thread of this process."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from isocost.execution.entry import entry_of
from isocost.execution.line import queue_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.ports import Line
    from isocost.execution.line import QueueLine

__all__ = ["Serial", "work_in_thread"]

_GRACE_S = 10.0


class Serial:
    """One worker in this process, told as one elsewhere; implements `isocost.core.ports.Executor`.

    Examples
    --------
    >>> with Serial().hire("isocost.execution.serial:echo") as (line,):
    ...     line.say({"word": "hello"})
    ...     line.hear(1.0)
    {'word': 'hello'}
    """

    kind = "serial"

    @contextmanager
    def hire(self, entry: str) -> Iterator[Sequence[Line]]:
        """Start the worker; see `isocost.core.ports.Executor`."""
        ours, theirs = queue_lines("the coordinator", "worker 0 (this process)")
        thread = work_in_thread(entry, theirs)
        try:
            yield (ours,)
        finally:
            ours.close()
            thread.join(_GRACE_S)


def work_in_thread(entry: str, line: QueueLine) -> threading.Thread:
    """Carry out `entry` in a thread; its line is closed when it ends, however it ends."""

    def work() -> None:
        try:
            entry_of(entry)(line)
        finally:
            line.close()

    thread = threading.Thread(target=work, name="isocost-worker", daemon=True)
    thread.start()
    return thread


def echo(line: Line) -> None:
    """Say again what is heard, until the line ends: the least that a worker can do."""
    while True:
        try:
            message = line.hear(None)
        except EOFError:
            return
        line.say(message or {})
