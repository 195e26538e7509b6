"""Sweeps and profiles of known truth: how often what isocost states of them is true.

Intervals of the returns to concurrency at nominal 95 %, where the form holds and where it does not; the
probability that a level is the cheapest; the probability of membership of a frontier, as it would be were it
counted from perturbed points; terms of T(p, o) that are kept where the truth has none.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import heading

from isocost.core.estimate import Estimate
from isocost.core.load import Load
from isocost.core.operating_point import OperatingPoint
from isocost.core.provenance import Provenance
from isocost.economics import cost_curve, fit_technology
from isocost.frontier import pareto_mask
from isocost.runtime import fit_runtime
from isocost.studies.choice import cheapest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from doubles.profiles import TrueRuntime, profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEVELS = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
NOISE = 0.02  # between repeats, of the logarithm of throughput
REPEATS = 3
FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "a + k b (the form holds)": lambda b: 0.02 + 0.001 * b,
    "a + k b^0.7 (the form holds)": lambda b: 0.02 + 0.003 * b**0.7,
    "max(a, k b), abrupt at b = 12": lambda b: np.maximum(0.02, 0.02 / 12 * b),
    "max(a, k b), rounded (power 4)": lambda b: 0.02 * (1 + (b / 12) ** 4) ** 0.25,
}
STATED = ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))


def returns_coverage(
    steps: Callable[[np.ndarray], np.ndarray], trials: int, rng: np.random.Generator
) -> tuple[list[float], float]:
    """Return the coverage of the returns at each level, and of the step time over all levels."""
    bend = 1e-5
    slopes = np.log(steps(LEVELS * np.exp(bend)) / steps(LEVELS * np.exp(-bend))) / (2 * bend)
    held, inside = np.zeros(len(LEVELS)), 0.0
    for trial in range(trials):
        rates = LEVELS / steps(LEVELS) * np.exp(NOISE * rng.standard_normal((REPEATS, len(LEVELS))))
        sweep = {int(b): list(rates[:, i]) for i, b in enumerate(LEVELS)}
        fitted = fit_technology(sweep, seed=trial)
        assert fitted is not None
        held += [
            one.low - 1e-9 <= 1 - slope <= one.high + 1e-9
            for (_, one), slope in zip(fitted.returns, slopes, strict=True)
        ]
        band = np.array(fitted.band)
        truth = steps(band[:, 0])
        inside += float(((band[:, 2] <= truth) & (truth <= band[:, 3])).mean())
    return list(held / trials), inside / trials


def point(level: float, rate: float, repeat: int, deployment: str = "simulated") -> OperatingPoint:
    speed = Estimate(value=rate, unit="tokens/s", kind="measured", method="simulated")
    return OperatingPoint(
        deployment=deployment,
        load=Load(concurrency=int(level)),
        repeat=repeat,
        output_tokens_per_second=speed,
        kind="measured",
        provenance=Provenance(source="simulated", tool="economics_trials"),
    )


def stated_best(costs: np.ndarray, trials: int, rng: np.random.Generator) -> Iterator[tuple[float, bool]]:
    """Yield each stated probability of being the cheapest level, and whether that level is."""
    for trial in range(trials):
        rates = 1e3 / costs * np.exp(NOISE * rng.standard_normal((REPEATS, len(costs))))
        points = [point(2.0**i, rates[r, i], r) for i in range(len(costs)) for r in range(REPEATS)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            curve = cost_curve(points, price=None, seed=trial)
        for i, level in enumerate(curve.levels):
            if level.probability_best is not None:
                yield level.probability_best, bool(i == costs.argmin())


def stated_cheapest(
    costs: dict[str, np.ndarray], trials: int, rng: np.random.Generator
) -> Iterator[tuple[float, bool]]:
    """Yield the stated probability that the deployment recommended is the cheapest, and whether it is."""
    truth = min(costs, key=lambda name: float(costs[name].min()))
    for trial in range(trials):
        curves = []
        for name, levels in costs.items():
            rates = 1e3 / levels * np.exp(NOISE * rng.standard_normal((REPEATS, len(levels))))
            points = [point(2.0**i, rates[r, i], r, name) for i in range(len(levels)) for r in range(REPEATS)]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                curves.append(cost_curve(points, price=None, seed=trial))
        name, stated = cheapest(curves)
        if stated is not None:
            yield stated, name == truth


def stated_membership(trials: int, rng: np.random.Generator) -> Iterator[tuple[float, bool]]:
    """Yield each share of perturbed draws in which a unit is undominated, and whether it truly is."""
    for _ in range(trials):
        cost = rng.uniform(1, 2, 12)
        speed = cost**0.5 * np.exp(-rng.exponential(0.05, 12))  # near a common frontier
        truth = pareto_mask(np.column_stack([cost, speed]), ("lower", "higher"))
        seen = np.column_stack([cost, speed]) * np.exp(0.05 * rng.standard_normal((12, 2)))
        drawn = seen * np.exp(0.05 * rng.standard_normal((400, 12, 2)))
        shares = np.mean([pareto_mask(one, ("lower", "higher")) for one in drawn], axis=0)
        yield from zip(shares.tolist(), truth.tolist(), strict=True)


def kept_terms(noise: float, *, with_parts: bool, trials: int) -> dict[str, float]:
    """Return how often a term of T(p, o) is kept where the truth has neither."""
    kept = {"context": 0, "changeover": 0, "either": 0}
    for trial in range(trials):
        samples = profile(TrueRuntime(), repeats=8, noise=noise, seed=trial, with_ttft=with_parts)
        model = fit_runtime(samples, deployment="simulated", seed=trial)
        found = [name for name in ("context", "changeover") if getattr(model, name) is not None]
        for name in (*found, *(["either"] if found else [])):
            kept[name] += 1
    return {name: count / trials for name, count in kept.items()}


def reliability(title: str, stated: list[tuple[float, bool]]) -> None:
    print(f"  {title}")
    values, truths = (np.array(part, dtype=float) for part in zip(*stated, strict=True))
    for low, high in STATED:
        mine = (values >= low) & ((values < high) | (high == 1.0) & (values == 1.0))
        if mine.sum() >= 20:
            print(
                f"    stated {values[mine].mean():4.2f}, true {truths[mine].mean():4.2f}"
                f"   ({int(mine.sum())} of them)"
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=300)
    trials = parser.parse_args().trials
    began = time.monotonic()
    print(heading(f"Stated and true, {trials} trials each", "scipy"))
    print(f"  returns to concurrency: coverage of nominal 95 % intervals, {REPEATS} repeats of {NOISE:.0%}")
    print("    level                          " + "".join(f"{b:5.0f}" for b in LEVELS) + "   step time")
    for name, steps in FORMS.items():
        levels, band = returns_coverage(steps, trials, np.random.default_rng(1))
        print(f"    {name:31s}" + "".join(f"{share:5.0%}" for share in levels) + f"   {band:.0%}")
    plateau = np.array([1.6, 1.25, 1.01, 1.0, 1.005, 1.01])
    reliability(
        "probability of being the cheapest level, on a plateau (four levels within 1 %)",
        list(stated_best(plateau, trials, np.random.default_rng(2))),
    )
    clear = np.array([1.6, 1.3, 1.15, 1.0, 1.03, 1.1])
    reliability("the same with a winner by 3 %", list(stated_best(clear, trials, np.random.default_rng(3))))
    beside = {"plateau": plateau[2:], "one level": np.array([1.6, 1.25, 0.999])}
    reliability(
        "the recommended deployment: a plateau of four levels against one level that is 0.1 % cheaper",
        list(stated_cheapest(beside, trials, np.random.default_rng(5))),
    )
    beside = {"a": clear, "b": 1.03 * clear}
    reliability(
        "the recommended deployment, cheaper by 3 % at each level",
        list(stated_cheapest(beside, trials, np.random.default_rng(6))),
    )
    reliability(
        "membership of a frontier, counted from perturbed points (isocost does not show it)",
        list(stated_membership(trials, np.random.default_rng(4))),
    )
    print("  terms of T(p, o) kept where the truth has none: 7 sizes, 8 repeats")
    for noise in (0.01, 0.03, 0.1):
        for with_parts in (True, False):
            kept = kept_terms(noise, with_parts=with_parts, trials=trials)
            told = "first tokens timed" if with_parts else "whole requests only"
            print(
                f"    noise {noise:3.0%}, {told:20s} either {kept['either']:4.1%}"
                f"  (context {kept['context']:.1%}, changeover {kept['changeover']:.1%})"
            )
    print(f"  {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
