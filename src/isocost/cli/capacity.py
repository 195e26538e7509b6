"""``isocost capacity``: replicas for a daily volume, what stands idle, and the mix that costs least."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import against, options, sweeps
from isocost.cli.showing import write_page
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.studies.capacity import CapacityReport

__all__ = ["capacity"]

RequestsPerDay = Annotated[
    float | None,
    typer.Option("--requests-per-day", help="The volume.", show_default="as the diurnal file counts"),
]
Diurnal = Annotated[
    Path | None,
    typer.Option(
        "--diurnal",
        help="CSV with the shape of the day: hour (0-23) or time (HH:MM), and share, weight or requests.",
        show_default="flat",
        metavar="FILE.csv",
    ),
]
ReserveText = Annotated[
    str,
    typer.Option(
        "--reserve",
        help="For failures: replicas beside those that carry load, 1 or N+1, or a share of them, 20%.",
        metavar="N+1|SHARE",
    ),
]
Owned = Annotated[
    str | None,
    typer.Option(
        "--owned", help="One replica that is paid all day: USD per hour, or a machine.", metavar="USD|NAME"
    ),
]
Reserved = Annotated[
    str | None,
    typer.Option(
        "--reserved",
        help="One replica that is rented for all day: USD per hour, LOW..HIGH, or a machine by the hour.",
        metavar="USD|NAME",
    ),
]
OnDemand = Annotated[
    str | None,
    typer.Option(
        "--on-demand",
        help="One replica, paid while it runs: USD per hour, LOW..HIGH, or a machine by the hour.",
        metavar="USD|NAME",
    ),
]
ApiPrice = Annotated[
    str | None,
    typer.Option(
        "--api-price",
        help="Of an API that takes overflow: USD per million tokens, input, output and cached input.",
        metavar="IN/OUT[/CACHED]",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        help="An API that takes overflow, at its list price; needs the extra [prices], or --prices.",
        metavar="PROVIDER/MODEL",
    ),
]
CachedShare = Annotated[
    float, typer.Option("--cached-share", help="Share of the input that the API reads from its cache.")
]
TokensPerRequest = Annotated[
    str | None,
    typer.Option(
        "--tokens-per-request",
        help="Mean input and output tokens of a request.",
        metavar="IN/OUT",
        show_default="as measured",
    ),
]
DeploymentName = Annotated[
    str | None,
    typer.Option("--deployment", help="Which one to plan.", show_default="the recommended one"),
]
Format = Annotated[
    str, typer.Option("--format", help="text; json; focus: charges as FOCUS 1.2 CSV.", metavar="FORMAT")
]
Day = Annotated[
    str | None,
    typer.Option(
        "--date", help="Of --format focus: the day.", metavar="YYYY-MM-DD", show_default="today, UTC"
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", "--output", "-o", help="Write a page too.", metavar="FILE.html")
]


def capacity(
    paths: sweeps.Paths,
    requests_per_day: RequestsPerDay = None,
    diurnal: Diurnal = None,
    reserve: ReserveText = "0",
    price_per_hour: sweeps.PricePerHour = None,
    machine: sweeps.Machine = None,
    owned: Owned = None,
    reserved: Reserved = None,
    on_demand: OnDemand = None,
    api_price: ApiPrice = None,
    api: Against = None,
    prices: against.Prices = None,
    cached_share: CachedShare = 0.0,
    tokens_per_request: TokensPerRequest = None,
    deployment: DeploymentName = None,
    slo: options.Slo = None,
    names: sweeps.Renames = None,
    where: options.Where = None,
    keys: sweeps.Keys = None,
    ignore: sweeps.Ignore = None,
    requests: sweeps.Requests = None,
    steady: sweeps.Steady = "partial",
    pool_folders: sweeps.PoolFolders = False,
    rates: sweeps.Rate = None,
    output: Out = None,
    output_format: Format = "text",
    day: Day = None,
    as_json: options.Json = False,
) -> None:
    """Say how many replicas a daily volume takes, what stands idle, and which mix of capacity costs least."""
    from isocost.studies.capacity import CapacityQuestion, capacity_report
    from isocost.studies.capacity_prices import PriceTerms

    if price_per_hour is not None and on_demand is not None:
        raise InputError("--price-per-hour and --on-demand are the same price; give one of them")
    shown = _format(output_format, as_json, day)
    question = CapacityQuestion(
        requests_per_day=requests_per_day,
        diurnal=diurnal,
        reserve=reserve,
        prices=PriceTerms(
            owned=owned,
            reserved=reserved,
            on_demand=on_demand,
            api=api_price,
            against=api,
            price_file=prices,
            cached_share=cached_share,
        ),
        tokens_per_request=tokens_per_request,
        deployment=deployment,
    )
    answered = sweeps.answer(
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
    report = capacity_report(answered, question)
    if output is not None:
        from isocost.reporting import capacity_page

        write_page(output, capacity_page(report), "--out", beside=[*paths, *([diurnal] if diurnal else [])])
    typer.echo(_written(report, shown, day), nl=shown == "text")
    if output is not None and shown == "text":
        typer.echo(f"report: {output}")


def _format(text: str, as_json: bool, day: str | None) -> str:
    if text not in ("text", "json", "focus"):
        raise InputError(f"--format must be text, json or focus, got {text!r}")
    if as_json and text == "focus":
        raise InputError("--json and --format focus are two formats; give one of them")
    if day is not None and text != "focus":
        raise InputError("--date is the day of the charges of --format focus; leave it out, or ask for these")
    return "json" if as_json else text


def _written(report: CapacityReport, shown: str, day: str | None) -> str:
    from isocost.reporting import capacity_json, capacity_text
    from isocost.studies.capacity_charges import capacity_focus

    if shown == "focus":
        return capacity_focus(report, day=day)
    return capacity_json(report) if shown == "json" else capacity_text(report, width=options.width())
