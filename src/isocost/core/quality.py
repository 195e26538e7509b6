"""What a model scored on a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

__all__ = ["QualityScore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScore:
    """What a model scored on a task; more is better.

    Parameters
    ----------
    model : str
        As the tool that scored it calls it.
    task : str
    metric : str
        ``"acc"``, ``"exact_match"``, …
    value : Estimate
        In [0, 1] unless the metric is no share; with its interval where the tool gives an error or a
        number of questions.
    tool : str
        What scored it, with version where it tells.
    """

    model: str
    task: str
    metric: str
    value: Estimate
    tool: str
