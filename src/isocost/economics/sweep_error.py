"""The runs of a sweep over concurrency as logarithms, and how far they err."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.best import LEAST_SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["SweepRuns", "Wobble", "sweep_runs"]

_POOLING = 0.25


@dataclass(frozen=True, slots=True)
class Wobble:
    """Standard deviation of the logarithm of one run, and on how many degrees of freedom it is known.

    Parameters
    ----------
    scale : float
        Above 0.
    degrees : int
        At least 1.
    """

    scale: float
    degrees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRuns:
    """All runs of a sweep.

    Parameters
    ----------
    levels : float array, shape (levels,)
        Concurrencies, rising.
    groups : tuple of float array
        Logarithms of tokens per second, one array a level.
    """

    levels: FloatArray
    groups: tuple[FloatArray, ...]

    @property
    def means(self) -> FloatArray:
        """Mean logarithm of tokens per second of each level."""
        return np.array([group.mean() for group in self.groups])

    @property
    def sizes(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Runs of each level."""
        return np.array([len(group) for group in self.groups], dtype=np.int64)

    @property
    def concurrency(self) -> FloatArray:
        """Concurrency of each run."""
        return np.repeat(self.levels, self.sizes)

    @property
    def rates(self) -> FloatArray:
        """Logarithm of tokens per second of each run."""
        return np.concatenate(self.groups)

    @property
    def within(self) -> tuple[float, int]:
        """Sum of squares between the repeats of one level, over all levels, and its degrees of freedom."""
        squares = sum(float(((group - group.mean()) ** 2).sum()) for group in self.groups)
        return squares, int((self.sizes - 1).sum())

    def noise(self) -> Wobble | None:
        """Return how far repeats of one level differ; ``None`` without repeats."""
        squares, degrees = self.within
        return None if degrees == 0 else Wobble(max(math.sqrt(squares / degrees), LEAST_SCALE), degrees)

    def error(self, squares: float, coefficients: int) -> Wobble | None:
        """Return how far runs err about a curve with so many coefficients.

        Repeats say how far runs of one level differ, not how far the curve is from the truth. Both are taken
        together only where an F test at 25 % (Bancroft, Annals of Mathematical Statistics 15, 1944) finds
        no lack of fit; otherwise the distance of the levels from the curve alone counts.

        Parameters
        ----------
        squares : float
            Sum of squared distances of all runs from the curve.
        coefficients : int

        Returns
        -------
        Wobble or None
            ``None`` where nothing is left to tell.
        """
        from scipy.special import fdtrc

        within, free_within = self.within
        misfit, free = max(squares - within, 0.0), len(self.levels) - coefficients
        if free < 1:
            return self.noise()
        fits = free_within > 0 and (
            within > 0 and fdtrc(free, free_within, (misfit / free) / (within / free_within)) > _POOLING
        )
        total, degrees = (misfit + within, free + free_within) if fits else (misfit, free)
        return Wobble(max(math.sqrt(total / degrees), LEAST_SCALE), degrees)


def sweep_runs(throughput: Mapping[float, Sequence[float]]) -> SweepRuns:
    """Take the runs of a sweep together.

    Parameters
    ----------
    throughput : mapping of float to sequence of float
        Output tokens per second by concurrency, one a repeat; above 0, concurrencies above 0.

    Returns
    -------
    SweepRuns

    Raises
    ------
    InputError
        If there is no level, a level without a run, or a number is not above 0.

    Examples
    --------
    >>> sweep_runs({2: [90.0, 91.0], 1: [50.0]}).levels.tolist()
    [1.0, 2.0]
    """
    if not throughput or not all(len(repeats) for repeats in throughput.values()):
        raise InputError(
            "a sweep needs at least one level and one run a level, got none; measure a load first"
        )
    levels = sorted(throughput)
    values = [float(rate) for repeats in throughput.values() for rate in repeats]
    if not all(math.isfinite(value) and value > 0 for value in [*map(float, levels), *values]):
        raise InputError(
            "a sweep needs concurrencies and tokens per second above 0; leave out what yielded nothing"
        )
    return SweepRuns(
        levels=np.array(levels, dtype=np.float64),
        groups=tuple(np.log(np.asarray(throughput[level], dtype=np.float64)) for level in levels),
    )
