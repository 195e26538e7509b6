"""What the harness of a stack in this process took of the machine itself, and what others took."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.observation import ClientHealth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OwnShareMeter", "share_of_others"]


class OwnShareMeter:
    """Watches the thread that made it, the model's own work apart.

    The model computes in the same process, so a busy processor is no reason for doubt. Doubtful is a harness
    that takes time between requests, and other processes on the cores that this one leaves free.
    """

    def __init__(self) -> None:
        self._wall_s, self._thread_s, self._process_s = (
            time.monotonic(),
            time.thread_time(),
            time.process_time(),
        )
        self._machine = _machine_s()
        self._answering_s = 0.0

    @contextmanager
    def leaving_out(self) -> Iterator[None]:
        """Take the processor time of a ``with`` block for the model's."""
        began_s = time.thread_time()
        try:
            yield
        finally:
            self._answering_s += time.thread_time() - began_s

    def read(self) -> ClientHealth:
        """Sum up; to be called from the same thread."""
        wall_s = max(time.monotonic() - self._wall_s, 1e-9)
        own_s = time.thread_time() - self._thread_s - self._answering_s
        return ClientHealth(
            cpu_share=min(max(own_s / wall_s, 0.0), 1.0),
            machine_busy_share=self._others(),
        )

    def _others(self) -> float | None:
        now = _machine_s()
        if self._machine is None or now is None or now[1] <= self._machine[1]:
            return None
        return share_of_others(
            busy_s=now[0] - self._machine[0],
            total_s=now[1] - self._machine[1],
            own_s=time.process_time() - self._process_s,
            cores=os.cpu_count() or 1,
        )


def share_of_others(*, busy_s: float, total_s: float, own_s: float, cores: int) -> float:
    """Share of the core-seconds left by this process that other processes took.

    Parameters
    ----------
    busy_s, total_s : float
        Core-seconds of the machine that were busy, and all; `total_s` above 0.
    own_s : float
        Core-seconds of this process.
    cores : int
        At least 1; never less than half a core is taken to have been left.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> share_of_others(busy_s=6.0, total_s=16.0, own_s=4.0, cores=2)  # 2 of the 12 seconds left
    0.16666666666666666
    >>> share_of_others(busy_s=16.0, total_s=16.0, own_s=16.0, cores=2)  # all ours
    0.0
    """
    left_s = max(total_s - own_s, total_s / (2 * cores))
    return min(max((busy_s - own_s) / left_s, 0.0), 1.0)


def _machine_s() -> tuple[float, float] | None:
    """Busy and total seconds of all cores since boot; ``None`` where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
        ticks = [int(field) for field in first.split()[1:9]]
        a_second = os.sysconf("SC_CLK_TCK")
        return (sum(ticks) - ticks[3] - ticks[4]) / a_second, sum(ticks) / a_second
    return None
