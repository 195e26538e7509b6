"""``isocost run``: go on where a study was left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options
from isocost.cli.keys import tell_keys, without_core_dumps
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
    quiet: options.Quiet = False,
) -> None:
    """Measure what is left of a study: all of it, or what a kill or Ctrl-C left."""
    from isocost.journal import open_study
    from isocost.studies.measure import run_study

    stages = open_study(study).stages()
    without_core_dumps(stages)
    tell_keys(stages)
    with stoppable() as stop, watching(quiet=quiet) as watch:
        finished = run_study(study, repeat=repeat or (), watch=watch, stop=stop)
    if not finished:
        sys.stderr.write(f"isocost: stopped; go on with: isocost run {study}\n")
        raise typer.Exit(130)
    typer.echo(f"{study} is measured; see it: isocost report {study} --price-per-hour PRICE")
