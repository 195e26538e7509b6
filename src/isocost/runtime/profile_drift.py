"""Whether a profile drifted: how the repeats of its sizes changed while it was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.core.estimate import Estimate
from isocost.statistics import cells_of, student_quantile

if TYPE_CHECKING:
    from isocost.runtime.samples import RuntimeSamples

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["ProfileDrift", "profile_drift"]

_ROUNDS = 50
_FLOAT_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDrift:
    """How the runtimes of the same sizes changed from block to block of one profile.

    Parameters
    ----------
    name : str
        Of the deployment.
    blocks : tuple of Estimate
        Runtime in each repeat of the profile over its geometric mean over all repeats, in order.
    whole : Estimate or None
        Runtime at the end over runtime at the beginning, along a straight line through the blocks; ``None``
        below three blocks.
    cells : int
        How many sizes were repeated.
    """

    name: str
    blocks: tuple[Estimate, ...]
    whole: Estimate | None
    cells: int

    @property
    def drifted(self) -> bool:
        """Whether the interval of the whole change leaves out 1."""
        whole = self.whole
        return whole is not None and whole.low is not None and whole.high is not None and not (
            whole.low <= 1 <= whole.high
        )  # fmt: skip


def profile_drift(samples: RuntimeSamples, *, name: str) -> ProfileDrift:
    """Tell how runtimes changed over the blocks of a profile.

    Logarithms of runtimes are taken apart into a part of the cell and a part of the block, by least squares.
    A block's interval is Student's t over its cells, that of the whole change Student's t over blocks, which
    takes blocks as independent but for the line: a profile that wanders without direction has an interval
    that is too narrow.

    Parameters
    ----------
    samples : RuntimeSamples
        Blocks in the order in which they were measured.
    name : str

    Returns
    -------
    ProfileDrift

    Raises
    ------
    EstimationError
        If there is one block only, or no size was measured in two.

    Examples
    --------
    Each block takes a hundredth more than the one before, of three:

    >>> from isocost.runtime import RuntimeSamples
    >>> samples = RuntimeSamples(
    ...     input_tokens=np.array([1, 8] * 3), output_tokens=np.array([1, 1] * 3),
    ...     runtime_s=np.array([1.0, 2.0, 1.01, 2.02, 1.0201, 2.0402]), block=np.repeat([0, 1, 2], 2),
    ... )
    >>> round(profile_drift(samples, name="here").whole.value, 6)
    1.0201
    """
    cell, block, logs = _repeated(samples)
    if not len(logs):
        raise EstimationError(f"{name}: no size was measured in two repeats, so drift cannot be told")
    effect, left = _two_ways(cell, block, logs)
    return ProfileDrift(
        name=name,
        blocks=tuple(_block(float(value), left[block == number]) for number, value in enumerate(effect)),
        whole=_whole(effect),
        cells=len(np.unique(cell)),
    )


def _repeated(samples: RuntimeSamples) -> tuple[IntArray, IntArray, FloatArray]:
    """Return cell, block and log of the mean runtime of each cell in each block, of cells in two or more."""
    _, cell = cells_of(samples.input_tokens, samples.output_tokens)
    _, block = np.unique(samples.block, return_inverse=True)
    block = block.reshape(-1)
    keys, where = np.unique(cell * (int(block.max()) + 1) + block, return_inverse=True)
    means = np.bincount(where.reshape(-1), weights=samples.runtime_s) / np.bincount(where.reshape(-1))
    cell, block = np.divmod(keys, int(block.max()) + 1)
    often = np.bincount(cell)[cell] > 1
    _, block = np.unique(block[often], return_inverse=True)
    _, kept = np.unique(cell[often], return_inverse=True)
    return kept.reshape(-1), block.reshape(-1), np.log(means[often])


def _two_ways(cell: IntArray, block: IntArray, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the part of each block, their mean 0, and what neither cell nor block explains."""
    of_block = np.zeros(int(block.max()) + 1)
    for _ in range(_ROUNDS):  # once where each block has each cell
        of_cell = np.bincount(cell, weights=logs - of_block[block]) / np.bincount(cell)
        before = of_block
        of_block = np.bincount(block, weights=logs - of_cell[cell]) / np.bincount(block)
        of_block = of_block - of_block.mean()
        if np.abs(of_block - before).max() < _FLOAT_NOISE:
            break
    return of_block, logs - of_cell[cell] - of_block[block]


def _block(effect: float, left: FloatArray) -> Estimate:
    reach = None
    if len(left) > 1:
        error = float(np.sqrt(np.sum(left**2) / (len(left) - 1) / len(left)))
        reach = student_quantile(0.95, len(left) - 1) * error
    return _ratio(
        effect, reach, len(left), "sizes", "cells and blocks by least squares of logs, t over cells"
    )


def _whole(effect: FloatArray) -> Estimate | None:
    count = len(effect)
    if count < 3:
        return None
    place = np.arange(count) - (count - 1) / 2
    slope = float(place @ effect / (place @ place))
    error = math.sqrt(float(np.sum((effect - slope * place) ** 2)) / (count - 2) / float(place @ place))
    reach = student_quantile(0.95, count - 2) * error * (count - 1)
    return _ratio(slope * (count - 1), reach, count, "blocks", "a line through the blocks, t interval")


def _ratio(log: float, reach: float | None, n: int, basis: str, method: str) -> Estimate:
    return Estimate(
        value=math.exp(log),
        low=None if reach is None else math.exp(log - reach),
        high=None if reach is None else math.exp(log + reach),
        unit="",
        kind="measured",
        n=n,
        basis=basis,
        method=method,
    )
