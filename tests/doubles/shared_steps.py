"""Double: a simulated server whose streams share steps, so that neighbouring requests hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doubles.closed_loops import CLOCK
from isocost.core.load import Load
from isocost.core.observation import Observations, Outcome, Run, Segment

INPUT_TOKENS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSteps:
    """A closed loop on a server that computes one token of each stream in a step.

    A step takes (fixed + slope b) x noise seconds, and a prefill more for each request that joins; the
    noise is lognormal and remembers: log noise is AR(1) over steps. Answers have geometric lengths.

    `slow_start` multiplies the first steps by 1 + slow_start exp(-t / slow_for_s); `later` all steps after
    half of the run.
    """

    streams: int
    length_s: float
    tokens: int = 32
    fixed_s: float = 0.02
    slope_s: float = 0.0002
    prefill_s: float = 0.004
    spread: float = 0.2
    memory: float = 0.95
    slow_start: float = 0.0
    slow_for_s: float = 2.0
    later: float = 1.0
    trend: float = 0.0

    def run(self, rng: np.random.Generator) -> Run:
        """Simulate one run; all requests in flight at its end are awaited."""
        most = int(3 * self.length_s / (self.fixed_s + self.slope_s * self.streams)) + 40 * self.tokens
        shocks = rng.standard_normal(most) * self.spread * np.sqrt(1 - self.memory**2)
        shocks[0] /= np.sqrt(1 - self.memory**2)
        noise = np.exp(_remembered(shocks, self.memory))
        left = rng.geometric(1 / self.tokens, self.streams)
        begun, wanted = np.zeros(self.streams), left.copy()
        first = np.full(self.streams, -1)
        joined = self.streams
        now, ends, rows = 0.0, np.zeros(most), []
        for step in range(most):
            busy = int((left > 0).sum())
            if not busy:
                break
            slow = 1 + self.slow_start * np.exp(-now / self.slow_for_s) + self.trend * now / self.length_s
            slow *= self.later if now > self.length_s / 2 else 1.0
            now += (self.fixed_s + self.slope_s * busy) * noise[step] * slow + self.prefill_s * joined
            ends[step] = now
            first[(first < 0) & (left > 0)] = step
            left = np.maximum(left - 1, 0)
            over = np.flatnonzero((left == 0) & (first >= 0))
            rows += [(begun[i], int(first[i]), step, int(wanted[i])) for i in over]
            first[over] = -1
            joined = 0
            if now < self.length_s and len(over):
                left[over] = wanted[over] = rng.geometric(1 / self.tokens, len(over))
                begun[over] = now
                joined = len(over)
        return self._run(rows, ends)

    def _run(self, rows: list[tuple[float, int, int, int]], ends: np.ndarray) -> Run:
        sent = np.array([row[0] for row in rows])
        first, last, tokens = (np.array([row[place] for row in rows]) for place in (1, 2, 3))
        count = len(rows)
        gaps = [np.diff(ends[begin : end + 1]) for begin, end in zip(first, last, strict=True)]
        observations = Observations(
            index=np.arange(count),
            segment=np.zeros(count, dtype=np.int64),
            warmup=sent == 0.0,  # the burst with which all streams begin
            requested_input_tokens=np.full(count, INPUT_TOKENS),
            requested_output_tokens=tokens,
            due_at_s=sent,
            sent_at_s=sent,
            first_at_s=ends[first],
            last_at_s=ends[last],
            done_at_s=ends[last],
            input_tokens=np.full(count, float(INPUT_TOKENS)),
            output_tokens=tokens.astype(np.float64),
            outcome=np.full(count, Outcome.OK.value),
            counted_by=np.full(count, "usage"),
            chunks=last - first + 1,
            gap_us=np.rint(np.concatenate(gaps) * 1e6).astype(np.int64),
        )
        return Run(
            stage="load",
            label=f"{self.streams} concurrent #0",
            deployment="simulated",
            load=Load(concurrency=self.streams),
            repeat=0,
            finished=True,
            segments=(Segment(number=0, clock=CLOCK, started_utc="2026-11-21T00:00:00Z"),),
            observations=observations,
        )


def _remembered(shocks: np.ndarray, memory: float) -> np.ndarray:
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -memory], shocks))
