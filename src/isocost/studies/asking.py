"""From what a user says to a stage that can be written down and carried out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.exchange import read_lengths
from isocost.journal import LoadStage, RuntimeStage, TargetSpec
from isocost.runtime import profile_cells
from isocost.studies.targets import served_by
from isocost.workload import fixed, listed, preset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.load import RequestShape
    from isocost.workload import Workload

__all__ = ["ask_load", "ask_runtime", "target_of", "workload_of"]

_LONGEST_PROMPT = 1024
_ENDPOINT_TYPES = ("completions", "chat")


def target_of(
    url: str,
    *,
    model: str | None = None,
    endpoint_type: str = "completions",
    api_key_env: str | None = None,
    api_key_file: str | None = None,
    headers: Mapping[str, str] | None = None,
    extra_body: Mapping[str, Any] | None = None,
    insecure: bool = False,
) -> TargetSpec:
    """Describe an endpoint as a target.

    Raises
    ------
    InputError
        If the endpoint type is unknown.
    """
    if endpoint_type not in _ENDPOINT_TYPES:
        raise InputError(f"--endpoint-type must be completions or chat, got {endpoint_type!r}")
    return TargetSpec(
        url=url,
        model=model,
        endpoint_type=endpoint_type,  # type: ignore[arg-type]
        api_key_env=api_key_env,
        api_key_file=api_key_file,
        headers=dict(headers or {}),
        extra_body=dict(extra_body or {}),
        insecure=insecure,
    )


def workload_of(name: str, *, input_tokens: int | None, output_tokens: int | None, seed: int) -> Workload:
    """Return the workload that was asked for: fixed lengths, a file of lengths, or a preset.

    Raises
    ------
    InputError
        If only one length is given, the file cannot be read, or there is no such preset.
    """
    if (input_tokens is None) != (output_tokens is None):
        raise InputError("fixed lengths need both: give --input-tokens and --output-tokens")
    if input_tokens is not None and output_tokens is not None:
        return fixed(input_tokens, output_tokens)
    if Path(name).suffix or "/" in name:
        return listed(read_lengths(Path(name)), name=Path(name).name)
    return preset(name, seed=seed)


def ask_runtime(
    target: TargetSpec,
    *,
    name: str | None = None,
    deployment: str | None = None,
    cells: tuple[RequestShape, ...] | None = None,
    max_input_tokens: int | None = None,
    max_output_tokens: int = 64,
    repeats: int = 8,
    seed: int = 0,
    request_timeout_s: float = 600.0,
) -> RuntimeStage:
    """Ask for a profile of T(p, o); sizes that are not given are scaled to what the target can hold."""
    served = served_by(target)
    if cells is None:
        longest = max_input_tokens or _longest_prompt(served.context_length, max_output_tokens)
        cells = profile_cells(longest, max_output_tokens)
    return RuntimeStage(
        name=name or _stage_name("runtime", deployment),
        deployment=deployment or served.model,
        target=_named(target, served.model),
        cells=cells,
        repeats=repeats,
        seed=seed,
        request_timeout_s=request_timeout_s,
    )


def ask_load(
    target: TargetSpec,
    workload: Workload,
    *,
    name: str | None = None,
    deployment: str | None = None,
    concurrency: tuple[int, ...] = (1, 2, 4, 8, 16),
    repeats: int = 3,
    requests_per_level: int | None = None,
    duration_s: float | None = None,
    seed: int = 0,
    request_timeout_s: float = 600.0,
) -> LoadStage:
    """Ask for a sweep over concurrency."""
    served = served_by(target)
    _must_fit(workload, served.context_length)
    return LoadStage(
        name=name or _stage_name("load", deployment),
        deployment=deployment or served.model,
        target=_named(target, served.model),
        workload=workload.description,
        shapes=workload.shapes,
        concurrency=concurrency,
        repeats=repeats,
        requests_per_level=requests_per_level,
        duration_s=duration_s,
        seed=seed,
        request_timeout_s=request_timeout_s,
    )


def _stage_name(kind: str, deployment: str | None) -> str:
    return kind if deployment is None else f"{kind} {deployment}"


def _named(target: TargetSpec, model: str) -> TargetSpec:
    from dataclasses import replace

    return replace(target, model=model)


def _longest_prompt(context_length: int | None, max_output_tokens: int) -> int:
    if context_length is None:
        return _LONGEST_PROMPT
    return max(2, min(_LONGEST_PROMPT, context_length - max_output_tokens))


def _must_fit(workload: Workload, context_length: int | None) -> None:
    longest = max(shape.input_tokens + shape.output_tokens for shape in workload.shapes)
    if context_length is not None and longest > context_length:
        raise InputError(
            f"the workload has requests of up to {longest} tokens and the model holds {context_length}; "
            "choose a smaller one: --workload chat-small, or --input-tokens and --output-tokens"
        )
