"""Sweeps over load in files: how to read them, and what was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from isocost.core.estimate import Caution
    from isocost.core.operating_point import OperatingPoint

__all__ = ["StatedPrice", "SweepFile", "SweepFormat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFormat:
    """How to read the columns of a sweep.

    Parameters
    ----------
    names : mapping of str to str
        Two names of a column, the file's and ours, in either order.
    where : mapping of str to str
        Columns, and the text that a row must have there to count.
    keys : collection of str
        Columns with fractions that tell sweeps apart all the same.
    ignore : collection of str
        Columns that tell nothing apart.
    requests : int or None
        Requests of each run, where the file does not say.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    keys: Collection[str] = ()
    ignore: Collection[str] = ()
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class StatedPrice:
    """What a file says an hour of a whole deployment costs.

    Parameters
    ----------
    amount : float
        Per hour, at least 0.
    currency : str
        ISO 4217 code.
    """

    amount: float
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """What was read of a sweep file.

    Parameters
    ----------
    points : tuple of OperatingPoint
        Sweeps are told apart by ``deployment``.
    prices : mapping of str to StatedPrice
        By deployment, where the file says.
    cautions : tuple of Caution
    """

    points: tuple[OperatingPoint, ...]
    prices: Mapping[str, StatedPrice]
    cautions: tuple[Caution, ...]
