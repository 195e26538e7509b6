"""Profiled cells as rows of a regression, repeat by repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.statistics.cells import cells_of

if TYPE_CHECKING:
    from isocost.runtime.samples import RuntimeSamples

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["ProfileRows", "medians_of", "resolution_s", "rows_of", "snapped", "without_outliers"]

MOST_BLOCKS = 100
"""More repeats say nothing more about their scatter."""

SAME_PROMPT = 1.03
"""Prompt sizes within so much of each other are taken for one."""

_TICK_S = 1e-6
_FEWEST_TIMES = 5
_FAR = 5.0
_QUARTILE = 2.2219  # of |differences| of normal values, to standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRows:
    """What was timed of each profiled (p, o): whole runtimes, and parts of the same requests where known.

    The parts are the time to the first token, the gap to the second, and the time from first to last: each
    is steadier than the whole.

    Parameters
    ----------
    input_tokens, output_tokens : float arrays, shape (rows,)
        The row's times are T(p, o), or T(p, o) - T(p, `since`) where `since` is not 0.
    since : float array, shape (rows,)
        0: from sending; 1: from the first token.
    cell : int array, shape (rows,)
        Which profiled cell the requests behind it belong to.
    direct : bool array, shape (rows,)
        Whether it holds whole runtimes; these come first, by p and o.
    part : int array, shape (rows,)
        Which part of a request: 0 the whole, 1 to its first token, 2 from first to last, 3 from first to
        second.
    by_block : float array, shape (blocks, rows)
        Median in each repeat, seconds; NaN where a repeat lacks it or lies far from the others.
    weights : float array, shape (rows,)
        The reciprocal of each row's standard deviation, up to a common factor; 0 where a row is set aside.
    resolution_s : float
        Step to which the times were rounded; 0: none seen.
    set_aside : int
        How many medians were replaced by NaN because they lie far from the others.
    """

    input_tokens: FloatArray
    output_tokens: FloatArray
    since: FloatArray
    cell: IntArray
    direct: BoolArray
    part: IntArray
    by_block: FloatArray
    weights: FloatArray
    resolution_s: float
    set_aside: int = 0

    @property
    def counts(self) -> IntArray:
        """Number of repeats behind each row, shape (rows,)."""
        return np.asarray((~np.isnan(self.by_block)).sum(axis=0))

    @property
    def times(self) -> FloatArray:
        """Mean over the repeats that do not lie far from the others, seconds, shape (rows,)."""
        return _means(self.by_block)

    @property
    def blocks(self) -> int:
        """Number of repeats."""
        return len(self.by_block)


def snapped(samples: RuntimeSamples) -> RuntimeSamples:
    """Give prompts of nearly one size that size: an endpoint may add or merge a token or two."""
    sizes = np.unique(samples.input_tokens)
    begins = [sizes[0]]
    for size in sizes[1:]:
        if size > begins[-1] * SAME_PROMPT:
            begins.append(size)
    cluster = np.searchsorted(np.array(begins), samples.input_tokens, side="right") - 1
    typical = [int(np.median(samples.input_tokens[cluster == number])) for number in range(len(begins))]
    return replace(samples, input_tokens=np.array(typical)[cluster])


def rows_of(samples: RuntimeSamples) -> ProfileRows:
    """Group samples by exact (p, o); neighbours among very many repeats are taken together.

    Of three repeats or more those that lie far from the others are set aside, see `without_outliers`.
    """
    resolution = resolution_s(samples.runtime_s)
    cells, cell = cells_of(samples.input_tokens, samples.output_tokens)
    blocks, block = np.unique(samples.block, return_inverse=True)
    count = min(len(blocks), MOST_BLOCKS)
    block = block.reshape(-1) * count // len(blocks)
    shape = (count, len(cells))
    rows = [(np.arange(len(cells)), cells[:, 1], 0, _grouped(samples.runtime_s, block, cell, shape=shape))]
    for tokens, since, times in _parts(samples):
        told = times > 0  # false where unknown
        table = _grouped(times[told], block[told], cell[told], shape=shape)
        filled = np.flatnonzero(~np.isnan(table).all(axis=0))
        outputs = cells[filled, 1] if tokens is None else np.full(len(filled), tokens)
        rows.append((filled, outputs, since, table[:, filled]))
    by_block = np.concatenate([without_outliers(row[3], resolution) for row in rows], axis=1)
    owner = np.concatenate([row[0] for row in rows])
    return ProfileRows(
        input_tokens=cells[owner, 0].astype(np.float64),
        output_tokens=np.concatenate([row[1] for row in rows]).astype(np.float64),
        since=np.concatenate([np.full(len(row[0]), float(row[2])) for row in rows]),
        cell=owner,
        direct=np.arange(len(owner)) < len(cells),
        part=np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows]),
        by_block=by_block,
        weights=1 / _means(by_block),
        resolution_s=resolution,
        set_aside=int(np.isnan(by_block).sum() - sum(np.isnan(row[3]).sum() for row in rows)),
    )


def _means(by_block: FloatArray) -> FloatArray:
    return np.asarray(np.nansum(by_block, axis=0) / (~np.isnan(by_block)).sum(axis=0))


def resolution_s(times_s: FloatArray) -> float:
    """Return the step of which all times are whole multiples, at least a microsecond; 0 where none is seen.

    A log that prints milliseconds hides up to half a millisecond, the same in each repeat of a steady
    target, so that repeats do not show it.

    Examples
    --------
    >>> resolution_s(np.array([0.012, 0.015, 0.019, 0.021, 0.024, 0.027, 0.031, 0.052]))
    0.001
    >>> resolution_s(np.array([0.012, 0.015]))  # chance could do this
    0.0
    """
    ticks = np.unique(np.round(times_s / _TICK_S))
    if len(ticks) < _FEWEST_TIMES or np.abs(times_s / _TICK_S - np.round(times_s / _TICK_S)).max() > 1e-3:
        return 0.0
    step = int(np.gcd.reduce(ticks.astype(np.int64)))
    return step / 1e6 if step > 1 else 0.0


def without_outliers(table: FloatArray, resolution: float) -> FloatArray:
    """Set repeats aside that lie far from the median of their row.

    Far is more than five standard deviations, the larger of the row's own and that of all rows together,
    relative to the time; both are the lower quartile of the differences between repeats (Rousseeuw and
    Croux, JASA 88, 1993), which up to a half of outliers do not move. Rows of fewer than three repeats stay
    as they are.

    Parameters
    ----------
    table : float array, shape (blocks, rows)
        Seconds; NaN where a repeat is missing.
    resolution : float
        Step to which times were rounded, seconds.

    Returns
    -------
    float array, shape (blocks, rows)
        With NaN for what was set aside.

    Examples
    --------
    >>> rows = np.array([[1.0, 5.0], [1.01, 5.1], [0.98, 4.9], [3.0, 5.05]])
    >>> without_outliers(rows, 0.0).tolist()
    [[1.0, 5.0], [1.01, 5.1], [0.98, 4.9], [nan, 5.05]]
    """
    counts = (~np.isnan(table)).sum(axis=0)
    if (counts < 3).all():
        return table
    middle = medians_of(table[None])[0]
    one, other = np.triu_indices(len(table), k=1)
    apart = (np.abs(table[one] - table[other]) + resolution) / middle
    together = float(np.nanquantile(apart, 0.25))
    if together == 0:
        return table
    own = np.array([_least_quarter(each) for each in apart.T])
    far = _FAR * _QUARTILE * np.maximum(own, together) * middle
    return np.where((np.abs(table - middle) > far) & (counts >= 3), np.nan, table)


def _least_quarter(apart: FloatArray) -> float:
    known = apart[~np.isnan(apart)]
    return float(np.quantile(known, 0.25, method="lower")) if len(known) else 0.0


def _parts(samples: RuntimeSamples) -> list[tuple[int | None, int, FloatArray]]:
    """Return the timed parts of requests: to which token (``None``: the last), since which, seconds."""
    if samples.ttft_s is None:
        return []
    first = np.where(samples.output_tokens > 1, samples.ttft_s, np.nan)
    parts: list[tuple[int | None, int, FloatArray]] = [(1, 0, first), (None, 1, samples.runtime_s - first)]
    if samples.second_s is not None:
        second = np.where(samples.output_tokens > 2, samples.second_s, np.nan)
        parts.append((2, 1, second - first))
    return parts


def _grouped(values: FloatArray, block: IntArray, cell: IntArray, *, shape: tuple[int, int]) -> FloatArray:
    """Return the median of the values of each block and cell; NaN where there is none."""
    table = np.full(shape[0] * shape[1], np.nan)
    if len(values):
        key = block * shape[1] + cell
        order = np.lexsort((values, key))
        keys, starts, counts = np.unique(key[order], return_index=True, return_counts=True)
        ordered = values[order]
        table[keys] = (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2
    return table.reshape(shape)


def medians_of(tables: FloatArray) -> FloatArray:
    """Return medians over the middle axis, of the values that are there.

    Parameters
    ----------
    tables : float array, shape (n, blocks, rows)
        NaN where a value is missing.

    Returns
    -------
    float array, shape (n, rows)
        NaN where all are missing.
    """
    ordered = np.sort(tables, axis=1)  # NaN goes last
    counts = np.maximum((~np.isnan(tables)).sum(axis=1, keepdims=True), 1)
    lower = np.take_along_axis(ordered, (counts - 1) // 2, axis=1)
    upper = np.take_along_axis(ordered, counts // 2, axis=1)
    return np.asarray(((lower + upper) / 2)[:, 0])
