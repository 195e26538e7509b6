"""Radial scores of points against a reference set: how far inputs can shrink or outputs grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.hull import Points, check_technology, reach

if TYPE_CHECKING:
    from isocost.frontier.hull import Technology

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "Orientation",
    "check_orientation",
    "check_quantities",
    "column_scale",
    "radial_direction",
    "radial_scores",
]

Orientation = Literal["input", "output"]
"""What a radial score scales: inputs down, or outputs up."""


def radial_scores(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    reference_inputs: FloatArray | None = None,
    reference_outputs: FloatArray | None = None,
    technology: Technology = "vrs",
    orientation: Orientation = "input",
) -> FloatArray:
    r"""Score points in the Farrell convention against what reference units span.

    Input: the least :math:`\theta` with :math:`\sum\lambda_j x_j \le \theta x`,
    :math:`\sum\lambda_j y_j \ge y`; output: the largest :math:`\varphi` with
    :math:`\sum\lambda_j x_j \le x`, :math:`\sum\lambda_j y_j \ge \varphi y` (Farrell 1957,
    doi:10.2307/2343100; Charnes, Cooper & Rhodes 1978, doi:10.1016/0377-2217(78)90138-8; Banker, Charnes &
    Cooper 1984, doi:10.1287/mnsc.30.9.1078). The scale of a column does not matter.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    outputs : float array, shape (n, s)
        At least 0, one of each point above 0.
    reference_inputs, reference_outputs : float arrays, shapes (units, m) and (units, s), optional
        Whom the points are held against; by default the points themselves.
    technology : {"crs", "vrs", "drs", "irs", "fdh"}
    orientation : {"input", "output"}

    Returns
    -------
    float array, shape (n,)
        At most 1 (input) or at least 1 (output) for points within what is spanned; beyond it above or below
        1; NaN where no combination of reference units reaches the point at all.

    Raises
    ------
    InputError
        If tables do not fit together, hold what is no number, or a word is not known.

    Examples
    --------
    Three firms; the second makes with 4 what half the first and half the third make with 2.5:

    >>> x, y = np.array([[2.0], [4.0], [3.0]]), np.array([[1.0], [2.0], [3.0]])
    >>> radial_scores(x, y).tolist()
    [1.0, 0.625, 1.0]
    >>> radial_scores(x, y, technology="crs").tolist()
    [0.5, 0.5, 1.0]
    """
    check_technology(technology)
    check_orientation(orientation)
    if (reference_inputs is None) != (reference_outputs is None):
        raise InputError("a reference set needs both reference_inputs and reference_outputs, or neither")
    x, y = check_quantities(inputs, outputs)
    x_ref, y_ref = x, y
    if reference_inputs is not None and reference_outputs is not None:
        x_ref, y_ref = check_quantities(reference_inputs, reference_outputs)
    if x_ref.shape[1] != x.shape[1] or y_ref.shape[1] != y.shape[1]:
        raise InputError(
            f"points have {x.shape[1]} inputs and {y.shape[1]} outputs, the reference set "
            f"{x_ref.shape[1]} and {y_ref.shape[1]}; both need the same"
        )
    scale = column_scale(x_ref, y_ref)
    rows, rhs = np.c_[x_ref, -y_ref] / scale, np.c_[x, -y] / scale
    points = Points(rhs=rhs, direction=radial_direction(rhs, x.shape[1], orientation))
    step = reach(rows, points, technology).step
    return 1 - step if orientation == "input" else 1 + step


def column_scale(*tables: FloatArray) -> FloatArray:
    """Return the largest value of each column, by which programs are scaled; 1 where all are 0."""
    largest = np.concatenate([table.max(axis=0) for table in tables])
    return np.where(largest > 0, largest, 1.0)


def radial_direction(rhs: FloatArray, inputs: int, orientation: Orientation) -> FloatArray:
    """Return each point's own inputs, or its own outputs, as a direction; rows after the outputs stay."""
    chosen = np.arange(rhs.shape[1]) < inputs
    return np.where(chosen == (orientation == "input"), np.abs(rhs), 0.0)


def check_orientation(orientation: str) -> None:
    """Refuse a word that names no orientation."""
    if orientation not in get_args(Orientation):
        raise InputError(f"orientation is 'input' or 'output', got {orientation!r}")


def check_quantities(inputs: FloatArray, outputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Refuse tables that are no inputs and outputs of the same units.

    Parameters
    ----------
    inputs, outputs : float arrays, shapes (n, m) and (n, s)

    Returns
    -------
    tuple of float arrays
        The same.

    Raises
    ------
    InputError
        If a shape is wrong, a number is missing or infinite, an input is not above 0, an output is below 0,
        or a unit has no output at all.
    """
    x, y = np.asarray(inputs, dtype=np.float64), np.asarray(outputs, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or 0 in (*x.shape, *y.shape):
        raise InputError(
            f"envelopment needs inputs and outputs, a row a unit; got shapes {x.shape} and {y.shape}"
        )
    for table, word, bad, want in (
        (x, "input", ~(np.isfinite(x) & (x > 0)), "finite and above 0"),
        (y, "output", ~(np.isfinite(y) & (y >= 0)), "finite and at least 0"),
    ):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise InputError(
                f"{word} {column} of unit {row} must be {want}, got {table[row, column]:g}; "
                "leave out units whose values are not known"
            )
    idle = np.flatnonzero((y == 0).all(axis=1))
    if idle.size:
        raise InputError(f"unit {idle[0]} has no output, all are 0; leave such units out")
    return x, y
