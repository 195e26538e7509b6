"""Whether more processes carry more: the same load by this process, by one worker and by two.

Run ``python benchmarks/executors.py [--streams 256] [--rounds 4] [--workers 1 2]``. The server of known
timing sends the first token after 50 ms and then one every 20 ms, so the tokens per second of so many streams
are given; what shows is the share of a core that the busiest worker needs for them, and how far times are off
(those of the server included). A worker carries about as many streams as its share of a core leaves room for.
Where there are fewer cores than workers, coordinator and server together, they compete, and the table says
nothing of more.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from doubles.truth_server import running_truth
from isocost.core.load import RequestShape
from isocost.journal import ExecutorSpec, LoadStage, TargetSpec, read_runs
from isocost.studies.measure import measure_stage

if TYPE_CHECKING:
    from doubles.truth_server import RunningTruth
    from isocost.core.observation import Run

_TOKENS = 64
_FIRST_S, _GAP_S = 0.05, 0.02


def _measured(
    truth: RunningTruth, streams: int, rounds: int, executor: ExecutorSpec | None, study: Path
) -> Run:
    stage = LoadStage(
        target=TargetSpec(url=truth.url),
        workload="16 in, 64 out",
        shapes=(RequestShape(16, _TOKENS),),
        concurrency=(streams,),
        repeats=1,
        requests_per_level=streams * rounds,
        executor=executor,
    )
    measure_stage(study, stage)
    return read_runs(study / "journal.sqlite")[0]


def _row(name: str, run: Run) -> str:
    seen = run.observations
    ok = seen.ok & ~seen.warmup
    start, end = seen.sent_at_s[ok].min(), seen.done_at_s[ok].max()
    health = run.segments[0].health
    ttft_ms = 1000 * (np.mean(seen.first_at_s[ok] - seen.sent_at_s[ok]) - _FIRST_S)
    gap_share = np.mean(seen.gap_us) * 1e-6 / _GAP_S - 1
    cpu, lag = (
        ("", "")
        if health is None
        else (f"{health.cpu_share:.0%}", f"{1000 * (health.loop_lag_p99_s or 0):.1f} ms")
    )
    rate = seen.output_tokens[ok].sum() / (end - start)
    return f"{name:24}{int(ok.sum()):9,}{rate:11,.0f}{ttft_ms:11.1f} ms{gap_share:11.2%}{cpu:>12}{lag:>11}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"{options.streams} streams of {_TOKENS} tokens; {cores} cores for all; load average {load:.1f}")
    print(
        f"{'executor':24}{'requests':>9}{'tokens/s':>11}{'TTFT error':>14}{'gap error':>11}{'worst CPU':>12}"
        f"{'lag p99':>11}"
    )
    crews = [("this process", None)]
    crews += [(f"processes, {n}", ExecutorSpec(name="processes", workers=n)) for n in options.workers]
    with (
        running_truth("--first", str(_FIRST_S), "--gap", str(_GAP_S)) as truth,
        tempfile.TemporaryDirectory() as folder,
    ):
        for number, (name, executor) in enumerate(crews):
            truth.forget()
            study = Path(folder) / str(number)
            print(_row(name, _measured(truth, options.streams, options.rounds, executor, study)), flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main()
