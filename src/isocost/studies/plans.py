"""From a stage to its runs, and from a run to what remains to be sent."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.journal import QualityStage, RuntimeStage
from isocost.runtime import interleave

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.journal import LoadStage, Stage

__all__ = ["PlannedRun", "planned_runs", "remaining"]

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
    """

    label: str
    load: Load
    repeat: int
    shapes: tuple[RequestShape, ...]
    warmup: tuple[RequestShape, ...]
    requests: int | None
    duration_s: float | None
    seed: int


def planned_runs(stage: Stage) -> tuple[PlannedRun, ...]:
    """Lay out the runs of a stage in the order in which they are measured; the same stage, the same runs."""
    if isinstance(stage, QualityStage):
        return (_questions(stage),)
    return (_profile(stage),) if isinstance(stage, RuntimeStage) else _sweep(stage)


def remaining(run: PlannedRun, *, done: frozenset[int], spent_s: float, timeout_s: float) -> RunPlan | None:
    """Plan what is left of a run; ``None`` when nothing is.

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
    if run.duration_s is None:
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
        warmup=run.warmup,
        seed=run.seed,
        request_timeout_s=timeout_s,
    )


def _profile(stage: RuntimeStage) -> PlannedRun:
    rng = np.random.default_rng(stage.seed)
    cells = stage.cells or ()
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
    )


def _rotated(shapes: tuple[RequestShape, ...], repeat: int, repeats: int) -> tuple[RequestShape, ...]:
    """Begin each repeat elsewhere in the workload, so that repeats are not the same requests again."""
    start = repeat * len(shapes) // repeats
    return shapes[start:] + shapes[:start]


def _seed(seed: int, label: str) -> int:
    return zlib.crc32(f"{seed} {label}".encode())
