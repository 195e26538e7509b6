"""Do the intervals of T(p, o) hold the truth as often as they say? Simulated profiles, and left-out prompts.

Each repetition draws a target of its own (prefill from 10-20 ms upward to 90-270 ms, linear between the
profiled prompt sizes; decode of 2 to 7.5 ms a token), profiles it under one kind of noise and asks whether
the nominal 95 % intervals hold the truth. The optional terms are left out of the form.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading
from runtime_few_points import DATA, profiles, samples, whole_fit

from isocost.runtime import RuntimeSamples, fit_runtime, runtime_prior
from isocost.runtime.form import form_of
from isocost.runtime.intervals import coefficient_draws
from isocost.runtime.rows import rows_of
from isocost.runtime.weights import weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isocost.runtime.tile import Tile

    Noise = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
    Cells = tuple[tuple[int, int], ...]

SIX: Cells = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1))
SEVEN: Cells = (*SIX, (1920, 32))
TABLE: Cells = tuple((p, o) for p in (1, 256, 512, 1024, 1920) for o in (1, 8, 32, 64))
GRID_PROMPTS = (1, 16, 32, *range(64, 1025, 64), *range(1152, 1921, 128))
GRID: Cells = tuple((p, o) for p in GRID_PROMPTS for o in (1, 2, 4, 8, 16, 24, 32, 40, 48, 64))
DESIGNS: dict[str, tuple[Cells, int, int]] = {  # cells, repeats, draws
    "six sizes, 3 repeats": (SIX, 3, 2000),
    "seven sizes, 3 repeats": (SEVEN, 3, 2000),
    "seven sizes, 5 repeats": (SEVEN, 5, 2000),
    "seven sizes, 15 repeats": (SEVEN, 15, 2000),
    "20 sizes once": (TABLE, 1, 2000),
    "a grid of 26 x 10 once": (GRID, 1, 600),
}
ASKED = ((1, 64), (256, 8), (512, 1), (512, 48), (1024, 24), (1920, 32))
BETWEEN = (100, 200, 330, 400, 600, 700, 850, 1100, 1300, 1500, 1700)
QUANTITIES = ("beta", "alpha(p)", "T(p, o)")
SIMULATED, LEFT_OUT = "93 to 97 %", "92 to 98 %"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """T(p, o) of one simulated target, seconds; with a tile prefill is a staircase."""

    prompts: np.ndarray
    prefill: np.ndarray
    decode: float
    tile: int | None = None

    def seconds(self, p: np.ndarray, o: np.ndarray) -> np.ndarray:
        if self.tile is not None:
            p = 0.7 * self.tile * np.ceil(p / self.tile) + 0.3 * p
        return np.interp(p, self.prompts, self.prefill) + self.decode * (o - 1)


def truth_of(prompts: np.ndarray, rng: np.random.Generator, tile: int | None = None) -> Truth:
    steps = rng.dirichlet(np.ones(len(prompts) - 1) * 3) * rng.uniform(0.08, 0.25)
    return Truth(
        prompts=prompts,
        prefill=rng.uniform(0.010, 0.020) + np.concatenate([[0.0], np.cumsum(steps)]),
        decode=float(rng.uniform(0.002, 0.0075)),
        tile=tile,
    )


def relative(share: float) -> Noise:
    return lambda exact, _p, rng: exact * (1 + share * rng.standard_normal(exact.shape))


def heavy(exact: np.ndarray, _p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return exact * np.exp(0.01 * rng.standard_t(3, exact.shape))


def outliers(exact: np.ndarray, _p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    slow = np.where(rng.random(exact.shape) < 0.05, rng.uniform(2, 5, exact.shape), 1.0)
    return exact * slow * (1 + 0.01 * rng.standard_normal(exact.shape))


def rounded(share: float) -> Noise:
    return lambda exact, p, rng: np.maximum(np.round(relative(share)(exact, p, rng), 3), 0.001)


def drift_by_block(exact: np.ndarray, _p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Interleaved: each repeat of the whole profile has a mood of its own."""
    mood = 1 + 0.03 * rng.standard_normal((len(exact), 1))
    return exact * mood * (1 + 0.01 * rng.standard_normal(exact.shape))


def drift_by_prompt(exact: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Not interleaved: all that was measured at one prompt size shares a mood."""
    sizes, place = np.unique(p, return_inverse=True)
    mood = 1 + 0.03 * rng.standard_normal(len(sizes))
    return exact * mood[place] * (1 + 0.01 * rng.standard_normal(exact.shape))


NOISES: dict[str, Noise] = {
    "relative 1 %": relative(0.01),
    "relative 5 %": relative(0.05),
    "t3, scale 1 %": heavy,
    "5 % outliers x2-5": outliers,
    "1 ms rounding of 1 %": rounded(0.01),
    "1 ms rounding of .1 %": rounded(0.001),
}
DRIFTS: dict[str, Noise] = {
    "drift 3 %, interleaved": drift_by_block,
    "drift 3 %, size by size": drift_by_prompt,
}


def samples_from(
    cells: Cells, repeats: int, truth: Truth, noise: Noise, rng: np.random.Generator
) -> RuntimeSamples:
    p, o = np.array(cells).T
    times = noise(np.tile(truth.seconds(p, o), (repeats, 1)), p, rng)
    return RuntimeSamples(
        input_tokens=np.tile(p, repeats),
        output_tokens=np.tile(o, repeats),
        runtime_s=times.ravel(),
        block=np.repeat(np.arange(repeats), len(p)),
    )


def held(design: tuple[Cells, int, int], noise: Noise, count: int, seed: int) -> dict[str, float]:
    """Return the share of repetitions in which the intervals of beta, alpha(p) and T(p, o) hold the truth."""
    cells, repeats, draws = design
    hits: dict[str, list[float]] = defaultdict(list)
    prompts = np.unique(np.array(cells)[:, 0])
    p, o = np.array(ASKED, dtype=np.float64).T
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        truth = truth_of(prompts, rng)
        rows = rows_of(samples_from(cells, repeats, truth, noise, rng))
        everything = np.ones(len(rows.cell), dtype=np.bool_)
        form = form_of(rows, everything)
        rows, found = weighted(form, rows)
        estimator = form.estimator(rows, everything)
        assert estimator is not None
        drawn = coefficient_draws(form, rows, estimator, found, rng, draws=draws)[1:]
        told = np.concatenate([drawn[:, :-2], drawn @ form.design(p, o).T], axis=1)
        low, high = np.quantile(told, [0.025, 0.975], axis=0)
        exact = np.concatenate([truth.prefill, [truth.decode], truth.seconds(p, o)])
        inside, k = (low <= exact) & (exact <= high), len(prompts)
        hits["alpha(p)"].append(float(inside[:k].mean()))
        hits["beta"].append(float(inside[k]))
        hits["T(p, o)"].append(float(inside[k + 1 :].mean()))
    return {name: float(np.mean(hits[name])) for name in QUANTITIES}


def held_between(tile: int | None, count: int, seed: int) -> float:
    """Return how often T(p, 1) of a staircase is held between the seven sizes, 1 % noise, 5 repeats."""
    hits = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        truth = truth_of(np.array([1, 256, 512, 1024, 1920]), rng, tile=128)
        profile = samples_from(SEVEN, 5, truth, relative(0.01), rng)
        model = fit_runtime(profile, deployment="simulated", seed=number, tile_tokens=tile)
        for p in BETWEEN:
            told = model.predict(p, 1)
            exact = float(truth.seconds(np.array([p]), np.ones(1))[0])
            hits.append(told.low is not None and told.high is not None and told.low <= exact <= told.high)
    return float(np.mean(hits))


def left_out(tile: Tile, *, informed: bool) -> Iterator[tuple[str, bool, float, float]]:
    """Yield model, whether the interval of alpha(p) holds T(p, 1), its half-width and error (relative)."""
    a100 = profiles("profile_a100.csv")
    fits = {model: whole_fit(cells) for model, cells in a100.items()} if informed else {}
    for model, cells in a100.items():
        others = {name: fit for name, fit in fits.items() if name != model}
        prior = runtime_prior(others) if informed else None
        for p in sorted({p for p, _ in cells})[1:-1]:
            kept = samples({size: seconds for size, seconds in cells.items() if size[0] != p})
            fit = fit_runtime(kept, deployment=model, seed=0, tile_tokens=tile, prior=prior)
            told, exact = fit.prefill_at(p), cells[p, 1]
            assert told.low is not None
            assert told.high is not None
            half = (told.high - told.low) / 2 / told.value
            yield model, told.low <= exact <= told.high, half, abs(told.value / exact - 1)


def print_simulated(count: int, only: str) -> list[Figure]:
    print("\n| profile | noise | beta | alpha(p) | T(p, o) |")
    print("|---|---|---|---|---|")
    figures = []
    for name, design in ((name, design) for name, design in DESIGNS.items() if only in name):
        for label, noise in (NOISES | DRIFTS).items():
            if noise is drift_by_block and design[1] == 1:
                continue  # one repeat is one block
            found = held(design, noise, count, 1)
            shares = " | ".join(f"{100 * found[each]:.1f}" for each in QUANTITIES)
            print(f"| {name} | {label} | {shares} |", flush=True)
            farthest = max(found.values(), key=lambda share: abs(share - 0.95))
            what = f"held, {name}, {label}: farthest from 95 % of beta, alpha(p), T(p, o)"
            target = "" if label in DRIFTS else SIMULATED
            figures.append(Figure(what, f"{100 * farthest:.1f} %", target))
    return figures


def print_between(count: int) -> list[Figure]:
    figures = []
    for label, tile in (("linear", None), ("tile 128", 128)):
        share = f"{100 * held_between(tile, count, 1):.1f} %"
        print(f"{share} of T(p, 1) held between seven sizes of a staircase, {label}", flush=True)
        figures.append(Figure(f"held between seven sizes of a staircase, {label}", share))
    return figures


def print_left_out() -> list[Figure]:
    if not DATA.exists():
        print(f"\nLeft-out prompts: skipped, the published profiles are not at {DATA}")
        return []
    figures = []
    print("\nLeft-out prompts of 13 models on A100: does the interval of alpha(p) hold T(p, 1)?\n")
    print("| prefill | prompts | held | least of a model | half-width, median | error, mean |")
    print("|---|---|---|---|---|---|")
    ways: tuple[tuple[str, Tile, bool], ...] = (
        ("linear", None, False),
        ("tile estimated", "estimate", False),
        ("tile estimated, prior of the other models", "estimate", True),
    )
    for label, tile, informed in ways:
        models, inside, half, error = (
            np.array(column) for column in zip(*left_out(tile, informed=informed), strict=True)
        )
        least = min(float(inside[models == model].mean()) for model in set(models))
        print(
            f"| {label} | {len(inside)} | {100 * inside.mean():.1f} % | {100 * least:.0f} % "
            f"| {100 * np.median(half):.1f} % | {100 * error.mean():.2f} % |",
            flush=True,
        )
        figures.append(Figure(f"held, left-out prompts, {label}", f"{100 * inside.mean():.1f} %", LEFT_OUT))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000, help="repetitions of each simulation")
    parser.add_argument("--profile", default="", help="only simulated profiles whose name has this in it")
    parser.add_argument("--part", choices=("left-out", "between", "simulated"), help="only this part")
    options = parser.parse_args()
    print(heading("Coverage of the nominal 95 % intervals of T(p, o)"), flush=True)
    print(f"  repetitions: {options.count} a row; at .95 the simulation error of beta is .005", flush=True)
    figures = []
    if options.part in (None, "left-out"):
        figures += print_left_out()
    if options.part in (None, "between"):
        figures += print_between(options.count // 10)
    if options.part in (None, "simulated"):
        figures += print_simulated(options.count, options.profile)
    print()
    show(figures)


if __name__ == "__main__":
    main()
