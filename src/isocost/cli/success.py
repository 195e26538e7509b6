"""``isocost success``: what a right answer costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import write_page

__all__ = ["success"]


def success(
    problems: Annotated[
        Path,
        typer.Argument(
            help="A CSV file of attempts: problem, model, cost_usd, success; optionally attempts, "
            "human_cost_usd, group.",
            metavar="PROBLEMS.csv",
        ),
    ],
    human_cost: Annotated[
        float | None,
        typer.Option("--human-cost", help="What an expert takes for any problem, in the unit of the file."),
    ] = None,
    verifier_cost: Annotated[
        float, typer.Option("--verifier-cost", help="Of judging one attempt, in the unit of the file.")
    ] = 0.0,
    seed: options.Seed = 0,
    renames: options.Renames = None,
    where: options.Where = None,
    output: Annotated[
        Path | None, typer.Option("--out", "--output", "-o", help="Write a page too.", metavar="FILE.html")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Tell what a success costs: of each model, of the best at each problem, and of an expert."""
    from isocost.reporting.success import success_json, success_text
    from isocost.studies.success import success_report

    report = success_report(
        problems,
        human_cost=human_cost,
        verifier_cost=verifier_cost,
        seed=seed,
        renames=options.parse_pairs(renames, "--map", "THEIRS=OURS"),
        where=options.parse_pairs(where, "--where", "COLUMN=VALUE"),
    )
    if output is not None:
        from isocost.reporting.success_page import success_page

        write_page(output, success_page(report), "--out", beside=[problems])
    typer.echo(success_json(report) if as_json else success_text(report, width=options.width()))
    if output is not None and not as_json:
        typer.echo(f"\npage: {output}")
