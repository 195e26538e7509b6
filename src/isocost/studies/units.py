"""Which production units of a file no other one dominates, by inputs and outputs of the user's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.provenance import Provenance
from isocost.exchange import read_units
from isocost.frontier import frontier_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.core.estimate import Caution
    from isocost.frontier import Dominance, Frontier

__all__ = ["UnitReport", "unit_report"]


NAMED = 10
"""So many units of the frontier are named as dominating another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """The frontier of a file's units.

    Parameters
    ----------
    name : str
        The file.
    frontier : Frontier
        Inputs, then outputs, are its axes; each dominated unit names up to ten undominated ones that
        dominate it.
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    frontier: Frontier
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


def unit_report(
    path: Path,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    dominance: Dominance = "strict",
    name: str | None = None,
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> UnitReport:
    """Find the undominated units of a file, exactly, in any number of inputs and outputs.

    Parameters
    ----------
    path : Path
        A CSV file with one unit a row.
    inputs, outputs : sequence of str
        Columns where less is better, and where more is.
    dominance : {"strict", "weak"}
        Strict: at least as good throughout and better in one. Weak: better throughout.
    name : str, optional
        Column with each unit's name.
    renames, where : mapping of str to str, optional
        Columns to rename; rows to choose.

    Returns
    -------
    UnitReport

    Raises
    ------
    InputError
        If the file cannot be compared by these columns.
    """
    read = read_units(path, inputs=inputs, outputs=outputs, name=name, renames=renames, where=where)
    return UnitReport(
        name=path.name,
        frontier=frontier_of(read.units, axes=read.axes, dominance=dominance, most_named=NAMED),
        cautions=read.cautions,
        provenance=(Provenance(source=str(path), tool="a file given", facts=dict(where or {})),),
    )
