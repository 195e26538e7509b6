"""Pareto dominance of a million points, and the hypervolume of a thousand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show

from isocost.frontier import hypervolume, pareto_mask

if TYPE_CHECKING:
    from collections.abc import Callable

MILLION = 1_000_000
TARGETS = {2: "under 1 s", 3: "under 3 s"}


def main() -> None:
    rng = np.random.default_rng(0)
    figures = []
    for axes, target in TARGETS.items():
        cube = rng.random((MILLION, axes))
        for shape, points in (("uniform", cube), ("all undominated", cube / cube.sum(axis=1, keepdims=True))):
            better = ["higher"] * axes
            taken = _seconds(lambda points=points, better=better: pareto_mask(points, better))
            figures.append(Figure(f"a million points, {axes}-D, {shape}", f"{taken:.2f} s", target))
    plane = rng.random((1000, 3))
    plane /= plane.sum(axis=1, keepdims=True)
    taken = _seconds(lambda: hypervolume(plane, ["higher"] * 3, [0.0] * 3))
    figures.append(Figure("hypervolume of 1,000 undominated points, 3-D", f"{taken:.2f} s"))
    show(figures)


def _seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the best of three."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


if __name__ == "__main__":
    main()
