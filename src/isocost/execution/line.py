"""Lines between coordinator and worker: over a pair of pipes, or between threads."""

from __future__ import annotations

import json
import os
import queue
import select
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.ports import Message

__all__ = ["PipeLine", "QueueLine", "queue_lines"]

_PIECE = 1 << 20


class PipeLine:
    """A line over two file descriptors, each message one line of JSON; implements `isocost.core.ports.Line`.

    Parameters
    ----------
    name : str
        Who is at the other end.
    incoming, outgoing : int
        File descriptors; this object closes them.

    Examples
    --------
    >>> there, back = os.pipe()
    >>> line = PipeLine("myself", there, back)
    >>> line.say({"clock": 1.5})
    >>> line.hear(1.0)
    {'clock': 1.5}
    >>> line.close()
    """

    def __init__(self, name: str, incoming: int, outgoing: int) -> None:
        self.name = name
        self._incoming, self._outgoing = incoming, outgoing
        self._saying = threading.Lock()
        self._buffer = bytearray()
        self._open = True

    def say(self, message: Message) -> None:
        """Send a message; see `isocost.core.ports.Line`."""
        left = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        with self._saying:
            if not self._open:
                raise EOFError("the line was closed")
            try:
                while left:
                    left = left[os.write(self._outgoing, left) :]
            except OSError as error:
                raise EOFError(error.strerror) from None

    def hear(self, timeout_s: float | None) -> Message | None:
        """Return the next message; see `isocost.core.ports.Line`."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while (end := self._buffer.find(b"\n")) < 0:
            left = None if until is None else max(until - time.monotonic(), 0.0)
            if not self._open:
                raise EOFError("the line was closed")
            if not select.select([self._incoming], [], [], left)[0]:
                return None
            piece = os.read(self._incoming, _PIECE)
            if not piece:
                raise EOFError("the line was closed at the other end")
            self._buffer += piece
        message: Message = json.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        return message

    def close(self) -> None:
        """Close both ends; the other side hears of it."""
        with self._saying:
            if self._open:
                self._open = False
                os.close(self._outgoing)
                os.close(self._incoming)


class QueueLine:
    """A line between threads of one process; what it carries is JSON all the same.

    Parameters
    ----------
    name : str
        Who is at the other end.
    incoming, outgoing : queue.SimpleQueue of str
        An empty text is the end.
    """

    def __init__(self, name: str, incoming: queue.SimpleQueue[str], outgoing: queue.SimpleQueue[str]) -> None:
        self.name = name
        self._incoming, self._outgoing = incoming, outgoing

    def say(self, message: Message) -> None:
        """Send a message; see `isocost.core.ports.Line`."""
        self.pass_on(json.dumps(message))

    def hear(self, timeout_s: float | None) -> Message | None:
        """Return the next message; see `isocost.core.ports.Line`."""
        text = self.next_text(timeout_s)
        if text == "":
            raise EOFError("the line was closed at the other end")
        return None if text is None else dict(json.loads(text))

    def pass_on(self, text: str) -> None:
        """Send a message that is JSON already."""
        self._outgoing.put(text)

    def next_text(self, timeout_s: float | None) -> str | None:
        """Return the next message as JSON; ``None``: none came in time; empty: the line has ended."""
        try:
            text = self._incoming.get(block=timeout_s != 0, timeout=timeout_s or None)
        except queue.Empty:
            return None
        if text == "":
            self._incoming.put("")  # whoever asks again hears it again
        return text

    def close(self) -> None:
        """Tell the other end that nothing more will come."""
        self._outgoing.put("")


def queue_lines(here: str, there: str) -> tuple[QueueLine, QueueLine]:
    """Return both ends of a line: ours, which leads `there`, and theirs, which leads `here`."""
    forth: queue.SimpleQueue[str] = queue.SimpleQueue()
    back: queue.SimpleQueue[str] = queue.SimpleQueue()
    return QueueLine(there, back, forth), QueueLine(here, forth, back)
