"""Runs commands of isocost in processes of their own that need not import it first, and kills them if asked.

Reads a line of JSON for each, its arguments, and a line ``kill`` if it is to die. Answers with one of JSON:
the exit status, null if it was killed; and when it was killed, on the monotonic clock.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, or when it was killed."""

    status: int | None
    killed_at_s: float | None


@dataclass(frozen=True)
class Preloaded:
    """A process that runs commands."""

    process: subprocess.Popen[str]

    def run(self, arguments: list[str], doomed: Callable[[Callable[[], bool]], bool]) -> Ended:
        """Run a command to its end; kill it when `doomed`, which is told whether it is alive, says so."""
        answers = self.process.stdout
        assert answers is not None
        self._say(json.dumps(arguments))
        if doomed(lambda: not select.select([answers], [], [], 0)[0]):
            self._say("kill")
        return Ended(*json.loads(answers.readline()))

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@contextmanager
def preloaded() -> Iterator[Preloaded]:
    """Start the process; it ends with its input."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Preloaded(process)


def _main() -> None:
    import_module("isocost.studies.measure")  # a command would, when it is carried out
    from isocost.cli import main

    while line := sys.stdin.buffer.raw.readline():
        if line == b"kill\n":
            continue  # what it meant had just ended by itself
        child = os.fork()
        if child == 0:
            _become(main, json.loads(line))
        sys.stdout.write(json.dumps(_watch(child)) + "\n")
        sys.stdout.flush()


def _become(main: Any, arguments: list[str]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.argv = ["isocost", *arguments]
    status = 70
    try:
        main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    finally:
        os._exit(status)


def _watch(child: int) -> tuple[int | None, float | None]:
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), None
        if select.select([0], [], [], 0.002)[0]:
            break
    sys.stdin.buffer.raw.readline()
    killed_at_s = time.monotonic()  # before it dies: what it had in flight is not finished
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None, killed_at_s


if __name__ == "__main__":
    _main()
