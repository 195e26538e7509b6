"""One plan dealt out to several workers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.load import Load

if TYPE_CHECKING:
    from isocost.core.load import RunPlan

__all__ = ["deal"]


def deal(plan: RunPlan, workers: int) -> tuple[RunPlan, ...]:
    """Deal a plan out, so that together its parts send what the whole would have sent.

    Of a closed loop streams are dealt out one by one and each request goes to the worker of its stream, so
    that a worker with more streams gets more requests; with a duration the workers count past each other. Of
    an open loop requests go round with the instants at which they are due.

    Parameters
    ----------
    plan : RunPlan
    workers : int
        Who could take part, at least 1.

    Returns
    -------
    tuple of RunPlan
        One for each worker that has something to send: no more than there are streams or requests.

    Raises
    ------
    InputError
        If there is no worker.

    Examples
    --------
    >>> from isocost.core.load import Load, RequestShape, RunPlan
    >>> whole = RunPlan(load=Load(concurrency=3), shapes=(RequestShape(8, 4),), indices=tuple(range(7)))
    >>> [(part.load.concurrency, part.indices) for part in deal(whole, 2)]
    [(2, (0, 2, 3, 5, 6)), (1, (1, 4))]
    """
    if workers < 1:
        raise InputError(f"a plan is dealt out to at least 1 worker, got {workers}")
    return _closed(plan, workers) if plan.load.concurrency is not None else _open(plan, workers)


def _closed(plan: RunPlan, workers: int) -> tuple[RunPlan, ...]:
    streams = plan.load.concurrency or 1
    useful = min(workers, streams if plan.indices is None else min(streams, max(len(plan.indices), 1)))
    return tuple(
        replace(
            plan,
            load=Load(concurrency=len(range(worker, streams, useful))),
            indices=_of_streams(plan.indices, streams, worker, useful),
            first_index=plan.first_index + worker * plan.index_step,
            index_step=plan.index_step * useful,
            warmup=plan.warmup[worker::useful],
        )
        for worker in range(useful)
    )


def _of_streams(
    indices: tuple[int, ...] | None, streams: int, worker: int, workers: int
) -> tuple[int, ...] | None:
    """Return the requests of a worker's streams; stream s belongs to worker s modulo workers."""
    if indices is None:
        return None
    return tuple(index for place, index in enumerate(indices) if place % streams % workers == worker)


def _open(plan: RunPlan, workers: int) -> tuple[RunPlan, ...]:
    indices, due_s, rate = plan.indices or (), plan.due_s or (), plan.load.rate_per_s or 0.0
    most = plan.max_in_flight
    useful = max(1, min(workers, len(indices), workers if most is None else most))
    return tuple(
        replace(
            plan,
            load=Load(rate_per_s=rate * len(indices[worker::useful]) / len(indices) if indices else rate),
            indices=indices[worker::useful],
            due_s=due_s[worker::useful],
            max_in_flight=None if most is None else len(range(worker, most, useful)),
            warmup=plan.warmup[worker::useful],
        )
        for worker in range(useful)
    )
