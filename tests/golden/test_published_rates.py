"""Costs over offered rates of eleven deployments (arXiv 2606.11690), as published and then honestly."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from isocost.exchange import SweepFormat, read_sweep
from isocost.studies.levels import judged_levels
from isocost.studies.sweeps import FileQuestion, report_files

FOLDER = Path(__file__).parents[2].parent / "shared/data/patil2026"
FORM = SweepFormat(
    names={
        "rate": "rps",
        "requests_per_second": "request_throughput",
        "output_tokens_per_second": "tps_output",
        "e2e_p50_ms": "e2el_p50_ms",
        "e2e_p90_ms": "e2el_p90_ms",
        "power_w": "gpu_power_w",
        "price_usd_per_hour": "gpu_cost_hr",
    },
    requests=500,
)
PROMISES = ("ttft.p50=1s", "tpot.p50=50ms")
AS_PUBLISHED = {
    "C1": (25, 0.3683),
    "C2": (50, 0.2552),
    "C3": (25, 0.4113),
    "C4": (100, 0.2178),
    "C5": (10, 1.666),
    "C6": (50, 0.5489),
    "A1": (5, 0.8249),
    "A2": (5, 0.8148),
    "A3": (5, 0.8432),
    "A4": (5, 0.8317),
    "AS1": (5, 0.7942),
}
AT_LEAST_PARTLY_STEADY = AS_PUBLISHED | {"C2": (25, 0.3370), "C4": (25, 0.3672), "C6": (25, 0.7321)}
STEADY = AS_PUBLISHED | {
    "C1": (10, 0.7867),
    "C2": (10, 0.7778),
    "C3": (10, 0.8082),
    "C4": (10, 0.7945),
    "C5": (5, 3.1631),
    "C6": (10, 1.6058),
}


@pytest.fixture(scope="module")
def runs():
    path = FOLDER / "runs.csv"
    if not path.exists():
        pytest.skip("the runs at rising rates are not here; they are not part of the project")
    return path


@pytest.mark.parametrize(
    ("steady", "expected"), [("any", AS_PUBLISHED), ("partial", AT_LEAST_PARTLY_STEADY), ("only", STEADY)]
)
def test_least_cost_within_the_service_levels(runs, steady, expected):
    report = report_files([runs], FileQuestion(service_levels=PROMISES, steady=steady, form=FORM))
    found = {}
    for each in report.deployments:
        best = each.curve.level_at(each.curve.zone.best)
        cost = best.cost_per_million_tokens["output"].value
        found[each.deployment.name] = (best.load.rate_per_s, float(f"{cost:.4f}"))
    assert found == {name: (float(rate), cost) for name, (rate, cost) in expected.items()}


def test_costs_are_those_that_the_source_computed(runs):
    # the file's own column, which no reader of ours looks at
    with runs.open(encoding="utf-8") as file:
        told = {
            (row["config"], float(row["rps"])): float(row["c_eff_per_mtok"]) for row in csv.DictReader(file)
        }
    report = report_files([runs], FileQuestion(steady="any", form=FORM))
    for each in report.deployments:
        for level in each.curve.levels:
            cost = level.cost_per_million_tokens["output"].value
            assert cost == pytest.approx(told[each.deployment.name, level.load.rate_per_s], rel=1e-3)


def test_half_of_the_runs_never_were_steady(runs):
    points = read_sweep(runs, FORM).points
    names = dict.fromkeys(point.deployment for point in points)
    states = Counter()
    refused = set()
    for name in names:
        mine = [point for point in points if point.deployment == name]
        kept = judged_levels(mine)
        states.update(each.state for _, each in kept.judged)
        refused |= {(name, point.load.rate_per_s) for point in mine if point not in kept.points}
    assert len(points) == 77
    assert (len(refused), states["partial"], states["steady"]) == (38, 12, 27)
    # all at 50/s and more, and A1-A4 and AS1 at 25/s
    assert refused == {(name, rate) for name in names for rate in (50, 100, 200)} | {
        (name, 25) for name in ("A1", "A2", "A3", "A4", "AS1")
    }


def test_longer_runs_show_a_loss_deep_in_overload():
    path = FOLDER / "stability_c2.csv"
    if not path.exists():
        pytest.skip("the longer repeats are not here; they are not part of the project")
    names = {
        "rate": "rps",
        "output_tokens_per_second": "tps_mean",
        "ttft_p50_ms": "ttft_p50_mean_ms",
        "e2e_p50_ms": "e2el_p50_mean_ms",
    }
    report = report_files([path], FileQuestion(price_usd_per_hour=6.98, form=SweepFormat(names=names)))
    curve = report.deployments[0].curve
    assert [level.load.rate_per_s for level in curve.levels] == [1.0, 10.0]
    told = {caution.code: caution.text for caution in curve.cautions}
    # 0.26132 / 0.25591 = 1.021
    assert "2.1 % more at 100/s than at 50/s" in told["loss-in-overload"]
