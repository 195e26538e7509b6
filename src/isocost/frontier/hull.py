"""What reference units span: columns of envelopment programs, their starts, and the free disposal hull."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.simplex import DIRECTION, NONE

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Technology", "best_single", "check_technology", "hull_columns", "single_starts"]

Technology = Literal["crs", "vrs", "drs", "irs", "fdh"]
r"""Returns to scale: which sums of weights are allowed.

``crs`` any (Charnes, Cooper & Rhodes 1978), ``vrs`` 1 (Banker, Charnes & Cooper 1984), ``drs`` at most 1,
``irs`` at least 1 (Seiford & Thrall 1990), ``fdh`` one unit alone (Deprins, Simar & Tulkens 1984).
"""

_CELLS = 2_000_000  # of one table: 16 MB


def check_technology(technology: str) -> None:
    """Refuse a word that names no technology."""
    if technology not in get_args(Technology):
        raise InputError(f"technology is one of {', '.join(get_args(Technology))}; got {technology!r}")


def hull_columns(rows: FloatArray, technology: Technology) -> FloatArray:
    """Make the columns of envelopment programs from reference units.

    Parameters
    ----------
    rows : float array, shape (units, rows)
        What one unit of weight takes of each row: inputs as they are, outputs negative.
    technology : {"crs", "vrs", "drs", "irs"}

    Returns
    -------
    float array, shape (units + slacks, rows + 1)
        First the units, then a slack for each row, then those of the sum of weights in the last row.

    Examples
    --------
    >>> hull_columns(np.array([[2.0, -1.0]]), "drs").tolist()
    [[2.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    count, size = rows.shape
    last = np.eye(size + 1)[-1:]
    ends = {"vrs": [], "drs": [last], "irs": [-last], "crs": [last, -last]}[technology]
    return np.vstack([np.c_[rows, np.ones(count)], np.eye(size, size + 1), *ends])


def best_single(
    rows: FloatArray, rhs: FloatArray, direction: FloatArray, without: IntArray | None = None
) -> tuple[FloatArray, IntArray, IntArray]:
    """Find how far each point can go while one reference unit alone does as well.

    Parameters
    ----------
    rows : float array, shape (units, rows)
        Of the reference units.
    rhs, direction : float arrays, shape (n, rows)
        Of the points; directions at least 0, not all 0.
    without : int array, shape (n,), optional
        The unit that a point may not use; -1 for none.

    Returns
    -------
    tuple of float array, int array, int array, each of shape (n,)
        The step, minus infinity where no unit will do; which unit; the row that stops it.

    Examples
    --------
    >>> step, unit, _ = best_single(np.array([[2.0, -1.0]]), np.array([[4.0, -1.0]]), np.array([[4.0, 0.0]]))
    >>> step.tolist(), unit.tolist()
    ([0.5], [0])
    """
    count = len(rhs)
    step, unit, row = np.empty(count), np.empty(count, dtype=np.intp), np.empty(count, dtype=np.intp)
    size = max(1, _CELLS // max(1, len(rows)))
    for begin in range(0, count, size):
        part = slice(begin, begin + size)
        table = _steps(rows, rhs[part], direction[part])
        if without is not None:
            barred = np.flatnonzero(without[part] >= 0)
            table[barred, without[part][barred]] = -np.inf
        unit[part] = table.argmax(axis=1)
        step[part] = table[np.arange(len(table)), unit[part]]
    room = rhs - rows[unit]
    with np.errstate(divide="ignore", invalid="ignore"):
        row = np.where(direction > 0, room / direction, np.inf).argmin(axis=1)
    return step, unit, row


def _steps(rows: FloatArray, rhs: FloatArray, direction: FloatArray) -> FloatArray:
    """How far each point can go beside each unit, shape (points, units)."""
    table = np.full((len(rhs), len(rows)), np.inf)
    for place in range(rows.shape[1]):
        room = rhs[:, place, None] - rows[None, :, place]
        along = direction[:, place, None]
        if (along > 0).all():
            np.minimum(table, room / along, out=table)
        else:
            stopped = np.where(room < 0, -np.inf, np.inf)
            with np.errstate(divide="ignore", invalid="ignore"):
                np.minimum(table, np.where(along > 0, room / along, stopped), out=table)
    return table


def single_starts(unit: IntArray, row: IntArray, *, rows: int, units: int) -> IntArray:
    """Make the first bases: a step along the direction, one unit, and the slacks of all rows but one.

    Parameters
    ----------
    unit : int array, shape (n,)
        Which unit; below 0 where there is none.
    row : int array, shape (n,)
        The row without slack, the one that stops the step.
    rows, units : int
        How many; the slack of row r is column ``units + r``.

    Returns
    -------
    int array, shape (n, rows + 1)
        `DIRECTION` first; `NONE` throughout where there is no unit.

    Examples
    --------
    >>> single_starts(np.array([0, -1]), np.array([1, 0]), rows=2, units=5).tolist()
    [[-1, 5, 0], [-2, -2, -2]]
    """
    basis = np.empty((len(unit), rows + 1), dtype=np.intp)
    basis[:, :rows] = units + np.arange(rows)
    basis[np.arange(len(unit)), row] = basis[:, 0]
    basis[:, 0] = DIRECTION
    basis[:, rows] = unit
    basis[unit < 0] = NONE
    return basis
