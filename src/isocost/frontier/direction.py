"""Which way units are to improve: directions of directional distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.frontier.production import EnvelopmentProblem

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Direction", "Way", "direction_rows"]

Way = Literal["own", "mean"] | tuple[float, ...] | None
"""How much one step changes each column: the unit's own value, the mean of all units, numbers, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """What one step of a directional distance changes: inputs and bad outputs down, outputs up.

    Chambers, Chung & Färe 1998, doi:10.1023/A:1022637501082. With own values the distance is a share of what
    the unit has; with the mean or given numbers it counts in steps that are alike for all units.

    Parameters
    ----------
    inputs, outputs, bads : {"own", "mean"}, tuple of float, or None
        Numbers are in the unit of each axis, at least 0. ``None`` leaves them as they are.

    Examples
    --------
    >>> Direction(inputs="own", outputs=None, bads=None).label
    'inputs by own, outputs fixed, bad outputs fixed'
    """

    inputs: Way = "own"
    outputs: Way = "own"
    bads: Way = "own"

    @property
    def label(self) -> str:
        """The direction in words."""
        named = (("inputs", self.inputs), ("outputs", self.outputs), ("bad outputs", self.bads))
        return ", ".join(f"{word} {_in_words(way)}" for word, way in named)


def direction_rows(problem: EnvelopmentProblem, direction: Direction) -> FloatArray:
    """Return each unit's direction: inputs, outputs, bad outputs.

    Parameters
    ----------
    problem : EnvelopmentProblem
    direction : Direction

    Returns
    -------
    float array, shape (n, axes)
        At least 0, in the units of the axes.

    Raises
    ------
    InputError
        If numbers do not fit the axes, or nothing changes.
    """
    parts = [
        _part("inputs", direction.inputs, problem.inputs),
        _part("outputs", direction.outputs, problem.outputs),
    ]
    if problem.bads is not None:
        parts.append(_part("bads", direction.bads, problem.bads))
    rows = np.hstack(parts)
    if not (rows > 0).any(axis=1).all():
        raise InputError(
            f"a direction must change something of each unit, got {direction.label}; "
            "say for instance inputs='own'"
        )
    return rows


def _in_words(way: Way) -> str:
    if way is None:
        return "fixed"
    return f"by {way}" if isinstance(way, str) else "by " + ", ".join(f"{each:g}" for each in way)


def _part(word: str, way: Way, table: FloatArray) -> FloatArray:
    if way is None:
        return np.zeros_like(table)
    if way == "own":
        return table
    if way == "mean":
        return np.tile(table.mean(axis=0), (len(table), 1))
    given = np.array(() if isinstance(way, str) else way, dtype=np.float64)
    if given.shape != table.shape[1:] or not (np.isfinite(given) & (given >= 0)).all():
        raise InputError(
            f"a direction of {word} is 'own', 'mean', None, or a number at least 0 for each of the "
            f"{table.shape[1]}; got {way!r}"
        )
    return np.tile(given, (len(table), 1))
