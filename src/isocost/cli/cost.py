"""``isocost cost``: what tokens cost at each load, and the zone where to run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import against as compare
from isocost.cli import energy, options, sweeps
from isocost.cli.showing import show, write_page

__all__ = ["cost"]


def cost(
    paths: sweeps.Paths,
    price_per_hour: sweeps.PricePerHour = None,
    price_range: sweeps.PriceRange = None,
    machine: sweeps.Machine = None,
    waiting_price: sweeps.WaitingPrice = None,
    slo: options.Slo = None,
    names: sweeps.Renames = None,
    where: options.Where = None,
    keys: sweeps.Keys = None,
    ignore: sweeps.Ignore = None,
    requests: sweeps.Requests = None,
    steady: sweeps.Steady = "partial",
    pool_folders: sweeps.PoolFolders = False,
    rates: sweeps.Rate = None,
    workload: sweeps.Workload = None,
    share: sweeps.Share = None,
    against: compare.Against = None,
    api_price: compare.ApiPrice = None,
    rent: compare.Rent = None,
    prices: compare.Prices = None,
    cached_share: compare.CachedShare = 0.0,
    power_w: energy.PowerW = None,
    power_at: energy.PowerAt = None,
    accelerator: energy.Accelerator = None,
    count: energy.Count = None,
    grid: energy.Grid = None,
    pue: energy.Pue = None,
    sensitivity: sweeps.Sensitivity = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--out", "--output", "-o", help="Write the page of the report too.", metavar="FILE.html"
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Tell what tokens cost at each load and where to run, from a study or from files of other tools."""
    from isocost.reporting import envelope_json, html_page

    result = sweeps.answer(
        paths,
        sweeps.Terms(
            price_per_hour=price_per_hour,
            machine=machine,
            slo=tuple(slo or ()),
            workload=workload,
            share=share,
            energy=energy.energy_question(
                power_w=power_w, power_at=power_at, accelerator=accelerator, count=count, grid=grid, pue=pue
            ),
            price_range=price_range,
            waiting_price=waiting_price,
            sensitivity=sensitivity,
        ),
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
        against=against, api_price=api_price, rent=rent, prices=prices, cached_share=cached_share
    )
    result = compare.compared(result, asked)
    if output is not None:
        write_page(output, html_page(result), "--out", beside=paths)
    if as_json:
        typer.echo(envelope_json(result), nl=False)
        return
    show(result)
    if output is not None:
        typer.echo(f"report: {output}")
