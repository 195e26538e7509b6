"""The runs of a search for the limit, ready to be sent."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.load import Load, RunPlan
from isocost.studies.limit_probe import AloneWatch, ProbeWatch, QuietWatch
from isocost.studies.plans import PlannedRun
from isocost.workload import arrivals_of_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.observation import ClientHealth, Run
    from isocost.journal import FindLimitSpec, LoadStage

__all__ = [
    "ALONE",
    "DRAIN",
    "REQUESTS",
    "VERDICT",
    "WHY",
    "PlannedProbe",
    "alone_probe",
    "quiet_probe",
    "rate_probe",
]

ALONE = "one at a time"
DRAIN = "until quiet"
VERDICT, WHY, REQUESTS = "probe_verdict", "probe_why", "probe_requests"
_ALONE_REQUESTS = 24
_QUIET_REQUESTS = 200
_FEWEST_WARMUPS, _MOST_WARMUPS = 4, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProbe:
    """A run of the search, ready to be sent.

    Parameters
    ----------
    run : PlannedRun
    plan : RunPlan
    watch : ProbeWatch
        Ends it, and says what it tells.
    number : int
        How many runs of the search came before.
    """

    run: PlannedRun
    plan: RunPlan
    watch: ProbeWatch
    number: int

    def facts(self, health: ClientHealth) -> Mapping[str, str]:
        """Return what the journal keeps of what it told."""
        told = self.watch.conclude(health)
        return {VERDICT: told.verdict, WHY: told.why, REQUESTS: str(told.requests)}


def _first_index(run: Run | None) -> int:
    if run is None:
        return 0
    counted = run.observations.index[~run.observations.warmup]
    return int(counted.max()) + 1 if len(counted) else 0


def alone_probe(stage: LoadStage, spec: FindLimitSpec, before: Run | None) -> PlannedProbe:
    """Plan requests one at a time: what an answer takes when nobody else is there."""
    first = _first_index(before)
    run = _one_at_a_time(stage, ALONE, _ALONE_REQUESTS)
    watch = AloneWatch(levels=spec.levels, most=_ALONE_REQUESTS, due_s=None, first_index=first)
    return PlannedProbe(run=run, plan=_plan(stage, run, first), watch=watch, number=0)


def quiet_probe(
    stage: LoadStage, label: str, number: int, before: Run | None, quiet_s: float
) -> PlannedProbe:
    """Plan requests one at a time until one is answered within `quiet_s`: nothing else is left there."""
    run = _one_at_a_time(stage, label, _QUIET_REQUESTS)
    first = _first_index(before)
    watch = QuietWatch(levels=(), most=_QUIET_REQUESTS, due_s=None, first_index=first, quiet_s=quiet_s)
    return PlannedProbe(run=run, plan=_plan(stage, run, first), watch=watch, number=number)


def _one_at_a_time(stage: LoadStage, label: str, requests: int) -> PlannedRun:
    return PlannedRun(
        label=label,
        load=Load(concurrency=1),
        repeat=0,
        shapes=stage.shapes,
        warmup=stage.shapes[:1],
        requests=requests,
        duration_s=None,
        seed=_seed(stage.seed, label),
    )


def rate_probe(
    stage: LoadStage, spec: FindLimitSpec, rate: float, number: int, runs: Mapping[str, Run]
) -> PlannedProbe:
    """Plan the probe of one rate; one that was cut off begins anew, behind the requests that it sent."""
    label = f"probe {number}: {rate:g}/s"
    first = _first_index(runs.get(label))
    count = spec.requests_at(rate)
    rng = np.random.default_rng(_seed(stage.seed, f"{label} from {first}"))
    due = tuple(arrivals_of_count(rate, count, burstiness=spec.shape, rng=rng).tolist())
    warmups = min(max(round(rate), _FEWEST_WARMUPS), _MOST_WARMUPS)
    start = (number * 7) % len(stage.shapes)
    run = PlannedRun(
        label=label,
        load=Load(rate_per_s=rate),
        repeat=0,
        shapes=stage.shapes[start:] + stage.shapes[:start],
        warmup=tuple(stage.shapes[i % len(stage.shapes)] for i in range(warmups)),
        requests=count,
        duration_s=None,
        seed=_seed(stage.seed, label),
        due_s=due,
        max_in_flight=spec.max_in_flight,
    )
    watch = ProbeWatch(levels=spec.levels, most=count, due_s=due, first_index=first, least_s=spec.least_s)
    return PlannedProbe(run=run, plan=_plan(stage, run, first), watch=watch, number=number)


def _plan(stage: LoadStage, run: PlannedRun, first: int) -> RunPlan:
    return RunPlan(
        load=run.load,
        shapes=run.shapes,
        indices=tuple(range(first, first + (run.requests or 0))),
        first_index=first,
        due_s=run.due_s,
        max_in_flight=run.max_in_flight,
        warmup=run.warmup,
        seed=run.seed,
        request_timeout_s=stage.request_timeout_s,
    )


def _seed(seed: int, label: str) -> int:
    return zlib.crc32(f"{seed} {label}".encode())
