"""Options of ``isocost runtime`` that say what hardware, money and power stand behind a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.core.money import Currency
    from isocost.studies.request_cost import CostTerms

__all__ = [
    "Accelerator",
    "Count",
    "CurrencyCode",
    "Hardware",
    "Machine",
    "PowerW",
    "Price",
    "PricePerHour",
    "Rate",
    "cost_terms",
    "refuse_hardware",
]

Hardware = Annotated[
    str | None,
    typer.Option("--hardware", help="Of a model: a100, v100 or api, where its runtime was published."),
]
Accelerator = Annotated[
    str | None,
    typer.Option("--accelerator", help="What it runs on: isocost catalog accelerators. For power and price."),
]
Count = Annotated[int | None, typer.Option("--count", help="How many accelerators a request holds.")]
PricePerHour = Annotated[
    float | None,
    typer.Option("--price-per-hour", help="Of the whole deployment, in USD or --currency. Adds the cost."),
]
Price = Annotated[
    str | None,
    typer.Option(
        "--price", help="Price of one accelerator by name: paper-a100-2022, -2023, paper-v100-2023."
    ),
]
Machine = Annotated[
    str | None, typer.Option("--machine", help="Take the price from a machine: isocost catalog machines.")
]
PowerW = Annotated[
    float | None, typer.Option("--power-w", help="Watts of the whole deployment. Adds the energy.")
]
CurrencyCode = Annotated[str, typer.Option("--currency", help="Of given prices and told costs.")]
Rate = Annotated[float | None, typer.Option("--rate", help="Units of --currency for one USD, as of today.")]


def cost_terms(
    *,
    price_per_hour: float | None,
    price: str | None,
    machine: str | None,
    accelerator: str | None,
    count: int | None,
    power_w: float | None,
    currency: str,
    rate: float | None,
) -> CostTerms:
    """Make terms of the options.

    Raises
    ------
    InputError
        If they do not go together, or a currency has no rate.
    """
    from isocost.studies.request_cost import CostTerms

    return CostTerms(
        price_per_hour=price_per_hour,
        price=price,
        machine=machine,
        accelerator=None if accelerator is None else accelerator.lower(),
        count=count,
        power_w=power_w,
        currency=_currency(currency, rate),
    )


def refuse_hardware(hardware: str | None, of: Path) -> None:
    """Refuse ``--hardware`` where runtimes were measured: what they ran on is told, not chosen.

    Raises
    ------
    InputError
        If it was given.
    """
    if hardware is not None:
        raise InputError(
            f"--hardware is for a model with a published runtime, and {of} is there; say what it runs on "
            "with --accelerator and --count"
        )


def _currency(code: str, rate: float | None) -> Currency:
    from isocost.core.money import USD, Currency

    if code.upper() == USD.code:
        if rate is not None:
            raise InputError("--rate is for another currency: give its code, such as --currency EUR")
        return USD
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise InputError(f"--currency must be a code of three letters such as EUR, got {code!r}")
    if rate is None:
        raise InputError(
            f"--currency {code.upper()} needs its rate: give --rate, units of {code.upper()} for one USD"
        )
    today = datetime.now(UTC).date().isoformat()
    return Currency(code=code.upper(), per_usd=rate, date=today, source="given by you")
