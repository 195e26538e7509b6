"""``isocost run``: go on where a study was left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options, spending
from isocost.cli.find_limit import tell_limit
from isocost.cli.keys import tell_keys
from isocost.cli.measuring import report_command, spent_text
from isocost.cli.watching import stoppable, watching

__all__ = ["run"]


def run(
    study: Annotated[Path, typer.Argument(help="Folder of the study, or its study.yaml.", metavar="STUDY")],
    repeat: Annotated[
        list[str] | None,
        typer.Option(
            "--repeat",
            help="Measure this run anew, such as 'load: 8 concurrent #0'; may be given again.",
            metavar="RUN",
        ),
    ] = None,
    max_cost: spending.MaxCost = None,
    max_requests: spending.MaxRequests = None,
    max_tokens: spending.MaxTokens = None,
    max_minutes: spending.MaxMinutes = None,
    max_error_rate: spending.MaxErrorRate = None,
    input_usd: spending.InputUsd = None,
    output_usd: spending.OutputUsd = None,
    self_hosted: spending.SelfHosted = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure what is left of a study: all of it, or what a kill, Ctrl-C or a spent budget left."""
    from isocost.journal import open_study
    from isocost.studies.core_dumps import without_core_dumps
    from isocost.studies.measure import run_study

    limits = spending.limits_of(
        max_cost=max_cost,
        max_requests=max_requests,
        max_tokens=max_tokens,
        max_minutes=max_minutes,
        max_error_rate=max_error_rate,
        prices=(input_usd, output_usd),
        self_hosted=self_hosted,
    )
    stages = open_study(study).stages()
    without_core_dumps(stage.target for stage in stages)
    tell_keys(stages)
    with stoppable() as stop, watching(quiet=quiet) as watch:
        finished = run_study(study, repeat=repeat or (), limits=limits, watch=watch, stop=stop)
    if not finished:
        sys.stderr.write(f"isocost: stopped; go on with: isocost run {study}\n")
        raise typer.Exit(130)
    cost = spent_text(study, open_study(study).stages())
    typer.echo(f"{study} is measured{cost}; see it: {report_command(study, paid=bool(cost))}")
    for stage in stages:
        if getattr(stage, "find_limit", None) is not None:
            tell_limit(study, stage.name)
