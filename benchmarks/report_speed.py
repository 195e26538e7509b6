"""A report from a journal of 100,000 requests of 256 tokens: under 5 s and 600 MB."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import heading

from isocost.core.deployment import Deployment
from isocost.core.load import Load, RequestShape
from isocost.core.observation import ClientHealth, Clock, Observation, Outcome
from isocost.journal import JournalWriter, LoadStage, TargetSpec, create_study

REQUESTS = 100_000
TOKENS = 256
LEVELS = (1, 2, 4, 8, 16)
REPEATS = 4


def fill(folder: Path) -> None:
    """Write a study as if an endpoint with t(b) = 10 ms + 1 ms x b had been measured."""
    study = create_study(folder)
    stage = LoadStage(
        target=TargetSpec(url="http://127.0.0.1:1", model="made-up"),
        workload="made up for this benchmark",
        shapes=(RequestShape(512, TOKENS),),
        concurrency=LEVELS,
        repeats=REPEATS,
        requests_per_level=REQUESTS // (len(LEVELS) * REPEATS),
        deployment="made-up",
    )
    study.add_stage(stage)
    rng = np.random.default_rng(0)
    with JournalWriter(study.journal_file) as journal:
        for repeat in range(REPEATS):
            for level in LEVELS:
                run = journal.begin_run(
                    stage.name, f"{level} concurrent #{repeat}", deployment="made-up",
                    load=Load(concurrency=level), repeat=repeat,
                )  # fmt: skip
                segment = journal.begin_segment(
                    run,
                    clock=Clock(clock_id="c", utc_anchor_s=0.0, monotonic_anchor_s=0.0),
                    deployment=Deployment(name="made-up", model="made-up"),
                    facts={},
                )
                for number in range(REQUESTS // (len(LEVELS) * REPEATS)):
                    journal.record(run, segment, observation(number, level, rng))
                journal.end_segment(segment, ClientHealth(cpu_share=0.1))
                journal.finish_run(run)


def observation(number: int, level: int, rng: np.random.Generator) -> Observation:
    step_s = (0.010 + 0.001 * level) * rng.lognormal(0, 0.01)
    sent_at_s = (number // level) * TOKENS * (0.010 + 0.001 * level)
    arrivals = sent_at_s + step_s * (1 + np.arange(TOKENS)) * rng.lognormal(0, 0.001, TOKENS)
    chunk_at_s = tuple(np.maximum.accumulate(arrivals).tolist())
    return Observation(
        index=number,
        requested_input_tokens=512,
        requested_output_tokens=TOKENS,
        due_at_s=sent_at_s,
        sent_at_s=sent_at_s,
        done_at_s=chunk_at_s[-1],
        chunk_at_s=chunk_at_s,
        outcome=Outcome.OK,
        input_tokens=512,
        output_tokens=TOKENS,
        counted_by="usage",
        http_status=200,
    )


def main() -> None:
    print(heading(f"A report from a journal of {REQUESTS:,} requests of {TOKENS} tokens"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        fill(folder)
        print(f"  journal  {(folder / 'journal.sqlite').stat().st_size / 2**20:.0f} MiB")
        command = [
            sys.executable,
            "-m",
            "isocost",
            "report",
            str(folder),
            "--price-per-hour",
            "2.5",
            "--slo",
            "ttft.p95=1s",
        ]
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        seconds, exit_status = time.monotonic() - began, os.waitstatus_to_exitcode(status)
        print(f"  report   {seconds:.2f} s, peak {used.ru_maxrss / 1024:.0f} MiB (exit {exit_status})")
        print(f"  page     {(folder / 'report.html').stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
