"""Costs read from files of others beside their oracles: rates of arXiv 2606.11690, and five load generators.

Reads ``../shared/data`` where it is there, and says so where it is not.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

from machine import heading

from isocost.exchange import SweepFormat, read_results, read_sweep
from isocost.studies.levels import judged_levels
from isocost.studies.sweeps import FileQuestion, report_files

DATA = Path(__file__).parents[1].parent / "shared/data"
NAMES = {
    "rate": "rps",
    "requests_per_second": "request_throughput",
    "output_tokens_per_second": "tps_output",
    "e2e_p50_ms": "e2el_p50_ms",
    "price_usd_per_hour": "gpu_cost_hr",
}
FORM = SweepFormat(names=NAMES, requests=500)
LONGER = SweepFormat(
    names={
        "rate": "rps",
        "output_tokens_per_second": "tps_mean",
        "ttft_p50_ms": "ttft_p50_mean_ms",
        "e2e_p50_ms": "e2el_p50_mean_ms",
    }
)
PROMISES = ("ttft.p50=1s", "tpot.p50=50ms")
PUBLISHED = {
    "C1": "25 0.3683",
    "C2": "50 0.2552",
    "C3": "25 0.4113",
    "C4": "100 0.2178",
    "C5": "10 1.6660",
    "C6": "50 0.5489",
    "A1": "5 0.8249",
    "A2": "5 0.8148",
    "A3": "5 0.8432",
    "A4": "5 0.8317",
    "AS1": "5 0.7942",
}
PARTIAL = PUBLISHED | {"C2": "25 0.3370", "C4": "25 0.3672", "C6": "25 0.7321"}
STEADY = PUBLISHED | {
    "C1": "10 0.7867",
    "C2": "10 0.7778",
    "C3": "10 0.8082",
    "C4": "10 0.7945",
    "C5": "5 3.1631",
    "C6": "10 1.6058",
}


def row(figure: str, ours: str, target: str) -> None:
    print(f"{figure:46s} | {ours:22s} | {target:18s} | {'met' if ours == target else 'MISSED'}")


def zones() -> None:
    for steady, oracle in (("any", PUBLISHED), ("partial", PARTIAL), ("only", STEADY)):
        question = FileQuestion(service_levels=PROMISES, steady=steady, form=FORM)  # type: ignore[arg-type]
        for each in report_files([DATA / "patil2026/runs.csv"], question).deployments:
            assert each.curve is not None
            assert each.curve.zone.best is not None
            best = each.curve.level_at(each.curve.zone.best)
            cost = best.cost_per_million_tokens["output"].value
            name = each.deployment.name
            row(
                f"{name}, --steady {steady}: rate, USD/M output",
                f"{best.load.rate_per_s:g} {cost:.4f}",
                oracle[name],
            )


def states() -> None:
    points = read_sweep(DATA / "patil2026/runs.csv", FORM).points
    found: Counter[str] = Counter()
    for name in dict.fromkeys(point.deployment for point in points):
        kept = judged_levels([point for point in points if point.deployment == name])
        found.update(each.state for _, each in kept.judged)
    told = f"{len(points) - found.total()} {found['partial']} {found['steady']}"
    row("runs never, partly and always steady", told, "38 12 27")


def idling() -> None:
    """Cost at 1 request per second over the cheapest run of the deployment."""
    question = FileQuestion(steady="any", form=FORM)
    over = []
    for each in report_files([DATA / "patil2026/runs.csv"], question).deployments:
        assert each.curve is not None
        costs = [level.cost_per_million_tokens["output"].value for level in each.curve.levels]
        over.append(costs[0] / min(costs))
    row(
        "cost at 1/s over the least, by deployment",
        f"{min(over):.0f} to {max(over):.0f} times",
        "7 to 36 times",
    )


def overload() -> None:
    """The longer repeats of C2: cost rises deeper into overload, and the levels left are below capacity."""
    question = FileQuestion(price_usd_per_hour=6.98, form=LONGER)
    curve = report_files([DATA / "patil2026/stability_c2.csv"], question).deployments[0].curve
    assert curve is not None
    text = next((each.text for each in curve.cautions if each.code == "loss-in-overload"), "not found")
    loss = re.search(r"[\d.]+ % more at [\d.]+/s than at [\d.]+/s", text)
    row("loss in overload, longer runs of C2", loss[0] if loss else text, "2.1 % more at 100/s than at 50/s")
    kept = ", ".join(level.load.label for level in curve.levels)
    row("levels that are left of them", kept, "1/s, 10/s")


def tools() -> None:
    """The server behind these files takes 8 ms a step and 0.4 ms for each stream."""
    for tool in ("guidellm", "aiperf", "inference-perf", "llmeter", "vllm_bench"):
        started = time.perf_counter()
        points = read_results([DATA / "bench_results/local_sweeps" / tool]).points
        took = time.perf_counter() - started
        worst = 0.0
        for point in points:
            streams = point.load.concurrency
            seen = None if point.tpot is None else point.tpot.at("p50")
            assert streams is not None
            assert seen is not None
            if streams <= 16:
                worst = max(worst, abs(seen.value / (0.008 + 0.0004 * streams) - 1))
        figure = f"{tool}, {len(points)} runs: time per token off by"
        verdict = "met" if worst < 0.015 else "MISSED"
        print(f"{figure:46s} | {worst:22.2%} | {'1.5 %':18s} | {verdict}; read in {took * 1e3:.0f} ms")


def main() -> None:
    print(heading("costs from files of others beside their oracles"))
    if not DATA.exists():
        print("the public files are not here: nothing to compare")
        sys.exit(0)
    states()
    zones()
    idling()
    overload()
    tools()


if __name__ == "__main__":
    main()
