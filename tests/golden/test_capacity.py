"""Cost by allocation over cost by usage at a request a second: the underutilization of arXiv 2606.11690."""

import csv
from pathlib import Path

import pytest

from isocost.exchange import SweepFormat
from isocost.studies.capacity import CapacityQuestion, capacity_report
from isocost.studies.sweeps import FileQuestion, report_files

FOLDER = Path(__file__).parents[2].parent / "shared/data/patil2026"
NAMES = {
    "rate": "rps",
    "requests_per_second": "request_throughput",
    "output_tokens_per_second": "tps_output",
    "price_usd_per_hour": "gpu_cost_hr",
}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs ../shared/data/patil2026")


CONFIGURATIONS = ("C1", "C2", "C3", "C4", "C5", "C6", "A1", "A2", "A3", "A4", "AS1")


@pytest.mark.parametrize("config", CONFIGURATIONS)
def test_a_replica_at_one_request_a_second_costs_so_many_times_what_is_used_of_it(config):
    with (FOLDER / "runs.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["config"] == config]
    slowest = next(row for row in rows if row["rps"] == "1")
    form = SweepFormat(names=NAMES, where={"config": config}, requests=500)
    report = report_files([FOLDER / "runs.csv"], FileQuestion(form=form, steady="any"))
    mix = capacity_report(report, CapacityQuestion(requests_per_day=86_400)).plan.mix
    # theirs: cost per token at an offered 1/s over that at the best throughput; of the 1/s so many ended
    published = float(slowest["underutil_penalty"]) * float(slowest["request_throughput"])
    assert mix.cost_per_day.value / mix.usage_per_day.value == pytest.approx(published, rel=1e-3)
    assert mix.cost_per_day.value == pytest.approx(24 * float(rows[0]["gpu_cost_hr"]))
