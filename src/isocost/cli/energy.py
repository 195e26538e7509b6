"""Options of ``isocost cost``, ``report`` and ``hourly-cost`` that say what is drawn and from which grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from isocost.studies.energy import EnergyQuestion

__all__ = ["Accelerator", "Count", "Grid", "PowerAt", "PowerW", "Pue", "energy_question"]

PowerW = Annotated[
    float | None,
    typer.Option(
        "--power-w", help="Watts of the whole deployment at all loads, in place of what was measured."
    ),
]
PowerAt = Annotated[
    str | None,
    typer.Option(
        "--power-at",
        help="Where power was measured or given: accelerator, server or facility.",
        show_default="accelerator",
    ),
]
Accelerator = Annotated[
    str | None,
    typer.Option(
        "--accelerator",
        help="What it runs on (isocost catalog accelerators): its power where none is told, and its servers.",
    ),
]
Count = Annotated[int | None, typer.Option("--count", help="How many accelerators the deployment has.")]
Grid = Annotated[
    str | None,
    typer.Option(
        "--grid",
        help="Tell carbon: gCO2e per kWh such as 350g/kWh, a range 300..400g/kWh, or a country such as FRA, "
        "DEU, USA, WOR.",
        metavar="INTENSITY|COUNTRY",
    ),
]
Pue = Annotated[
    float | None,
    typer.Option(
        "--pue",
        help="Power of the building over that of its machines.",
        show_default="the machine's, else the catalogue's",
    ),
]


def energy_question(
    *,
    power_w: float | None,
    power_at: str | None,
    accelerator: str | None,
    count: int | None,
    grid: str | None,
    pue: float | None,
) -> EnergyQuestion:
    """Make a question of the options.

    Raises
    ------
    InputError
        If one is out of range.
    """
    from isocost.studies.energy import EnergyQuestion

    return EnergyQuestion(
        power_w=power_w,
        power_at=power_at,  # type: ignore[arg-type]
        accelerator=accelerator,
        count=count,
        grid=grid,
        pue=pue,
    )
