"""What was measured of a trace, cut into windows of its time: each a level, and a row of rates over time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Caution
from isocost.core.load import Load
from isocost.studies.levels import judged_levels
from isocost.studies.parts_of_runs import chosen_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from isocost.core.observation import Observations, Run
    from isocost.core.operating_point import OperatingPoint
    from isocost.journal import TraceSpec

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["TraceWindow", "trace_points", "trace_windows"]

_MOST_WINDOWS = 8
_FEWEST_REQUESTS = 30
_MOST_GROWTH = 0.2
_FEWEST_MORE = 5  # requests in flight


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWindow:
    """What became of a trace within one window of its time, over all repeats.

    Parameters
    ----------
    from_s, to_s : float
        Of the trace as it is replayed.
    offered_per_s, sent_per_s, ended_per_s : float
        Requests due, sent, and ended well per second.
    input_tokens, output_tokens : float or None
        Means of the requests due in it that ended well, as counted; ``None`` where nobody counted.
    send_delay_p99_s : float or None
        Of the requests due in it; ``None`` without any.
    """

    from_s: float
    to_s: float
    offered_per_s: float
    sent_per_s: float
    ended_per_s: float
    input_tokens: float | None
    output_tokens: float | None
    send_delay_p99_s: float | None


def trace_windows(runs: Sequence[Run], spec: TraceSpec) -> tuple[TraceWindow, ...]:
    """Say what was offered, sent and ended over the time of a trace, from what was measured.

    Parameters
    ----------
    runs : sequence of Run
        The repeats of one stage.
    spec : TraceSpec
        What it asked for; the trace itself is not read.
    """
    seen = [run.observations for run in runs if (~run.observations.warmup).any()]
    if not seen:
        return ()
    due = [_due_s(each) for each in seen]
    edges = _edges(spec)
    return tuple(_window(seen, due, (start, end)) for start, end in itertools.pairwise(edges))


def _window(
    seen: Sequence[Observations], due: Sequence[FloatArray], ends: tuple[float, float]
) -> TraceWindow:
    sent = [at + (each.sent_at_s - each.due_at_s) for at, each in zip(due, seen, strict=True)]
    done = [
        np.where(each.ok, at + (each.done_at_s - each.due_at_s), np.nan)
        for at, each in zip(due, seen, strict=True)
    ]
    length = (ends[1] - ends[0]) * len(seen)
    mine = [_within(at, ends) for at in due]
    delays = np.concatenate([(s - d)[rows] for s, d, rows in zip(sent, due, mine, strict=True)])
    ended = [rows & each.ok for rows, each in zip(mine, seen, strict=True)]
    return TraceWindow(
        from_s=ends[0],
        to_s=ends[1],
        offered_per_s=sum(int(rows.sum()) for rows in mine) / length,
        sent_per_s=sum(int(_within(at, ends).sum()) for at in sent) / length,
        ended_per_s=sum(int(_within(at, ends).sum()) for at in done) / length,
        input_tokens=_mean([each.input_tokens[rows] for each, rows in zip(seen, ended, strict=True)]),
        output_tokens=_mean([each.output_tokens[rows] for each, rows in zip(seen, ended, strict=True)]),
        send_delay_p99_s=float(np.quantile(delays, 0.99)) if delays.size else None,
    )


def _within(at_s: FloatArray, ends: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray((at_s >= ends[0]) & (at_s < ends[1]))


def _mean(parts: Sequence[FloatArray]) -> float | None:
    known = np.concatenate(parts)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else None


def trace_points(
    run: Run,
    spec: TraceSpec,
    point_of: Callable[[Run], OperatingPoint | None],
    cautions: list[Caution],
) -> tuple[OperatingPoint, ...]:
    """Return what a run says of the windows that its trace is cut into, each at its mean rate.

    A window through which the requests in flight grew by more than a fifth of those due in it was offered
    more than was finished, and is left out, and so is the next one: the queue is still there. Each carries a
    caution, since neither rate nor sizes stay the same.

    Parameters
    ----------
    run : Run
    spec : TraceSpec
    point_of : callable
        Returns the operating point of a run at one load; ``None``: nothing can be said.
    cautions : list of Caution
        Takes what is to be said of windows that are left out.
    """
    found: list[OperatingPoint] = []
    crowded, grown, after = False, 0, 0
    for part, growth in _parts(run, spec):
        point = point_of(part)
        if point is None:
            continue
        over = not judged_levels([point], windowed=True).points
        grows = growth > max(_MOST_GROWTH * len(part.observations.index), _FEWEST_MORE)
        grown += grows and not over
        after += crowded and not over and not grows
        if over or not (crowded or grows):
            found.append(replace(point, cautions=(*point.cautions, *_trace_caution(run))))
        crowded = over or grows
    cautions.extend(_left_out(run, grown, after))
    return tuple(found)


def _parts(run: Run, spec: TraceSpec) -> Iterator[tuple[Run, int]]:
    """Cut a run into the windows of its trace that have requests; count how many more are in flight after."""
    due, edges = _due_s(run.observations), _edges(spec)
    done = due + (run.observations.done_at_s - run.observations.due_at_s)
    for start, end in itertools.pairwise(edges):
        chosen = _within(due, (start, end))
        if chosen.any():
            rate = float(f"{chosen.sum() / (end - start):.3g}")
            inside = [int(((due <= at) & (done > at)).sum()) for at in (start, end)]
            part = replace(
                run,
                load=Load(rate_per_s=rate),
                label=f"{run.label}, {start:.4g}-{end:.4g} s",
                observations=chosen_rows(run.observations, chosen),
                segments=tuple(replace(each, telemetry=()) for each in run.segments),  # it is of the whole
            )
            yield part, inside[1] - inside[0]


def _edges(spec: TraceSpec) -> list[float]:
    """Return where windows begin and end: eight at most, of thirty requests or more on average."""
    count = max(1, min(_MOST_WINDOWS, spec.requests // _FEWEST_REQUESTS))
    edges: list[float] = np.linspace(0.0, max(spec.duration_s, 1.0), count + 1).tolist()
    edges[-1] = float(np.nextafter(edges[-1], np.inf))  # the last arrival is inside
    return edges


def _due_s(seen: Observations) -> FloatArray:
    """Return when each request was due, in seconds of the trace; NaN of those that warmed up.

    A segment goes on where the one before it was cut: its first request is due at once.
    """
    due = np.full(len(seen.index), np.nan)
    reached = 0.0
    for number in np.unique(seen.segment[~seen.warmup]).tolist():
        rows = (seen.segment == number) & ~seen.warmup
        due[rows] = reached + seen.due_at_s[rows] - seen.due_at_s[rows].min()
        reached = float(due[rows].max())
    return due


def _trace_caution(run: Run) -> tuple[Caution, ...]:
    return (
        Caution(
            "trace",
            f"rate and sizes of requests changed all through {run.label!r}: its windows are no steady "
            "levels; measure the rates that matter with --request-rate",
        ),
    )


def _left_out(run: Run, grown: int, after: int) -> Iterator[Caution]:
    if grown:
        yield Caution(
            "overload",
            f"{run.deployment}: through {_windows(grown)} of {run.label!r} the requests in flight grew by "
            "more than a fifth of those that were due: more was offered than was finished; left out",
        )
    if after:
        windows = _windows(after)
        yield Caution(
            "after-overload",
            f"{run.deployment}: {windows} of {run.label!r} left out: more was offered just before than was "
            "finished, and its queue was still there",
        )


def _windows(count: int) -> str:
    return f"{count} window{'s' if count > 1 else ''}"
