"""Runtimes of one model along something that changes: parallel requests, or the date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.runtime.table import first_duplicate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.runtime.table import RowsAre

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["RuntimeSeries"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimeSeries:
    """Rows of one model under one set of other conditions, in the order of the file.

    Parameters
    ----------
    model : str
    conditions : tuple of (str, str)
        Column and value of whatever else was the same for these rows.
    along : str
        The column along which they are compared.
    marks : tuple of str
        Its values.
    mark : int array, shape (n,)
        Which of `marks` each row has.
    input_tokens, output_tokens : int array, shape (n,), or None
        p and o, at least 1; ``None`` where the file does not tell.
    runtime_s : float array, shape (n,)
        Seconds, above 0.
    repeat : int array, shape (n,), or None
        Which trial or instance a row is.
    rows_are : RowsAre
        What all rows come down to: ``"single"`` only if all are; ``"mean"`` if requests and means are mixed.

    Raises
    ------
    InputError
        If a size comes twice at a mark and `repeat` does not tell which is which.
    """

    model: str
    conditions: tuple[tuple[str, str], ...]
    along: str
    marks: tuple[str, ...]
    mark: IntArray
    input_tokens: IntArray | None
    output_tokens: IntArray | None
    runtime_s: FloatArray
    repeat: IntArray | None
    rows_are: RowsAre

    def __post_init__(self) -> None:
        """Refuse rows that nothing tells apart."""
        keys = [self.mark, self.output_tokens, self.input_tokens, self.repeat]
        first = first_duplicate([key for key in keys if key is not None])
        if first is not None:
            raise InputError(self._duplicated(first))

    def levels(self) -> Mapping[tuple[int | None, int | None], Mapping[str, float]]:
        """Return the mean runtime [s] of each size (p, o) at each mark, sizes rising, marks as in `marks`.

        ``None`` stands for what the file does not tell. Minima stay what they are where each is alone.
        """
        found = {}
        for size, rows in self._sizes():
            counts = np.bincount(self.mark[rows], minlength=len(self.marks))
            sums = np.bincount(self.mark[rows], weights=self.runtime_s[rows], minlength=len(self.marks))
            found[size] = {
                name: float(total / count)
                for name, total, count in zip(self.marks, sums, counts, strict=True)
                if count
            }
        return found

    def _sizes(self) -> tuple[tuple[tuple[int | None, int | None], IntArray], ...]:
        known = [column for column in (self.input_tokens, self.output_tokens) if column is not None]
        if not known:
            return (((None, None), np.arange(len(self.runtime_s))),)
        sizes, number = np.unique(np.column_stack(known), axis=0, return_inverse=True)
        order = np.argsort(number.reshape(-1), kind="stable")
        rows = np.split(order, np.searchsorted(number.reshape(-1)[order], np.arange(1, len(sizes))))
        return tuple((self._size(size.tolist()), own) for size, own in zip(sizes, rows, strict=True))

    def _size(self, known: list[int]) -> tuple[int | None, int | None]:
        left = iter(known)
        p = None if self.input_tokens is None else next(left)
        return p, None if self.output_tokens is None else next(left)

    def _duplicated(self, row: int) -> str:
        sizes = {"prompt": self.input_tokens, "output": self.output_tokens}
        known = [f"{size[row]} {name}" for name, size in sizes.items() if size is not None]
        of_size = f"of {' and '.join(known)} tokens " if known else ""
        what = f"{self.model} has several rows {of_size}at {self.along} {self.marks[self.mark[row]]}"
        if self.repeat is None:
            return f"{what}, and no column trial or instance tells them apart; add one, or leave them out"
        return f"{what} under one trial or instance; number the repeats apart, or leave all but one out"
