"""``isocost catalog``: what isocost knows, with date and source."""

from __future__ import annotations

from typing import Annotated

import typer

from isocost.cli import options
from isocost.core.errors import InputError

__all__ = ["app"]

app = typer.Typer(
    help="Models, accelerators, machines and prices, dated and sourced.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str | None, typer.Argument(help="One of them, in full.", metavar="NAME")]


@app.callback()
def _catalog() -> None:
    """Look things up."""


@app.command("models")
def models(
    name: Annotated[
        str | None,
        typer.Argument(help="One of them, a config.json, its folder, or a GGUF file.", metavar="NAME"),
    ] = None,
    context: Annotated[
        int | None, typer.Option("--context", help="Tokens of a request in the cache; 8192 if left out.")
    ] = None,
    batch: Annotated[int, typer.Option("--batch", help="Requests in the cache at a time.")] = 1,
    dtype: Annotated[
        str, typer.Option("--dtype", help="Format of the weights: bf16, fp8, int4, ….")
    ] = "bf16",
    kv_dtype: Annotated[str, typer.Option("--kv-dtype", help="Format of the cache.")] = "bf16",
    headroom: Annotated[
        float, typer.Option("--headroom", help="Share of each accelerator's memory left free.")
    ] = 0.1,
    prompt: Annotated[int, typer.Option("--prompt", help="Input tokens, for the operations.")] = 1024,
    output: Annotated[int, typer.Option("--output", help="Output tokens, for the operations.")] = 128,
    accelerator: Annotated[
        list[str] | None, typer.Option("--accelerator", help="Only this one; may be given again.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """List models, or tell what follows from the dimensions of one."""
    from isocost.reporting import model_json, model_text, models_json, models_text
    from isocost.studies.models import ModelQuestion, known_models, model_report

    question = ModelQuestion(
        context_tokens=context,
        batch=batch,
        weight_format=dtype,
        cache_format=kv_dtype,
        headroom=headroom,
        prompt_tokens=prompt,
        output_tokens=output,
        accelerators=tuple(accelerator or ()),
    )
    if name is None:
        if question != ModelQuestion():
            raise InputError("these options go with the NAME of a model: isocost catalog models NAME")
        known = known_models()
        typer.echo(models_json(known) if as_json else models_text(known, width=options.width()))
        return
    report = model_report(name, question)
    typer.echo(model_json(report) if as_json else model_text(report, width=options.width()))


@app.command("accelerators")
def accelerators(name: Name = None, as_json: options.Json = False) -> None:
    """List accelerators, or tell all figures of one."""
    from isocost.catalog import accelerator_names, accelerator_profile
    from isocost.reporting import accelerators_json, accelerators_text

    names = accelerator_names() if name is None else (name,)
    known = [accelerator_profile(one) for one in names]
    typer.echo(accelerators_json(known) if as_json else accelerators_text(known, width=options.width()))


@app.command("machines")
def machines(name: Name = None, as_json: options.Json = False) -> None:
    """List machines, by the hour and owned."""
    from isocost.catalog import machine_names, machine_profile, owned_machine, owned_names
    from isocost.reporting import machines_json, machines_text

    rented = machine_names() if name is None else tuple(each for each in machine_names() if each == name)
    owned = owned_names() if name is None else () if rented else (name,)
    known = [machine_profile(one) for one in rented]
    mine = [owned_machine(one) for one in owned]
    typer.echo(machines_json(known, mine) if as_json else machines_text(known, mine))


@app.command("prices")
def prices(name: Name = None, as_json: options.Json = False) -> None:
    """List what an hour of each machine costs, with range, date and source."""
    from isocost.reporting import prices_json, prices_text
    from isocost.studies.hourly import known_prices

    known = known_prices(() if name is None else (name,))
    typer.echo(prices_json(known) if as_json else prices_text(known, width=options.width()))


@app.command("published")
def published(name: Name = None, as_json: options.Json = False) -> None:
    """List published runtimes, or tell all coefficients of one model."""
    from isocost.catalog import published_fits, published_names
    from isocost.reporting import published_catalog_json, published_catalog_text

    names = published_names() if name is None else (name,)
    known = [published_fits(one) for one in names]
    text = published_catalog_json(known) if as_json else published_catalog_text(known, width=options.width())
    typer.echo(text)
