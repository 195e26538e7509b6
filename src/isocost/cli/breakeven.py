"""``isocost breakeven``: from which load on a deployment costs less than an API or a rented one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import against as compare
from isocost.cli import options, sweeps
from isocost.cli.showing import write_page

__all__ = ["breakeven"]


def breakeven(
    paths: sweeps.Paths,
    against: compare.Against = None,
    api_price: compare.ApiPrice = None,
    rent: compare.Rent = None,
    prices: compare.Prices = None,
    cached_share: compare.CachedShare = 0.0,
    input_tokens: compare.InputTokens = None,
    requests_per_day: compare.RequestsPerDay = None,
    hours_per_month: Annotated[
        float | None,
        typer.Option(
            "--hours-per-month",
            help="Hours of use a month for the payback time of an owned machine.",
            show_default="730",
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", help="Day of the API's prices.", metavar="DATE", show_default="today"),
    ] = None,
    price_per_hour: sweeps.PricePerHour = None,
    machine: sweeps.Machine = None,
    slo: options.Slo = None,
    names: sweeps.Renames = None,
    where: options.Where = None,
    keys: sweeps.Keys = None,
    ignore: sweeps.Ignore = None,
    requests: sweeps.Requests = None,
    steady: sweeps.Steady = "partial",
    pool_folders: sweeps.PoolFolders = False,
    rates: sweeps.Rate = None,
    output: Annotated[
        Path | None,
        typer.Option("--out", "--output", "-o", help="Write a page too.", metavar="FILE.html"),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Tell from which load on a deployment costs less than an API or a rented one, for the same requests."""
    from isocost.reporting import break_even_doubts, break_even_json, break_even_page

    report = sweeps.answer(
        paths,
        sweeps.Terms(price_per_hour=price_per_hour, machine=machine, slo=tuple(slo or ())),
        sweeps.FileOptions(
            names=names or (),
            where=where or (),
            keys=keys or (),
            ignore=ignore or (),
            requests=requests,
            steady=steady,
            pool_folders=pool_folders,
            rates=rates or (),
        ),
    )
    asked = compare.Asked(
        against=against,
        api_price=api_price,
        rent=rent,
        prices=prices,
        cached_share=cached_share,
        input_tokens=input_tokens,
        requests_per_day=requests_per_day,
        hours_per_month=hours_per_month,
        on=date,
    )
    result = compare.compared(report, asked, needed=True)
    if output is not None:
        write_page(output, break_even_page(result), "--out", beside=paths)
    if as_json:
        typer.echo(break_even_json(result), nl=False)
        return
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if sys.stdout.isatty() else 100
    typer.echo(break_even_doubts(result, width=width), nl=False)
    if output is not None:
        typer.echo(f"page: {output}")
