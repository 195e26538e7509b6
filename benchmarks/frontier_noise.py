"""Noise on the production frontier beside published figures, and by simulation where there are none.

FRONTIER 4.1's sixty firms; recovery of frontiers of three distributions; the size of the tests; the five
firms of EG2 by bootstrap and how often its intervals hold; order-m against free disposal. The data of the
first and third are read from ../shared/data where they are at hand.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.frontier import (
    BootstrapOptions,
    GroupingOptions,
    bootstrap_scores,
    group_frontiers,
    order_m_scores,
    radial_scores,
    stochastic_frontier,
)

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/frontier_textbook"
PUBLISHED = {
    "intercept": 0.561617, "ln capital": 0.281103, "ln labour": 0.536480,
    "sigma_squared": 0.217000, "gamma": 0.797206,
}  # fmt: skip
EG2 = ("sw_boot_bias_corrected_in_JL", "sw_boot_bias_in_JL", "sw_ci_lo_JL", "sw_ci_hi_JL")


def rows_of(name: str) -> list[dict[str, str]]:
    path = FOLDER / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sixty_firms() -> list[Figure]:
    rows = rows_of("sfa_front41_60firms.csv")
    if not rows:
        return []
    inputs = np.array([[float(row["capital"]), float(row["labour"])] for row in rows])
    output, names = np.array([float(row["output"]) for row in rows]), [row["firm"] for row in rows]
    found = stochastic_frontier(inputs, output, names=names, input_names=["capital", "labour"])
    figures = [
        Figure(f"FRONTIER 4.1: {one.name}", f"{one.estimate.value:.6f}", f"{PUBLISHED[one.name]:.6f}")
        for one in found.coefficients + found.scales
    ]
    assert found.mean_efficiency is not None
    return [
        *figures,
        Figure("FRONTIER 4.1: log likelihood", f"{found.log_likelihood:.5f}", "-17.02722 to -17.02724"),
        Figure("mean efficiency, Battese and Coelli", f"{found.mean_efficiency[0]:.6f}", "0.740568"),
        Figure("mean efficiency, JLMS", f"{found.mean_efficiency[1]:.6f}", "0.732453"),
        Figure("likelihood ratio", f"{found.inefficiency.statistic:.4f}", "2.8392"),
        Figure("its mixed chi-square p", f"{found.inefficiency.p_value:.3f}", "0.046"),
    ]


def drawn(
    kind: str, distribution: str, rng: np.random.Generator, count: int = 200
) -> tuple[np.ndarray, np.ndarray]:
    """Draw inputs and outputs: slope 0.5, sigma_v 0.1, sigma_u 0.4."""
    x = rng.uniform(1, 20, (count, 1))
    many = 0.4 + 0.4 * rng.standard_normal(4 * count)
    u = {
        "half-normal": abs(0.4 * rng.standard_normal(count)),
        "exponential": rng.exponential(0.4, count),
        "truncated-normal": many[many > 0][:count],
        "none": np.zeros(count),
    }[distribution]
    sign = -1 if kind == "production" else 1
    return x, np.exp(0.7 + 0.5 * np.log(x[:, 0]) + 0.1 * rng.standard_normal(count) + sign * u)


def recovery(trials: int) -> list[Figure]:
    figures = []
    for kind in ("production", "cost"):
        for distribution in ("half-normal", "exponential", "truncated-normal"):
            rng, slopes, held = np.random.default_rng(1), [], []
            for _ in range(trials):
                x, y = drawn(kind, distribution, rng)
                fit = stochastic_frontier(
                    x, y, names=[str(i) for i in range(200)], kind=kind, distribution=distribution
                )
                slope = fit.coefficients[1].estimate
                slopes.append(slope.value)
                if slope.low is not None and slope.high is not None:
                    held.append(slope.low <= 0.5 <= slope.high)
            name = f"{kind}, {distribution}"
            figures.append(Figure(f"slope of 0.5, {name}: mean", f"{np.mean(slopes):.3f}", "0.49 to 0.51"))
            figures.append(Figure(f"slope, {name}: coverage of 95 %", f"{np.mean(held):.1%}", "88 to 100 %"))
    rng = np.random.default_rng(2)
    names = [str(i) for i in range(200)]
    found = [stochastic_frontier(*drawn("production", "none", rng), names=names) for _ in range(trials * 2)]
    false = np.mean([fit.inefficiency.p_value <= 0.05 for fit in found])
    untold = np.mean([fit.cannot_tell is not None for fit in found])
    figures.append(Figure("inefficiency found at 5 % where there is none", f"{false:.1%}", "at most 10 %"))
    figures.append(Figure("skewed the wrong way where there is none", f"{untold:.0%}", "40 to 60 %"))
    return figures


def five_firms() -> list[Figure]:
    rows = rows_of("coelli_deap_eg2.csv")
    if not rows:
        return []
    x, y = (np.array([float(row[name]) for row in rows]) for name in "xy")
    names = [row["firm"] for row in rows]
    found = bootstrap_scores(x, y, names=names, rng=np.random.default_rng(1))
    ours = np.array([
        [unit.corrected.value, unit.score - unit.corrected.value, unit.corrected.low, unit.corrected.high]
        for unit in found.units
    ])  # fmt: skip
    gap = abs(ours - np.array([[float(row[name]) for name in EG2] for row in rows])).max(axis=0)
    return [
        Figure(f"EG2, farthest from another code: {name}", f"{far:.3f}", "at most 0.06")
        for name, far in zip(("corrected", "bias", "low", "high"), gap, strict=True)
    ]


def coverage(trials: int) -> list[Figure]:
    """Intervals of the score of one fixed point whose true score is known."""
    figures = []
    for count in (25, 100):
        rng, held, errors = np.random.default_rng(3), [], []
        for _ in range(trials):
            least = rng.uniform(1, 9, (count, 1))
            y, x = least**0.5, least * np.exp(abs(0.4 * rng.standard_normal((count, 1))))
            x[0], y[0] = 6.4, 2.0  # makes 2, which takes an input of 4 on the frontier: 4/6.4
            names = [str(i) for i in range(count)]
            options = BootstrapOptions(resamples=200)
            unit = bootstrap_scores(x, y, names=names, rng=rng, options=options).units[0]
            assert unit.corrected.low is not None
            assert unit.corrected.high is not None
            held.append(unit.corrected.low <= 4 / 6.4 <= unit.corrected.high)
            errors.append((unit.score - 4 / 6.4, unit.corrected.value - 4 / 6.4))
        bias = np.mean(errors, axis=0)
        figures.append(
            Figure(f"bootstrap of {count} units: coverage of 95 %", f"{np.mean(held):.0%}", "90 to 100 %")
        )
        figures.append(
            Figure(f"bootstrap of {count} units: bias left", f"{bias[1]:+.3f}", "", f"plain {bias[0]:+.3f}")
        )
    return figures


def partial() -> list[Figure]:
    rng = np.random.default_rng(4)
    x = rng.uniform(1, 10, (1000, 3))
    y = (x.prod(axis=1) ** 0.3 * np.exp(-abs(0.3 * rng.standard_normal(1000))))[:, None]
    began = time.perf_counter()
    far = abs(order_m_scores(x, y, m=10**7) - radial_scores(x, y, technology="fdh")).max()
    return [
        Figure("order-m with m = 10^7, farthest from FDH", f"{far:.1e}", "at most 1e-9"),
        Figure("order-m of 1,000 units, s", f"{time.perf_counter() - began:.2f}"),
    ]


def groups(trials: int) -> list[Figure]:
    found: dict[float, list[bool]] = {1.0: [], 0.8: []}
    for gap, told in found.items():
        rng = np.random.default_rng(5)
        for _ in range(trials):
            x = rng.uniform(1, 10, (40, 1))
            y = x**0.5 * np.exp(-rng.exponential(0.15, (40, 1)))
            y[20:] *= gap
            result = group_frontiers(
                x, y, names=[str(i) for i in range(40)], groups=["a"] * 20 + ["b"] * 20, rng=rng,
                options=GroupingOptions(permutations=99),
            )  # fmt: skip
            told.append(result.p_value is not None and result.p_value <= 0.05)
    return [
        Figure(
            "common frontier refused at 5 % where it is one", f"{np.mean(found[1.0]):.0%}", "at most 12 %"
        ),
        Figure("found where one group makes 20 % less", f"{np.mean(found[0.8]):.0%}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=60)
    trials = parser.parse_args().trials
    began = time.monotonic()
    print(heading(f"Noise on the frontier, {trials} trials each", "scipy"))
    figures = [
        *sixty_firms(),
        *recovery(trials),
        *five_firms(),
        *coverage(trials),
        *partial(),
        *groups(trials),
    ]
    show(figures)
    print(f"  {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
