"""The tables of docs/studies/public-h100-a100.md, from the published runs of arXiv 2606.11690.

Reads ``../shared/data/patil2026`` where it is there. ``--page`` writes the tables into the page and the
pictures beside it (see `public_pictures`).
"""

from __future__ import annotations

import argparse
import csv
import itertools
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from machine import heading
from public_pictures import pictures
from study_page import filled, table

from isocost.exchange import SweepFormat, read_sweep
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.levels import judged_levels
from isocost.studies.sweeps import FileQuestion, report_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.operating_point import OperatingPoint
    from isocost.economics import CostCurve, CostLevel, Steadiness

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "patil2026"
PAGE = ROOT / "docs" / "studies" / "public-h100-a100.md"
IMAGES = ROOT / "docs" / "images"
REQUESTS = 500
FORM = SweepFormat(
    names={
        "deployment": "config",
        "rate": "rps",
        "requests_per_second": "request_throughput",
        "output_tokens_per_second": "tps_output",
        "e2e_p50_ms": "e2el_p50_ms",
        "power_w": "gpu_power_w",
        "price_usd_per_hour": "gpu_cost_hr",
    },
    requests=REQUESTS,
)
LONGER = SweepFormat(
    names={
        "rate": "rps",
        "output_tokens_per_second": "tps_mean",
        "ttft_p50_ms": "ttft_p50_mean_ms",
        "e2e_p50_ms": "e2el_p50_mean_ms",
    }
)
PROMISES = ("ttft.p50=1s", "tpot.p50=50ms")
SHARPER = {
    "as above": PROMISES,
    "TPOT p50 20 ms": ("ttft.p50=1s", "tpot.p50=20ms"),
    "TTFT p99 0.2 s, TPOT p90 50 ms": ("ttft.p99=200ms", "tpot.p90=50ms"),
}
NAMES = {
    "Meta-Llama-3.1-8B-Instruct": "Llama 3.1 8B",
    "Qwen3-30B-A3B-Instruct-2507": "Qwen3 30B-A3B",
    "Mixtral-8x7B-Instruct-v0.1": "Mixtral 8x7B",
}
MACHINES = {"H100": "h100", "A100_80GB_PCIe": "a100"}
TOKENS = 256
"""Output tokens of each request: tokens over requests per second in every run."""


def curves(steady: str, promises: Sequence[str] = PROMISES) -> dict[str, CostCurve]:
    """Price every configuration."""
    question = FileQuestion(service_levels=tuple(promises), steady=steady, form=FORM)  # type: ignore[arg-type]
    found = report_files([DATA / "runs.csv"], question).deployments
    return {each.deployment.name: each.curve for each in found if each.curve is not None}


def states() -> dict[str, list[tuple[OperatingPoint, Steadiness | None]]]:
    """Every run with what was told of its steady state; ``None``: it had none."""
    points = read_sweep(DATA / "runs.csv", FORM).points
    found = {}
    for name in dict.fromkeys(point.deployment for point in points):
        mine = sorted((point for point in points if point.deployment == name), key=rate)
        kept = judged_levels(mine)
        judged = dict(kept.judged)
        found[name] = [(point, judged.get(point.load)) for point in mine]
    return dict(sorted(found.items(), key=lambda item: (item[0][:-1] != "C", item[0])))


def rate(point: OperatingPoint) -> float:
    """Requests offered per second."""
    assert point.load.rate_per_s is not None
    return point.load.rate_per_s


def residence(point: OperatingPoint) -> float:
    """Median time of a request in the system, seconds."""
    assert point.e2e is not None
    seen = point.e2e.at("p50")
    assert seen is not None
    return seen.value


def in_flight(point: OperatingPoint) -> float:
    """Requests in the system by Little's law, with the median for the mean residence."""
    assert point.requests_per_second is not None
    return point.requests_per_second.value * residence(point)


def cost(level: CostLevel) -> str:
    seen = level.cost_per_million_tokens["output"]
    if seen.low is None or seen.high is None or seen.low == seen.high:
        return f"{seen.value:.4f}"
    return f"{seen.value:.4f} [{seen.low:.2f}, {seen.high:.2f}]"


def best(curve: CostCurve) -> CostLevel | None:
    return None if curve.zone.best is None else curve.level_at(curve.zone.best)


def at_best(curve: CostCurve | None) -> str:
    level = None if curve is None else best(curve)
    return "none" if level is None else f"{cost(level)} at {level.load.label}"


def deployments() -> str:
    rows = []
    for name, runs in states().items():
        first, keys = runs[0][0], runs[0][0].keys
        price = curves("any")[name].price
        assert price is not None
        top = max(runs, key=lambda run: run[0].output_tokens_per_second.value)[0]
        kinds = [
            "never" if each is None else {"partial": "partly", "steady": "steady"}[each.state]
            for _, each in runs
        ]
        rows.append(
            [
                name,
                NAMES[keys["model"].split("/")[-1]],
                keys["precision"],
                f"{keys['gpus']} x {keys['hardware'].split('_')[0]}",
                keys["engine"],
                f"{price.usd_per_hour:.2f}",
                f"{top.output_tokens_per_second.value:,.0f}",
                *(_rates(runs, kinds, kind) for kind in ("steady", "partly", "never")),
            ]
        )
        assert first.requests == REQUESTS
    head = ["", "model", "precision", "GPUs", "engine", "USD/h", "most tokens/s"]
    return table([*head, "steady at", "partly", "never"], rows)


def _rates(runs: Sequence[tuple[OperatingPoint, object]], kinds: Sequence[str], kind: str) -> str:
    return ", ".join(f"{rate(run):g}" for (run, _), each in zip(runs, kinds, strict=True) if each == kind)


def least_costs() -> str:
    read = {steady: curves(steady) for steady in ("any", "partial", "only")}
    rows = [[name, *(at_best(read[steady].get(name)) for steady in read)] for name in states()]
    return table(["", "as published", "at least partly steady", "steady only"], rows)


def longer_runs() -> str:
    """C2: runs of 500 requests beside runs of a minute and more."""
    short = {rate(point): point for point, _ in states()["C2"]}
    price = curves("any")["C2"].price
    assert price is not None
    rows = []
    for point in sorted(read_sweep(DATA / "stability_c2.csv", LONGER).points, key=rate):
        figures = [f"{rate(point):g}"]
        for one in (short[rate(point)], point):
            assert one.ttft is not None
            first = one.ttft.at("p50")
            assert first is not None
            speed = one.output_tokens_per_second.value
            figures += [
                f"{price.usd_per_second * 1e6 / speed:.4f}",
                f"{first.value * 1e3:,.0f}",
                f"{residence(one):.2f}",
                f"{(residence(one) - first.value) / (TOKENS - 1) * 1e3:.1f}",
            ]
        rows.append([figures[0], *(f"{a} / {b}" for a, b in zip(figures[1:5], figures[5:], strict=True))])
    return table(["rate, 1/s", "USD / M output", "TTFT p50, ms", "E2E p50, s", "TPOT, ms (derived)"], rows)


def underuse() -> str:
    published, honest, rows = curves("any"), curves("partial"), []
    for name in states():
        costs = {level.load.rate_per_s: level for level in published[name].levels}
        at_one = costs[1.0].cost_per_million_tokens["output"].value
        lowest = min(level.cost_per_million_tokens["output"].value for level in published[name].levels)
        level = best(honest[name])
        assert level is not None
        kept = level.cost_per_million_tokens["output"].value
        rows.append([name, f"{at_one:.2f}", f"{at_one / lowest:.1f}", f"{at_one / kept:.1f}"])
    head = ["", "USD / M output at 1/s", "over the cheapest run", "over the cheapest within the promises"]
    return table(head, rows)


def returns() -> str:
    """Requests in flight by Little's law, and returns to concurrency from one usable rate to the next."""
    rows = []
    for name, runs in states().items():
        kept = [point for point, each in runs if each is not None]
        flights = {rate(point): f"{in_flight(point):.1f}" for point in kept}
        slopes = {
            rate(after): math.log(
                after.output_tokens_per_second.value / before.output_tokens_per_second.value
            )
            / math.log(in_flight(after) / in_flight(before))
            for before, after in itertools.pairwise(kept)
        }
        rows.append(
            [name]
            + [flights.get(each, "") for each in (1, 5, 10, 25)]
            + [f"{slopes[each]:.2f}" if each in slopes else "" for each in (5, 10, 25)]
        )
    return table(
        ["", "N at 1/s", "5/s", "10/s", "25/s", "returns, 1 to 5/s", "5 to 10/s", "10 to 25/s"], rows
    )


def energy() -> str:
    with (DATA / "runs.csv").open(encoding="utf-8") as file:
        busy = {
            (row["config"], float(row["rps"])): float(row["gpu_util_pct"]) for row in csv.DictReader(file)
        }
    rows = []
    for name, runs in states().items():
        by_rate = {rate(point): point for point, _ in runs}
        watts = {each: point.power_w.value for each, point in by_rate.items() if point.power_w is not None}
        joules = [watts[each] / by_rate[each].output_tokens_per_second.value for each in (1, 5, 10)]
        rows.append(
            [name, *(f"{each:.3f}" for each in joules), *(f"{watts[each]:.0f}" for each in (1, 5, 10, 100))]
            + [f"{busy[name, each]:.0f}" for each in (1, 5, 10, 100)]
        )
    head = ["", "J/token at 1/s", "5/s", "10/s", "W at 1/s", "5/s", "10/s", "100/s"]
    return table([*head, "busy, % at 1/s", "5/s", "10/s", "100/s"], rows)


def hours() -> str:
    rows = []
    for machine, paid in (("h100", "6.98"), ("a100", "3.67")):
        rented = hourly_report(f"{machine}-rented").total
        owned = hourly_report(
            f"{machine}-owned", HourlyQuestion(changes={}, rents=(f"{machine}-rented", paid))
        )
        against = (owned.rents[0], owned.rents[-1])  # between them: both ends of the rent's range
        evens = [_share(each.break_evens[-1].utilization) for each in against]
        rows.append([machine.upper(), paid, _usd(rented), _usd(owned.total), *evens])
    head = ["", "paid in the runs", "rented, May 2026", "owned, all-in, 60 % used"]
    return table([*head, "owning pays from, against rent", "against the price paid"], rows)


def _usd(seen: Estimate) -> str:
    return f"{seen.value:.2f} [{seen.low:.2f}, {seen.high:.2f}]"


def _share(seen: Estimate | None) -> str:
    """Write a utilization; above 1 nobody reaches it."""
    if seen is None:
        return "never"
    ends = ["never" if end is None or end > 1 else f"{100 * end:.0f}" for end in (seen.low, seen.high)]
    return f"{100 * seen.value:.0f} % [{', '.join(ends)}]"


def what_ifs() -> str:
    """The least cost at other prices, and under sharper promises."""
    asked = {name: curves("partial", promises) for name, promises in SHARPER.items()}
    hours_of = {
        (gpu, kind): hourly_report(f"{machine}-{kind}").total
        for gpu, machine in MACHINES.items()
        for kind in ("rented", "owned")
    }
    rows = []
    for name, runs in states().items():
        keys, level = runs[0][0].keys, best(asked["as above"][name])
        assert level is not None
        seconds = level.machine_seconds_per_million.value
        prices = []
        for kind in ("rented", "owned"):
            hour, count = hours_of[keys["hardware"], kind], int(keys["gpus"])
            assert hour.low is not None
            assert hour.high is not None
            each = [seconds * count * usd / 3600 for usd in (hour.value, hour.low, hour.high)]
            prices.append("{:.3f} [{:.2f}, {:.2f}]".format(*each))
        sharper = [_at(best(asked[each][name])) for each in list(SHARPER)[1:]]
        rows.append([name, _at(level), *prices, *sharper])
    return table(["", "price paid", "rented", "owned", *list(SHARPER)[1:]], rows)


def _at(level: CostLevel | None) -> str:
    if level is None:
        return "none"
    return f"{level.cost_per_million_tokens['output'].value:.4f} at {level.load.label}"


def blocks() -> Iterator[tuple[str, str]]:
    """Yield every table of the page by its name."""
    for part in (deployments, least_costs, longer_runs, underuse, returns, energy, hours, what_ifs):
        yield part.__name__.replace("_", "-"), part()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", action="store_true", help="write the tables and pictures of the page")
    arguments = parser.parse_args()
    print(heading("the published runs on H100 and A100", "scipy"))
    if not DATA.exists():
        print(f"the published runs are not at {DATA}")
        sys.exit(0)
    tables = dict(blocks())
    for name, text in tables.items():
        print(f"\n{name}\n\n{text}")
    if arguments.page:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
        for name, text in pictures(states(), curves("any"), curves("partial")).items():
            (IMAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
