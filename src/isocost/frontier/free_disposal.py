"""Radial scores against single units, for tables of any length: only undominated units can be peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.frontier.hull import Points, reach
from isocost.frontier.neighbourhoods import neighbourhoods
from isocost.frontier.pareto import pareto_mask
from isocost.frontier.radial import check_orientation, check_quantities, column_scale, radial_direction

if TYPE_CHECKING:
    from isocost.frontier.neighbourhoods import Neighbourhood
    from isocost.frontier.radial import Orientation

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["FreeDisposal", "free_disposal"]

_SAFE = 1e-9


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
    inputs: FloatArray, outputs: FloatArray, *, orientation: Orientation = "input"
) -> FreeDisposal:
    """Score each unit against the best single one (Deprins, Simar & Tulkens 1984).

    The peer is undominated, so that only undominated units are looked at; and of these, for units that are
    near each other, only those that may be the best of one of them.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    outputs : float array, shape (n, s)
        At least 0, one of each unit above 0.
    orientation : {"input", "output"}

    Returns
    -------
    FreeDisposal

    Raises
    ------
    InputError
        If values are out of range.

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
    along = radial_direction(rows, x.shape[1], orientation)
    step, peers, slacks = np.empty(len(rows)), np.empty(len(rows), dtype=np.intp), np.empty_like(rows)
    rivals = np.asfortranarray(rows[ahead])
    for group in neighbourhoods(rows):
        able = ahead[_able(rivals, group, x.shape[1], orientation)]
        found = reach(rows[able], Points(rhs=rows[group.rows], direction=along[group.rows]), "fdh")
        step[group.rows], peers[group.rows] = found.step + 0.0, able[found.support[:, 0]]  # no negative zero
        slacks[group.rows] = found.slack
    slacks = np.where(slacks > 1e-9, slacks, 0.0) * scale
    return FreeDisposal(scores=1 - step if orientation == "input" else 1 + step, peers=peers, slacks=slacks)


def _able(rows: FloatArray, group: Neighbourhood, inputs: int, orientation: Orientation) -> BoolArray:
    """Which reference units may be the best of a unit in the group, by the corners of its box.

    `rows` are inputs, then outputs turned negative. The shrunk side is compared by ratios, the other kept.
    """
    shrunk = np.arange(rows.shape[1]) < inputs
    if orientation == "output":
        shrunk = ~shrunk
    fits = (rows[:, ~shrunk] <= group.most[~shrunk]).all(axis=1)
    sure = (rows[:, ~shrunk] <= group.least[~shrunk]).all(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if orientation == "input":  # the least of the largest ratios x / own x
            low = (rows[:, shrunk] / group.most[shrunk]).max(axis=1)
            high = (rows[:, shrunk] / group.least[shrunk]).max(axis=1)
            return np.asarray(fits & (low <= high[sure].min(initial=np.inf) * (1 + _SAFE)))
        own_most, own_least = -group.least[shrunk], -group.most[shrunk]
        low = np.where(own_most > 0, -rows[:, shrunk] / own_most, np.inf).min(axis=1)
        high = np.where(own_least > 0, -rows[:, shrunk] / own_least, np.inf).min(axis=1)
    return np.asarray(fits & (high >= low[sure].max(initial=0.0) * (1 - _SAFE)))
