"""Units by dominance: who is undominated, what others show to be possible, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.frontier import Improvement, Peer, measured_frontier, pareto_mask
from isocost.frontier.dominators import dominators
from isocost.frontier.free_disposal import free_disposal
from isocost.frontier.improvement import bettered
from isocost.frontier.pareto import gains_of
from isocost.statistics.draws import generator
from isocost.studies.scored_units import Scoring, problem_of, quantities

if TYPE_CHECKING:
    from isocost.exchange.unit_table import UnitTable
    from isocost.frontier import MeasuredFrontier
    from isocost.studies.unit_question import UnitQuestion

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["MOST_MEASURED", "dominance_scoring", "measurement_of", "single_scoring"]

MOST_MEASURED = 300
"""Units whose errors of measurement are compared pair by pair."""
MOST_COMPARED = 100_000
"""Units of which it is told who dominates them, and what that shows to be possible."""
NAMED = 10
_DRAWS = 1000
_NORMAL_95 = 1.959963984540054
_CONVENTIONS = {
    "input": "Farrell, input, against single units (fdh): which share of what should be little would do; "
    "1 is "
    "efficient, less is worse",
    "output": "Farrell, output, against single units (fdh): by what its outputs could be multiplied; 1 is "
    "efficient, more is worse",
}


def dominance_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Find the undominated units, who dominates the others, and what that shows to be possible.

    Parameters
    ----------
    table : UnitTable
    question : UnitQuestion

    Returns
    -------
    Scoring
        With scores within the free disposal hull where all values are above 0.

    Raises
    ------
    InputError
        If the orientation needs columns that are not there.
    """
    gains = gains_of(table.values, [axis.better for axis in table.axes])
    dominance = question.dominance or "strict"
    mask = pareto_mask(gains, ["higher"] * len(table.axes), dominance)
    ahead = np.flatnonzero(mask)
    columns: dict[str, Any] = {"on_frontier": mask.tolist()}
    if len(gains) > MOST_COMPARED:
        told = Caution(
            "pairs-not-compared",
            f"of {len(gains):,} units only who is undominated is told, not by whom the others are "
            "dominated (up to "
            f"{MOST_COMPARED:,} units it is); --method fdh scores them all",
        )
        return Scoring(convention=None, columns=columns, cautions=(told,))
    by = dominators(gains, ahead, dominance=dominance, most=NAMED)
    columns["dominated_by"] = [tuple(table.names[one] for one in each) for each in by]
    columns["improvements"] = _improvements(table, gains, ahead)
    scores = _scores(table, question)
    if scores is not None:
        columns["score"] = scores.tolist()
    measured = measurement_of(table, question)
    if measured is not None:
        columns |= _measured_columns(
            measured, whole=scores is not None and question.towards(table) == "input"
        )
    return Scoring(
        convention=None if scores is None else _CONVENTIONS[question.towards(table)],
        columns=columns,
        notes=() if scores is not None else ("there are no scores: they need values above 0",),
        measured=measured,
        cautions=() if measured is None else measured.cautions,
    )


def single_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Score units of a long table against single ones, in the time that their frontier takes.

    Parameters
    ----------
    table : UnitTable
        Without bad outputs.
    question : UnitQuestion

    Returns
    -------
    Scoring

    Raises
    ------
    InputError
        If a value is out of range.
    """
    problem_of(table)
    inputs, outputs, _ = quantities(table)
    towards = "output" if question.towards(table) == "output" else "input"
    found = free_disposal(inputs, outputs, orientation=towards)  # type: ignore[arg-type]
    axes = [axis.name for axis in table.axes]
    peers = [(Peer(table.names[peer], 1.0),) for peer in found.peers.tolist()]
    return Scoring(
        convention=_CONVENTIONS[towards],
        columns={
            "score": found.scores.tolist(),
            "on_frontier": (np.abs(found.scores - 1) <= 1e-9).tolist(),
            "peers": peers,
            "slacks": [dict(zip(axes, row, strict=True)) for row in found.slacks.tolist()],
        },
    )


def measurement_of(table: UnitTable, question: UnitQuestion) -> MeasuredFrontier | None:
    """Carry the intervals of the columns to the frontier; ``None`` where there are none or too many units."""
    if (
        not table.has_intervals
        or len(table.names) > MOST_MEASURED
        or len(set(table.names)) < len(table.names)
    ):
        return None
    return measured_frontier(
        table.values,
        _draws(table, question.seed),
        axes=table.axes,
        names=table.names,
        rng=generator(question.seed, "true values of units"),
        groups=table.clusters,
    )


def _draws(table: UnitTable, seed: int) -> FloatArray:
    """Draw around each value a two-piece normal of its interval, shape (draws, n, axes).

    What levels of one deployment have alike to the last digit, such as its quality, was measured once.
    """
    rng = generator(seed, "errors of units")
    normal = np.empty((_DRAWS, *table.values.shape))
    owner = np.arange(len(table.values))
    if table.clusters is not None:
        owner = np.unique(np.array(table.clusters), return_inverse=True)[1]
    for column in range(table.values.shape[1]):
        told = np.c_[owner, table.values[:, column], table.lows[:, column], table.highs[:, column]]
        once = np.unique(np.nan_to_num(told, nan=-np.inf), axis=0, return_inverse=True)[1].reshape(-1)
        normal[:, :, column] = rng.standard_normal((_DRAWS, once.max() + 1))[:, once] / _NORMAL_95
    known = np.isfinite(table.lows)
    down = np.where(known, table.values - table.lows, 0.0)
    up = np.where(known, table.highs - table.values, 0.0)
    samples = table.values + np.where(normal < 0, normal * down, normal * up)
    least = np.where(table.values > 0, table.values * 1e-3, -np.inf)
    most = np.array(
        [
            next((end for end in (1.0, 100.0) if column.max() <= end), np.inf) if axis.bounded else np.inf
            for axis, column in zip(table.axes, table.values.T, strict=True)
        ]
    )
    return np.asarray(np.clip(samples, least, most))


def _measured_columns(measured: MeasuredFrontier, *, whole: bool) -> dict[str, Any]:
    units = measured.units
    return {
        "verdict": [unit.verdict for unit in units],
        "probability": [unit.probability for unit in units],
        "interval": [
            unit.score if whole and unit.score is not None and unit.score.has_interval else None
            for unit in units
        ],
    }


def _improvements(table: UnitTable, gains: FloatArray, ahead: IntArray) -> list[tuple[Improvement, ...]]:
    found: list[tuple[Improvement, ...]] = [()] * len(gains)
    for column, axis in enumerate(table.axes):
        values = table.values[:, column]
        for row, rival in bettered(gains, ahead, column):
            own, possible = float(values[row]), float(values[rival])
            found[row] = (
                *found[row],
                Improvement(
                    axis=axis.name,
                    possible=possible,
                    share=None if own == 0 else abs(possible - own) / abs(own),
                    see=table.names[rival],
                ),
            )
    return found


def _scores(table: UnitTable, question: UnitQuestion) -> FloatArray | None:
    """Farrell scores of what should be little, or of outputs; ``None`` where a value has no ratio."""
    inputs, outputs, bads = quantities(table)
    takes, towards = np.hstack([inputs, bads]), question.towards(table)
    if (towards == "input" and not takes.shape[1]) or (towards == "output" and not outputs.shape[1]):
        raise InputError(f"--orientation {towards} needs --{towards}s; give some, or leave it out")
    takes, outputs = (part if part.shape[1] else np.ones((len(part), 1)) for part in (takes, outputs))
    if (takes <= 0).any() or (outputs < 0).any() or (outputs <= 0).all(axis=1).any():
        return None
    return free_disposal(takes, outputs, orientation="output" if towards == "output" else "input").scores
