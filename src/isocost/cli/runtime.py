"""``isocost runtime``: what one request takes, fitted and predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import costing, fitting, options
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.studies.fitting import FitTerms
    from isocost.studies.request_cost import CostTerms

__all__ = ["runtime"]


def runtime(
    study: Annotated[
        Path,
        typer.Argument(
            help="Folder of a study with a runtime stage, a table of runtimes, or a model of "
            "isocost catalog published.",
            metavar="STUDY|TIMES.csv|MODEL",
        ),
    ],
    deployment: Annotated[
        str | None, typer.Option("--deployment", help="Which one, if the study has several.")
    ] = None,
    prompt: Annotated[int | None, typer.Option("--prompt", help="Predict for so many input tokens.")] = None,
    output: Annotated[int | None, typer.Option("--output", help="Predict for so many output tokens.")] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", help="Of a table: published, the rule of arXiv 2305.02440.")
    ] = None,
    denoised: Annotated[
        bool, typer.Option("--denoised", help="Of a table: rows are requests to a service; the least count.")
    ] = False,
    width: Annotated[
        str | None,
        typer.Option("--width", help="How many instances for intervals of +- so much, such as 5%."),
    ] = None,
    idealized: Annotated[
        Path | None,
        typer.Option(
            "--idealized", help="Compare denoised runtimes with these, in HELM's form.", metavar="FILE"
        ),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--map", help="A column of the table: THEIRS=OURS; may be given again."),
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Rows of the table: COLUMN=VALUE; may be given again.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", help="A column that is no condition; may be given again.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Of the table's runtimes: s or ms.")] = None,
    contention: Annotated[
        str | None,
        typer.Option(
            "--contention",
            help="Compare along this count of parallel requests; of a study: concurrency.",
            metavar="COLUMN",
        ),
    ] = None,
    variation: Annotated[
        bool, typer.Option("--variation", help="How much equal requests differ, and how many it takes.")
    ] = False,
    drift: Annotated[
        str | None,
        typer.Option(
            "--drift", help="Compare along these dates; of a study: block, its repeats.", metavar="COLUMN"
        ),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--out", help="Write a page with charts, too.", metavar="PAGE.html")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="text, json, or helm: coefficients as HELM keeps them.")
    ] = "text",
    tile: fitting.Tile = None,
    prior: fitting.Prior = None,
    next_count: fitting.Next = None,
    workload: fitting.Workload = None,
    repeats: fitting.NextRepeats = None,
    hardware: costing.Hardware = None,
    accelerator: costing.Accelerator = None,
    count: costing.Count = None,
    price_per_hour: costing.PricePerHour = None,
    price: costing.Price = None,
    machine: costing.Machine = None,
    power_w: costing.PowerW = None,
    currency: costing.CurrencyCode = "USD",
    rates: costing.Rate = None,
    as_json: options.Json = False,
) -> None:
    """Fit T(p, o) to a profile or a table, or take a published one; predict a request of any size."""
    from isocost.cli.next_points import NextOptions, refuse_beside_next, refuse_without_next, show_next
    from isocost.cli.times import TableOptions, show_table
    from isocost.cli.trends import TrendOptions, show_study_trends, show_table_trends

    shape = _shape(form, as_json=as_json)
    terms = costing.cost_terms(
        price_per_hour=price_per_hour,
        price=price,
        machine=machine,
        accelerator=accelerator,
        count=count,
        power_w=power_w,
        currency=currency,
        rates=rates,
    )
    table = TableOptions(
        rule=rule,
        denoised=denoised,
        width=width,
        idealized=idealized,
        names=names or [],
        where=where or [],
        ignore=ignore or [],
        unit=unit,
    )
    trends = TrendOptions(
        contention=contention, variation=variation, drift=drift, request=(prompt, output), page=page
    )
    if next_count is not None:
        asked = NextOptions(
            count=next_count,
            workload=workload,
            repeats=repeats,
            tile=tile,
            prior=prior,
            deployment=deployment,
        )
        refuse_beside_next(form, (prompt, output), [*table.given(of_rows=False), *trends.given()])
        show_next(study, asked, table, shape)
        return
    refuse_without_next(workload, repeats)
    if study.is_file():
        if deployment is not None:
            raise InputError(
                f"--deployment is for a study, and {study} is a table; choose rows with "
                f"--where model={deployment}"
            )
        costing.refuse_hardware(hardware, study)
        if rule is not None or denoised:
            fitting.refuse_fitting(tile, prior, f"leave it out with {'--denoised' if denoised else '--rule'}")
        if trends.asked:
            show_table_trends(study, table, trends, shape)
        else:
            fit = fitting.fit_terms(tile, prior, of_table=True)
            show_table(study, table, ((prompt, output), terms, fit), shape, page)
        return
    if trends.asked and study.is_dir():
        show_study_trends(study, deployment, table, trends, shape)
        return
    if page is not None and study.is_dir():
        raise InputError(
            f"the page of a study is its report; write it: isocost report {study} --output {page}"
        )
    given = [*table.given(), *trends.given(), *(["--format helm"] if shape == "helm" else [])]
    if given:
        raise InputError(
            f"{given[0]} is for a table of runtimes, a file; {study} is "
            + ("a folder" if study.is_dir() else "not there")
        )
    if not study.is_dir():
        fitting.refuse_fitting(tile, prior, f"{study} is neither a file nor a folder")
        _show_published(str(study), deployment, (prompt, output), hardware, terms, shape)
        return
    costing.refuse_hardware(hardware, study)
    fit = fitting.fit_terms(tile, prior, of_table=False)
    _show_study(study, deployment, (prompt, output), terms, fit, shape)


def _shape(form: str, *, as_json: bool) -> str:
    if form not in ("text", "json", "helm"):
        raise InputError(f"--format must be text, json or helm, got {form!r}")
    return "json" if as_json and form == "text" else form


def _show_published(
    model: str,
    deployment: str | None,
    request: tuple[int | None, int | None],
    hardware: str | None,
    terms: CostTerms,
    shape: str,
) -> None:
    from isocost.reporting import published_json, published_text
    from isocost.studies.published import PublishedQuestion, predict_published

    if deployment is not None:
        raise InputError(f"--deployment is for a study, a folder; {model} is none")
    question = PublishedQuestion(request=options.parse_request(*request), hardware=hardware, terms=terms)
    report = predict_published(model, question)
    typer.echo(published_json(report) if shape == "json" else published_text(report, width=options.width()))


def _show_study(
    study: Path,
    deployment: str | None,
    request: tuple[int | None, int | None],
    terms: CostTerms,
    fit: FitTerms,
    shape: str,
) -> None:
    from isocost.reporting import prediction_json, prediction_text
    from isocost.studies.profile import predict_runtime

    prediction = predict_runtime(study, deployment, *request, terms=terms, fitting=fit)
    typer.echo(prediction_json(prediction) if shape == "json" else prediction_text(prediction))
