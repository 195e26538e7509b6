"""How late an open loop sends, and how far its times are off: us against a server of known timing.

Run ``python benchmarks/open_loop.py [--rates 10 100 500 1000 2000] [--seconds 5] [--tokens 8]``.
Arrivals are Poisson. The server sends the first token 50 ms after it read a request and one every 5 ms after
that; with two cores or more it is pinned to the last and we to the first. On a machine that does other work,
delays and errors grow.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import threading
from pathlib import Path

import numpy as np

from isocost.core.load import Load, RatePiece, RequestShape, RunPlan
from isocost.core.observation import Outcome
from isocost.measurement import open_target
from isocost.workload import arrivals_within

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

_COLUMNS = ("rate", "sent", "delay p50", "p99", "max", "from due", "client CPU", "first tokens off")


def _row(url: str, rate: float, options: argparse.Namespace) -> tuple[str, ...]:
    due = arrivals_within([RatePiece(rate, rate, options.seconds)], rng=np.random.default_rng(7))
    rows = []
    health = open_target(url).measure(
        RunPlan(
            load=Load(rate_per_s=rate),
            shapes=(RequestShape(16, options.tokens),),
            indices=tuple(range(len(due))),
            due_s=tuple(due.tolist()),
            warmup=(RequestShape(16, options.tokens),) * 4,
            max_in_flight=4096,
        ),
        record=rows.append,
        stop=threading.Event(),
    )
    rows = [row for row in rows if not row.warmup]
    assert len(rows) == len(due)
    assert all(row.outcome is Outcome.OK for row in rows)
    delays = 1e3 * np.array([row.sent_at_s - row.due_at_s for row in rows])
    waits = 1e3 * np.array([row.chunk_at_s[0] - row.due_at_s for row in rows])
    return (
        f"{rate:g}/s",
        f"{len(rows):,}",
        f"{np.median(delays):.2f} ms",
        f"{np.quantile(delays, 0.99):.2f} ms",
        f"{delays.max():.2f} ms",
        f"{waits.mean():.2f} ms",
        f"{health.cpu_share:.0%}",
        f"{waits.mean() - delays.mean() - 50:+.2f} ms",
    )


def main() -> None:
    from doubles.truth_server import running_truth  # noqa: PLC0415 - its folder was added above

    parser = argparse.ArgumentParser()
    parser.add_argument("--rates", type=float, nargs="+", default=[10, 100, 500, 1000, 2000])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--tokens", type=int, default=8)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    pin = ("--cpu", str(cores[-1])) if len(cores) > 1 else ()
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[0]})
    print(
        f"{platform.platform()}, {len(cores)} cores, Python {platform.python_version()}, {' '.join(sys.argv)}"
    )
    with running_truth("--first", "0.05", "--gap", "0.005", *pin) as truth:
        table = [_COLUMNS]
        for rate in options.rates:
            truth.forget()
            table.append(_row(truth.url, rate, options))
    widths = [max(len(row[i]) for row in table) for i in range(len(_COLUMNS))]
    for row in table:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
