"""Options that limit what a measurement may send, spend and wait for."""

from __future__ import annotations

from typing import Annotated

import typer

from isocost.core.errors import InputError
from isocost.core.limits import Limits

__all__ = [
    "DryRun",
    "InputUsd",
    "MaxCost",
    "MaxErrorRate",
    "MaxMinutes",
    "MaxRequests",
    "MaxTokens",
    "OutputUsd",
    "SelfHosted",
    "TotalTokens",
    "limits_of",
]

MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        "--max-cost-usd",
        help="US dollars to spend at most on a stage, in all its parts.",
        metavar="USD",
    ),
]
MaxRequests = Annotated[
    int | None,
    typer.Option("--max-requests", help="Requests for an answer to send at most, warm-up and all included."),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", "--max-total-tokens", help="Tokens of prompts and answers to use at most, in all."
    ),
]
TotalTokens = Annotated[
    int | None,
    typer.Option("--max-total-tokens", help="Tokens of prompts and answers to use at most, in all."),
]
MaxMinutes = Annotated[
    float | None, typer.Option("--max-minutes", help="Minutes after which nothing more is sent.")
]
MaxErrorRate = Annotated[
    str | None,
    typer.Option(
        "--max-error-rate",
        help="Stop when more of the latest 100 requests fail, such as 10%.",
        metavar="SHARE",
    ),
]
InputUsd = Annotated[
    float | None,
    typer.Option("--input-usd-per-million", help="What a million input tokens cost, US dollars."),
]
OutputUsd = Annotated[
    float | None,
    typer.Option("--output-usd-per-million", help="What a million output tokens cost, US dollars."),
]
SelfHosted = Annotated[
    bool, typer.Option("--self-hosted", help="Nobody bills the target, whatever its address; recorded.")
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what would be sent and what it costs at most; send nothing."),
]


def limits_of(
    *,
    max_cost: float | None = None,
    max_requests: int | None = None,
    max_tokens: int | None = None,
    max_minutes: float | None = None,
    max_error_rate: str | None = None,
    prices: tuple[float | None, float | None] = (None, None),
    self_hosted: bool = False,
) -> Limits | None:
    """Gather limits as given; ``None`` where none was.

    Raises
    ------
    InputError
        If one limits nothing, or only one price is given.

    Examples
    --------
    >>> limits_of(max_error_rate="10%").max_error_rate
    0.1
    """
    found = Limits(
        max_cost_usd=max_cost,
        max_requests=max_requests,
        max_tokens=max_tokens,
        max_minutes=max_minutes,
        max_error_rate=None if max_error_rate is None else _share(max_error_rate),
        input_usd_per_million=prices[0],
        output_usd_per_million=prices[1],
        self_hosted=self_hosted,
    )
    return None if found == Limits() else found


def _share(text: str) -> float:
    """Read ``10%`` or ``0.1``; a bare number from 1 on is taken for neither."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise InputError(
            f"--max-error-rate {text}: give a share of at least 0 % and below 100 %, such as 10% or 0.1"
        )
    return value
