"""A command run on one core, and the CPU time of it and all that it starts, instant by instant."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_EVERY_S = 0.05


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int | None  # None: it took too long
    output: str
    at_s: tuple[float, ...]
    cpu_s: tuple[float, ...]
    began_at_s: float

    def cpu_between(self, start_s: float, end_s: float) -> float:
        """Return the CPU seconds between two instants of the monotonic clock."""
        begin, end = np.interp([start_s, end_s], self.at_s, self.cpu_s)
        return float(end - begin)


def _cpu_s(root: int) -> float:
    """CPU time of a process, of all below it, and of those of them that have ended."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            spent[int(entry.name)] = sum(map(int, fields[11:15])) * _TICK_S
    ours, waiting = 0.0, [root]
    while waiting:
        parent = waiting.pop()
        ours += spent.get(parent, 0.0)
        waiting += [child for child, its in parents.items() if its == parent]
    return ours


def run(
    command: Sequence[str], *, cpu: int, limit_s: float, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a command pinned to one core; kill it, and what it started, when it takes too long."""
    at_s, cpu_s = [time.monotonic()], [0.0]
    process = subprocess.Popen(
        ["taskset", "-c", str(cpu), *command] if cpu >= 0 else [*command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    )
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            at_s.append(time.monotonic())
            cpu_s.append(max(_cpu_s(process.pid), cpu_s[-1]))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    code: int | None = None
    try:
        output, errors = process.communicate(timeout=limit_s)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
    finally:
        over.set()
        watcher.join()
    return Finished(code, output if code == 0 else output + errors, tuple(at_s), tuple(cpu_s), at_s[0])
