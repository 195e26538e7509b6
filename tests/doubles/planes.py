"""Made-up production units for pictures: as many, as close, and as far apart as one likes."""

from __future__ import annotations

import numpy as np

from isocost.core.estimate import Estimate
from isocost.frontier import Axis, Frontier, ProductionUnit, frontier_of

__all__ = ["AXES", "known", "made_up_frontier"]

AXES = (
    Axis(name="cost", unit="USD", better="lower"),
    Axis(name="quality", unit="", better="higher"),
    Axis(name="speed for one user", unit="tokens/s", better="higher"),
)


def known(value: float, unit: str = "", low: float | None = None, high: float | None = None) -> Estimate:
    """An estimate of which nothing but its number matters."""
    return Estimate(value=value, unit=unit, low=low, high=high, kind="measured", method="made up")


def made_up_frontier(
    count: int,
    *,
    axes: int = 2,
    groups: int = 0,
    spread: float = 1.5,
    name: str = "model-{}",
    intervals: bool = True,
    seed: int = 3,
) -> Frontier:
    """Return units of which dearer ones are better, with noise; `spread` is that of the logarithm of cost."""
    rng = np.random.default_rng(seed)
    units = []
    for number in range(count):
        cost = float(np.exp(rng.normal(0, spread)))
        quality = float(1 / (1 + np.exp(-(0.5 * np.log(cost) + rng.normal(0, 0.7)))))
        speed = float(np.exp(rng.normal(3, 1)))
        numbers = ((cost, "USD"), (quality, ""), (speed, "tokens/s"))
        values = tuple(
            known(value, unit, 0.95 * value, min(1.05 * value, 1.0 if unit == "" else np.inf))
            if intervals
            else known(value, unit)
            for value, unit in numbers
        )
        label = name.format(number)
        group = f"vendor {number % groups}" if groups else label
        units.append(ProductionUnit(name=label, group=group, values=values[:axes]))
    return frontier_of(units, axes=AXES[:axes])
