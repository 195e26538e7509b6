"""Units in groups of near ones, so that most comparisons can be spared a group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Neighbourhood", "neighbourhoods"]

SIZE = 256


class Neighbourhood(NamedTuple):
    """Units near each other.

    Parameters
    ----------
    rows : int array
        Which units.
    least, most : float array, shape (axes,)
        The corners of their box.
    """

    rows: IntArray
    least: FloatArray
    most: FloatArray


def neighbourhoods(values: FloatArray, size: int = SIZE) -> Iterator[Neighbourhood]:
    """Halve units along their widest axis until groups are small.

    Parameters
    ----------
    values : float array, shape (n, axes)
    size : int
        Largest group, at least 1.

    Yields
    ------
    Neighbourhood
        Each unit in one of them.

    Examples
    --------
    >>> [group.rows.tolist() for group in neighbourhoods(np.array([[1.0], [9.0], [2.0], [8.0]]), 2)]
    [[0, 2], [1, 3]]
    """
    spread = np.ptp(values, axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    waiting = [np.arange(len(values))]
    while waiting:
        rows = waiting.pop()
        part = values[rows]
        least, most = part.min(axis=0), part.max(axis=0)
        if len(rows) <= size:
            yield Neighbourhood(np.sort(rows), least, most)
            continue
        axis = int(((most - least) / scale).argmax())
        middle = len(rows) // 2
        order = np.argpartition(part[:, axis], middle)
        waiting += [rows[order[middle:]], rows[order[:middle]]]
