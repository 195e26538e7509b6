"""Doubles: probes of a search for the limit, carried out by simulated slots with one line."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from doubles.closed_loops import CLOCK
from isocost.core.load import RequestShape
from isocost.core.observation import ClientHealth, Observation, Observations, Outcome, Run, Segment
from isocost.journal import FindLimitSpec, LoadStage, TargetSpec

if TYPE_CHECKING:
    from isocost.studies.limit_plans import PlannedProbe

TOKENS = 4


def search_stage_of(*levels: str, **changes: Any) -> LoadStage:
    """A stage that searches for the limit of these service levels."""
    return LoadStage(
        target=TargetSpec(url="http://127.0.0.1:1", model="m"),
        workload="fixed",
        shapes=(RequestShape(8, TOKENS),),
        find_limit=FindLimitSpec(service_levels=levels, **changes),
    )


@dataclass
class SimulatedServer:
    """Carries out probes at once: `slots` requests at a time, each `service_s` on average.

    Parameters
    ----------
    slots : int
    service_s : float
    spread : bool
        Whether services are exponential; else all alike.
    client_holds : float
        From this rate on the client is at its limit.
    stop_after : int or None
        So many runs are carried out; then it is stopped.
    refuse_from : float
        From this rate on every other request fails.
    seed : int
    """

    slots: int = 4
    service_s: float = 0.1
    spread: bool = False
    client_holds: float = float("inf")
    stop_after: int | None = None
    refuse_from: float = float("inf")
    seed: int = 0
    runs: list[Run] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    @property
    def capacity(self) -> float:
        """Requests per second."""
        return self.slots / self.service_s

    def carry(self, probe: PlannedProbe) -> Run | None:
        """Carry out a probe; what it told is kept as the journal would."""
        if self.stop_after is not None and len(self.sent) >= self.stop_after:
            return None
        self.sent.append(probe.run.label)
        rows = self._served(probe)
        for row in sorted(rows, key=lambda row: row.done_at_s):
            probe.watch.see(row)
        rate = probe.run.load.rate_per_s or 0.0
        busy = rate >= self.client_holds
        health = ClientHealth(cpu_share=0.97 if busy else 0.1, send_delay_p99_s=0.2 if busy else 0.001)
        facts = dict(probe.facts(health))
        kept = rows[: max(int(facts["probe_requests"]), 1)]
        segment = Segment(
            number=0, clock=CLOCK, started_utc="2026-11-21T00:00:00Z", health=health, facts=facts
        )
        run = Run(
            stage="load",
            label=probe.run.label,
            deployment="made-up",
            load=probe.run.load,
            repeat=0,
            finished=True,
            segments=(segment,),
            observations=Observations.of(kept),
        )
        self.runs.append(run)
        return run

    def _served(self, probe: PlannedProbe) -> list[Observation]:
        rng = np.random.default_rng(self.seed + len(self.sent))
        indices = probe.plan.indices or ()
        count = len(indices)
        service = rng.exponential(self.service_s, count) if self.spread else np.full(count, self.service_s)
        due = np.asarray(probe.plan.due_s if probe.plan.due_s is not None else np.cumsum(service) - service)
        free = [0.0] * self.slots
        rows = []
        for number, instant in enumerate(due.tolist()):
            begun = max(instant, heapq.heappop(free))
            heapq.heappush(free, begun + float(service[number]))
            gap = float(service[number]) / TOKENS
            failed = (probe.run.load.rate_per_s or 0.0) >= self.refuse_from and number % 2 == 1
            stamps = () if failed else tuple(begun + gap * (place + 1) for place in range(TOKENS))
            rows.append(
                Observation(
                    index=indices[number],
                    requested_input_tokens=8,
                    requested_output_tokens=TOKENS,
                    due_at_s=instant,
                    sent_at_s=instant,
                    done_at_s=begun + float(service[number]),
                    chunk_at_s=stamps,
                    outcome=Outcome.HTTP_ERROR if failed else Outcome.OK,
                    output_tokens=None if failed else TOKENS,
                    counted_by=None if failed else "usage",
                )
            )
        return rows
