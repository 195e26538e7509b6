"""``isocost report``: the verdict and report.html; again with other money, nothing measured again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import against as compare
from isocost.cli import energy, options, sweeps
from isocost.cli.showing import show, write_page

__all__ = ["report"]


def report(
    paths: sweeps.Paths,
    price_per_hour: sweeps.PricePerHour = None,
    price_range: sweeps.PriceRange = None,
    machine: sweeps.Machine = None,
    waiting_price: sweeps.WaitingPrice = None,
    slo: options.Slo = None,
    size_floor: Annotated[
        int | None, typer.Option("--size-floor", help="Recommend only models of at least so many parameters.")
    ] = None,
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
            "--output",
            "--out",
            "-o",
            help="Where to write the page.",
            show_default="STUDY/report.html; report.html for files",
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Price a study, or files of other tools, and write the report."""
    from isocost.reporting import envelope_json, html_page
    from isocost.studies.answer import write_report

    result = sweeps.answer(
        paths,
        sweeps.Terms(
            price_per_hour=price_per_hour,
            machine=machine,
            slo=tuple(slo or ()),
            size_floor=size_floor,
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
    study = sweeps.study_of(paths)
    if study is not None:
        page = write_report(study, html_page(result), output=output)
    else:
        page = output or Path("report.html")
        write_page(page, html_page(result), "--output", beside=paths)
    if as_json:
        typer.echo(envelope_json(result), nl=False)
        return
    show(result)
    typer.echo(f"report: {page}")
