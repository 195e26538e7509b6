"""``isocost report``: the verdict and report.html; again with other money, nothing measured again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import show

__all__ = ["report"]


def report(
    study: Annotated[Path, typer.Argument(help="Folder of a study.", metavar="STUDY")],
    price_per_hour: Annotated[
        float | None, typer.Option("--price-per-hour", help="USD per hour of the whole deployment.")
    ] = None,
    machine: Annotated[
        str | None,
        typer.Option(
            "--machine",
            help="Take the price from a machine, owned or by the hour (isocost catalog machines), or a file; "
            "8xNAME: eight of it.",
            metavar="NAME|FILE.yaml",
        ),
    ] = None,
    slo: options.Slo = None,
    size_floor: Annotated[
        int | None, typer.Option("--size-floor", help="Recommend only models of at least so many parameters.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the page.", show_default="STUDY/report.html"),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Price a study and write its report."""
    from isocost.reporting import envelope_json, html_page
    from isocost.studies.answer import report_study, write_report

    result = report_study(
        study,
        price_usd_per_hour=price_per_hour,
        machine=machine,
        service_levels=tuple(slo or ()),
        size_floor=size_floor,
    )
    page = write_report(study, html_page(result), output=output)
    if as_json:
        typer.echo(envelope_json(result), nl=False)
        return
    show(result)
    typer.echo(f"report: {page}")
