"""Contention, variation and drift of the APIs of 2022 (arXiv 2305.02440): the figures of METHOD 3."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples, cell_variations, contention, drift, typical_variation

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
