"""CSV files as columns: numbers as arrays, text as numbered labels; a million rows in a few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.text_file import csv_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Columns", "Labels", "has", "read_columns"]

_ROWS_AT_ONCE = 1 << 10  # few enough for the processor cache: twice as fast as many


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A column of text: each row's number among the different values, by first appearance."""

    codes: IntArray
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """What was read of a CSV file.

    Parameters
    ----------
    names : tuple of str
        All columns of the file, renamed.
    numbers : mapping of str to float array, shape (n,)
        Above 0 and finite.
    labels : mapping of str to Labels
    """

    names: tuple[str, ...]
    numbers: Mapping[str, FloatArray]
    labels: Mapping[str, Labels]


class _Codes(dict[str, int]):
    """Numbers for labels, by first appearance."""

    def __missing__(self, label: str) -> int:
        self[label] = len(self)
        return self[label]


def read_columns(
    path: Path,
    rename: Callable[[list[str]], list[str]],
    *,
    numbers: Collection[str],
    whole: Collection[str],
    leave_out: Callable[[str], bool],
    where: Mapping[str, str],
) -> Columns:
    """Read a CSV file with a header.

    Parameters
    ----------
    path : Path
    rename : callable
        From the names in the header to those to use; refuses what will not do.
    numbers : collection of str
        Columns whose values must be numbers above 0, where the file has them.
    whole : collection of str
        Which of these must be whole.
    leave_out : callable
        Whether to skip a column.
    where : mapping of str to str
        Columns, and the value that rows to read have there.

    Raises
    ------
    InputError
        If the file cannot be read, a line has too few or too many fields, a number is none, or nothing is
        left.
    """
    with csv_rows(path) as reader:
        names = rename([name.strip() for name in next(reader, [])])
        for name, value in where.items():
            if name not in names:
                raise InputError(f"--where {name}={value}: {path} has no column {name!r}; {has(names)}")
        parts = _Parts(path, names, numbers, whole, leave_out)
        parts.read(reader, where)
    return parts.together(where)


def has(names: Sequence[str]) -> str:
    """Say which columns there are, the first twenty by name.

    Examples
    --------
    >>> has(["model", "p"])
    'it has model, p'
    """
    return f"it has {', '.join(names[:20])}" + (", …" if len(names) > 20 else "")


class _Parts:
    """Columns while they are read, part by part."""

    def __init__(
        self,
        path: Path,
        names: list[str],
        numbers: Collection[str],
        whole: Collection[str],
        leave_out: Callable[[str], bool],
    ) -> None:
        self._path, self._names, self._whole = path, names, whole
        self._numbers: dict[str, list[FloatArray]] = {name: [] for name in names if name in numbers}
        text = [name for name in names if name not in numbers and not leave_out(name)]
        self._codes: dict[str, list[IntArray]] = {name: [] for name in text}
        self._labels = {name: _Codes() for name in text}

    def read(self, reader: Iterator[list[str]], where: Mapping[str, str]) -> None:
        line = 2
        wanted = [(self._names.index(name), value) for name, value in where.items()]
        while rows := list(islice(reader, _ROWS_AT_ONCE)):
            lines: Sequence[int] = range(line, line + len(rows))
            line += len(rows)
            if not all(rows):  # blank lines are none
                lines, rows = _those(lines, rows, [bool(row) for row in rows])
            self._require_whole(lines, rows)
            for place, value in wanted:
                lines, rows = _those(lines, rows, [row[place] == value for row in rows])
            if rows:
                self._take(lines, dict(zip(self._names, zip(*rows, strict=True), strict=True)))

    def _require_whole(self, lines: Sequence[int], rows: Sequence[list[str]]) -> None:
        sizes = list(map(len, rows))
        if sizes.count(len(self._names)) < len(sizes):
            place = next(place for place, size in enumerate(sizes) if size != len(self._names))
            raise InputError(
                f"{self._path}, line {lines[place]}: {sizes[place]} fields where the header names "
                f"{len(self._names)}"
            )

    def _take(self, lines: Sequence[int], columns: Mapping[str, Sequence[str]]) -> None:
        for name, taken in self._numbers.items():
            taken.append(self._converted(name, columns[name], lines))
        for name, codes in self._codes.items():
            known = self._labels[name]
            codes.append(np.fromiter(map(known.__getitem__, columns[name]), np.int64, len(lines)))

    def _converted(self, name: str, column: Sequence[str], lines: Sequence[int]) -> FloatArray:
        try:
            values = np.fromiter(map(float, column), np.float64, len(column))
        except ValueError:
            values = np.array([_number(text) for text in column])
        good = np.isfinite(values) & (values > 0)
        if name in self._whole:
            good &= values == np.floor(values)
        if not good.all():
            place = int(np.argmin(good))
            expected = "a whole number, at least 1" if name in self._whole else "a number above 0"
            raise InputError(
                f"{self._path}, line {lines[place]}: {name} must be {expected}, got {column[place]!r}"
            )
        return values

    def together(self, where: Mapping[str, str]) -> Columns:
        if not any(self._numbers.values()):
            left = " and ".join(f"{name}={value}" for name, value in where.items())
            raise InputError(
                f"no row of {self._path} has {left}"
                if where
                else f"{self._path} has a header but no rows; give one line for each runtime"
            )
        return Columns(
            names=tuple(self._names),
            numbers={name: np.concatenate(parts) for name, parts in self._numbers.items()},
            labels={
                name: Labels(np.concatenate(parts), tuple(self._labels[name]))
                for name, parts in self._codes.items()
            },
        )


def _those(
    lines: Sequence[int], rows: list[list[str]], keep: list[bool]
) -> tuple[Sequence[int], list[list[str]]]:
    return list(compress(lines, keep)), list(compress(rows, keep))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
