"""The nominal 95 % intervals of T(p, o) hold the truth about as often: a small run of the benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples
from isocost.runtime.form import form_of
from isocost.runtime.intervals import coefficient_draws
from isocost.runtime.rows import rows_of
from isocost.runtime.weights import weighted

if TYPE_CHECKING:
    from collections.abc import Callable

    Noise = Callable[[np.ndarray, np.random.Generator], np.ndarray]

SEVEN = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1), (1920, 32))
TABLE = tuple((p, o) for p in (1, 256, 512, 1024, 1920) for o in (1, 8, 32, 64))
ALPHA, BETA = np.array([0.013, 0.041, 0.066, 0.127, 0.214]), 0.0047
REPETITIONS = 250


def gaussian(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return exact * (1 + 0.02 * rng.standard_normal(exact.shape))


def heavy(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return exact * np.exp(0.01 * rng.standard_t(3, exact.shape))


def outliers(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    slow = np.where(rng.random(exact.shape) < 0.05, rng.uniform(2, 5, exact.shape), 1.0)
    return gaussian(exact, rng) * slow


def rounded(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.round(exact * (1 + 0.01 * rng.standard_normal(exact.shape)), 3)


def interleaved_drift(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return gaussian(exact, rng) * (1 + 0.05 * rng.standard_normal((len(exact), 1)))


def held(cells: tuple[tuple[int, int], ...], repeats: int, noise: Noise) -> tuple[float, float]:
    """Return how often beta, and alpha(p) on average, lie in their intervals."""
    p, o = np.array(cells).T
    exact = np.interp(p, [1, 256, 512, 1024, 1920], ALPHA) + BETA * (o - 1)
    hits = []
    for seed in range(REPETITIONS):
        rng = np.random.default_rng([8, seed])
        scale = rng.uniform(0.8, 1.2)
        times = noise(np.tile(scale * exact, (repeats, 1)), rng)
        rows = rows_of(
            RuntimeSamples(
                input_tokens=np.tile(p, repeats),
                output_tokens=np.tile(o, repeats),
                runtime_s=times.ravel(),
                block=np.repeat(np.arange(repeats), len(p)),
            )
        )
        everything = np.ones(len(rows.cell), dtype=np.bool_)
        form = form_of(rows, everything)
        rows, found = weighted(form, rows)
        estimator = form.estimator(rows, everything)
        assert estimator is not None
        draws = coefficient_draws(form, rows, estimator, found, rng, draws=500)[1:]
        low, high = np.quantile(draws[:, :-2], [0.025, 0.975], axis=0)
        truth = scale * np.append(ALPHA, BETA)
        hits.append((low <= truth) & (truth <= high))
    shares = np.mean(hits, axis=0)
    return float(shares[-1]), float(shares[:-1].mean())


# the simulation error of .95 with 250 repetitions is .0138; 3.5 of them, for 14 shares are tried
@pytest.mark.parametrize(
    ("cells", "repeats", "noise"),
    [
        (SEVEN, 3, gaussian),
        (SEVEN, 5, heavy),
        (SEVEN, 5, outliers),
        (SEVEN, 5, rounded),
        (SEVEN, 5, interleaved_drift),
        (TABLE, 1, gaussian),
        (TABLE, 1, outliers),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(
    cells: tuple[tuple[int, int], ...], repeats: int, noise: Noise
) -> None:
    for share in held(cells, repeats, noise):
        assert 0.95 - 3.5 * 0.0138 <= share <= 0.95 + 3.5 * 0.0138
