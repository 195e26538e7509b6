"""The five firms of Coelli's EG2: bootstrap values of another code, as far as chance and bandwidth allow."""

import csv
from pathlib import Path

import numpy as np
import pytest

from isocost.frontier import BootstrapOptions, bootstrap_scores

PATH = Path(__file__).parents[2].parent / "shared/data/frontier_textbook/coelli_deap_eg2.csv"


def test_the_five_firms():
    """DataEnvelopmentAnalysis.jl's values, within .06: both are random."""
    if not PATH.exists():
        pytest.skip(f"the five firms are not here ({PATH.name}); they are not part of the project")
    with PATH.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    x, y = (np.array([float(row[name]) for row in rows]) for name in "xy")
    names, options = [row["firm"] for row in rows], BootstrapOptions(resamples=1000)
    found = bootstrap_scores(x, y, names=names, rng=np.random.default_rng(1), options=options)
    for row, unit in zip(rows, found.units, strict=True):
        assert unit.score == pytest.approx(float(row["vrste_in"]), abs=1e-9)
        ours = (
            unit.corrected.value,
            unit.score - unit.corrected.value,
            unit.corrected.low,
            unit.corrected.high,
        )
        columns = ("sw_boot_bias_corrected_in_JL", "sw_boot_bias_in_JL", "sw_ci_lo_JL", "sw_ci_hi_JL")
        assert ours == pytest.approx([float(row[name]) for name in columns], abs=0.06)
