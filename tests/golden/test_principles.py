"""The principles of production on 82 public sweeps (ML.ENERGY benchmark): the figures of METHOD 6."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.economics import Principle, arc_returns, judge_principles
from isocost.statistics import benjamini_hochberg, holm

PATH = Path(__file__).parents[2].parent / "shared/data/energy/mlenergy_llm_batch_sweeps.csv"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
Sweep = tuple[str, str, dict[float, list[float]]]


@pytest.fixture(scope="module")
def sweeps() -> list[Sweep]:
    """Model, architecture and tokens per second by mean batch size, of sweeps with at least six points."""
    if not PATH.exists():
        pytest.skip(f"the public batch sweeps are not here ({PATH.name}); they are not part of the project")
    found: dict[tuple[str, ...], list[tuple[float, float, str]]] = defaultdict(list)
    with PATH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            batch, rate = float(row["avg_batch_size"]), float(row["output_throughput_tokens_per_sec"])
            found[tuple(row[key] for key in KEYS)].append((batch, rate, row["architecture"]))
    return [
        (key[0], rows[0][2], {batch: [rate] for batch, rate, _ in sorted(rows)})
        for key, rows in found.items()
        if len(rows) >= 6
    ]


@pytest.fixture(scope="module")
def judged(sweeps: list[Sweep]) -> dict[str, list[Principle]]:
    every = [judge_principles(sweep) for _, _, sweep in sweeps]
    return {column[0].name: list(column) for column in zip(*every, strict=True)}


def counts(principles: list[Principle]) -> tuple[int, int, int]:
    """How many hold: each by itself, after Benjamini-Hochberg, after Holm."""
    p_values = [each.p_value for each in principles if each.p_value is not None]
    assert len(p_values) == len(principles)
    return (
        sum(each.judgement == "holds" for each in principles),
        int((benjamini_hochberg(p_values) <= 0.05).sum()),
        int((holm(p_values) <= 0.05).sum()),
    )


def test_average_cost_falls_everywhere_and_by_how_much(
    sweeps: list[Sweep], judged: dict[str, list[Principle]]
) -> None:
    assert (len(sweeps), len({model for model, _, _ in sweeps})) == (82, 32)
    falls = defaultdict(list)
    for (_, architecture, _), principle in zip(sweeps, judged["average-cost"], strict=True):
        assert principle.effect is not None
        assert principle.effect.value > 1
        falls[architecture].append(principle.effect.value)
    medians = {name: round(float(np.median(values)), 1) for name, values in falls.items()}
    assert medians == {"Dense Transformer": 9.0, "Mamba-Transformer Hybrid": 6.3, "MoE": 12.5}
    # in two sweeps of Qwen3-VL throughput halves from 8 to 16 streams: so much error that it cannot be told
    assert sum(each.judgement == "holds" for each in judged["average-cost"]) == 80


def test_incremental_cost_falls_in_three_of_five(judged: dict[str, list[Principle]]) -> None:
    # METHOD 6 says 52, 49 and 21, by a test whose size it does not give; ours is held by simulation
    assert counts(judged["incremental-cost"]) == (51, 48, 19)


def test_returns_diminish(judged: dict[str, list[Principle]]) -> None:
    alone, _, surely = counts(judged["diminishing-returns"])
    assert (alone, surely) == (58, 38)


def test_returns_at_the_last_level(sweeps: list[Sweep]) -> None:
    assert sum(arc_returns(sweep)[-1] < 0.5 for _, _, sweep in sweeps) == 59


def test_cost_alone_has_no_optimum_in_between(
    sweeps: list[Sweep], judged: dict[str, list[Principle]]
) -> None:
    rates = [[rate for (rate,) in sweep.values()] for _, _, sweep in sweeps]
    assert sum(each[-1] >= 0.99 * max(each) for each in rates) == 69
    # nothing was measured twice: no optimum can be told from chance
    assert {each.judgement for each in judged["optimal-zone"]} == {"cannot be told"}
