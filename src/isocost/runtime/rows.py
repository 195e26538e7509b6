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

__all__ = ["ProfileRows", "medians_of", "rounding_s", "rows_of", "snapped"]

MOST_BLOCKS = 100
"""More repeats say nothing more about their scatter."""

SAME_PROMPT = 1.03
"""Prompt sizes within so much of each other are taken for one."""


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
    by_block : float array, shape (blocks, rows)
        Median in each repeat, seconds; NaN where a repeat lacks it.
    """

    input_tokens: FloatArray
    output_tokens: FloatArray
    since: FloatArray
    cell: IntArray
    direct: BoolArray
    by_block: FloatArray

    @property
    def medians(self) -> FloatArray:
        """Median over repeats, seconds, shape (rows,)."""
        return np.asarray(medians_of(self.by_block[None])[0])

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
    """Group samples by exact (p, o); neighbours among very many repeats are taken together."""
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
    owner = np.concatenate([row[0] for row in rows])
    return ProfileRows(
        input_tokens=cells[owner, 0].astype(np.float64),
        output_tokens=np.concatenate([row[1] for row in rows]).astype(np.float64),
        since=np.concatenate([np.full(len(row[0]), float(row[2])) for row in rows]),
        cell=owner,
        direct=np.arange(len(owner)) < len(cells),
        by_block=np.concatenate([row[3] for row in rows], axis=1),
    )


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


def rounding_s(times_s: FloatArray) -> float:
    """Return the unit that times were rounded to, seconds: a tenth to a ten-thousandth; 0 where to none.

    Examples
    --------
    >>> rounding_s(np.array([0.021, 0.35, 1.2, np.nan]))
    0.001
    """
    told = times_s[~np.isnan(times_s)]
    for unit in (0.1, 0.01, 0.001, 0.0001):
        if np.allclose(told / unit, np.round(told / unit), rtol=0, atol=1e-6):
            return unit
    return 0.0
