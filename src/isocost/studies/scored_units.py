"""What a frontier says of each production unit: the record that all methods fill."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier import EnvelopmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.estimate import Caution, Estimate
    from isocost.exchange.unit_table import UnitTable
    from isocost.frontier import (
        BootstrapScores,
        GroupedFrontiers,
        Improvement,
        MeasuredFrontier,
        Peer,
        PricedEfficiency,
        ProductivityChange,
        ScaleEfficiency,
        StochasticFrontier,
        StochasticMetafrontier,
    )

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["DatedChanges", "ScoredUnit", "Scoring", "problem_of", "quantities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredUnit:
    """What is known of one unit; ``None`` and empty where the method does not tell it.

    Parameters
    ----------
    name : str
    group, date : str or None
    on_frontier : bool or None
        Whether nothing dominates it (``pareto``), or its score is that of an efficient unit.
    dominated_by : tuple of str
        Up to ten units of the frontier.
    improvements : tuple of Improvement
        What others show to be possible on one axis, all else at least as good.
    score : float or None
        In the convention of the `Scoring`.
    status : str or None
        Why there is no score: ``"infeasible"`` or ``"unbounded"``.
    interval : Estimate or None
        The score with its interval: corrected by the bootstrap, or with its error.
    peers : tuple of Peer
    slacks, targets : mapping of str to float
        By axis.
    leaves_slack : bool or None
    scale : ScaleEfficiency or None
    super_score : float or None
        Against all others.
    super_status : str or None
        Why there is none.
    priced : PricedEfficiency or None
    verdict : str or None
        Beyond the error of measurement.
    probability : float or None
        Of being on the frontier.
    compared_with : int or None
        Units that a partial frontier holds it against.
    jlms : float or None
        Efficiency as exp(-E[u | e]).
    gap_ratio : float or None
        Its group's frontier as a share of everybody's.
    """

    name: str
    group: str | None = None
    date: str | None = None
    on_frontier: bool | None = None
    dominated_by: tuple[str, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    score: float | None = None
    status: str | None = None
    interval: Estimate | None = None
    peers: tuple[Peer, ...] = ()
    slacks: Mapping[str, float] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    leaves_slack: bool | None = None
    scale: ScaleEfficiency | None = None
    super_score: float | None = None
    super_status: str | None = None
    priced: PricedEfficiency | None = None
    verdict: str | None = None
    probability: float | None = None
    compared_with: int | None = None
    jlms: float | None = None
    gap_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedChanges:
    """How productivity changed between two dates.

    Parameters
    ----------
    before, after : str
    units : tuple of ProductivityChange
    mean : ProductivityChange
        Geometric.
    """

    before: str
    after: str
    units: tuple[ProductivityChange, ...]
    mean: ProductivityChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a method finds, a column a field of `ScoredUnit`.

    Parameters
    ----------
    convention : str or None
        What a score means, in words; ``None`` without scores.
    columns : mapping of str to sequence
        By field of `ScoredUnit`, each of the length of the table.
    notes : tuple of str
        What the numbers are not.
    bootstrap, measured, stochastic, grouped, metafrontier : record or None
        The method's own account of all units.
    changes : tuple of DatedChanges
    cautions : tuple of Caution
    """

    convention: str | None
    columns: Mapping[str, Sequence[Any]]
    notes: tuple[str, ...] = ()
    bootstrap: BootstrapScores | None = None
    measured: MeasuredFrontier | None = None
    stochastic: StochasticFrontier | None = None
    grouped: GroupedFrontiers | None = None
    metafrontier: StochasticMetafrontier | None = None
    changes: tuple[DatedChanges, ...] = ()
    cautions: tuple[Caution, ...] = ()

    def units(self, table: UnitTable) -> tuple[ScoredUnit, ...]:
        """Return one record a unit of the table."""
        columns: dict[str, Sequence[Any]] = {"name": table.names, **self.columns}
        told = {"group": table.groups, "date": table.dates}
        columns |= {name: column for name, column in told.items() if column is not None}
        names = tuple(columns)
        return tuple(
            ScoredUnit(**dict(zip(names, values, strict=True)))
            for values in zip(*columns.values(), strict=True)
        )


def quantities(table: UnitTable) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return inputs, outputs and bad outputs, each of shape (n, axes)."""
    takes, makes = len(table.inputs), len(table.inputs) + len(table.outputs)
    return table.values[:, :takes], table.values[:, takes:makes], table.values[:, makes:]


def problem_of(table: UnitTable) -> EnvelopmentProblem:
    """Return the units as envelopment takes them.

    Raises
    ------
    InputError
        If a value is not above 0 (outputs: below 0).
    """
    inputs, outputs, bads = quantities(table)
    for axis, column in zip(table.axes, table.values.T, strict=True):
        bad = np.flatnonzero(column < 0 if axis in table.outputs else column <= 0)
        if bad.size:
            least = "at least" if axis in table.outputs else "above"
            raise InputError(
                f"{table.source}: {axis.name} of {table.names[bad[0]]} is {column[bad[0]]:g}, and a "
                "score needs it "
                f"{least} 0; leave the unit out (an empty cell does), shift nothing, or use --method pareto"
            )
    return EnvelopmentProblem(
        names=table.names,
        input_axes=table.inputs,
        output_axes=table.outputs,
        bad_axes=table.bads,
        inputs=inputs,
        outputs=outputs,
        bads=bads if table.bads else None,
    )
