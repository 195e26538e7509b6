"""One run of our own client in a process of its own; prints what it saw as JSON.

Run by ``python benchmarks/loadgen``: ``ours.py URL STREAMS TOKENS REQUESTS [--no-stamps] [--journal]``.
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
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.deployment import Deployment
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Outcome
from isocost.journal.writer import JournalWriter
from isocost.measurement import Access, connection, open_target
from isocost.measurement.clock import clock_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.observation import Observation


def _recorder(
    stack: ExitStack, plan: RunPlan, rows: list[Observation], *, journal: bool
) -> Callable[[Observation], None]:
    if not journal:
        return rows.append
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    writer = stack.enter_context(JournalWriter(folder / "journal.sqlite"))
    run = writer.begin_run("load", plan.load.label, deployment="truth", load=plan.load, repeat=0)
    segment = writer.begin_segment(
        run, clock=clock_now(), deployment=Deployment(name="truth", model="truth"), facts={}
    )

    def record(seen: Observation) -> None:
        rows.append(seen)
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
    asked = parser.parse_args()
    if asked.no_stamps:
        connection._ask_for_stamps = lambda _: None  # noqa: SLF001 - as on a system that has none
    target = open_target(asked.url, access=Access(insecure=asked.url.startswith("https")))
    rows: list[Observation] = []
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
    bad = [row for row in rows if row.outcome is not Outcome.OK or len(row.chunk_at_s) != asked.tokens]
    if bad or len(rows) != asked.requests:
        reasons = Counter((str(row.outcome), row.detail, len(row.chunk_at_s)) for row in bad)
        sys.exit(f"{len(rows)} answers of {asked.requests}, {len(bad)} incomplete: {reasons.most_common(3)}")
    at_s = np.array([row.chunk_at_s for row in rows])
    sent_s = np.array([row.sent_at_s for row in rows])
    gaps_s = np.diff(at_s, axis=1)
    said = {
        "ttft_s": float((at_s[:, 0] - sent_s).mean()),
        "gap_s": float(gaps_s.mean()) if asked.tokens > 1 else None,
        "gap_p99_s": float(np.quantile(gaps_s, 0.99)) if asked.tokens > 1 else None,
        "cpu_s": cpu_s,
        "start_s": start_s,
        "end_s": end_s,
        "lag_p99_s": health.loop_lag_p99_s,
        "kernel_stamps": health.kernel_stamps,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
