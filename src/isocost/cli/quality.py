"""``isocost measure quality``: ask questions whose answers are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options, spending
from isocost.cli.measuring import measure_stages, rehearse, spent_text
from isocost.cli.targets import EndpointOptions, StackOptions, parse_target
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.journal import TargetSpec

__all__ = ["quality"]


def quality(
    target: options.Target,
    out: options.Out,
    questions: Annotated[
        str,
        typer.Option(
            "--questions", help="A file with a question a line, as JSON; or small, a set that comes along."
        ),
    ],
    model: options.Model = None,
    max_tokens: Annotated[int, typer.Option("--max-tokens", help="Longest answer, tokens.")] = 16,
    concurrency: Annotated[
        int, typer.Option("--concurrency", "--max-concurrency", help="Requests in flight.")
    ] = 1,
    keep_answers: Annotated[
        bool, typer.Option("--keep-answers", help="Store what the model wrote, too.")
    ] = False,
    max_cost: spending.MaxCost = None,
    max_requests: spending.MaxRequests = None,
    max_total_tokens: spending.TotalTokens = None,
    max_minutes: spending.MaxMinutes = None,
    max_error_rate: spending.MaxErrorRate = None,
    input_usd: spending.InputUsd = None,
    output_usd: spending.OutputUsd = None,
    self_hosted: spending.SelfHosted = False,
    threads: options.Threads = None,
    endpoint_type: Annotated[
        str | None,
        typer.Option("--endpoint-type", help="completions or chat; as the URL's path says, else chat."),
    ] = None,
    api_key_env: options.ApiKeyEnv = None,
    api_key_file: options.ApiKeyFile = None,
    header: options.Header = None,
    extra_body: options.ExtraBody = None,
    insecure: options.Insecure = False,
    request_timeout: options.RequestTimeout = 600.0,
    seed: Annotated[int, typer.Option("--seed", help="Sent to a target that takes one.")] = 0,
    stage: options.StageName = None,
    deployment: options.Deployment = None,
    quiet: options.Quiet = False,
    dry_run: spending.DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Ask questions with known answers: what share of them is answered right."""
    from isocost.journal import QualityStage
    from isocost.measurement import GRADING_RULE, PROMPT_FORMAT
    from isocost.reporting import quality_json, quality_text
    from isocost.studies.question_sets import question_set
    from isocost.studies.scored import measured_quality

    limits = spending.limits_of(
        max_cost=max_cost,
        max_requests=max_requests,
        max_tokens=max_total_tokens,
        max_minutes=max_minutes,
        max_error_rate=max_error_rate,
        prices=(input_usd, output_usd),
        self_hosted=self_hosted,
    )
    endpoint = EndpointOptions(
        model, endpoint_type, api_key_env, api_key_file, header, extra_body, insecure=insecure
    )
    asked = question_set(questions)
    entered = QualityStage(
        target=_answering(parse_target(target, endpoint, StackOptions(None, threads)), endpoint),
        questions=asked.source,
        digest=asked.digest,
        count=len(asked.questions),
        name=stage or "quality",
        deployment=deployment,
        max_tokens=max_tokens,
        concurrency=concurrency,
        prompt_format=PROMPT_FORMAT,
        grading_rule=GRADING_RULE,
        keep_answers=keep_answers,
        seed=seed,
        request_timeout_s=request_timeout,
        limits=limits,
    )
    if dry_run:
        rehearse(out, [entered], as_json=as_json)
        return
    measure_stages(out, [entered], quiet=quiet)
    found = measured_quality(out, entered.name)
    typer.echo(quality_json(found) if as_json else quality_text(found, width=options.width()))
    cost = spent_text(out, [entered])
    if cost:
        typer.echo(f"stage {entered.name!r} of {out} is measured{cost}", err=as_json)


def _answering(target: TargetSpec, endpoint: EndpointOptions) -> TargetSpec:
    """Return a target that can answer: a chat where nothing else was said, and no random weights."""
    from isocost.engine import fetched_model

    if target.transformers is not None:
        raise InputError(
            f"transformers:{target.transformers.model} has random weights, which answer nothing; give the "
            "address of an endpoint, or engine: with a GGUF file"
        )
    if target.engine is None:
        from isocost.measurement import resolve_address

        implied = resolve_address(target.url or "").implied_type
        kind = options.parse_endpoint_type(endpoint.endpoint_type, implied or "chat")
        return replace(target, endpoint_type=kind)
    path = fetched_model(target.engine.model)
    if path is None and not target.engine.model.endswith(".gguf"):
        raise InputError(
            f"engine:{target.engine.model} has random weights, which answer nothing; give a GGUF file, or "
            "fetch a small model that answers: isocost engine fetch smollm2-135m"
        )
    engine = target.engine if path is None else replace(target.engine, model=str(path))
    return replace(target, engine=engine, endpoint_type="chat")
