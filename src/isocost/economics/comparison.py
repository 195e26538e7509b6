"""Two sweeps under the same requests: cost and throughput at the same load, as ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.economics.cost import cost_per_million, price_draws
from isocost.statistics.draws import DRAWS, generator
from isocost.statistics.ratios import aligned, independent, mean_ratio, ratio_of

if TYPE_CHECKING:
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.statistics.draws import Draws
    from isocost.statistics.ratios import Ratio

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["SweepComparison", "compare_sweeps"]

METHOD = "ratio of joint draws; throughputs independent, a shared price shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepComparison:
    """Two sweeps at the levels of load that both have.

    Parameters
    ----------
    priced : bool
        Whether costs are USD; else machine-seconds.
    cost, throughput : Ratio
        Geometric means over levels, other over baseline; cost per million output tokens.
    of_costs, of_throughputs : tuple of Ratio
        Level by level.
    """

    priced: bool
    cost: Ratio
    throughput: Ratio
    of_costs: tuple[Ratio, ...]
    of_throughputs: tuple[Ratio, ...]

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        """All ratios, the means before what they are means of."""
        return (self.cost, *self.of_costs, self.throughput, *self.of_throughputs)


def compare_sweeps(baseline: CostCurve, other: CostCurve, *, seed: int = 0) -> SweepComparison:
    """Compare what a million output tokens cost on two deployments at the same load.

    Throughputs of the two rest on different runs, so their draws are put beside each other at random. A
    price that both share (same source and date) has the same draws on both sides and cancels as far as it
    is the same.

    Parameters
    ----------
    baseline, other : CostCurve
        Of the same requests.
    seed : int

    Returns
    -------
    SweepComparison
        In USD where both have a price; else in machine-seconds.

    Raises
    ------
    EstimationError
        If they have no level of load in common, or one has no draws.
    """
    loads = [level.load for level in baseline.levels if level.load in {one.load for one in other.levels}]
    if not loads:
        raise EstimationError(
            f"{baseline.deployment} and {other.deployment} were measured at no load in common "
            f"({_labels(baseline)}; {_labels(other)}); measure one of them at a level of the other"
        )
    priced = all(curve.price is not None and curve.price.usd_per_hour > 0 for curve in (baseline, other))
    pairs = [
        _Level.of(baseline.level_at(load), other.level_at(load), f"at {load.label}", seed) for load in loads
    ]
    prices = _prices(baseline, other, seed) if priced else None
    costs = tuple(pair.cost(prices) for pair in pairs)
    rates = tuple(pair.throughput() for pair in pairs)
    what = "cost per million output tokens" if priced else "machine time per million output tokens"
    return SweepComparison(
        priced=priced,
        cost=mean_ratio("cost", costs, label=what, method=f"geometric mean over levels; {METHOD}"),
        throughput=mean_ratio(
            "throughput",
            rates,
            label="output tokens per second",
            method=f"geometric mean over levels; {METHOD}",
        ),
        of_costs=costs,
        of_throughputs=rates,
    )


def _labels(curve: CostCurve) -> str:
    return ", ".join(level.load.label for level in curve.levels)


def _prices(baseline: CostCurve, other: CostCurve, seed: int) -> tuple[FloatArray, FloatArray] | None:
    """Return draws of both prices, USD per hour, first the price itself."""
    if baseline.price is None or other.price is None:
        return None
    drawn = (price_draws(price, seed=seed) for price in (baseline.price, other.price))
    one, two = (np.concatenate([[draws.value], draws.samples]) for draws in drawn)
    return one, two


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One load on both deployments: draws of seconds per million output tokens, first the point estimate."""

    where: str
    baseline: FloatArray
    other: FloatArray
    repeats: int

    @classmethod
    def of(cls, baseline: CostLevel, other: CostLevel, where: str, seed: int) -> _Level:
        sides = []
        for side, level in (("baseline", baseline), ("other", other)):
            draws = _seconds(level)
            rows = independent(draws, DRAWS, generator(seed, f"load of the {side} {where}"))
            sides.append(draws[rows])
        return cls(
            where=where,
            baseline=sides[0],
            other=sides[1],
            repeats=min(len(baseline.points), len(other.points)),
        )

    def cost(self, prices: tuple[FloatArray, FloatArray] | None) -> Ratio:
        sides = (self.baseline, self.other)
        unit = "s/1M tokens"
        if prices is not None:
            unit = "USD/1M tokens"
            sides = tuple(  # type: ignore[assignment]
                cost_per_million(price[: len(seconds)], 1e6 / seconds)
                for price, seconds in zip(prices, sides, strict=True)
            )
        one, two = (self._drawn(part, unit) for part in sides)
        what = "machine time" if prices is None else "cost"
        return ratio_of(f"cost {self.where}", one, two, label=f"{what} {self.where}")

    def throughput(self) -> Ratio:
        one, two = (self._drawn(1e6 / part, "tokens/s") for part in (self.baseline, self.other))
        return ratio_of(
            f"throughput {self.where}", one, two, label=f"tokens per second {self.where}", better="higher"
        )

    def _drawn(self, draws: FloatArray, unit: str) -> Draws:
        return aligned(draws, unit=unit, kind="measured", method=METHOD, n=self.repeats)


def _seconds(level: CostLevel) -> FloatArray:
    value = level.machine_seconds_per_million.value
    if level.draws is None or not bool(np.isfinite(level.draws.samples).all()):
        return np.array([value])
    return np.concatenate([[value], level.draws.samples])
