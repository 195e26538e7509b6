"""From a stage to its runs, and from a run to what remains to be sent."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.journal import LoadStage, QualityStage, RuntimeStage
from isocost.studies.anchor import ANCHOR
from isocost.studies.arriving import arrivals_at, arrivals_on_schedule
from isocost.studies.replaying import replayed_trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.prefix import BlockPrefixes, SharedPrefix
    from isocost.journal import OpenLoopSpec, Stage, TraceSpec
    from isocost.studies.arriving import Arrivals

__all__ = ["PlannedRun", "planned_labels", "planned_runs", "remaining"]

_FEWEST_WARMUPS, _MOST_WARMUPS = 4, 16  # of an open loop: what arrives in a second, within bounds
_WARMUP_CELLS = 3
_WARMUPS_IN_PROCESS = 10  # as arXiv 2305.02440 warmed its models up


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run of a stage as it was asked for.

    Parameters
    ----------
    label : str
        Unique in the stage.
    load : Load
    repeat : int
    shapes : tuple of RequestShape
    warmup : tuple of RequestShape
    requests : int or None
        How many to send; ``None``: as many as `duration_s` allows.
    duration_s : float or None
    seed : int
    due_s : tuple of float or None
        When each request of an open loop is due, seconds after the start; ``None`` in a closed one.
    max_in_flight : int or None
        Of an open loop.
    prefixes : SharedPrefix or BlockPrefixes or None
        What prompts have in common.
    turns : int
        Of a conversation; then `due_s` has one instant for each conversation.
    think_time_s : float
    """

    label: str
    load: Load
    repeat: int
    shapes: tuple[RequestShape, ...]
    warmup: tuple[RequestShape, ...]
    requests: int | None
    duration_s: float | None
    seed: int
    due_s: tuple[float, ...] | None = None
    max_in_flight: int | None = None
    prefixes: SharedPrefix | BlockPrefixes | None = None
    turns: int = 1
    think_time_s: float = 0.0


def planned_labels(stage: Stage) -> tuple[str, ...]:
    """Return the labels of a stage's runs; a trace is not read for that."""
    trace = getattr(stage, "trace", None)
    if trace is not None and isinstance(stage, LoadStage):
        return tuple(_trace_label(trace, repeat) for repeat in range(stage.repeats))
    return tuple(run.label for run in planned_runs(stage))


def planned_runs(stage: Stage) -> tuple[PlannedRun, ...]:
    """Lay out the runs of a stage in the order in which they are measured; the same stage, the same runs.

    Raises
    ------
    InputError
        If the stage replays a trace whose file is gone or has changed.
    """
    if isinstance(stage, QualityStage):
        return (_questions(stage),)
    return (_profile(stage),) if isinstance(stage, RuntimeStage) else _anchored(stage, _sweep(stage))


def remaining(run: PlannedRun, *, done: frozenset[int], spent_s: float, timeout_s: float) -> RunPlan | None:
    """Plan what is left of a run; ``None`` when nothing is.

    An open loop goes on after the last request that was finished, and the next one is due at once; those
    that were in flight when it was cut are not sent again, as in a closed loop of a duration. In the same way
    conversations that were cut are not taken up; of a number of requests they are, from their first turn on,
    since the history is gone: turns that were measured are sent again as warm-up.

    Parameters
    ----------
    run : PlannedRun
    done : frozenset of int
        Requests that need not be sent again.
    spent_s : float
        Seconds of sending so far, in earlier segments.
    timeout_s : float
        Longest time for one request.
    """
    if run.turns > 1:
        return _conversations_left(run, done=done, spent_s=spent_s, timeout_s=timeout_s)
    due_s = None
    if run.due_s is not None:
        first, left_s = max(done, default=-1) + 1, None
        numbers: tuple[int, ...] | None = tuple(range(first, len(run.due_s)))
        shift = run.due_s[first] if done and numbers else 0.0
        due_s = tuple(due - shift for due in run.due_s[first:])
    elif run.duration_s is None:
        numbers = tuple(number for number in range(run.requests or 0) if number not in done)
        left_s = None
        first = 0
    else:
        numbers = None
        left_s = run.duration_s - spent_s
        first = max(done, default=-1) + 1
    if numbers == () or (left_s is not None and left_s <= 0):
        return None
    return RunPlan(
        load=run.load,
        shapes=run.shapes,
        indices=numbers,
        first_index=first,
        duration_s=left_s,
        due_s=due_s,
        max_in_flight=run.max_in_flight,
        warmup=run.warmup,
        seed=run.seed,
        request_timeout_s=timeout_s,
        prefixes=run.prefixes,
    )


def _conversations_left(
    run: PlannedRun, *, done: frozenset[int], spent_s: float, timeout_s: float
) -> RunPlan | None:
    """Plan which conversations are left of a run, each from the first turn that is to be measured."""
    turns, begun = run.turns, max(done, default=-1) // run.turns + 1
    numbers: tuple[int, ...] | None = None
    due_s, left_s = None, None
    if run.due_s is not None:
        numbers = tuple(range(begun * turns, len(run.due_s) * turns, turns))
        shift = run.due_s[begun] if begun and numbers else 0.0
        due_s = tuple(due - shift for due in run.due_s[begun:])
    elif run.duration_s is None:
        every = range(0, run.requests or 0, turns)
        open_turns = ([i for i in range(first, first + turns) if i not in done] for first in every)
        numbers = tuple(missing[0] for missing in open_turns if missing)
    else:
        left_s = run.duration_s - spent_s
    if numbers == () or (left_s is not None and left_s <= 0):
        return None
    return RunPlan(
        load=run.load,
        shapes=run.shapes,
        indices=numbers,
        first_index=begun * turns,
        index_step=turns,
        duration_s=left_s,
        due_s=due_s,
        max_in_flight=run.max_in_flight,
        warmup=run.warmup,
        seed=run.seed,
        request_timeout_s=timeout_s,
        prefixes=run.prefixes,
        turns=turns,
        think_time_s=run.think_time_s,
    )


def _profile(stage: RuntimeStage) -> PlannedRun:
    rng = np.random.default_rng(stage.seed)
    cells = stage.cells or ()
    from isocost.runtime import interleave  # noqa: PLC0415 - much to load for a load, which must begin soon

    shapes = tuple(interleave(cells, repeats=stage.repeats, rng=rng))
    return PlannedRun(
        label="profile",
        load=Load(concurrency=1),
        repeat=0,
        shapes=shapes,
        warmup=_warmup(stage, cells),
        requests=len(shapes),
        duration_s=None,
        seed=_seed(stage.seed, "profile"),
    )


def _questions(stage: QualityStage) -> PlannedRun:
    return PlannedRun(
        label="questions",
        load=Load(concurrency=stage.concurrency),
        repeat=0,
        shapes=(),
        warmup=(),
        requests=stage.count,
        duration_s=None,
        seed=stage.seed,
    )


def _warmup(stage: RuntimeStage, cells: Sequence[RequestShape]) -> tuple[RequestShape, ...]:
    """Return the requests that warm the target up; in process each size, since kernels are loaded by size."""
    by_length = sorted(cells, key=lambda cell: cell.input_tokens + cell.output_tokens)
    in_process = stage.target.transformers is not None
    sizes = by_length if in_process else by_length[-_WARMUP_CELLS:]
    usual = max(_WARMUPS_IN_PROCESS, len(sizes)) if in_process else len(sizes)
    return tuple(islice(cycle(sizes), usual if stage.warmups is None else stage.warmups))


def _sweep(stage: LoadStage) -> tuple[PlannedRun, ...]:
    if stage.trace is not None:
        return _replay(stage, stage.trace)
    if stage.open_loop is not None:
        return _open_sweep(stage, stage.open_loop)
    rng = np.random.default_rng(stage.seed)
    return tuple(
        _level(stage, int(level), repeat)
        for repeat in range(stage.repeats)
        for level in rng.permutation(stage.concurrency)
    )


def _level(stage: LoadStage, level: int, repeat: int) -> PlannedRun:
    label = f"{level} concurrent #{repeat}"
    return PlannedRun(
        label=label,
        load=Load(concurrency=level),
        repeat=repeat,
        shapes=_rotated(stage.shapes, repeat, stage.repeats),
        warmup=tuple(stage.shapes[i % len(stage.shapes)] for i in range(level)),  # one for each stream
        requests=stage.requests_per_level,
        duration_s=stage.duration_s,
        seed=_seed(stage.seed, label),
        prefixes=stage.prefix,
        turns=_turns(stage),
        think_time_s=0.0 if stage.conversation is None else stage.conversation.think_time_s,
    )


def _anchored(stage: LoadStage, runs: tuple[PlannedRun, ...]) -> tuple[PlannedRun, ...]:
    """Measure the first level once more at the end, where there are several and the stage asks for it."""
    if not stage.anchor or len({run.load for run in runs}) < 2:
        return runs
    label = f"{runs[0].load.label} {ANCHOR}"
    return (*runs, replace(runs[0], label=label, repeat=stage.repeats, seed=_seed(stage.seed, label)))


def _open_sweep(stage: LoadStage, loop: OpenLoopSpec) -> tuple[PlannedRun, ...]:
    rng = np.random.default_rng(stage.seed)
    repeats = range(stage.repeats)
    if loop.schedule:
        seeds = [_seed(stage.seed, f"arrivals on schedule #{repeat}") for repeat in repeats]
        drawn = [arrivals_on_schedule(loop, seed=seed, turns=_turns(stage)) for seed in seeds]
        return tuple(_open_run(stage, loop, each, repeat) for repeat, each in enumerate(drawn))
    return tuple(
        _open_run(stage, loop, _arrivals(stage, loop, float(rate), repeat), repeat)
        for repeat in repeats
        for rate in rng.permutation(loop.request_rates)
    )


def _arrivals(stage: LoadStage, loop: OpenLoopSpec, rate_per_s: float, repeat: int) -> Arrivals:
    return arrivals_at(
        rate_per_s,
        loop,
        requests=stage.requests_per_level,
        duration_s=stage.duration_s,
        turns=_turns(stage),
        seed=_seed(stage.seed, f"arrivals at {rate_per_s:g}/s #{repeat}"),
    )


def _open_run(stage: LoadStage, loop: OpenLoopSpec, arrivals: Arrivals, repeat: int) -> PlannedRun:
    label = f"{arrivals.name} #{repeat}"
    warmups = min(max(round(arrivals.load.rate_per_s or 0.0), _FEWEST_WARMUPS), _MOST_WARMUPS)
    return PlannedRun(
        label=label,
        load=arrivals.load,
        repeat=repeat,
        shapes=_rotated(stage.shapes, repeat, stage.repeats),
        warmup=tuple(stage.shapes[i % len(stage.shapes)] for i in range(warmups)),
        requests=len(arrivals.due_s) * _turns(stage),
        duration_s=None,
        seed=_seed(stage.seed, label),
        due_s=arrivals.due_s,
        max_in_flight=loop.max_in_flight,
        prefixes=stage.prefix,
        turns=_turns(stage),
        think_time_s=0.0 if stage.conversation is None else stage.conversation.think_time_s,
    )


def _turns(stage: LoadStage) -> int:
    return 1 if stage.conversation is None else stage.conversation.turns


def _replay(stage: LoadStage, spec: TraceSpec) -> tuple[PlannedRun, ...]:
    """Lay out the repeats of a trace: the same instants and sizes, other prompts."""
    trace = replayed_trace(spec)
    shapes, due_s, prefixes = trace.shapes, tuple(trace.due_s.tolist()), trace.prefixes
    warmups = min(max(round(spec.rate_per_s), _FEWEST_WARMUPS), _MOST_WARMUPS)
    labels = [_trace_label(spec, repeat) for repeat in range(stage.repeats)]
    return tuple(
        PlannedRun(
            label=label,
            load=Load(rate_per_s=spec.rate_per_s),
            repeat=repeat,
            shapes=shapes,
            warmup=shapes[:warmups],
            requests=len(shapes),
            duration_s=None,
            seed=_seed(stage.seed, label),
            due_s=due_s,
            max_in_flight=spec.max_in_flight,
            prefixes=prefixes,
        )
        for repeat, label in enumerate(labels)
    )


def _trace_label(spec: TraceSpec, repeat: int) -> str:
    return f"{spec.name} #{repeat}"


def _rotated(shapes: tuple[RequestShape, ...], repeat: int, repeats: int) -> tuple[RequestShape, ...]:
    """Begin each repeat elsewhere in the workload, so that repeats are not the same requests again."""
    start = repeat * len(shapes) // repeats
    return shapes[start:] + shapes[:start]


def _seed(seed: int, label: str) -> int:
    return zlib.crc32(f"{seed} {label}".encode())
