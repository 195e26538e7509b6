"""Energy of the public batch sweeps (ML.ENERGY benchmark): the figures of METHOD 10."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.economics import energy_per_token_j, fit_load_power

PATH = Path(__file__).parents[2].parent / "shared/data/energy/mlenergy_llm_batch_sweeps.csv"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
Sweep = list[dict[str, str]]


@pytest.fixture(scope="module")
def sweeps() -> list[Sweep]:
    """Rows of each sweep with at least six points, by rising batch."""
    if not PATH.exists():
        pytest.skip(f"the public batch sweeps are not here ({PATH.name}); they are not part of the project")
    found = defaultdict(list)
    with PATH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[tuple(row[key] for key in KEYS)].append(row)
    kept = [rows for rows in found.values() if len(rows) >= 6]
    return [sorted(rows, key=lambda row: float(row["avg_batch_size"])) for rows in kept]


def column(rows: Sweep, name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def joules(rows: Sweep) -> np.ndarray:
    return energy_per_token_j(
        column(rows, "avg_power_watts"), column(rows, "output_throughput_tokens_per_sec")
    )


def test_energy_is_what_the_benchmark_says(sweeps: list[Sweep]) -> None:
    assert len(sweeps) == 82
    for rows in sweeps:
        assert joules(rows) == pytest.approx(column(rows, "energy_per_token_joules"), rel=1e-9)


def test_energy_falls_far_more_than_power_rises(sweeps: list[Sweep]) -> None:
    falls = defaultdict(list)
    for rows in sweeps:
        falls[rows[0]["architecture"]].append(joules(rows)[0] / joules(rows).min())
    medians = {name: round(float(np.median(found)), 1) for name, found in falls.items()}
    assert medians == {"Dense Transformer": 6.5, "Mamba-Transformer Hybrid": 4.5, "MoE": 11.3}
    rises = [column(rows, "avg_power_watts")[-1] / column(rows, "avg_power_watts")[0] for rows in sweeps]
    assert float(np.median(rises)) == pytest.approx(1.27, abs=0.005)


def test_one_token_more_takes_less_than_the_average_one(sweeps: list[Sweep]) -> None:
    lines = [
        fit_load_power(column(rows, "output_throughput_tokens_per_sec"), column(rows, "avg_power_watts"))
        for rows in sweeps
    ]
    assert all(line is not None for line in lines)
    for rows, line in zip(sweeps, lines, strict=True):
        assert line is not None
        assert line.joules_per_token.value < joules(rows).min()
        assert line.base_w.value > 0
