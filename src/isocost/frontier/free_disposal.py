"""Radial scores against single units, for tables of any length: only undominated units can be peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.hull import Points, reach
from isocost.frontier.pareto import pareto_mask
from isocost.frontier.radial import check_orientation, check_quantities, column_scale, radial_direction

if TYPE_CHECKING:
    from isocost.frontier.radial import Orientation

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["FreeDisposal", "free_disposal"]


class FreeDisposal(NamedTuple):
    """Scores within the free disposal hull; arrays of n.

    Parameters
    ----------
    scores : float array
        Farrell.
    peers : int array
        The single unit that shows each score.
    slacks : float array, shape (n, axes)
        What is left of inputs, then outputs, in their units.
    """

    scores: FloatArray
    peers: IntArray
    slacks: FloatArray


def free_disposal(
    inputs: FloatArray, outputs: FloatArray, *, orientation: Orientation = "input", most_pairs: float = np.inf
) -> FreeDisposal:
    """Score each unit against the best single one (Deprins, Simar & Tulkens 1984).

    The peer is undominated, so that only undominated units are looked at: n times as many comparisons as
    there are of them.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    outputs : float array, shape (n, s)
        At least 0, one of each unit above 0.
    orientation : {"input", "output"}
    most_pairs : float
        Of units and undominated units that may be compared.

    Returns
    -------
    FreeDisposal

    Raises
    ------
    InputError
        If values are out of range, or there are more pairs.

    Examples
    --------
    >>> found = free_disposal(np.array([[2.0], [4.0]]), np.array([[3.0], [3.0]]))
    >>> found.scores.tolist(), found.peers.tolist()
    ([1.0, 0.5], [0, 0])
    """
    check_orientation(orientation)
    x, y = check_quantities(inputs, outputs)
    scale = column_scale(x, y)
    rows = np.c_[x, -y] / scale
    ahead = np.flatnonzero(pareto_mask(rows, ["lower"] * rows.shape[1]))
    if len(rows) * len(ahead) > most_pairs:
        raise InputError(
            f"{len(rows):,} units and {len(ahead):,} undominated ones are too many pairs to compare; use "
            "--method pareto, or choose rows with --where"
        )
    found = reach(
        rows[ahead], Points(rhs=rows, direction=radial_direction(rows, x.shape[1], orientation)), "fdh"
    )
    slacks = np.where(found.slack > 1e-9, found.slack, 0.0) * scale
    step = found.step + 0.0  # no negative zero
    return FreeDisposal(
        scores=1 - step if orientation == "input" else 1 + step,
        peers=ahead[found.support[:, 0]],
        slacks=slacks,
    )
