"""Do the intervals of a single run hold the truth, are steady runs left alone, and is a stop by width honest?

Runs of a simulated server whose streams share steps and whose step time remembers
(tests/doubles/shared_steps), against one run that is fifty times as long.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from doubles.closed_loops import PROVENANCE
from doubles.shared_steps import SharedSteps
from isocost.core.observation import Outcome
from isocost.statistics.latency import PERCENTS
from isocost.statistics.percentiles import percentiles
from isocost.statistics.stopping import Answered, running_width
from isocost.statistics.window import operating_point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run
    from isocost.core.operating_point import OperatingPoint

CASES = ((4, 60.0, 0.95), (16, 30.0, 0.95), (64, 30.0, 0.95), (64, 30.0, 0.0), (16, 30.0, 0.99))
LATENCIES = ("ttft", "tpot", "e2e", "gaps")
LONG = 1500.0


def told(server: SharedSteps, seed: int) -> OperatingPoint:
    return operating_point(server.run(np.random.default_rng(seed)), provenance=PROVENANCE)


def estimates(point: OperatingPoint) -> Iterator[tuple[str, str, Estimate]]:
    yield "means", "throughput", point.output_tokens_per_second
    for name in LATENCIES:
        latency = getattr(point, name)
        yield "means", f"{name}.mean", latency.mean
        for percent, each in latency.percentiles.items():
            yield "percentiles", f"{name}.p{percent:g}", each
        scaled = latency.values_s * latency.scale
        alone = percentiles(scaled, PERCENTS, unit="s", kind="measured", independent=latency.count)
        for percent, each in alone.items():
            yield "requests as independent", f"{name}.p{percent:g}", each


def coverage(runs: int) -> Iterator[Figure]:
    for streams, length_s, memory in CASES:
        server = SharedSteps(streams=streams, memory=memory, length_s=length_s)
        truth = {name: each.value for _, name, each in estimates(told(replace(server, length_s=LONG), 10**6))}
        hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
        steady: dict[str, list[bool]] = defaultdict(list)
        for seed in range(runs):
            point = told(server, seed)
            for kind, name, each in estimates(point):
                if each.low is not None and each.high is not None:
                    hits[kind][name].append(each.low <= truth[name] <= each.high)
            cut = point.warm_up_cut
            steady["cut"].append(cut is not None and cut.seconds > 0)
            steady["said not to settle"].append(cut is not None and bool(cut.unsettled))
            steady["said to drift"].append(point.drift is not None)
        where = f"{streams} streams, {length_s:g} s, memory {memory:g}"
        for kind, found in hits.items():
            shares = [float(np.mean(each)) for each in found.values() if len(each) >= runs / 3]
            every = float(np.mean([hit for each in found.values() for hit in each]))
            yield Figure(
                f"{where}: {kind} hold the truth", f"{every:.0%} ({min(shares):.0%}-{max(shares):.0%})"
            )
        for what, found_in in steady.items():
            yield Figure(f"{where}: steady runs {what}", f"{np.mean(found_in):.0%}")


def stopping(runs: int, width: float) -> Iterator[Figure]:
    for streams in (4, 16, 64):
        server = SharedSteps(streams=streams, length_s=200)
        truth = told(replace(server, length_s=LONG), 10**6)
        hits: dict[str, list[bool]] = defaultdict(list)
        seconds = []
        for seed in range(runs):
            run = server.run(np.random.default_rng(1000 + seed))
            at_s = stopped_at(run, width)
            point = operating_point(cut_off(run, at_s), provenance=PROVENANCE)
            seconds.append(at_s)
            assert point.ttft is not None
            assert truth.ttft is not None
            for name, mine, true in (
                ("throughput", point.output_tokens_per_second, truth.output_tokens_per_second),
                ("mean TTFT", point.ttft.mean, truth.ttft.mean),
            ):
                if mine is not None and true is not None and mine.low is not None and mine.high is not None:
                    hits[name].append(mine.low <= true.value <= mine.high)
        for name, found in hits.items():
            where = f"{streams} streams, stopped at {width:.0%} after {np.mean(seconds):.0f} s"
            yield Figure(f"{where}: {name} holds the truth", f"{np.mean(found):.0%}")


def stopped_at(run: Run, width: float) -> float:
    seen = run.observations
    rows = np.flatnonzero(~seen.warmup)
    rows = rows[np.argsort(seen.sent_at_s[rows], kind="stable")]
    columns = (seen.sent_at_s, seen.first_at_s, seen.last_at_s, seen.output_tokens)
    answered = [Answered(i, *(float(each[j]) for each in columns)) for i, j in enumerate(rows)]
    at_s, narrow = 2.0, False
    while at_s < 200.0:
        ended = [one for one, j in zip(answered, rows, strict=True) if seen.done_at_s[j] <= at_s]
        found = running_width(ended)
        was_narrow, narrow = narrow, found is not None and found.widest <= width
        if was_narrow and narrow:
            return at_s
        at_s *= 1.1
    return 200.0


def cut_off(run: Run, at_s: float) -> Run:
    """Return what a run holds that is stopped at an instant: requests in flight are cancelled."""
    seen = run.observations
    kept = seen.sent_at_s <= at_s
    gaps = np.repeat(kept, np.maximum(seen.chunks - 1, 0))
    columns = {
        each.name: value[gaps if each.name == "gap_us" else kept]
        for each in fields(seen)
        if (value := getattr(seen, each.name)) is not None
    }
    late = columns["done_at_s"] > at_s
    columns["outcome"] = np.where(late, Outcome.CANCELLED.value, columns["outcome"])
    return replace(run, observations=type(seen)(**columns))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--width", type=float, default=0.05)
    options = parser.parse_args()
    print(heading("Intervals, cuts and stops of single runs, 95 % nominal (in brackets: the worst and best)"))
    show([*coverage(options.runs), *stopping(options.runs, options.width)])


if __name__ == "__main__":
    main()
