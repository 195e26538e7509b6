"""``isocost mix``: the cheapest mix of models for a budget or a quality."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import write_page

__all__ = ["mix"]


def mix(
    units: Annotated[
        Path,
        typer.Argument(
            help="A CSV file, one model a row, with mean cost a request and mean quality.",
            metavar="UNITS.csv",
        ),
    ],
    budget: Annotated[
        float | None,
        typer.Option("--budget", help="Mean cost a request, in the file's unit: find the best quality."),
    ] = None,
    quality: Annotated[
        float | None, typer.Option("--quality", help="Mean quality to reach: find the least cost.")
    ] = None,
    cascade: Annotated[
        Path | None,
        typer.Option(
            "--cascade",
            help="Learn a cascade too, on part of these requests, and judge it on the rest: CSV with "
            "request, model, cost_usd, score, quality.",
            metavar="SCORES.csv",
        ),
    ] = None,
    cost_column: Annotated[
        str | None,
        typer.Option(
            "--cost", help="Column of the cost.", metavar="COLUMN", show_default="cost_usd, cost, price, ..."
        ),
    ] = None,
    quality_column: Annotated[
        str | None,
        typer.Option(
            "--quality-column",
            help="Column of the quality.",
            metavar="COLUMN",
            show_default="quality, accuracy, score, ...",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Column with the name of each unit.")] = None,
    train_share: Annotated[
        float, typer.Option("--train-share", help="With --cascade: share of the requests to learn on.")
    ] = 0.5,
    seed: options.Seed = 0,
    renames: options.Renames = None,
    where: options.Where = None,
    output: Annotated[
        Path | None, typer.Option("--out", "--output", "-o", help="Write a page too.", metavar="FILE.html")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Find which share of the requests to send where, and what more quality would cost."""
    from isocost.reporting.mix import mix_json, mix_text
    from isocost.studies.mix import MixQuestion
    from isocost.studies.mix_file import mix_report

    report = mix_report(
        units,
        MixQuestion(
            cost=cost_column,
            quality=quality_column,
            name=name,
            budget=budget,
            floor=quality,
            renames=options.parse_pairs(renames, "--map", "THEIRS=OURS"),
            where=options.parse_pairs(where, "--where", "COLUMN=VALUE"),
        ),
        cascade=cascade,
        train_share=train_share,
        seed=seed,
    )
    if output is not None:
        from isocost.reporting.mix_page import mix_page

        write_page(output, mix_page(report), "--out", beside=[units, *([cascade] if cascade else [])])
    typer.echo(mix_json(report) if as_json else mix_text(report, width=options.width()))
    if output is not None and not as_json:
        typer.echo(f"\npage: {output}")
