"""Options of ``isocost runtime`` that say what hardware, money and power stand behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

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
    str | None, typer.Option("--machine", help="Take the price from a machine, such as 8xh100-rented.")
]
PowerW = Annotated[
    float | None, typer.Option("--power-w", help="Watts of the whole deployment. Adds the energy.")
]
CurrencyCode = Annotated[
    str, typer.Option("--currency", help="Of given prices and told costs.", metavar="CODE")
]
Rate = Annotated[
    list[str] | None,
    typer.Option(
        "--rate",
        help="Units of a currency for one US dollar, in place of the catalogue's.",
        metavar="CODE=NUMBER",
    ),
]


def cost_terms(
    *,
    price_per_hour: float | None,
    price: str | None,
    machine: str | None,
    accelerator: str | None,
    count: int | None,
    power_w: float | None,
    currency: str,
    rates: list[str] | None,
) -> CostTerms:
    """Make terms of the options.

    Raises
    ------
    InputError
        If they do not go together.
    CatalogError
        If a currency has no rate.
    """
    from isocost.studies.request_cost import CostTerms, currency_named

    return CostTerms(
        price_per_hour=price_per_hour,
        price=price,
        machine=machine,
        accelerator=None if accelerator is None else accelerator.lower(),
        count=count,
        power_w=power_w,
        currency=currency_named(currency, options.parse_rates(rates)),
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
