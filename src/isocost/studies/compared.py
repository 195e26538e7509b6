"""What is asked of two stacks, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.estimate import Caution
    from isocost.core.provenance import Provenance
    from isocost.economics import SweepComparison
    from isocost.runtime import RuntimeComparison, StepOverhead
    from isocost.statistics import Gate, Ratio
    from isocost.studies.differences import Difference
    from isocost.studies.sides import SideQuestion

__all__ = ["METRICS", "CompareQuestion", "CompareReport", "ComparedModel"]

METRICS = ("runtime", "prefill", "decode", "accelerator-seconds", "request-cost", "cost", "throughput")
"""What a gate can be on; one of them, declared beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareQuestion:
    """What is asked of two sides.

    Parameters
    ----------
    baseline, other : SideQuestion
    request : tuple of (int, int) or None
        p and o to compare; ``None``: typical requests.
    metric : str
        Of `METRICS`: what the gate is on.
    margin : float or None
        How much worse the other one may be, a fraction; ``None``: no gate.
    seed : int

    Raises
    ------
    InputError
        If there is no such metric.
    """

    baseline: SideQuestion
    other: SideQuestion
    request: tuple[int, int] | None = None
    metric: str = "runtime"
    margin: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a metric that is none."""
        if self.metric not in METRICS:
            raise InputError(f"a comparison has the metrics {', '.join(METRICS)}, got {self.metric!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedModel:
    """One model on both stacks.

    Parameters
    ----------
    model : str
    baseline, other : str
        Their names.
    runtime : RuntimeComparison or None
        ``None`` where one of them has no profile.
    sweep : SweepComparison or None
        ``None`` where one of them has no sweep, or under other requests.
    extra : tuple of Ratio
        Accelerator-seconds and cost of a request, where counts and prices are known and differ.
    differences : tuple of Difference
    untold : tuple of str
        What might differ and neither side tells.
    """

    model: str
    baseline: str
    other: str
    runtime: RuntimeComparison | None
    sweep: SweepComparison | None
    extra: tuple[Ratio, ...]
    differences: tuple[Difference, ...]
    untold: tuple[str, ...]

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        """All of its ratios."""
        runtime = () if self.runtime is None else self.runtime.ratios
        return (*runtime, *self.extra, *(() if self.sweep is None else self.sweep.ratios))

    def ratio(self, key: str) -> Ratio | None:
        """Return a ratio by its key; ``None`` where there is none."""
        return next((each for each in self.ratios if each.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareReport:
    """The answer of a comparison.

    Parameters
    ----------
    baseline, other : str
        As they were given.
    question : CompareQuestion
    models : tuple of ComparedModel
        At least one.
    means : tuple of Ratio
        With several models: geometric means over them; with one: its own headline ratios.
    headline : Ratio
        Of the metric that was asked about.
    gate : Gate or None
    overheads : tuple of StepOverhead
        What a step takes whatever the model; empty where that cannot be told.
    overhead_untold : str
        Why it cannot be told, a sentence; empty where it can, or without profiles.
    cautions : tuple of Caution
    assumptions : tuple of (str, str, str)
        Name, value and source.
    provenance : tuple of Provenance
    """

    baseline: str
    other: str
    question: CompareQuestion
    models: tuple[ComparedModel, ...]
    means: tuple[Ratio, ...]
    headline: Ratio
    gate: Gate | None
    overheads: tuple[StepOverhead, ...]
    overhead_untold: str
    cautions: tuple[Caution, ...]
    assumptions: tuple[tuple[str, str, str], ...]
    provenance: tuple[Provenance, ...] = field(default=())
