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

__all__ = ["ProfileRows", "drawn_in", "medians_of", "resolution_s", "rows_of", "snapped"]

MOST_BLOCKS = 100
"""More repeats say nothing more about their scatter."""

SAME_PROMPT = 1.03
"""Prompt sizes within so much of each other are taken for one."""

_TICK_S = 1e-6
_FEWEST_TIMES = 5
_BISQUARE = 4.685
_ODD = 3.0
_ROUNDS = 20
_LEAST_SPREAD = 1e-9
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
        Median in each repeat, seconds; NaN where a repeat lacks it.
    drawn_in : float array, shape (blocks, rows)
        The same with far repeats drawn in or set aside (NaN), see `drawn_in`; the means are the times.
    weights : float array, shape (rows,)
        The reciprocal of each row's standard deviation, up to a common factor; 0 where a row is set aside.
    resolution_s : float
        Step to which the times were rounded; 0: none seen.
    set_aside : int
        How many medians `drawn_in` lacks.
    """

    input_tokens: FloatArray
    output_tokens: FloatArray
    since: FloatArray
    cell: IntArray
    direct: BoolArray
    part: IntArray
    by_block: FloatArray
    drawn_in: FloatArray
    weights: FloatArray
    resolution_s: float
    set_aside: int = 0

    @property
    def counts(self) -> IntArray:
        """Number of repeats behind each row, shape (rows,)."""
        return np.asarray((~np.isnan(self.drawn_in)).sum(axis=0))

    @property
    def times(self) -> FloatArray:
        """Location of each row's repeats, seconds, shape (rows,): Tukey's bisquare from three repeats on."""
        return _means(self.drawn_in)

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

    Repeats far from the others count less or nothing, see `drawn_in`.
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
    by_block = np.concatenate([row[3] for row in rows], axis=1)
    pulled = np.concatenate([drawn_in(row[3], resolution) for row in rows], axis=1)
    owner = np.concatenate([row[0] for row in rows])
    return ProfileRows(
        input_tokens=cells[owner, 0].astype(np.float64),
        output_tokens=np.concatenate([row[1] for row in rows]).astype(np.float64),
        since=np.concatenate([np.full(len(row[0]), float(row[2])) for row in rows]),
        cell=owner,
        direct=np.arange(len(owner)) < len(cells),
        part=np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows]),
        by_block=by_block,
        drawn_in=pulled,
        weights=1 / _means(pulled),
        resolution_s=resolution,
        set_aside=int(np.isnan(pulled).sum() - np.isnan(by_block).sum()),
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


def drawn_in(table: FloatArray, resolution: float) -> FloatArray:
    """Replace repeats by values whose mean is robust and whose scatter is that of the mean.

    From three repeats on, a row's location is Tukey's bisquare with constant 4.685: 95 % as efficient as the
    mean where noise is Gaussian, and where repeats are slowed by something else hardly moved, less than the
    median. Its scale is common to all rows, relative to the time: the lower quartile of the differences
    between repeats (Rousseeuw and Croux, JASA 88, 1993), which up to a half of outliers do not move; a row
    that scatters three times as much has its own. The values returned are the location plus
    the influence of each repeat on it, with Huber's correction for few repeats (Robust Statistics, 1981, eq.
    7.6.9), so that the variance of their mean is that of the location.

    Parameters
    ----------
    table : float array, shape (blocks, rows)
        Seconds; NaN where a repeat is missing.
    resolution : float
        Step to which times were rounded, seconds.

    Returns
    -------
    float array, shape (blocks, rows)
        With NaN for repeats without influence; rows of fewer than three repeats as they are.

    Examples
    --------
    >>> rows = np.array([[1.0, 5.0], [1.01, 5.1], [0.98, 4.9], [3.0, 5.05]])
    >>> found = drawn_in(rows, 0.0)
    >>> np.isnan(found).any(axis=0).tolist(), np.nanmean(found, axis=0).round(2).tolist()
    ([True, False], [1.0, 5.01])
    """
    middle = medians_of(table[None])[0]
    scale = _common_scale(table, middle, resolution) * middle
    place = _bisquare(table, middle, scale)
    apart = (table - place) / scale
    inside = np.abs(apart) < 1
    often = inside.sum(axis=0)
    robust = ((~np.isnan(table)).sum(axis=0) >= 3) & (often > 0)
    slope = ((1 - apart**2) * (1 - 5 * apart**2))[inside & robust]
    if not len(slope):
        return table
    typical = float(slope.mean())
    correction = 1 + robust.sum() / len(slope) * float(slope.var()) / typical**2
    influence = (table - place) * (1 - apart**2) ** 2 * correction / typical
    return np.where(robust, np.where(inside, place + influence, np.nan), table)


def _common_scale(table: FloatArray, middle: FloatArray, resolution: float) -> FloatArray:
    """Return how far from the location a repeat counts nothing, over the time; shape (rows,)."""
    one, other = np.triu_indices(len(table), k=1)
    apart = (np.abs(table[one] - table[other]) + resolution) / middle
    together = _least_quarter(apart.ravel())
    own = np.array([_least_quarter(each) for each in apart.T])
    spread = _QUARTILE * np.where(own > _ODD * together, own, together)
    return np.asarray(_BISQUARE * np.maximum(spread, _LEAST_SPREAD))


def _bisquare(table: FloatArray, middle: FloatArray, scale: FloatArray) -> FloatArray:
    """Return Tukey's location of each column, from its median on."""
    place = middle
    for _ in range(_ROUNDS):
        weights = np.maximum(1 - ((table - place) / scale) ** 2, 0.0) ** 2
        total = np.nansum(weights, axis=0)
        found = np.nansum(weights * np.nan_to_num(table), axis=0) / np.where(total > 0, total, 1.0)
        place = np.where(total > 0, found, place)
    return place


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
