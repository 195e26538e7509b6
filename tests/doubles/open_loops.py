"""Doubles: runs of an open loop before slots of fixed service time and one line, worked out exactly."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from doubles.closed_loops import CLOCK
from isocost.core.load import Load
from isocost.core.observation import ClientHealth, Observation, Observations, Outcome, Run, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS = 4


def served(due: Sequence[float], *, service_s: float, slots: int) -> list[Observation]:
    """Requests of 8 in and 4 out in the order in which they are due; their tokens come evenly in service."""
    free = [0.0] * slots
    rows = []
    for index, instant in enumerate(due):
        start = max(instant, heapq.heappop(free))
        heapq.heappush(free, start + service_s)
        arrivals = tuple(start + service_s * (place + 1) / TOKENS for place in range(TOKENS))
        rows.append(
            Observation(
                index=index,
                requested_input_tokens=8,
                requested_output_tokens=TOKENS,
                due_at_s=instant,
                sent_at_s=instant + 0.001,
                done_at_s=arrivals[-1],
                chunk_at_s=arrivals,
                outcome=Outcome.OK,
                input_tokens=8,
                output_tokens=TOKENS,
                counted_by="usage",
                http_status=200,
            )
        )
    return rows


def open_run(
    rows: Sequence[Observation], *, rate_per_s: float, label: str = "", repeat: int = 0, stage: str = "load"
) -> Run:
    """A finished run of one segment."""
    health = ClientHealth(cpu_share=0.1, send_delay_p99_s=0.001, held_back_share=0.0)
    return Run(
        stage=stage,
        label=label or f"{rate_per_s:g}/s #{repeat}",
        deployment="made-up",
        load=Load(rate_per_s=rate_per_s),
        repeat=repeat,
        finished=True,
        segments=(Segment(number=0, clock=CLOCK, started_utc="2026-11-21T00:00:00Z", health=health),),
        observations=Observations.of(rows),
    )
