"""Options that compare a deployment with an API or a rented one, shared by several commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from isocost.studies.report import StudyReport

__all__ = [
    "Against",
    "ApiPrice",
    "Asked",
    "CachedShare",
    "InputTokens",
    "Prices",
    "Rent",
    "RequestsPerDay",
    "compared",
]

Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        help="Compare with an API at its list price; needs the extra [prices], or --prices.",
        metavar="PROVIDER/MODEL",
    ),
]
ApiPrice = Annotated[
    str | None,
    typer.Option(
        "--api-price",
        help="Compare with an API at these prices, USD per million tokens.",
        metavar="INPUT/OUTPUT[/CACHED]",
    ),
]
Rent = Annotated[
    str | None,
    typer.Option(
        "--rent",
        help="Compare with renting such a deployment by the hour of use: USD, or a machine by the hour.",
        metavar="USD_PER_HOUR|NAME",
    ),
]
Prices = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        help="Take the price of --against from a file like LiteLLM's model_prices_and_context_window.json.",
        metavar="FILE.json",
    ),
]
CachedShare = Annotated[
    float,
    typer.Option("--cached-share", help="Share of the input tokens that the API bills as cached."),
]
InputTokens = Annotated[
    float | None,
    typer.Option("--input-tokens", help="Mean input tokens a request, where the sweep did not count them."),
]
RequestsPerDay = Annotated[
    float | None, typer.Option("--requests-per-day", help="Tell both sides at this load, too.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was given on the command line."""

    against: str | None = None
    api_price: str | None = None
    rent: str | None = None
    prices: Path | None = None
    cached_share: float = 0.0
    input_tokens: float | None = None
    requests_per_day: float | None = None
    hours_per_month: float | None = None
    on: str | None = None


def compared(report: StudyReport, asked: Asked, *, needed: bool = False) -> StudyReport:
    """Add the break-even that was asked for to a report.

    What the measurement does not tell is a doubt of a report; where nothing else was asked it is an error.

    Raises
    ------
    InputError
        If an option is no good.
    CatalogError
        If no such price is known.
    EstimationError
        If it is needed and the measurement does not tell.
    """
    sides = (asked.against, asked.api_price, asked.rent)
    if not needed and all(each is None for each in sides):
        used = {
            "--prices": asked.prices is not None,
            "--cached-share": asked.cached_share != 0,
        }
        for option, given in used.items():
            if given:
                raise InputError(f"{option} goes with --against PROVIDER/MODEL")
        return report
    from isocost.studies.break_even_question import BreakEvenQuestion
    from isocost.studies.breakeven import with_break_even

    question = BreakEvenQuestion(
        against=asked.against,
        api_price=asked.api_price,
        rent=asked.rent,
        prices=asked.prices,
        cached_share=asked.cached_share,
        input_tokens=asked.input_tokens,
        requests_per_day=asked.requests_per_day,
        hours_per_month=asked.hours_per_month,
        on=_day(asked.on),
    )
    try:
        return with_break_even(report, question)
    except EstimationError as error:
        if needed:
            raise
        return replace(report, cautions=(*report.cautions, Caution("break-even-untold", str(error))))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--date must be a day such as 2026-11-21, got {text!r}") from None
