"""Workers as processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from isocost.core.credentials import without_credentials
from isocost.core.errors import InputError
from isocost.execution.line import PipeLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.ports import Line, Message

__all__ = ["Processes", "worker_environment"]

_GRACE_S = 5.0
_MOST = 256
_NAMES = frozenset({"HOME", "LANG", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER"})
_PREFIXES = ("COV", "ISOCOST_", "LC_", "LD_", "PYTHON", "SSL_CERT_")


class Processes:
    """Workers as processes of this machine; implements `isocost.core.ports.Executor`.

    They are told and heard over pipes. One whose coordinator is gone, however it went, hears the end of its
    pipe and ends. They have a session of their own, so that Ctrl-C reaches the coordinator alone, which then
    stops them in good order.

    Parameters
    ----------
    workers : int
        How many, from 1 to 256, each a process with its interpreter.
    pass_on : sequence of str
        Environment variables they need beside the usual ones, such as the one that holds a key.

    Raises
    ------
    InputError
        If the number of workers is out of range.
    """

    kind = "processes"

    def __init__(self, workers: int, *, pass_on: Sequence[str] = ()) -> None:
        if not 1 <= workers <= _MOST:
            raise InputError(f"--workers must be from 1 to {_MOST}, got {workers}")
        self._workers = workers
        self._pass_on = tuple(pass_on)

    @contextmanager
    def hire(self, entry: str) -> Iterator[Sequence[Line]]:
        """Start the workers; see `isocost.core.ports.Executor`."""
        environment = worker_environment(os.environ, self._pass_on)
        with ExitStack() as stack:
            hired: list[_ProcessLine] = []
            stack.callback(_dismiss, hired)
            for number in range(self._workers):
                hired.append(_start(number, environment))
                hired[-1].say({"entry": entry})
            yield tuple(hired)


def worker_environment(ours: Mapping[str, str], pass_on: Sequence[str]) -> dict[str, str]:
    """Return what of our environment a worker gets: what Python and the system need, and what is named.

    Examples
    --------
    >>> worker_environment({"PATH": "/bin", "KEY": "k", "OTHER_KEY": "o"}, ["KEY"])
    {'PATH': '/bin', 'KEY': 'k'}
    """
    usual = {name for name in without_credentials(ours) if name in _NAMES or name.startswith(_PREFIXES)}
    return {name: value for name, value in ours.items() if name in usual or name in pass_on}


class _ProcessLine(PipeLine):
    """Our end of a line to a process, which knows how the process ended."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], incoming: int, outgoing: int) -> None:
        super().__init__(name, incoming, outgoing)
        self.process = process

    def say(self, message: Message) -> None:
        try:
            super().say(message)
        except EOFError:
            raise EOFError(self._end()) from None

    def hear(self, timeout_s: float | None) -> Message | None:
        try:
            return super().hear(timeout_s)
        except EOFError:
            raise EOFError(self._end()) from None

    def _end(self) -> str:
        try:
            status = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "it closed its line"
        return f"ended by signal {-status}" if status < 0 else f"ended with status {status}"


def _start(number: int, environment: Mapping[str, str]) -> _ProcessLine:
    process = subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "isocost.execution.process_worker",
        ],  # our own module, nothing from outside
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(environment),
        start_new_session=True,
        bufsize=0,
    )
    if process.stdin is None or process.stdout is None:  # pragma: no cover - both were asked for
        raise InputError("a worker has no pipes")
    incoming, outgoing = os.dup(process.stdout.fileno()), os.dup(process.stdin.fileno())
    process.stdin.close()
    process.stdout.close()
    os.set_inheritable(incoming, False)
    os.set_inheritable(outgoing, False)
    return _ProcessLine(f"worker {number} (process {process.pid})", process, incoming, outgoing)


def _dismiss(hired: Sequence[_ProcessLine]) -> None:
    """Let all go: they hear the end of their pipes; who is still there a little later is killed."""
    for line in hired:
        line.close()
    until = time.monotonic() + _GRACE_S
    for line in hired:
        with suppress(subprocess.TimeoutExpired):
            line.process.wait(timeout=max(until - time.monotonic(), 0.0))
        line.process.kill()
        line.process.wait()
