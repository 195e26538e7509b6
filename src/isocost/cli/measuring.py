"""Carrying out stages with progress, Ctrl-C as a clean stop, and the way to go on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from isocost.cli.watching import stoppable, watching

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.journal import Stage

__all__ = ["measure_stages", "rehearse", "report_command", "spent_text"]


def rehearse(out: Path, stages: Sequence[Stage], *, as_json: bool) -> None:
    """Say what stages would send and what that costs at most; nothing is sent or written."""
    from isocost.cli import options
    from isocost.reporting import rehearsal_json, rehearsal_text
    from isocost.studies.rehearsal import rehearse_stage

    found = [rehearse_stage(out, stage) for stage in stages]
    typer.echo(rehearsal_json(found) if as_json else rehearsal_text(found, width=options.width()))


def measure_stages(out: Path, stages: Sequence[Stage], *, quiet: bool) -> None:
    """Enter stages into a study and carry them out; one that was stopped ends with status 130."""
    from isocost.studies.core_dumps import without_core_dumps
    from isocost.studies.measure import measure_stage

    without_core_dumps(stage.target for stage in stages)
    with stoppable() as stop, watching(quiet=quiet) as watch:
        for stage in stages:
            if not measure_stage(out, stage, watch=watch, stop=stop):
                sys.stderr.write(f"isocost: stopped; go on with: isocost run {out}\n")
                raise typer.Exit(130)


def spent_text(out: Path, stages: Sequence[Stage]) -> str:
    """Say what measuring has cost, with a blank before; nothing where no price is known."""
    from isocost.journal import open_study
    from isocost.studies.spending import usd_spent

    usd = usd_spent(stages, open_study(out).journal_file)
    return "" if usd is None else f" for ${usd:.4g} at most"


def report_command(out: Path, *, paid: bool) -> str:
    """Say how to see a study; one that is paid by the token needs no price of an hour."""
    return f"isocost report {out}{'' if paid else ' --price-per-hour PRICE'}"
