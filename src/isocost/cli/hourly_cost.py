"""``isocost hourly-cost``: what an hour of a machine costs, part by part; own against rent."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import energy, options
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.economics.ownership import Boundary, Formula

__all__ = ["hourly_cost"]


def hourly_cost(
    machine: Annotated[
        str,
        typer.Option(
            "--machine",
            help="Owned or by the hour (isocost catalog machines), or a file of your own; "
            "8xNAME: eight of it.",
            metavar="NAME|FILE.yaml",
        ),
    ] = "a800-owned",
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A parameter: NAME=VALUE, NAME=LOW..HIGH, NAME=LOW..VALUE..HIGH or NAME=none; "
            "may be given again.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    rents: Annotated[
        list[str] | None,
        typer.Option(
            "--rent",
            "--against",
            help="USD per hour of one rented accelerator, or a machine by the hour; may be given again.",
            metavar="USD|NAME",
            show_default="the profile's own",
        ),
    ] = None,
    formula: Annotated[
        str | None,
        typer.Option("--formula", help="published (arXiv 2510.26136) or full.", show_default="the profile's"),
    ] = None,
    boundary: Annotated[
        str | None,
        typer.Option(
            "--boundary", help="accelerator, or all-in per accelerator.", show_default="the profile's"
        ),
    ] = None,
    currency: Annotated[str, typer.Option("--currency", help="To show amounts in.", metavar="CODE")] = "USD",
    rates: Annotated[
        list[str] | None,
        typer.Option(
            "--rate",
            help="Units of a currency for one US dollar, in place of the catalogue's; may be given again.",
            metavar="CODE=NUMBER",
        ),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Tell which assumption the cost hangs on.")
    ] = False,
    grid: energy.Grid = None,
    seed: Annotated[int, typer.Option("--seed", help="Seeds the draws over the ranges.")] = 0,
    as_json: options.Json = False,
) -> None:
    """Say what an hour of use of a machine costs, with interval, and from which utilization owning pays."""
    from isocost.reporting import hourly_json, hourly_text
    from isocost.studies.hourly import HourlyQuestion, hourly_report

    question = HourlyQuestion(
        changes=options.parse_pairs(changes, "--set", "NAME=VALUE"),
        rents=tuple(rents or ()),
        formula=_formula(formula),
        boundary=_boundary(boundary),
        currency=currency,
        rates=options.parse_rates(rates),
        sensitivity=sensitivity,
        seed=seed,
    )
    report = hourly_report(machine, question)
    if grid is not None:
        from dataclasses import replace

        from isocost.studies.hourly_energy import hourly_energy

        report = replace(report, energy=hourly_energy(report, grid, seed=seed))
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if sys.stdout.isatty() else 110
    typer.echo(hourly_json(report) if as_json else hourly_text(report, width=width))


def _formula(text: str | None) -> Formula | None:
    if text not in (None, "published", "full"):
        raise InputError(f"--formula must be published or full, got {text!r}")
    return text  # type: ignore[return-value]


def _boundary(text: str | None) -> Boundary | None:
    if text not in (None, "accelerator", "all-in"):
        raise InputError(f"--boundary must be accelerator or all-in, got {text!r}")
    return text  # type: ignore[return-value]
