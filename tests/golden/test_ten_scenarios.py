"""The example workload: what arXiv 2510.26136 says of its own, and marks on all that it does not say."""

import csv
from pathlib import Path

import numpy as np
import pytest

from isocost.exchange import read_tasks
from isocost.workload.tasks import draw_tasks

PATH = Path(__file__).parents[2] / "docs/examples/ten-scenarios.csv"


@pytest.fixture(scope="module")
def rows():
    with PATH.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ten_scenarios_have_2993_requests(rows):
    # arXiv 2510.26136: WiNEval-3.0 has 2,993 requests in ten professional scenarios
    assert (len(rows), sum(int(row["requests"]) for row in rows)) == (10, 2993)
    tasks = read_tasks(PATH)
    assert [task.requests for task in tasks] == [int(row["requests"]) for row in rows]


def test_what_is_not_published_is_marked_assumed(rows):
    assert {row["task"] for row in rows if row["task_is"] == "published"} == {
        "clinical diagnosis",
        "text correction",
    }
    assert {row["task_is"] for row in rows} == {"published", "assumed"}
    assert {row["requests_are"] for row in rows} == {row["lengths_are"] for row in rows} == {"assumed"}


def test_lengths_are_long_tailed_as_the_file_says(rows):
    # 299 draws: the 95th percentile over the median of a log-normal is known to about 15 %
    for row, drawn in zip(rows, draw_tasks(read_tasks(PATH)), strict=True):
        lengths = np.array([shape.output_tokens for shape in drawn.shapes])
        assert len(lengths) == int(row["requests"])
        assert np.median(lengths) == pytest.approx(float(row["output_tokens"]), rel=0.25)
        tail = np.percentile(lengths, 95) / np.median(lengths)
        assert tail == pytest.approx(float(row["output_tail"]), rel=0.35)


def test_the_time_that_the_papers_cost_implies():
    # $0.34 at 2 x 0.79 USD/h: the page says 775 s and 3.9 requests per second
    seconds = 0.34 / 1.58 * 3600
    page = (PATH.parents[1] / "how-to/cost-a-workload.md").read_text(encoding="utf-8")
    assert f"= {seconds:.0f} s, or {2993 / seconds:.1f}\nrequests per second" in page
