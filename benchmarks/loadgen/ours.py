"""One run of our own client in a process of its own; prints what it saw as JSON.

Run by ``python benchmarks/loadgen``: ``ours.py URL STREAMS TOKENS REQUESTS [--no-stamps] [--journal]
[--workers N]``; workers are processes that the command ``isocost measure load --executor processes`` hires.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.core.deployment import Deployment
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.journal import ExecutorSpec, JournalWriter, LoadStage, TargetSpec, read_runs
from isocost.measurement import Access, clock_now, connection, open_target
from isocost.studies.measure import measure_stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.observation import Observation


class _Seen(NamedTuple):
    """What is kept of an answer: so little that Python's collector has no more to look through each time."""

    outcome: str
    detail: str | None
    sent_at_s: float
    chunk_at_s: tuple[float, ...]


def _recorder(
    stack: ExitStack, plan: RunPlan, rows: list[_Seen], *, journal: bool
) -> Callable[[Observation], None]:
    def keep(seen: Observation) -> None:
        rows.append(_Seen(seen.outcome.value, seen.detail, seen.sent_at_s, seen.chunk_at_s))

    if not journal:
        return keep
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    writer = stack.enter_context(JournalWriter(folder / "journal.sqlite"))
    run = writer.begin_run("load", plan.load.label, deployment="truth", load=plan.load, repeat=0)
    segment = writer.begin_segment(
        run, clock=clock_now(), deployment=Deployment(name="truth", model="truth"), facts={}
    )

    def record(seen: Observation) -> None:
        keep(seen)
        writer.record(run, segment, seen)

    return record


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("streams", type=int)
    parser.add_argument("tokens", type=int)
    parser.add_argument("requests", type=int)
    parser.add_argument("--no-stamps", action="store_true")
    parser.add_argument("--journal", action="store_true")
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args()
    print(json.dumps(_alone(asked) if asked.workers is None else _together(asked)))


def _together(asked: argparse.Namespace) -> dict[str, Any]:
    """Let several processes send, and put together what they saw as records."""
    stage = LoadStage(
        target=TargetSpec(url=asked.url),
        workload="fixed",
        shapes=(RequestShape(16, asked.tokens),),
        concurrency=(asked.streams,),
        repeats=1,
        requests_per_level=asked.requests,
        anchor=False,
        executor=ExecutorSpec(name="processes", workers=asked.workers),
    )
    with tempfile.TemporaryDirectory() as folder:
        measure_stage(Path(folder), stage)
        seen = read_runs(Path(folder) / "journal.sqlite")[0].observations
    good = seen.ok & ~seen.warmup
    if int(good.sum()) != asked.requests:
        sys.exit(f"{int(good.sum())} good answers of {asked.requests}")
    waits_s = (seen.first_at_s - seen.sent_at_s)[good]
    return {"ttft_s": float(waits_s.mean()), "gap_s": None, "gap_p99_s": None}


def _alone(asked: argparse.Namespace) -> dict[str, Any]:
    """Let this process send."""
    if asked.no_stamps:
        connection._ask_for_stamps = lambda _: None  # noqa: SLF001 - as on a system that has none
    target = open_target(asked.url, access=Access(insecure=asked.url.startswith("https")))
    rows: list[_Seen] = []
    plan = RunPlan(
        load=Load(concurrency=asked.streams),
        shapes=(RequestShape(16, asked.tokens),),
        indices=tuple(range(asked.requests)),
        request_timeout_s=60,
    )
    with ExitStack() as stack:
        record = _recorder(stack, plan, rows, journal=asked.journal)
        start_s, cpu_s = time.monotonic(), time.process_time()
        health = target.measure(plan, record=record, stop=threading.Event())
    end_s, cpu_s = time.monotonic(), time.process_time() - cpu_s
    bad = [row for row in rows if row.outcome != "ok" or len(row.chunk_at_s) != asked.tokens]
    if bad or len(rows) != asked.requests:
        reasons = Counter((row.outcome, row.detail, len(row.chunk_at_s)) for row in bad)
        sys.exit(f"{len(rows)} answers of {asked.requests}, {len(bad)} incomplete: {reasons.most_common(3)}")
    at_s = np.array([row.chunk_at_s for row in rows])
    sent_s = np.array([row.sent_at_s for row in rows])
    gaps_s = np.diff(at_s, axis=1)
    return {
        "ttft_s": float((at_s[:, 0] - sent_s).mean()),
        "gap_s": float(gaps_s.mean()) if asked.tokens > 1 else None,
        "gap_p99_s": float(np.quantile(gaps_s, 0.99)) if asked.tokens > 1 else None,
        "cpu_s": cpu_s,
        "start_s": start_s,
        "end_s": end_s,
        "lag_p99_s": health.loop_lag_p99_s,
        "kernel_stamps": health.kernel_stamps,
    }


if __name__ == "__main__":
    main()
