"""The runs of an open loop: when each request is due, and which level of load it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.load import Load, RatePiece
from isocost.studies.parts_of_runs import chosen_rows
from isocost.workload import arrivals_of_count, arrivals_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.observation import Run
    from isocost.journal import OpenLoopSpec

__all__ = ["Arrivals", "arrivals_at", "arrivals_on_schedule", "level_runs", "levels_of_schedule"]

_SLICES_OF_A_RAMP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When the requests of one run are due.

    Parameters
    ----------
    load : Load
        The mean rate.
    name : str
        Of the run, before its repeat.
    due_s : tuple of float
    """

    load: Load
    name: str
    due_s: tuple[float, ...]


def arrivals_at(
    rate_per_s: float,
    loop: OpenLoopSpec,
    *,
    requests: int | None,
    duration_s: float | None,
    seed: int,
    turns: int = 1,
) -> Arrivals:
    """Draw when requests are due at one rate: so many of them, or as many as arrive within `duration_s`.

    A run in which none happens to arrive has one, at once. Where requests come in conversations of several
    turns, the instants are those of conversations, of which one arrives for so many requests of the rate.
    """
    rng, load = np.random.default_rng(seed), Load(rate_per_s=rate_per_s)
    if duration_s is None:
        due = arrivals_of_count(rate_per_s / turns, (requests or 0) // turns, burstiness=loop.shape, rng=rng)
    else:
        pieces = [RatePiece(rate_per_s / turns, rate_per_s / turns, duration_s)]
        due = arrivals_within(pieces, burstiness=loop.shape, rng=rng)
    return Arrivals(load=load, name=load.label, due_s=_told(due))


def arrivals_on_schedule(loop: OpenLoopSpec, *, seed: int, turns: int = 1) -> Arrivals:
    """Draw when requests are due on a schedule of rates; conversations as in `arrivals_at`."""
    pieces = loop.pieces()
    of_talks = [RatePiece(each.from_per_s / turns, each.to_per_s / turns, each.duration_s) for each in pieces]
    due = arrivals_within(of_talks, burstiness=loop.shape, rng=np.random.default_rng(seed))
    mean = sum(piece.requests for piece in pieces) / sum(piece.duration_s for piece in pieces)
    return Arrivals(load=Load(rate_per_s=mean), name=", ".join(loop.schedule), due_s=_told(due))


def _told(due: Any) -> tuple[float, ...]:  # noqa: ANN401 - an array
    return tuple(due.tolist()) or (0.0,)


def levels_of_schedule(pieces: Sequence[RatePiece]) -> tuple[RatePiece, ...]:
    """Return the levels that a schedule is cut into: each step, and each ramp in eight.

    Examples
    --------
    >>> schedule = [RatePiece(2.0, 2.0, 30.0), RatePiece(0.0, 8.0, 80.0)]
    >>> [level.label for level in levels_of_schedule(schedule)][:3]
    ['2x30', '0-1:10', '1-2:10']
    """
    levels: list[RatePiece] = []
    for piece in pieces:
        count = 1 if piece.steady else _SLICES_OF_A_RAMP
        rates = np.linspace(piece.from_per_s, piece.to_per_s, count + 1).tolist()
        levels += [RatePiece(rates[i], rates[i + 1], piece.duration_s / count) for i in range(count)]
    return tuple(levels)


def level_runs(
    run: Run, loop: OpenLoopSpec, due_s: Sequence[float]
) -> tuple[tuple[RatePiece | None, Run], ...]:
    """Cut a run on a schedule into its levels, by when each request was due as it was planned.

    Parameters
    ----------
    run : Run
    loop : OpenLoopSpec
    due_s : sequence of float, shape (n,)
        Of the run as planned, by the number of the request.

    Returns
    -------
    tuple of (RatePiece or None, Run)
        The levels in their order, those without a request left out; the whole run and ``None`` where its rate
        stays the same.
    """
    if not loop.schedule:
        return ((None, run),)
    levels = levels_of_schedule(loop.pieces())
    ends = np.cumsum([level.duration_s for level in levels])
    planned = np.asarray(due_s)[np.clip(run.observations.index, 0, len(due_s) - 1)]
    number = np.minimum(np.searchsorted(ends, planned, side="right"), len(levels) - 1)
    number[run.observations.warmup] = -1
    found: list[tuple[RatePiece | None, Run]] = []
    for i, level in enumerate(levels):
        chosen = number == i
        if chosen.any():
            load = Load(rate_per_s=level.mean_per_s)
            part = replace(
                run,
                load=load,
                label=f"{run.label}, {load.label}",
                observations=chosen_rows(run.observations, chosen),
                segments=tuple(replace(each, telemetry=()) for each in run.segments),  # it is of the whole
            )
            found.append((level, part))
    return tuple(found)
