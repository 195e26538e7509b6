"""Runtimes of one model under one set of conditions, as a table told them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.runtime.samples import RuntimeSamples

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["RowsAre", "RuntimeTable", "first_duplicate"]

RowsAre = Literal["single", "mean", "minimum"]
"""What a row is: a request, or the mean or the minimum of several."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimeTable:
    """Rows of p, o and runtime in the order of the file.

    Parameters
    ----------
    model : str
    conditions : tuple of (str, str)
        Column and value of whatever else was the same for these rows, such as the hardware.
    input_tokens, output_tokens : int arrays, shape (n,)
        p and o, at least 1.
    runtime_s : float array, shape (n,)
        Seconds, above 0, already multiplied by the runtime scale.
    repeat : int array, shape (n,), or None
        Which trial or instance a row is, by order of appearance; ``None`` where no column tells: then no
        (p, o) occurs twice.
    rows_are : RowsAre
    inexact : int
        Rows left out because the answer had not the length that was asked for.
    runtime_scale : float
        What the runtimes were multiplied by.

    Raises
    ------
    InputError
        If lengths differ, or a (p, o) occurs twice and `repeat` does not tell which is which.
    """

    model: str
    conditions: tuple[tuple[str, str], ...]
    input_tokens: IntArray
    output_tokens: IntArray
    runtime_s: FloatArray
    repeat: IntArray | None = None
    rows_are: RowsAre = "single"
    inexact: int = 0
    runtime_scale: float = 1.0

    def __post_init__(self) -> None:
        """Refuse rows that nothing tells apart."""
        columns = [self.input_tokens, self.output_tokens, self.runtime_s]
        columns += [] if self.repeat is None else [self.repeat]
        if len({len(column) for column in columns}) != 1 or not len(self.runtime_s):
            raise InputError(
                f"a table needs columns of one length, got {[len(column) for column in columns]}"
            )
        keys = [self.output_tokens, self.input_tokens] + ([] if self.repeat is None else [self.repeat])
        first = first_duplicate(keys)
        if first is not None:
            raise InputError(self._duplicated(first))

    def samples(self) -> RuntimeSamples:
        """Return the rows as samples for `fit_runtime`; trials or instances become blocks."""
        return RuntimeSamples(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            runtime_s=self.runtime_s,
            block=np.zeros(len(self.runtime_s), dtype=np.int64) if self.repeat is None else self.repeat,
        )

    def _duplicated(self, row: int) -> str:
        what = (
            f"{self.model} has several rows of {self.input_tokens[row]} prompt and "
            f"{self.output_tokens[row]} output tokens"
        )
        if self.repeat is None:
            return f"{what}, and no column trial or instance tells them apart; add one, or leave them out"
        return f"{what} under one trial or instance; number the repeats apart, or leave all but one out"


def first_duplicate(keys: Sequence[IntArray]) -> int | None:
    """Return the first row whose keys an earlier row has, too; ``None`` without any.

    Parameters
    ----------
    keys : sequence of int arrays, shape (n,)
        At least one.

    Examples
    --------
    >>> first_duplicate([np.array([1, 2, 1]), np.array([5, 5, 5])])
    2
    """
    order = np.lexsort(keys)
    same = np.ones(len(order) - 1, dtype=np.bool_)
    for key in keys:
        same &= np.diff(key[order]) == 0
    return int(order[1:][same].min()) if same.any() else None
