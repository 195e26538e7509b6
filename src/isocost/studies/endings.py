"""How runs ended that were to go on until they are known well enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import EstimationError
from isocost.core.estimate import Caution
from isocost.core.observation import Outcome
from isocost.core.provenance import Provenance
from isocost.journal import LoadStage
from isocost.statistics import operating_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run
    from isocost.journal import Stage

__all__ = ["RunEnding", "ending_cautions", "run_endings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnding:
    """How one run ended.

    Parameters
    ----------
    deployment, run : str
    wanted : float
        Relative half-width that throughput and mean time to the first token were to reach.
    longest_s : float
        Seconds after which it was to end in any case.
    reached : bool
        Whether it ended because the width was reached.
    seconds : float
        How long requests were sent.
    throughput, ttft : float or None
        Relative half-widths of the whole run, as reported; ``None`` where there is no interval.
    """

    deployment: str
    run: str
    wanted: float
    longest_s: float
    reached: bool
    seconds: float
    throughput: float | None
    ttft: float | None


def run_endings(name: str, runs: Sequence[tuple[Run, Stage]]) -> tuple[RunEnding, ...]:
    """Say of finished runs whether they ended at the wanted width: what was in flight then was cancelled.

    Parameters
    ----------
    name : str
        Of the deployment.
    runs : sequence of (Run, Stage)

    Returns
    -------
    tuple of RunEnding
        Of stages that asked for a width only.
    """
    return tuple(
        _ending(name, run, stage.until_width, stage.duration_s)
        for run, stage in runs
        if isinstance(stage, LoadStage)
        and stage.until_width is not None
        and stage.duration_s is not None
        and run.finished
    )


def _ending(name: str, run: Run, wanted: float, longest_s: float) -> RunEnding:
    seen = run.observations
    last = seen.segment == seen.segment.max(initial=0)
    seconds = 0.0
    for segment in np.unique(seen.segment[~seen.warmup]):
        sent = seen.sent_at_s[~seen.warmup & (seen.segment == segment)]
        seconds += float(sent.max() - sent.min())
    try:
        point = operating_point(run, provenance=Provenance(source=run.label, tool="isocost"))
        widths = (
            _half_width(point.output_tokens_per_second),
            _half_width(None if point.ttft is None else point.ttft.mean),
        )
    except EstimationError:
        widths = (None, None)
    return RunEnding(
        deployment=name,
        run=run.label,
        wanted=wanted,
        longest_s=longest_s,
        reached=bool((seen.outcome[last & ~seen.warmup] == Outcome.CANCELLED.value).any()),
        seconds=seconds,
        throughput=widths[0],
        ttft=widths[1],
    )


def _half_width(estimate: Estimate | None) -> float | None:
    if estimate is None or estimate.low is None or estimate.high is None or not estimate.value > 0:
        return None
    return (estimate.high - estimate.low) / 2 / estimate.value


def ending_cautions(endings: Sequence[RunEnding]) -> Iterator[Caution]:
    """Yield ``"width-not-reached"`` for runs that went on to their longest duration, those alike in one."""
    longest = [each for each in endings if not each.reached]
    asked = dict.fromkeys((each.deployment, each.longest_s, each.wanted) for each in longest)
    for deployment, longest_s, wanted in asked:
        alike = [
            each
            for each in longest
            if (each.deployment, each.longest_s, each.wanted) == (deployment, longest_s, wanted)
        ]
        who, their, them = (
            (repr(alike[0].run), "its", "it")
            if len(alike) == 1
            else (f"{len(alike)} runs of {deployment}", "their", "them")
        )
        known = (
            f"throughput {_known([each.throughput for each in alike])} and "
            f"mean TTFT {_known([each.ttft for each in alike])}"
        )
        yield Caution(
            "width-not-reached",
            f"{who} went on to {their} longest duration of {longest_s:g} s: "
            f"{known}, where {wanted:.1%} was wanted; give {them} a longer --max-duration",
        )


def _known(widths: Sequence[float | None]) -> str:
    """Say how well something is known after some runs.

    Examples
    --------
    >>> _known([0.1, None, 0.226])
    'to 10.0% to 22.6%, in 1 of 3 without an interval'
    >>> _known([None])
    'without an interval'
    """
    told = sorted(width for width in widths if width is not None)
    if not told:
        return "without an interval"
    ends = dict.fromkeys(f"{width:.1%}" for width in (told[0], told[-1]))
    without = len(widths) - len(told)
    rest = f", in {without} of {len(widths)} without an interval" if without else ""
    return f"to {' to '.join(ends)}{rest}"
