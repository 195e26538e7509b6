"""Mixtures of task types: how many requests of each, with fixed or long-tailed lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.workload.shapes import LengthTail, LongTailed, long_tailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.workload.workload import Workload

__all__ = ["TaskType", "draw_tasks"]

_LONGEST = 50.0  # times the median: far beyond what a drawn length reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskType:
    """Requests of one kind.

    Parameters
    ----------
    name : str
        What they are for: ``"text correction"``.
    requests : int
        How many, at least 1.
    input_tokens, output_tokens : float
        Median lengths, at least 1.
    input_tail, output_tail : float
        95th percentile over median, at least 1; 1: all have the median length.
    """

    name: str
    requests: int
    input_tokens: float
    output_tokens: float
    input_tail: float = 1.0
    output_tail: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a type without requests or with lengths that are none."""
        if self.requests < 1:
            raise InputError(f"task {self.name!r} needs at least 1 request, got {self.requests!r}")
        for side, median, tail in (
            ("input", self.input_tokens, self.input_tail),
            ("output", self.output_tokens, self.output_tail),
        ):
            if not median >= 1 or not tail >= 1:
                raise InputError(
                    f"task {self.name!r} needs {side}_tokens and {side}_tail of at least 1, "
                    f"got {median!r} and {tail!r}"
                )


def draw_tasks(tasks: Sequence[TaskType], *, seed: int = 0) -> tuple[Workload, ...]:
    """Draw the requests of each task type: log-normal lengths by median and tail.

    Parameters
    ----------
    tasks : sequence of TaskType
        At least one.
    seed : int
        The same seed gives the same requests; types of another name or place get others.

    Returns
    -------
    tuple of Workload
        One a task type, by its name.

    Raises
    ------
    InputError
        If there is no task type.

    Examples
    --------
    >>> fixed = TaskType(name="label", requests=3, input_tokens=100, output_tokens=5)
    >>> draw_tasks([fixed])[0].mean_input_tokens
    100.0
    """
    if not tasks:
        raise InputError("a mixture needs at least one task type, got none")
    return tuple(
        long_tailed(task.name, _lengths(task), seed=seed + place, n=task.requests)
        for place, task in enumerate(tasks)
    )


def _lengths(task: TaskType) -> LongTailed:
    return LongTailed(
        input_tokens=_tail(task.input_tokens, task.input_tail),
        output_tokens=_tail(task.output_tokens, task.output_tail),
    )


def _tail(median: float, tail: float) -> LengthTail:
    return LengthTail(median=median, tail=tail, longest=round(median * (1 if tail == 1 else _LONGEST)) + 1)
