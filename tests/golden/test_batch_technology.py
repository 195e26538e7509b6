"""The batch technology on 82 public sweeps (ML.ENERGY benchmark): the figures of METHOD 6."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.economics import fit_step_time, step_time

PATH = Path(__file__).parents[2].parent / "shared/data/energy/mlenergy_llm_batch_sweeps.csv"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
Sweep = tuple[str, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def sweeps() -> list[Sweep]:
    """Architecture, mean batch size and seconds per step of each sweep with at least six points."""
    if not PATH.exists():
        pytest.skip(f"the public batch sweeps are not here ({PATH.name}); they are not part of the project")
    found = defaultdict(list)
    with PATH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            batch, rate = float(row["avg_batch_size"]), float(row["output_throughput_tokens_per_sec"])
            found[tuple(row[key] for key in KEYS)].append((batch, batch / rate, row["architecture"]))
    kept = [sorted(rows) for rows in found.values() if len(rows) >= 6]
    return [(rows[0][2], np.array([r[0] for r in rows]), np.array([r[1] for r in rows])) for rows in kept]


def left_out_errors(batch: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Log error at each point of the curve that was fitted to the others."""
    errors = []
    for i in range(len(batch)):
        rest = np.arange(len(batch)) != i
        fitted = fit_step_time(batch[rest], steps[rest])
        errors.append(np.log(step_time(batch[i], fitted) / steps[i]))
    return np.array(errors)


def test_error_on_levels_left_out(sweeps: list[Sweep]) -> None:
    assert len(sweeps) == 82
    errors = [left_out_errors(batch, steps) for _, batch, steps in sweeps]
    whole = np.median([np.sqrt((e**2).mean()) for e in errors])
    interior = np.median([np.sqrt((e[1:-1] ** 2).mean()) for e in errors])
    assert whole == pytest.approx(0.061, abs=0.001)
    assert interior <= 0.047


def test_exponents_of_dense_and_mixture_models(sweeps: list[Sweep]) -> None:
    exponents = defaultdict(list)
    for architecture, batch, steps in sweeps:
        exponents[architecture].append(fit_step_time(batch, steps).exponent)
    medians = {name: float(np.median(found)) for name, found in exponents.items()}
    assert medians["Dense Transformer"] == pytest.approx(0.92, abs=0.01)
    assert medians["MoE"] == pytest.approx(0.62, abs=0.01)


def test_average_cost_falls_in_every_sweep_and_by_how_much(sweeps: list[Sweep]) -> None:
    falls = defaultdict(list)
    for architecture, batch, steps in sweeps:
        falls[architecture].append((steps[0] / batch[0]) / (steps[-1] / batch[-1]))
    assert all(fall > 1 for found in falls.values() for fall in found)
    medians = {name: round(float(np.median(found)), 1) for name, found in falls.items()}
    assert medians == {"Dense Transformer": 9.0, "Mamba-Transformer Hybrid": 6.3, "MoE": 12.5}
