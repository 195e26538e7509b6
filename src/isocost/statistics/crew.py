"""Doubts about a run that several workers measured together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from isocost.core.observation import Run

__all__ = ["WORST_BOUND_S", "crew_cautions"]

WORST_BOUND_S = 0.01
"""Clocks that may be further apart than so many seconds are a doubt: tokens come about as often."""


def crew_cautions(run: Run) -> tuple[Caution, ...]:
    """Say what the facts of a run's segments tell against it: lost workers, clocks that are too far apart.

    Parameters
    ----------
    run : Run
        Facts ``lost_workers`` (in words) and ``clock_bound_s`` (seconds) of its segments count.

    Returns
    -------
    tuple of Caution
        ``"lost-worker"``, ``"clocks-apart"`` where they apply.
    """
    lost = [who for segment in run.segments if (who := segment.facts.get("lost_workers"))]
    bound_s = max((float(segment.facts.get("clock_bound_s", 0.0)) for segment in run.segments), default=0.0)
    doubts = {
        "lost-worker": (
            bool(lost),
            f"workers were lost while {run.label!r} was measured ({'; '.join(lost)}); what "
            "they had in flight is missing, and from then on the load was lower",
        ),
        "clocks-apart": (
            bound_s > WORST_BOUND_S,
            f"the clocks of the workers of {run.label!r} could be compared to {bound_s * 1000:.0f} ms only; "
            "latencies are those of one clock each, but rates over short windows may be off",
        ),
    }
    return tuple(Caution(code, text) for code, (applies, text) in doubts.items() if applies)
