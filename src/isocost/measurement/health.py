"""The client's own health: whether the load generator itself was the limit."""

from __future__ import annotations

import math
import time
from pathlib import Path

from isocost.core.observation import ClientHealth

__all__ = ["HealthMeter"]

_BIN_S = 1e-4
_BINS = 20_000


class HealthMeter:
    """Watches the thread that made it: its share of a core, how late it reads, how busy the machine is."""

    def __init__(self) -> None:
        self._wall_s = time.monotonic()
        self._cpu_s = time.thread_time()
        self._machine = _machine_ticks()
        self._lags = [0] * (_BINS + 1)
        self._delays: list[float] = []
        self._kernel_stamps = False

    def lag(self, seconds: float, *, kernel: bool) -> None:
        """Note that bytes were read `seconds` after they arrived; `kernel`: by the kernel's stamp."""
        self._lags[min(int(seconds / _BIN_S), _BINS)] += 1
        self._kernel_stamps = self._kernel_stamps or kernel

    def delay(self, seconds: float) -> None:
        """Note that a request left `seconds` after it was due."""
        self._delays.append(seconds)

    def read(self, *, clock_steps: int = 0) -> ClientHealth:
        """Sum up, with what the clock saw; to be called from the same thread."""
        wall = max(time.monotonic() - self._wall_s, 1e-9)
        return ClientHealth(
            cpu_share=min((time.thread_time() - self._cpu_s) / wall, 1.0),
            loop_lag_p99_s=_percentile(self._lags, 0.99),
            machine_busy_share=_busy_share(self._machine, _machine_ticks()),
            kernel_stamps=self._kernel_stamps,
            send_delay_p99_s=_ranked(self._delays, 0.99),
            clock_steps=clock_steps,
        )


def _percentile(counts: list[int], share: float) -> float | None:
    """Upper edge of the bin in which the percentile falls."""
    total = sum(counts)
    if not total:
        return None
    wanted, seen = math.ceil(share * total), 0
    for number, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return (number + 1) * _BIN_S
    return None


def _ranked(values: list[float], share: float) -> float | None:
    """Return the value with that share of all at or below it; ``None`` without any."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


def _machine_ticks() -> tuple[int, int] | None:
    """Busy and total ticks of all cores since boot; ``None`` where the system does not say."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return None
    ticks = [int(field) for field in stat.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _busy_share(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or after[1] <= before[1]:
        return None
    return min(max((after[0] - before[0]) / (after[1] - before[1]), 0.0), 1.0)
