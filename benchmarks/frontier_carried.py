"""Errors of measurement carried to scores of envelopment: how often the intervals hold the true score."""

from __future__ import annotations

import numpy as np
from figures import Figure, show

from isocost.frontier import Axis, measured_frontier, radial_scores

UNITS, WORLDS, DRAWS = 20, 60, 150
AXES = (Axis(name="cost", unit="1", better="lower"), Axis(name="speed", unit="1", better="higher"))


def main() -> None:
    figures = []
    for error in (0.01, 0.03, 0.06):
        rng = np.random.default_rng(1)
        worlds = [found for _ in range(WORLDS) if (found := _world(error, rng)) is not None]
        held = np.mean([each for world in worlds for each in world]) if worlds else float("nan")
        figures.append(
            Figure(
                f"true score of {UNITS} units in its 95 % interval, errors of {error:.0%}",
                f"{100 * held:.1f} %",
                "90 to 100 %",
                f"told in {len(worlds)} of {WORLDS} worlds",
            )
        )
    show(figures)


def _world(error: float, rng: np.random.Generator) -> list[bool] | None:
    cost = np.exp(rng.uniform(0, 2, UNITS))
    true = np.column_stack([cost, cost**0.5 * np.exp(-np.abs(rng.normal(0, 0.4, UNITS)))])
    seen = true * np.exp(error * rng.standard_normal(true.shape))
    draws = seen * np.exp(error * rng.standard_normal((400, *true.shape)))
    names = [str(number) for number in range(UNITS)]
    found = measured_frontier(seen, draws, axes=AXES, names=names, rng=rng)
    if found.true_values is None:
        return None
    chosen = found.true_values[rng.choice(len(found.true_values), DRAWS, replace=False)]
    low, high = np.quantile([_scores(world) for world in chosen], [0.025, 0.975], axis=0)
    scores = _scores(true)
    return [bool(fine) for fine in (low - 1e-9 <= scores) & (scores <= high + 1e-9)]


def _scores(values: np.ndarray) -> np.ndarray:
    return radial_scores(values[:, :1], values[:, 1:], technology="vrs")


if __name__ == "__main__":
    main()
