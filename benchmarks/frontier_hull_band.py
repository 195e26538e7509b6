"""How often the band of a hull holds the true hull, on made-up models of noisy quality."""

from __future__ import annotations

import numpy as np
from figures import Figure, show

from isocost.frontier import Hull, hull_band, mixing_hull

REPEATS, WORLDS = 150, 150


def main() -> None:
    show(
        [
            Figure(
                f"{count} models, noise {noise:g}: the band holds the truth at three costs",
                ", ".join(f"{share:.2f}" for share in basic),
                "",
                "nominal 0.95; quantiles not reflected: " + ", ".join(f"{share:.2f}" for share in plain),
            )
            for count, noise in ((5, 0.02), (12, 0.02), (12, 0.06), (40, 0.06))
            for basic, plain in (_coverage(count, noise),)
        ]
    )


def _coverage(count: int, noise: float) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(count)
    costs = np.sort(np.exp(rng.normal(0, 1.2, count)))
    qualities = 1 / (1 + np.exp(-(0.6 * np.log(costs) + rng.normal(0, 0.2, count))))
    truth = mixing_hull(costs.tolist(), qualities.tolist())
    places = np.geomspace(costs[0] * 1.05, costs[-1], 3)
    true = _at(truth, places)
    held = np.zeros((2, 3))
    for _ in range(REPEATS):
        seen = qualities + rng.normal(0, noise, count)
        hull = mixing_hull(costs.tolist(), seen.tolist())
        drawn = seen + rng.normal(0, noise, (WORLDS, count))
        worlds = [mixing_hull(costs.tolist(), world.tolist()) for world in drawn]
        band = hull_band(hull, worlds)
        if band is None:
            raise AssertionError("models of different cost have a band")
        low, high = (np.interp(places, band.costs, end) for end in (band.low, band.high))
        below, above = np.quantile([_at(world, places) for world in worlds], [0.025, 0.975], axis=0)
        held += [(low <= true) & (true <= high), (below <= true) & (true <= above)]
    return (held[0] / REPEATS).tolist(), (held[1] / REPEATS).tolist()


def _at(hull: Hull, places: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    found: list[float] = np.interp(places, hull.costs, hull.qualities).tolist()
    return found


if __name__ == "__main__":
    main()
