"""``isocost quickstart``: the whole job on the embedded engine."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import show
from isocost.cli.watching import stoppable, watching
from isocost.core.money import HourlyPrice

__all__ = ["quickstart"]


def quickstart(
    out: Annotated[Path, typer.Option("--out", help="Folder of the study.", metavar="STUDY")] = Path(
        "studies/quickstart"
    ),
    price_per_hour: Annotated[
        float | None,
        typer.Option(
            "--price-per-hour",
            help="USD per hour of this machine; else that of two owned cores.",
        ),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Measure two small models in two precisions on this machine and report their cost (3 minutes)."""
    from isocost.reporting import html_page
    from isocost.studies.answer import write_report
    from isocost.studies.quickstart import quickstart_report, quickstart_study

    if price_per_hour is not None:  # before three minutes of measuring, not after them
        HourlyPrice(usd_per_hour=price_per_hour, source="given by you", date="")
    began = time.monotonic()
    with stoppable() as stop, watching(quiet=quiet) as watch:
        finished = quickstart_study(out, watch=watch, stop=stop)
    if not finished:
        sys.stderr.write(f"isocost: stopped; go on with: isocost quickstart --out {out}\n")
        raise typer.Exit(130)
    result = quickstart_report(out, price_usd_per_hour=price_per_hour)
    page = write_report(out, html_page(result))
    show(result)
    typer.echo(f"report: {page}  ({time.monotonic() - began:.0f} s in all)")
    typer.echo(f"again with other money: isocost report {out} --price-per-hour 0.10 --slo ttft.p95=300ms")
