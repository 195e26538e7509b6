"""Contention, variation and drift of the APIs of 2022 (arXiv 2305.02440): the figures of METHOD 3."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.exchange import TimesFormat
from isocost.runtime import RuntimeSamples, cell_variations, contention, drift, typical_variation
from isocost.studies.table_trends import table_trends
from isocost.studies.trends import TrendQuestion

FOLDER = Path(__file__).parents[2].parent / "shared/data/narayanan2023"


def rows(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the paper's measurements are not here ({name}); they are not part of the project")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def samples(found):
    return RuntimeSamples(
        input_tokens=np.array([int(row["prompt_tokens_requested"]) for row in found]),
        output_tokens=np.array([int(row["output_tokens_requested"]) for row in found]),
        runtime_s=np.array([float(row["runtime_s"]) for row in found]),
        block=np.zeros(len(found), dtype=np.int64),
    )


def test_variation_of_every_cell():
    models = defaultdict(list)
    for row in rows("api_runtimes.csv"):
        if row["source"] == "figure_per_instance":
            models[row["model"]].append(row)
    cells = [cell for found in models.values() for cell in cell_variations(samples(found))]
    assert len(cells) == 6 * 35
    coefficients = [cell.coefficient for cell in cells]
    assert (round(min(coefficients), 3), round(max(coefficients), 2)) == (0.009, 1.11)
    typical = typical_variation(cells)
    assert typical.value == pytest.approx(0.23, abs=0.005)
    assert typical.low < 0.2
    assert typical.high > 0.26


def test_one_provider_slows_down_with_parallel_requests_and_another_does_not():
    series = defaultdict(list)
    for row in rows("api_load_test.csv"):
        point = int(row["parallel_requests"]), float(row["min_runtime_s"])
        series[row["api"], row["output_tokens"]].append(point)
    seen = {
        key: contention(*zip(*points, strict=True), name=key[0], request=key[1])
        for key, points in series.items()
    }
    assert len(seen) == 12
    # anthropic, 64 tokens: 8.3766 / 4.0808 = 2.053 at 32; ai21: 3.3553 / 3.0396 = 1.104
    assert seen["anthropic", "64"].levels[-1][2] == pytest.approx(2.053, abs=0.001)
    assert seen["ai21", "64"].levels[-1][2] == pytest.approx(1.104, abs=0.001)
    assert all(seen["anthropic", tokens].per_doubling.low > 1 for tokens in ("1", "4", "16", "64"))
    assert seen["ai21", "64"].per_doubling.low < 1 < seen["ai21", "64"].per_doubling.high


def test_a_service_became_quicker_between_july_and_september():
    found = [
        row
        for row in rows("api_runtimes.csv")
        if row["model"] == "ai21/j1-jumbo" and row["source"] != "figure_min_over_instances"
    ]
    seen = drift(
        [row["date"] for row in found],
        [int(row["prompt_tokens_requested"]) for row in found],
        [int(row["output_tokens_requested"]) for row in found],
        [float(row["runtime_s"]) for row in found],
        name="ai21/j1-jumbo",
    )
    assert seen.first == "2022-07-10"
    assert [step.date for step in seen.steps] == ["2022-07-11", "2022-07-19", "2022-09-30"]
    last = seen.steps[-1]
    assert last.cells == 21
    assert last.ratio.value == pytest.approx(0.864, abs=0.001)
    assert last.ratio.high < 1


def asked(name, question, **form):
    rows(name)  # skips where the data are not here
    return table_trends(FOLDER / name, question, TimesFormat(**form))


SIZES = {"prompt_tokens_requested": "prompt_tokens", "output_tokens_requested": "output_tokens"}


def test_the_question_of_variation_reads_the_same_cells():
    question = TrendQuestion(variation=True)
    report = asked("api_runtimes.csv", question, names=SIZES, where={"source": "figure_per_instance"})
    cells = [cell.coefficient for each in report.variations for cell in each.cells]
    assert (len(cells), round(min(cells), 3), round(max(cells), 2)) == (210, 0.009, 1.11)
    assert report.all_cells.value == pytest.approx(0.23, abs=0.005)
    # the middle cell: .23 sqrt(10 / 9) = .242; (1.96 * .242 / .05)^2 = 90, and t is wider
    needed = sorted(count for each in report.variations for count in each.needed)
    assert 85 <= needed[105] <= 100


def test_the_question_of_contention_reads_all_three_providers():
    names = {"api": "model", "min_runtime_s": "runtime_s"}
    report = asked("api_load_test.csv", TrendQuestion(contention="parallel_requests"), names=names)
    assert [each.name for each in report.contentions] == ["openai"] * 4 + ["anthropic"] * 4 + ["ai21"] * 4
    seen = {(each.name, each.request): each for each in report.contentions}
    assert seen["anthropic", "64 tokens out"].levels[-1][2] == pytest.approx(2.053, abs=0.001)
    assert seen["anthropic", "1 token out"].levels[0][:2] == (1, 0.6215)
    codes = [caution.code for caution in report.cautions]
    assert codes == ["minima-hide-waiting", "slow-first-level", "slow-first-level"]  # openai's 1 and 4 tokens


def test_the_question_of_drift_sets_requests_beside_means():
    ignored = {"names": SIZES, "ignore": ("source", "variant")}
    report = asked("api_runtimes.csv", TrendQuestion(drift="date"), **ignored)
    last = {each.name: each.steps[-1] for each in report.drifts}
    assert {step.date for step in last.values()} == {"2022-09-30"}
    assert {name: round(step.ratio.value, 2) for name, step in last.items()} == {
        "ai21/j1-large": 0.87,
        "ai21/j1-jumbo": 0.86,
        "ai21/j1-grande": 0.80,
    }
