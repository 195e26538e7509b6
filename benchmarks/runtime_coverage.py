"""Do the intervals of T(p, o) hold the truth as often as they say? Simulated profiles, and left-out prompts.

Each repetition draws a target of its own (prefill of 10 to 250 ms that rises from size to size, decode of 2 to
8 ms a token), profiles it under one kind of noise and asks whether the nominal 95 % intervals hold the truth.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import heading

from isocost.runtime import RuntimeSamples, fit_runtime
from isocost.runtime.intervals import coefficient_draws
from isocost.runtime.form import form_of
from isocost.runtime.rows import rows_of
from isocost.runtime.weights import weighted_estimator

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILE = Path(__file__).parents[1].parent / "shared" / "data" / "narayanan2023" / "profile_a100.csv"
SIX = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1))
SEVEN = (*SIX, (1920, 32))
TABLE = tuple((p, o) for p in (1, 256, 512, 1024, 1920) for o in (1, 8, 32, 64))
PROMPTS = (1, 2, 4, 8, 16, 32, *range(64, 1025, 64), 1280, 1408, 1536, 1792, 1920)
GRID = tuple((p, o) for p in PROMPTS for o in (1, 2, 4, 8, 16, 24, 32, 40, 48, 64))
ASKED = ((1, 64), (256, 8), (512, 1), (512, 48), (1024, 24), (1920, 32))
LOW, HIGH = 0.93, 0.97


@dataclass(frozen=True, kw_only=True)
class Truth:
    """T(p, o) of one simulated target, seconds."""

    prompts: np.ndarray
    prefill: np.ndarray
    decode: float

    def seconds(self, p: np.ndarray, o: np.ndarray) -> np.ndarray:
        return np.interp(p, self.prompts, self.prefill) + self.decode * (o - 1)


def truth_of(prompts: np.ndarray, rng: np.random.Generator) -> Truth:
    steps = rng.dirichlet(np.ones(len(prompts) - 1) * 3) * rng.uniform(0.08, 0.25)
    return Truth(
        prompts=prompts,
        prefill=rng.uniform(0.010, 0.020) + np.concatenate([[0.0], np.cumsum(steps)]),
        decode=float(rng.uniform(0.002, 0.0075)),
    )


Noise = "Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]"


def relative(share: float) -> Noise:
    return lambda exact, p, rng: exact * (1 + share * rng.standard_normal(exact.shape))


def heavy(exact: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return exact * np.exp(0.01 * rng.standard_t(3, exact.shape))


def outliers(exact: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    slow = np.where(rng.random(exact.shape) < 0.05, rng.uniform(2, 5, exact.shape), 1.0)
    return exact * slow * (1 + 0.01 * rng.standard_normal(exact.shape))


def rounded(share: float) -> Noise:
    return lambda exact, p, rng: np.maximum(np.round(relative(share)(exact, p, rng), 3), 0.001)


def block_drift(exact: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    mood = 1 + 0.03 * rng.standard_normal((len(exact), 1))
    return exact * mood * (1 + 0.01 * rng.standard_normal(exact.shape))


def prompt_drift(exact: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What happens when each prompt size is measured in one go: its repeats and cells share a mood."""
    sizes, place = np.unique(p, return_inverse=True)
    mood = 1 + 0.03 * rng.standard_normal(len(sizes))
    return exact * mood[place] * (1 + 0.01 * rng.standard_normal(exact.shape))


NOISES: dict[str, Noise] = {
    "relative 1 %": relative(0.01),
    "relative 5 %": relative(0.05),
    "t3": heavy,
    "5 % outliers x2-5": outliers,
    "1 ms rounding": rounded(0.001),
    "1 ms rounding of 1 %": rounded(0.01),
}
DRIFTS: dict[str, Noise] = {"interleaved drift": block_drift, "drift by prompt": prompt_drift}


def samples_from(
    cells: tuple[tuple[int, int], ...], repeats: int, truth: Truth, noise: Noise, rng: np.random.Generator
) -> RuntimeSamples:
    p, o = np.array(cells).T
    times = noise(np.tile(truth.seconds(p, o), (repeats, 1)), p, rng)
    return RuntimeSamples(
        input_tokens=np.tile(p, repeats),
        output_tokens=np.tile(o, repeats),
        runtime_s=times.ravel(),
        block=np.repeat(np.arange(repeats), len(p)),
    )


def held(
    cells: tuple[tuple[int, int], ...], repeats: int, noise: Noise, count: int, seed: int
) -> dict[str, float]:
    """Return the share of repetitions in which the intervals of beta, alpha(p) and T(p, o) hold the truth."""
    hits: dict[str, list[np.ndarray]] = defaultdict(list)
    prompts = np.unique(np.array(cells)[:, 0])
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        truth = truth_of(prompts, rng)
        rows = rows_of(samples_from(cells, repeats, truth, noise, rng))
        form = form_of(rows, np.ones(len(rows.cell), dtype=np.bool_))
        estimator, found = weighted_estimator(form, rows)
        draws = coefficient_draws(form, rows, estimator, found, rng)
        p, o = np.array(ASKED, dtype=np.float64).T
        told = np.concatenate([draws[1:], draws[1:] @ form.design(p, o).T], axis=1)
        low, high = np.quantile(told, [0.025, 0.975], axis=0)
        exact = np.concatenate([truth.prefill, [truth.decode, 0, 0], truth.seconds(p, o)])
        inside, k = (low <= exact) & (exact <= high), len(prompts)
        hits["alpha(p)"].append(inside[:k].mean())
        hits["beta"].append(inside[k])
        hits["T(p, o)"].append(inside[k + 3 :].mean())
        hits["width"].append((high[k] - low[k]) / exact[k] / 2)
    return {name: float(np.mean(found)) for name, found in hits.items()} | {
        "width": float(np.median(hits["width"]))
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--what", default="six3,six5,six15,seven3,seven5,seven15,table1,grid1")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for name, cells, repeats in [
        ("six", SIX, 3),
        ("six", SIX, 5),
        ("six", SIX, 15),
        ("seven", SEVEN, 3),
        ("seven", SEVEN, 5),
        ("seven", SEVEN, 15),
        ("table", TABLE, 1),
        ("grid", GRID, 1),
    ]:
        if f"{name}{repeats}" not in options.what:
            continue
        for label, noise in [i for i in (NOISES | DRIFTS).items() if options.only in i[0]]:
            got = held(cells, repeats, noise, options.count // (10 if name == "grid" else 1), 1)
            print(
                f"{name} x{repeats:2d} {label:22s}",
                {k: round(v, 4 if k == "width" else 3) for k, v in got.items()},
                flush=True,
            )
