"""What a search for the limit finds, and with how much load, on simulated servers whose limit is known.

Slots with one line and exponential services, promised a time to the first token. The truth is the rate at
which the 95th percentile of a run of 400,000 requests meets the promise. Beside the load of each search
stands that of a grid of the same resolution whose every run is as long as a probe may be: over the whole way
up from the rate of one stream to the first that fails, and over the last doubling alone, as if somebody had
told where to look. Then, for each rate, how often one probe errs.

    python benchmarks/find_limit.py [--searches 25] > benchmarks/results/find-limit.md
"""

from __future__ import annotations

import argparse
import heapq
import math
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from doubles.limit_runs import SimulatedServer, search_stage_of
from doubles.queues import times_in_batches, times_in_line, wait_bound, waits_before_slots
from isocost.statistics.promise import Promise, ends_probe, judge_promises, look_sizes
from isocost.studies.limit_search import search
from isocost.studies.limits_found import limit_of

SERVICE_S, MOST, RESOLUTION = 0.1, 4000, 0.05
SERVERS = ((1, 1.0), (4, 0.3), (16, 0.3), (64, 0.2))  # slots, promised seconds to the first token


def truth(slots: int, bound_s: float) -> float:
    """The rate at which the 95th percentile is the bound, by bisection of long runs on common randomness."""
    rng = np.random.default_rng(99)
    gaps, service = rng.exponential(1.0, 400_000), rng.exponential(SERVICE_S, 400_000)
    low, high = 0.2 * slots / SERVICE_S, slots / SERVICE_S
    for _ in range(9):
        rate = (low + high) / 2
        free = [0.0] * slots
        first = []
        for instant, took in zip(np.cumsum(gaps / rate).tolist(), service.tolist(), strict=True):
            begun = max(instant, heapq.heappop(free))
            heapq.heappush(free, begun + took)
            first.append(begun + took / 4 - instant)
        low, high = (rate, high) if np.quantile(first[4000:], 0.95) <= bound_s else (low, rate)
    return (low + high) / 2


def searches(slots: int, bound_s: float, count: int) -> str:
    """One row of the table of searches."""
    limit = truth(slots, bound_s)
    held, widths, requests, probes, states, untold = 0, [], [], [], [], 0
    for seed in range(count):
        server = SimulatedServer(slots=slots, service_s=SERVICE_S, spread=True, seed=1000 * seed)
        stage = search_stage_of(f"ttft.p95={bound_s:g}s", longest_s=1e6)
        search(stage, (), server.carry, highest=None)
        found = limit_of("simulated", stage, server.runs)
        low, high = found.passed or 0.0, found.failed or math.inf
        held += low <= limit <= high
        widths.append(high / low if low else math.inf)
        requests.append(found.requests)
        probes.append(len(found.probes))
        states.append(found.state)
        untold += len(found.untold)
    steps = math.ceil(math.log(limit * SERVICE_S) / math.log1p(RESOLUTION)) + 1  # from the rate of one stream
    octave = math.ceil(math.log(2) / math.log1p(RESOLUTION)) + 1
    mean = float(np.mean(requests))
    most = search_stage_of(f"ttft.p95={bound_s:g}s", longest_s=1e6).find_limit.requests_at(limit)
    return (
        f"| {slots} | {bound_s:g} s | {limit:.1f} | {held}/{count} | {np.median(widths):.2f} | "
        f"{states.count('found')} | {np.mean(probes):.1f} | {untold / count:.1f} | {mean:,.0f} | "
        f"{f'{steps * most:,}' if steps > 1 else '-'} | {octave * most:,} | {octave * most / mean:.1f} |"
    )


def errors(servers: int) -> list[str]:
    """Rows of the table of single probes: at rates a step and more from the limit."""
    rng = np.random.default_rng(8)
    batch = float(np.quantile(times_in_batches(7.0, 50_000, 4, rng)[2_000:], 0.95))
    cases = {
        "M/M/1": (0.9, math.log(20) / 0.1, lambda r, g: times_in_line(r, MOST, servers, g, fixed=False)),
        "M/M/4": (3.6, wait_bound(4, 3.6), lambda r, g: waits_before_slots(r, 4, MOST, servers, g)),
        "M/M/32": (29.0, wait_bound(32, 29.0), lambda r, g: waits_before_slots(r, 32, MOST, servers, g)),
        "M/D/1": (0.9, 15.04, lambda r, g: times_in_line(r, MOST, servers, g, fixed=True)),
        "batches of up to 16": (7.0, batch, lambda r, g: times_in_batches(r, MOST, servers, g)),
    }
    rows = []
    for name, (limit, bound, serve) in cases.items():
        for factor in (0.5, 0.8, 1 / 1.05, 1.05, 1.2, 1.5):
            verdicts, sizes = [], []
            for column in serve(limit * factor, np.random.default_rng(5)).T:
                verdict, size = one_probe(column, bound)
                verdicts.append(verdict)
                sizes.append(size)
            passed, failed = verdicts.count("kept") / servers, verdicts.count("broken") / servers
            rows.append(f"| {name} | {factor:.2f} | {passed:.1%} | {failed:.1%} | {np.mean(sizes):,.0f} |")
    return rows


def one_probe(times: np.ndarray, bound: float) -> tuple[str, int]:
    """What a probe tells, and after how many requests."""
    looks, before = look_sizes(len(times)), "cannot be told"
    for size in looks:
        state, _ = judge_promises([(Promise("", "p95", bound), times[:size])], looks=len(looks))
        if ends_probe(state, before, requests=size):
            return state, size
        before = state
    return "cannot be told", len(times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--searches", type=int, default=25)
    parser.add_argument("--servers", type=int, default=200)
    asked = parser.parse_args()
    began = time.perf_counter()
    print("# Finding the limit: simulated servers\n")
    print(
        f"Services exponential, {SERVICE_S:g} s on average; Poisson arrivals; promised: TTFT p95; resolution"
    )
    print(f"{RESOLUTION:.0%}; {asked.searches} searches each.\n")
    print(
        "| slots | promised | limit, 1/s | interval holds it | failed over passed, median | at 5% "
        "| probes | not told | requests | grid, whole | grid, last doubling | times less |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for slots, bound_s in SERVERS:
        print(searches(slots, bound_s, asked.searches), flush=True)
    print("\n## One probe\n")
    print(f"{asked.servers} servers each, begun empty, at a rate over the limit.\n")
    print("| server | rate over limit | passes | fails | requests until told |")
    print("|---|---|---|---|---|")
    print("\n".join(errors(asked.servers)))
    print(f"\nTook {time.perf_counter() - began:.0f} s; the figures are the same on any machine.")


if __name__ == "__main__":
    main()
