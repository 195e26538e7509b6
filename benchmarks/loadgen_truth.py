"""How far our stopwatch is off: us against a server of known timing, at 64, 256 and 1,024 streams.

Run ``python benchmarks/loadgen_truth.py [--streams 64 256 1024] [--tokens 64] [--rounds 4] [--first 0.05]``.
The server sends the first token after 50 ms and then one every 20 ms, and logs when it did; with two cores
or more it is pinned to the last and we to the first. On a machine that does other work, lag and errors grow.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import os
import platform
import resource
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Outcome
from isocost.measurement import open_target

if TYPE_CHECKING:
    from types import ModuleType

    from isocost.core.observation import ClientHealth, Observation
    from isocost.measurement import HttpTarget

_DOUBLE = Path(__file__).parent.parent / "tests" / "doubles" / "truth_server.py"
_COLUMNS = (
    "streams",
    "TTFT error",
    "gap error",
    "p99 gap error",
    "requests/s",
    "tokens/s",
    "server's",
    "CPU s/1k tokens",
    "client CPU",
    "lag p99",
    "first sent",
)


class RunningTruth(Protocol):
    """What is used of a running truth server."""

    def log(self) -> list[list[float]]: ...

    def forget(self) -> None: ...


def _doubles() -> ModuleType:
    spec = importlib.util.spec_from_file_location("truth_server", _DOUBLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["truth_server"] = module
    spec.loader.exec_module(module)
    return module


def _carry_out(
    target: HttpTarget, streams: int, tokens: int, rounds: int
) -> tuple[list[Observation], ClientHealth]:
    rows: list[Observation] = []
    plan = RunPlan(
        load=Load(concurrency=streams),
        shapes=(RequestShape(16, tokens),),
        indices=tuple(range(streams * rounds)),
        request_timeout_s=60,
    )
    return rows, target.measure(plan, record=rows.append, stop=threading.Event())


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _row(truth: RunningTruth, target: HttpTarget, streams: int, tokens: int, rounds: int) -> tuple[str, ...]:
    truth.forget()
    gc.collect()
    cpu, start = _cpu_s(), time.monotonic()
    rows, health = _carry_out(target, streams, tokens, rounds)
    cpu = _cpu_s() - cpu
    log = truth.log()
    bad = [row for row in rows if row.outcome is not Outcome.OK or len(row.chunk_at_s) != tokens]
    assert not bad, f"{len(bad)} answers incomplete: {bad[0]}"
    assert len(rows) == len(log) == streams * rounds
    ours = np.array([row.chunk_at_s for row in rows])
    sent = np.array([row.sent_at_s for row in rows])
    theirs = np.array(log)
    gaps, true_gaps = np.diff(ours, axis=1), np.diff(theirs[:, 1:], axis=1)
    seconds = ours.max() - sent.min()
    true_seconds = theirs[:, -1].max() - theirs[:, 0].min()
    return (
        f"{streams}",
        # our TTFT minus the truth: both clocks are the same, both sets of requests too
        f"{1e3 * (ours[:, 0].mean() - theirs[:, 1].mean()):+.2f} ms",
        f"{100 * (gaps.mean() / true_gaps.mean() - 1):+.3f} %" if tokens > 1 else "-",
        f"{100 * (np.quantile(gaps, 0.99) / np.quantile(true_gaps, 0.99) - 1):+.1f} %" if tokens > 1 else "-",
        f"{len(rows) / seconds:,.0f}",
        f"{ours.size / seconds:,.0f}",
        f"{theirs[:, 1:].size / true_seconds:,.0f}",
        f"{1e3 * cpu / ours.size:.4f}",
        f"{100 * health.cpu_share:.0f} %",
        f"{1e3 * (health.loop_lag_p99_s or 0):.1f} ms",
        f"{1e3 * (sent.min() - start):.0f} ms",
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--first", type=float, default=0.05)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    print(
        f"{platform.platform()}, {len(cores)} cores, Python {platform.python_version()}, {' '.join(sys.argv)}"
    )
    pinning = ("--cpu", str(cores[-1])) if len(cores) > 1 else ()
    timing = ("--first", str(options.first), *pinning)
    os.sched_setaffinity(0, cores[:1])
    rows = [_COLUMNS]
    with _doubles().running_truth(*timing) as truth:
        target = open_target(truth.url)
        rows += [_row(truth, target, streams, options.tokens, options.rounds) for streams in options.streams]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
