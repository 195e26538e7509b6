"""How the runtimes of the same cells change from date to date."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Estimate
from isocost.statistics import student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Kind

__all__ = ["Drift", "DriftStep", "drift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftStep:
    """Runtime at one date relative to the first.

    Parameters
    ----------
    date : str
        ISO 8601.
    ratio : Estimate
        Geometric mean, over cells measured on both dates, of runtime over runtime at the first date.
    cells : int
        How many those are.
    """

    date: str
    ratio: Estimate
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How runtimes of the same cells change from date to date.

    Parameters
    ----------
    name : str
        Of the model or endpoint.
    first : str
        ISO 8601 date that the others are compared with.
    steps : tuple of DriftStep
        The later dates that share a cell with the first, in order.
    """

    name: str
    first: str
    steps: tuple[DriftStep, ...]


def drift(
    dates: Sequence[str],
    input_tokens: Sequence[int],
    output_tokens: Sequence[int],
    runtime_s: Sequence[float],
    *,
    name: str,
    kind: Kind = "measured",
) -> Drift:
    """Compare each later date with the first, cell by cell.

    Cells of one prompt size share their mood, so prompt sizes, not cells, are the units of the interval
    (Student's t over their means of log ratios). Nothing here tells what two dates would differ by anyway:
    one campaign a date cannot.

    Parameters
    ----------
    dates : sequence of str
        ISO 8601 days, such as ``"2022-07-10"``, one a row.
    input_tokens, output_tokens : sequence of int
        The cell of each row.
    runtime_s : sequence of float
        By one and the same statistic throughout, above 0; several rows of one date and cell are averaged.
    name : str
    kind : Kind
        Where the runtimes come from.

    Returns
    -------
    Drift

    Raises
    ------
    InputError
        If lengths differ, a date cannot be read or a runtime is not above 0.
    EstimationError
        If no later date shares a cell with the first.
    """
    _check_rows(dates, input_tokens, output_tokens, runtime_s)
    means = _daily_means(dates, input_tokens, output_tokens, runtime_s)
    first, *later = sorted(means, key=date.fromisoformat)
    steps = [_step(means[first], means[day], day, kind) for day in later]
    found = tuple(step for step in steps if step is not None)
    if not found:
        raise EstimationError(
            f"{name}: no later date shares a cell with {first}, so change cannot be told from cells"
        )
    return Drift(name=name, first=first, steps=found)


def _check_rows(dates: Sequence[str], *columns: Sequence[float]) -> None:
    lengths = [len(dates), *(len(column) for column in columns)]
    if len(set(lengths)) > 1 or not dates:
        raise InputError(f"drift needs columns of one length, at least 1, got lengths {lengths}")
    for text in dict.fromkeys(dates):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise InputError(f"a date is an ISO 8601 day such as 2022-07-10, got {text!r}") from None
    bad = next((each for each in columns[-1] if not (math.isfinite(each) and each > 0)), None)
    if bad is not None:
        raise InputError(f"a runtime is above 0 seconds and finite, got {bad!r}")


Cell = tuple[int, int]


def _daily_means(
    dates: Sequence[str], inputs: Sequence[int], outputs: Sequence[int], runtime_s: Sequence[float]
) -> dict[str, dict[Cell, float]]:
    gathered: dict[str, dict[Cell, list[float]]] = {}
    for day, p, o, seconds in zip(dates, inputs, outputs, runtime_s, strict=True):
        gathered.setdefault(day, {}).setdefault((p, o), []).append(seconds)
    return {
        day: {cell: float(np.mean(times)) for cell, times in cells.items()} for day, cells in gathered.items()
    }


def _step(before: dict[Cell, float], after: dict[Cell, float], day: str, kind: Kind) -> DriftStep | None:
    common = sorted(before.keys() & after.keys())
    if not common:
        return None
    blocks = [
        float(np.mean([math.log(after[cell] / before[cell]) for cell in cells]))
        for _, cells in itertools.groupby(common, key=lambda cell: cell[0])
    ]
    middle, reach = float(np.mean(blocks)), None
    if len(blocks) > 1:
        error = float(np.std(blocks, ddof=1)) / math.sqrt(len(blocks))
        reach = student_quantile(0.95, len(blocks) - 1) * error
    ratio = Estimate(
        value=math.exp(middle),
        low=None if reach is None else math.exp(middle - reach),
        high=None if reach is None else math.exp(middle + reach),
        unit="",
        kind=kind,
        n=len(blocks),
        basis="prompt sizes",
        method="geometric mean of ratios, t interval over prompt sizes",
    )
    return DriftStep(date=day, ratio=ratio, cells=len(common))
