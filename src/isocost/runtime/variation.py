"""How much the runtimes of equal requests differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Estimate
from isocost.statistics import cells_of, percentiles, student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Kind
    from isocost.runtime.samples import RuntimeSamples

__all__ = ["CellVariation", "cell_variations", "requests_needed", "typical_variation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellVariation:
    """How much the runtimes of equal requests differ.

    Parameters
    ----------
    input_tokens, output_tokens : int
    mean_s : float
        Mean runtime.
    coefficient : float
        Standard deviation over mean, at least 0.
    n : int
        Requests, at least 2.
    """

    input_tokens: int
    output_tokens: int
    mean_s: float
    coefficient: float
    n: int


def cell_variations(samples: RuntimeSamples) -> tuple[CellVariation, ...]:
    """Return the coefficient of variation of each cell (p, o) that has at least two requests.

    The standard deviation divides by n; dividing the variance by n - 1 would make the coefficient larger by
    the root of n / (n - 1), 5 % for ten requests.

    Parameters
    ----------
    samples : RuntimeSamples
        Single requests; minima or means over requests vary less.

    Returns
    -------
    tuple of CellVariation
        By input tokens, then by output tokens.

    Raises
    ------
    EstimationError
        If no cell has two requests.

    Examples
    --------
    >>> from isocost.runtime import RuntimeSamples
    >>> ones = np.ones(2, dtype=np.int64)
    >>> samples = RuntimeSamples(
    ...     input_tokens=ones, output_tokens=ones, runtime_s=np.array([1.0, 3.0]), block=ones
    ... )
    >>> cell_variations(samples)[0].coefficient
    0.5
    """
    cells, number = cells_of(samples.input_tokens, samples.output_tokens)
    order = np.argsort(number, kind="stable")
    groups = np.split(samples.runtime_s[order], np.cumsum(np.bincount(number))[:-1])
    pairs = zip(cells.tolist(), groups, strict=True)
    found = tuple(_variation(p, o, times) for (p, o), times in pairs if len(times) > 1)
    if not found:
        raise EstimationError(
            f"none of the {len(cells)} cells has two requests, so nothing can be said of their variation"
        )
    return found


def typical_variation(cells: Sequence[CellVariation], *, kind: Kind = "measured") -> Estimate:
    """Return the median coefficient of variation over cells.

    Parameters
    ----------
    cells : sequence of CellVariation
        At least one.
    kind : Kind
        Where the runtimes come from.

    Returns
    -------
    Estimate
        Unit ``""``; the interval, from order statistics, takes cells as independent.

    Raises
    ------
    InputError
        If there is no cell.
    """
    if not cells:
        raise InputError("a median needs at least one cell, got none")
    values = np.array([cell.coefficient for cell in cells])
    seen = percentiles(values, [50], unit="", kind=kind).get(50)
    return Estimate(
        value=float(np.median(values)),
        low=None if seen is None else seen.low,
        high=None if seen is None else seen.high,
        unit="",
        kind=kind,
        n=len(cells),
        basis="cells (p, o)",
        method="median of standard deviation over mean; order statistics, cells taken as independent",
    )


def requests_needed(cell: CellVariation, half_width_share: float) -> int:
    """Return how many requests of a cell make the 95 % interval of their mean so narrow.

    Student's t with the cell's own coefficient of variation, requests taken as independent: those sent within
    the same minute share the service's mood, and more are needed.

    Parameters
    ----------
    cell : CellVariation
    half_width_share : float
        Wanted half-width over the mean, in (0, 1).

    Returns
    -------
    int
        At least 2.

    Raises
    ------
    InputError
        If `half_width_share` is out of range.

    Examples
    --------
    Ten requests with a deviation of a fifth, n - 1 counted; 1.96^2 (.2108 / .05)^2 = 68.3, and t is wider:

    >>> cell = CellVariation(input_tokens=1, output_tokens=1, mean_s=1.0, coefficient=0.2, n=10)
    >>> requests_needed(cell, 0.05)
    71
    """
    if not 0 < half_width_share < 1:
        raise InputError(f"half_width_share must be above 0 and below 1, got {half_width_share!r}")
    deviation = cell.coefficient * (cell.n / (cell.n - 1)) ** 0.5
    count = max(2, int((1.959964 * deviation / half_width_share) ** 2))
    while student_quantile(0.95, count - 1) * deviation > half_width_share * count**0.5:
        count += 1
    return count


def _variation(input_tokens: int, output_tokens: int, times: np.ndarray) -> CellVariation:
    mean = float(times.mean())
    return CellVariation(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        mean_s=mean,
        coefficient=float(times.std()) / mean,
        n=len(times),
    )
