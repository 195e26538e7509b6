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
    tokens_per_s, requests_per_s : float or None
        Output tokens and answered requests of the current run, over the latest seconds.
    time_to_first_token_s : float or None
        Median of the latest 1,000 answers of the current run.
    spent_usd, max_cost_usd : float or None
        Of the stage, what is set aside for requests in flight included; ``None`` where no price is known, or
        no limit set.
    """

    stage: str
    run: str
    done: int
    total: int
    requests: int
    failures: int
    fraction: float
    tokens_per_s: float | None = None
    requests_per_s: float | None = None
    time_to_first_token_s: float | None = None
    spent_usd: float | None = None
    max_cost_usd: float | None = None
