"""``isocost measure``: time requests against an endpoint."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options
from isocost.cli.watching import stoppable, watching

if TYPE_CHECKING:
    from isocost.journal import Stage

__all__ = ["app"]

app = typer.Typer(
    help="Time requests against an endpoint that speaks the OpenAI API.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("runtime")
def runtime(  # noqa: PLR0913 - a command has as many parameters as it has options
    url: options.Url,
    out: options.Out,
    model: options.Model = None,
    cells: Annotated[
        str | None, typer.Option("--cells", help="Request sizes to profile, such as 1x1,512x1,512x64.")
    ] = None,
    max_input_tokens: Annotated[
        int | None, typer.Option("--max-input-tokens", help="Longest prompt; the other sizes follow from it.")
    ] = None,
    max_output_tokens: Annotated[int, typer.Option("--max-output-tokens", help="Longest answer.")] = 64,
    repeats: options.Repeats = 8,
    endpoint_type: options.EndpointType = "completions",
    api_key_env: options.ApiKeyEnv = None,
    api_key_file: options.ApiKeyFile = None,
    header: options.Header = None,
    extra_body: options.ExtraBody = None,
    insecure: options.Insecure = False,
    request_timeout: options.RequestTimeout = 600.0,
    seed: options.Seed = 0,
    stage: options.StageName = None,
    deployment: options.Deployment = None,
    quiet: options.Quiet = False,
) -> None:
    """Profile T(p, o): single requests of chosen sizes, one at a time."""
    from isocost.studies.asking import ask_runtime, target_of

    target = target_of(
        url,
        model=model,
        endpoint_type=endpoint_type,
        api_key_env=api_key_env,
        api_key_file=api_key_file,
        headers=options.parse_headers(header),
        extra_body=options.parse_extra_body(extra_body),
        insecure=insecure,
    )
    asked = ask_runtime(
        target,
        name=stage,
        deployment=deployment,
        cells=None if cells is None else options.parse_cells(cells),
        max_input_tokens=max_input_tokens,
        max_output_tokens=max_output_tokens,
        repeats=repeats,
        seed=seed,
        request_timeout_s=request_timeout,
    )
    _measure(out, asked, quiet=quiet)


@app.command("load")
def load(  # noqa: PLR0913 - a command has as many parameters as it has options
    url: options.Url,
    out: options.Out,
    model: options.Model = None,
    concurrency: Annotated[
        str, typer.Option("--concurrency", "--max-concurrency", help="Levels: requests in flight.")
    ] = "1,2,4,8,16",
    workload: Annotated[
        str,
        typer.Option("--workload", help="A preset (chat, chat-small, …) or a file of input,output lengths."),
    ] = "chat",
    input_tokens: Annotated[
        int | None, typer.Option("--input-tokens", "--isl", help="Fixed prompt length instead of a workload.")
    ] = None,
    output_tokens: Annotated[
        int | None,
        typer.Option("--output-tokens", "--osl", help="Fixed answer length instead of a workload."),
    ] = None,
    num_requests: Annotated[
        int | None, typer.Option("--num-requests", help="Requests of each run; else --duration counts.")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option("--duration", help="Seconds of sending of each run; 30 if neither is given."),
    ] = None,
    repeats: options.Repeats = 3,
    endpoint_type: options.EndpointType = "completions",
    api_key_env: options.ApiKeyEnv = None,
    api_key_file: options.ApiKeyFile = None,
    header: options.Header = None,
    extra_body: options.ExtraBody = None,
    insecure: options.Insecure = False,
    request_timeout: options.RequestTimeout = 600.0,
    seed: options.Seed = 0,
    stage: options.StageName = None,
    deployment: options.Deployment = None,
    quiet: options.Quiet = False,
) -> None:
    """Sweep over concurrency: a workload at each level, in repeats of random order."""
    from isocost.studies.asking import ask_load, target_of, workload_of

    levels = options.parse_levels(concurrency)
    asked_workload = workload_of(workload, input_tokens=input_tokens, output_tokens=output_tokens, seed=seed)
    target = target_of(
        url,
        model=model,
        endpoint_type=endpoint_type,
        api_key_env=api_key_env,
        api_key_file=api_key_file,
        headers=options.parse_headers(header),
        extra_body=options.parse_extra_body(extra_body),
        insecure=insecure,
    )
    asked = ask_load(
        target,
        asked_workload,
        name=stage,
        deployment=deployment,
        concurrency=levels,
        repeats=repeats,
        requests_per_level=num_requests,
        duration_s=duration if duration is not None or num_requests is not None else 30.0,
        seed=seed,
        request_timeout_s=request_timeout,
    )
    _measure(out, asked, quiet=quiet)


def _measure(out: Path, stage: Stage, *, quiet: bool) -> None:
    from isocost.studies.measure import measure_stage

    with stoppable() as stop, watching(quiet=quiet) as watch:
        finished = measure_stage(out, stage, watch=watch, stop=stop)
    if not finished:
        sys.stderr.write(f"isocost: stopped; go on with: isocost run {out}\n")
        raise typer.Exit(130)
    typer.echo(
        f"stage {stage.name!r} of {out} is measured; see it: isocost report {out} --price-per-hour PRICE"
    )
