"""Options of ``isocost runtime`` that say how T(p, o) is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.studies.fitting import FitTerms

__all__ = ["Next", "NextRepeats", "Prior", "Tile", "Workload", "fit_terms", "refuse_fitting"]

Tile = Annotated[
    str | None,
    typer.Option(
        "--tile",
        help="Tile of the prefill staircase: auto (the data choose), none, or tokens.",
        metavar="TILE",
    ),
]
Prior = Annotated[
    str | None,
    typer.Option(
        "--prior",
        help="Whence prefill takes its shape between sizes: published (models on A100; a table's default), "
        "or none (a study's).",
    ),
]
Next = Annotated[
    int | None,
    typer.Option(
        "--next", help="Which so many sizes to measure next, what each buys and costs.", metavar="N"
    ),
]
NextRepeats = Annotated[
    int | None, typer.Option("--repeats", help="With --next: requests of each size; left out: as so far.")
]
Workload = Annotated[
    str | None,
    typer.Option(
        "--workload",
        help="With --next: the requests that matter, a preset or a file of input,output lengths.",
    ),
]


def fit_terms(tile: str | None, prior: str | None, *, of_table: bool) -> FitTerms:
    """Read the options; those left out get the default of a table or of a study.

    Raises
    ------
    InputError
        If one is no tile or no prior.
    """
    from isocost.studies.fitting import FitTerms

    if prior not in (None, "published", "none"):
        raise InputError(f"--prior must be published or none, got {prior!r}")
    published = prior == "published" or (prior is None and of_table)
    if tile in (None, "auto"):
        return FitTerms(prior="published" if published else None)
    if tile != "none" and not (tile.isdecimal() and int(tile) >= 2):
        raise InputError(f"--tile must be auto, none or a number of tokens of at least 2, got {tile!r}")
    return FitTerms(tile=None if tile == "none" else int(tile), prior="published" if published else None)


def refuse_fitting(tile: str | None, prior: str | None, why: str) -> None:
    """Refuse the options where nothing is fitted by our own estimator.

    Raises
    ------
    InputError
        If one was given.
    """
    given = {"--tile": tile, "--prior": prior}
    option = next((name for name, value in given.items() if value is not None), None)
    if option is not None:
        raise InputError(f"{option} is for our own fit of a study or a table; {why}")
