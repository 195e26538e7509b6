"""Our child processes: started afresh, told what to do, gone when their parent is gone.

A child is a new interpreter, never a fork and never ``multiprocessing``'s spawn, which would run the
caller's script again. It holds one end of a socket pair: when its parent ends, however it ends, the child
reads the end of the channel and ends itself. It stands in a session of its own, so that Ctrl-C reaches the
parent alone.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from isocost.core.credentials import without_credentials
from isocost.core.errors import InputError, IsocostError, MeasurementError, MissingExtraError
from isocost.engine.channel import Channel, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Child", "adopt", "await_ready", "died", "failure_message", "orphaned", "raise_failure", "start"]


@dataclass(frozen=True, slots=True)
class Child:
    """A running child and the parent's end of its channel."""

    process: subprocess.Popen[bytes]
    connection: socket.socket

    def end(self, *, patience_s: float = 5.0) -> None:
        """Close the channel, wait for the child, and kill it when it does not end by itself."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        try:
            self.process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(module: str, settings: Mapping[str, object]) -> Child:
    """Run ``main`` of `module` in a child with `settings`, which it gets with `adopt`."""
    ours, theirs = socket.socketpair()
    with theirs:
        handle = theirs.fileno()
        arguments = [str(handle), str(os.getpid()), json.dumps(dict(settings))]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-c", f"import sys, {module} as m; m.main(sys.argv[1:])", *arguments],
            pass_fds=(handle,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=without_credentials(os.environ),
        )
    return Child(process, ours)


def adopt(arguments: list[str]) -> tuple[socket.socket, int, Message]:
    """Take, in the child, its end of the channel, its parent's id and its settings."""
    handle, parent, settings = arguments
    message: Message = json.loads(settings)
    return socket.socket(fileno=int(handle)), int(parent), message


def orphaned(parent: int) -> bool:
    """Whether the process `parent`, which started this one, is gone."""
    return os.getppid() != parent


def failure_message(error: IsocostError) -> Message:
    """Message by which a child tells its parent why it cannot start."""
    extra = error.extra if isinstance(error, MissingExtraError) else None
    return {"failed": str(error), "input": isinstance(error, InputError), "extra": extra}


def raise_failure(message: Message) -> NoReturn:
    """Raise in the parent what `failure_message` told."""
    if message["extra"] is not None:
        raise MissingExtraError(message["extra"], "the embedded engine")
    raise (InputError if message["input"] else MeasurementError)(message["failed"])


def await_ready(child: Child, *, what: str, timeout_s: float) -> Message:
    """First message of `child`, which tells that it is ready.

    Raises
    ------
    InputError, MissingExtraError, MeasurementError
        What the child says, or that it died or took longer than `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    channel = Channel(child.connection)
    try:
        message = channel.receive(max(0.0, deadline - time.monotonic()))
    except (EOFError, ConnectionError) as error:
        raise MeasurementError(died(child.process, what)) from error
    if message is None:
        raise MeasurementError(f"{what} did not start within {timeout_s:g} s; try a smaller model")
    if "failed" in message:
        raise_failure(message)
    return message


def died(process: subprocess.Popen[bytes], what: str) -> str:
    """One sentence on how a child ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2.0)
    status = process.returncode
    how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with {status}"
    return f"{what} {how}; is there enough memory for the model?"
