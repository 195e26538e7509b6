"""FRONTIER 4.1's 60 firms: its estimates to five digits, and the test that there is no inefficiency."""

import csv
from pathlib import Path

import numpy as np
import pytest

from isocost.frontier import StochasticFrontier, stochastic_frontier

PATH = Path(__file__).parents[2].parent / "shared/data/frontier_textbook/sfa_front41_60firms.csv"


@pytest.fixture(scope="module")
def firms() -> StochasticFrontier:
    if not PATH.exists():
        pytest.skip(f"the sixty firms are not here ({PATH.name}); they are not part of the project")
    with PATH.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    inputs = np.array([[float(row["capital"]), float(row["labour"])] for row in rows])
    output = np.array([float(row["output"]) for row in rows])
    return stochastic_frontier(
        inputs, output, names=[row["firm"] for row in rows], input_names=["capital", "labour"]
    )


def test_the_estimates_are_the_published_ones(firms):
    found = {one.name: one.estimate.value for one in firms.coefficients + firms.scales}
    published = {
        "intercept": 0.561617, "ln capital": 0.281103, "ln labour": 0.536480,
        "sigma_squared": 0.217000, "gamma": 0.797206,
    }  # fmt: skip
    assert found == pytest.approx(published, rel=5e-6, abs=5e-7)
    assert firms.ratio_of_scales == pytest.approx(1.98270, rel=5e-6)
    assert firms.log_likelihood == pytest.approx(-17.02723, abs=5.1e-6)


def test_both_conventions_of_efficiency(firms):
    assert firms.mean_efficiency == pytest.approx((0.740568, 0.732453), abs=5.1e-7)


def test_the_mixed_likelihood_ratio(firms):
    assert firms.inefficiency.statistic == pytest.approx(2.8392, abs=5.1e-5)
    assert round(firms.inefficiency.p_value, 3) == 0.046
