"""Kill a measurement under load many times: nothing finished may be lost, nothing measured twice."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from machine import heading

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from doubles.kill_campaign import GRACE_S, Campaign, kill_again_and_again, run_afresh
from doubles.truth_server import running_truth


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(heading("Kills (SIGKILL) at random instants under load, judged by the server's own log"))
    began = time.monotonic()
    with running_truth("--first", "0.02", "--gap", "0.005") as truth, tempfile.TemporaryDirectory() as name:
        verdict = kill_again_and_again(
            Campaign(truth=truth, folder=Path(name), kills=options.kills, seed=options.seed, run=run_afresh)
        )
    print(f"  kills                                             {verdict.kills}")
    print(f"  of them after requests had reached the server     {verdict.under_load}")
    print(f"  studies                                           {verdict.studies}")
    print(f"  requests answered                                 {verdict.answered}")
    print(f"  finished more than {GRACE_S} s before a kill, and lost  {verdict.lost}")
    print(f"  measured twice                                    {verdict.measured_twice}")
    print(f"  studies that did not go on                        {verdict.not_resumed}")
    print(f"  requests missing at the end                       {verdict.unfinished}")
    print(f"  seconds                                           {time.monotonic() - began:.0f}")
    if verdict.lost or verdict.measured_twice or verdict.not_resumed or verdict.unfinished:
        sys.exit(1)


if __name__ == "__main__":
    main()
