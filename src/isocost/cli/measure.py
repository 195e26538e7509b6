"""``isocost measure``: time requests against an endpoint, or ask it questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import ending, executors, find_limit, open_loop, options, replay, spending
from isocost.cli.grouping import GroupedCommand
from isocost.cli.measuring import measure_stages, rehearse, report_command, spent_text
from isocost.cli.quality import quality
from isocost.cli.targets import EndpointOptions, StackOptions, parse_target, stage_names
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import RequestShape
    from isocost.journal import Stage

__all__ = ["app"]

app = typer.Typer(
    help="Time requests against an endpoint that speaks the OpenAI API, or a stack on this machine; "
    "or ask it questions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("runtime", cls=GroupedCommand)
def runtime(
    target: options.Targets,
    out: options.Out,
    model: options.Model = None,
    cells: Annotated[
        str | None, typer.Option("--cells", help="Request sizes to profile, such as 1x1,512x1,512x64.")
    ] = None,
    max_input_tokens: Annotated[
        int | None, typer.Option("--max-input-tokens", help="Longest prompt; the other sizes follow from it.")
    ] = None,
    max_output_tokens: Annotated[
        int | None, typer.Option("--max-output-tokens", help="Longest answer; 64 if left out.")
    ] = None,
    repeats: options.Repeats = 8,
    warmups: Annotated[
        int | None,
        typer.Option(
            "--warmups", help="Requests sent first and not counted; 3, of transformers: at least 10."
        ),
    ] = None,
    precision: options.WeightFormat = None,
    threads: options.Threads = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", help="Of transformers: cpu, cuda or cuda:N; an accelerator if there is one."
        ),
    ] = None,
    accelerators: Annotated[
        int | None,
        typer.Option("--accelerators", help="Of transformers: over how many each layer is split; 1."),
    ] = None,
    endpoint_type: options.EndpointType = None,
    api_key_env: options.ApiKeyEnv = None,
    api_key_file: options.ApiKeyFile = None,
    header: options.Header = None,
    extra_body: options.ExtraBody = None,
    insecure: options.Insecure = False,
    tokenizer: options.Tokenizer = None,
    request_timeout: options.RequestTimeout = 600.0,
    seed: options.Seed = 0,
    stage: options.StageName = None,
    deployment: options.Deployment = None,
    max_cost: spending.MaxCost = None,
    max_requests: spending.MaxRequests = None,
    max_tokens: spending.MaxTokens = None,
    max_minutes: spending.MaxMinutes = None,
    max_error_rate: spending.MaxErrorRate = None,
    input_usd: spending.InputUsd = None,
    output_usd: spending.OutputUsd = None,
    self_hosted: spending.SelfHosted = False,
    quiet: options.Quiet = False,
    dry_run: spending.DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Profile T(p, o): single requests of chosen sizes, one at a time."""
    from isocost.journal import RuntimeStage

    limits = spending.limits_of(
        max_cost=max_cost,
        max_requests=max_requests,
        max_tokens=max_tokens,
        max_minutes=max_minutes,
        max_error_rate=max_error_rate,
        prices=(input_usd, output_usd),
        self_hosted=self_hosted,
    )
    endpoint = EndpointOptions(
        model,
        endpoint_type,
        api_key_env,
        api_key_file,
        header,
        extra_body,
        insecure=insecure,
        tokenizer=tokenizer,
    )
    stack = StackOptions(precision, threads, device, accelerators)
    sizes = _cells(cells, max_input_tokens, max_output_tokens)
    asked = [
        RuntimeStage(
            target=parse_target(text, endpoint, stack),
            cells=sizes,
            name=name,
            deployment=deployment,
            repeats=repeats,
            seed=seed,
            request_timeout_s=request_timeout,
            warmups=warmups,
            limits=limits,
        )
        for text, name in zip(target, stage_names(target, stage or "runtime", deployment), strict=True)
    ]
    _measure(out, asked, quiet=quiet, dry_run=dry_run, as_json=as_json)


@app.command("load", cls=GroupedCommand)
def load(
    target: options.Target,
    out: options.Out,
    model: options.Model = None,
    concurrency: Annotated[
        str | None,
        typer.Option(
            "--concurrency",
            "--max-concurrency",
            help="Closed loop: levels of requests in flight; 1,2,4,8,16 if no load is given.",
        ),
    ] = None,
    request_rate: open_loop.RequestRate = None,
    ramp: open_loop.Ramp = None,
    steps: open_loop.Steps = None,
    arrivals: open_loop.Arrivals = None,
    burstiness: open_loop.Burstiness = None,
    max_in_flight: open_loop.MaxInFlight = None,
    trace: replay.Trace = None,
    time_scale: replay.TimeScale = None,
    trace_window: replay.TraceWindow = None,
    trace_longest: replay.TraceLongest = None,
    turns: replay.Turns = None,
    think_time: replay.ThinkTime = None,
    shared_prefix: replay.SharedPrefix = None,
    search: find_limit.FindLimit = False,
    slo: find_limit.Slo = None,
    resolution: find_limit.Resolution = None,
    max_rate: find_limit.MaxRate = None,
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
        int | None,
        typer.Option(
            "--num-requests",
            help="Requests of each run; else --duration counts. Of a probe of --find-limit: at most.",
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option("--duration", help="Seconds of sending of each run; 30 if neither is given."),
    ] = None,
    until_width: ending.UntilWidth = None,
    max_duration: ending.MaxDuration = None,
    no_anchor: ending.NoAnchor = False,
    repeats: options.Repeats = 3,
    executor: executors.ExecutorName = None,
    workers: executors.Workers = None,
    ray_address: executors.RayAddress = None,
    precision: options.WeightFormat = None,
    threads: options.Threads = None,
    endpoint_type: options.EndpointType = None,
    api_key_env: options.ApiKeyEnv = None,
    api_key_file: options.ApiKeyFile = None,
    header: options.Header = None,
    extra_body: options.ExtraBody = None,
    insecure: options.Insecure = False,
    tokenizer: options.Tokenizer = None,
    request_timeout: options.RequestTimeout = 600.0,
    seed: options.Seed = 0,
    stage: options.StageName = None,
    deployment: options.Deployment = None,
    max_cost: spending.MaxCost = None,
    max_requests: spending.MaxRequests = None,
    max_tokens: spending.MaxTokens = None,
    max_minutes: spending.MaxMinutes = None,
    max_error_rate: spending.MaxErrorRate = None,
    input_usd: spending.InputUsd = None,
    output_usd: spending.OutputUsd = None,
    self_hosted: spending.SelfHosted = False,
    quiet: options.Quiet = False,
    dry_run: spending.DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Sweep over concurrency or request rate: a workload at each level, in repeats of random order."""
    from isocost.journal import LoadStage
    from isocost.studies.asking import workload_of

    limits = spending.limits_of(
        max_cost=max_cost,
        max_requests=max_requests,
        max_tokens=max_tokens,
        max_minutes=max_minutes,
        max_error_rate=max_error_rate,
        prices=(input_usd, output_usd),
        self_hosted=self_hosted,
    )
    endpoint = EndpointOptions(
        model,
        endpoint_type,
        api_key_env,
        api_key_file,
        header,
        extra_body,
        insecure=insecure,
        tokenizer=tokenizer,
    )
    traced = replay.ReplayOptions(
        trace=trace,
        time_scale=time_scale,
        trace_window=trace_window,
        trace_longest=trace_longest,
        num_requests=num_requests,
        max_in_flight=max_in_flight,
        others=replay.given_beside(
            concurrency=concurrency,
            request_rate=request_rate,
            ramp=ramp,
            steps=steps,
            arrivals=arrivals,
            burstiness=burstiness,
            workload=None if workload == "chat" else workload,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            duration=duration,
            until_width=until_width,
            turns=turns,
            shared_prefix=shared_prefix,
            find_limit="" if search else None,
        ),
    ).record()
    searched = find_limit.FindLimitOptions(
        find_limit=search,
        slo=slo or (),
        resolution=resolution,
        max_rate=max_rate,
        max_duration=max_duration,
        num_requests=num_requests if traced is None else None,
        arrivals=arrivals,
        burstiness=burstiness,
        max_in_flight=max_in_flight if traced is None else None,
    ).record(
        {
            "--concurrency": concurrency,
            "--request-rate": request_rate,
            "--ramp": ramp,
            "--steps": steps,
            "--duration": duration,
            "--until-width": until_width,
            "--executor": executor,
            "--turns": turns,
            "--shared-prefix": shared_prefix,
        }
    )
    loop = (
        None
        if searched is not None
        else open_loop.OpenLoopOptions(
            request_rate=request_rate,
            ramp=ramp,
            steps=steps,
            arrivals=arrivals,
            burstiness=burstiness,
            max_in_flight=max_in_flight if traced is None else None,
        ).record(concurrency)
    )
    scheduled = traced is not None or (loop is not None and bool(loop.schedule))
    if traced is None:
        requests = workload_of(workload, input_tokens=input_tokens, output_tokens=output_tokens, seed=seed)
    asked = LoadStage(
        target=parse_target(target, endpoint, StackOptions(precision, threads)),
        workload=requests.description if traced is None else traced[1],
        shapes=requests.shapes if traced is None else (),
        concurrency=()
        if loop is not None or searched is not None or traced is not None
        else options.parse_levels(concurrency or open_loop.DEFAULT_LEVELS),
        open_loop=loop,
        find_limit=searched,
        trace=None if traced is None else traced[0],
        conversation=replay.parse_conversation(turns, think_time),
        shared_prefix=replay.parse_prefix(shared_prefix),
        name=stage or "load",
        deployment=deployment,
        repeats=repeats,
        requests_per_level=num_requests if searched is None and traced is None else None,
        duration_s=None
        if searched is not None
        else ending.longest_s(
            until_width, max_duration, duration=duration, requests=num_requests, scheduled=scheduled
        ),
        until_width=None if until_width is None else ending.parse_width(until_width),
        anchor=not no_anchor,
        seed=seed,
        request_timeout_s=request_timeout,
        limits=limits,
        executor=executors.parse_executor(executor, workers, ray_address),
    )
    _measure(out, [asked], quiet=quiet, dry_run=dry_run, as_json=as_json)
    if searched is not None and not dry_run:
        find_limit.tell_limit(out, asked.name)


app.command("quality", cls=GroupedCommand)(quality)


def _cells(
    given: str | None, max_input_tokens: int | None, max_output_tokens: int | None
) -> tuple[RequestShape, ...] | None:
    """Sizes as given; the seven usual ones up to given lengths; ``None`` leaves the choice to the target."""
    from isocost.runtime import profile_cells

    if given is not None:
        return options.parse_cells(given)
    if max_input_tokens is None and max_output_tokens is None:
        return None
    return profile_cells(
        1024 if max_input_tokens is None else max_input_tokens,
        64 if max_output_tokens is None else max_output_tokens,
    )


def _measure(out: Path, stages: Sequence[Stage], *, quiet: bool, dry_run: bool, as_json: bool) -> None:
    if dry_run:
        rehearse(out, stages, as_json=as_json)
        return
    if as_json:
        raise InputError("--json goes with --dry-run here; of what was measured: isocost report STUDY --json")
    measure_stages(out, stages, quiet=quiet)
    names = ", ".join(repr(stage.name) for stage in stages)
    what = f"stage {names} of {out} is" if len(stages) == 1 else f"stages {names} of {out} are"
    cost = spent_text(out, stages)
    typer.echo(f"{what} measured{cost}; see it: {report_command(out, paid=bool(cost))}")
