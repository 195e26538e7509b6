"""Clocks: what the instants of a run mean, and kernel stamps put on the monotonic clock."""

from __future__ import annotations

import platform
import struct
import time
from pathlib import Path

from isocost.core.observation import Clock

__all__ = ["KernelClock", "clock_now"]

_TIMESPEC = struct.Struct("@qq")
_CHECK_EVERY_S = 0.25
_LATEST_S = 10.0
_STEP_S = 0.001


def clock_now() -> Clock:
    """Return this machine's monotonic clock, tied to calendar time now.

    Examples
    --------
    >>> clock_now().monotonic_anchor_s <= time.monotonic()
    True
    """
    boot = Path("/proc/sys/kernel/random/boot_id")
    boot_id = boot.read_text(encoding="ascii").strip() if boot.is_file() else "unknown boot"
    return Clock(
        clock_id=f"{platform.node()} {boot_id}",
        utc_anchor_s=time.time(),
        monotonic_anchor_s=time.monotonic(),
    )


class KernelClock:
    """Turns the kernel's receive stamps (real time) into instants on the monotonic clock.

    The offset between both clocks is measured again four times a second, so a step of the calendar clock
    spoils at most that long; a stamp that is later than its read, absurdly early, or before what came earlier
    on the same connection, is not believed: the time of reading counts in its place.

    Attributes
    ----------
    steps : int
        How often the calendar clock was seen to jump by more than a millisecond.
    """

    def __init__(self) -> None:
        self.steps = 0
        self._offset_ns = _offset_ns()
        self._checked_at_s = time.monotonic()

    def refresh(self, now_s: float) -> None:
        """Measure the offset again if it is due."""
        if now_s - self._checked_at_s < _CHECK_EVERY_S:
            return
        offset = _offset_ns()
        self.steps += abs(offset - self._offset_ns) > _STEP_S * 1e9
        self._offset_ns = offset
        self._checked_at_s = now_s

    def instant(self, stamp: bytes | None, read_at_s: float, not_before_s: float = 0.0) -> float:
        """Return when bytes arrived, given the kernel's stamp, when they were read and what came before."""
        if stamp is None or len(stamp) != _TIMESPEC.size:
            return read_at_s
        seconds, nanoseconds = _TIMESPEC.unpack(stamp)
        at_s: float = (seconds * 1_000_000_000 + nanoseconds - self._offset_ns) * 1e-9
        believed = max(read_at_s - _LATEST_S, not_before_s - _STEP_S) <= at_s <= read_at_s
        return max(at_s, not_before_s) if believed else read_at_s


def _offset_ns() -> int:
    """Real time minus monotonic time; the tightest of a few tries."""
    tries = []
    for _ in range(5):
        before = time.monotonic_ns()
        real = time.time_ns()
        after = time.monotonic_ns()
        tries.append((after - before, real - (before + after) // 2))
    return min(tries)[1]
