"""How far a study has come, as it is told while it is carried out."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a study has come.

    Parameters
    ----------
    stage, run : str
        What is being measured.
    done, total : int
        Runs of the stage, finished and planned; a profile and questions count requests instead.
    requests, failures : int
        In the current run.
    fraction : float
        Of the stage, in [0, 1], as well as it can be told.
    """

    stage: str
    run: str
    done: int
    total: int
    requests: int
    failures: int
    fraction: float
