"""From what a user says to a stage that can be written down and carried out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.journal import LoadStage, QualityStage, RuntimeStage
from isocost.studies.sizes import shapes_of
from isocost.workload import fixed, listed, preset

if TYPE_CHECKING:
    from isocost.journal import Stage, TargetSpec
    from isocost.studies.targets import OpenedTarget
    from isocost.workload import Workload

__all__ = ["is_settled", "settle", "workload_of"]

_LONGEST_PROMPT = 1024
_LONGEST_ANSWER = 64


def workload_of(
    name: str, *, input_tokens: int | None = None, output_tokens: int | None = None, seed: int = 0
) -> Workload:
    """Return the workload that was asked for: fixed lengths, a file of lengths, or a preset.

    Parameters
    ----------
    name : str
        Of a preset, or path of a file of lengths; of no meaning when lengths are given.
    input_tokens, output_tokens : int, optional
        Fixed lengths; both or neither.
    seed : int
        Seeds the lengths of a preset.

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
        from isocost.exchange import read_lengths  # noqa: PLC0415 - only for a file; a load must begin soon

        return listed(read_lengths(Path(name)), name=Path(name).name)
    return preset(name, seed=seed)


def is_settled(stage: Stage) -> bool:
    """Whether a stage says all that is needed to lay out its runs."""
    return stage.deployment is not None and not (isinstance(stage, RuntimeStage) and stage.cells is None)


def settle(stage: Stage, target: OpenedTarget | None = None) -> Stage:
    """Fill in what only the target can tell: the model, sizes that fit it, and so the name of the deployment.

    Parameters
    ----------
    stage : Stage
    target : OpenedTarget, optional
        Not needed for the embedded engine, whose names are known beforehand.

    Raises
    ------
    CatalogError
        If the embedded engine is to make up a model that nobody knows.
    InputError
        If requests are longer than the model holds, or the embedded engine cannot build the model.
    """
    engine = stage.target.engine
    if engine is not None:
        from isocost.studies.made_up import engine_model, model_name  # noqa: PLC0415 - only for the embedded engine

        engine_model(engine.model)  # refused before anything is written
        name = model_name(engine.model) + ("" if engine.precision is None else f"-{engine.precision}")
        return _with_cells(replace(stage, deployment=stage.deployment or name), None)
    if target is None:
        return stage
    named = replace(
        stage,
        target=_named(stage.target, target.target.model),
        deployment=stage.deployment or target.deployment.name,
    )
    complete = _with_cells(named, target.context_length)
    if isinstance(complete, QualityStage):
        return complete
    _must_fit(complete, target.context_length)
    return complete


def _named(target: TargetSpec, model: str) -> TargetSpec:
    """Write down which model an endpoint serves; a stack in this process says it already."""
    return replace(target, model=model) if target.transformers is None else target


def _with_cells(stage: Stage, context_length: int | None) -> Stage:
    if not isinstance(stage, RuntimeStage) or stage.cells is not None:
        return stage
    from isocost.runtime import profile_cells  # noqa: PLC0415 - only where sizes were left out

    room = _LONGEST_PROMPT if context_length is None else context_length - _LONGEST_ANSWER
    return replace(stage, cells=profile_cells(max(16, min(_LONGEST_PROMPT, room)), _LONGEST_ANSWER))


def _must_fit(stage: Stage, context_length: int | None) -> None:
    if context_length is None:
        return
    lengths = [shape.input_tokens + shape.output_tokens for shape in shapes_of(stage)]
    longest = max(lengths)
    if longest <= context_length:
        return
    if isinstance(stage, LoadStage) and stage.trace is not None:
        many = sum(length > context_length for length in lengths)
        raise InputError(
            f"{many:,} of the {len(lengths):,} requests of the trace are longer than the {context_length:,} "
            f"tokens that the model holds (the longest has {longest:,}); leave them out with --trace-longest "
            f"{context_length}, or serve the model with more"
        )
    if isinstance(stage, LoadStage) and stage.conversation is not None:
        raise InputError(
            f"the longest conversation has {longest} tokens and the model holds {context_length}; ask for "
            "fewer --turns or shorter ones: --workload chat-small, or --input-tokens and --output-tokens"
        )
    raise InputError(
        f"the longest request has {longest} tokens and the model holds {context_length}; ask for less: "
        "--workload chat-small, or --input-tokens and --output-tokens (of a profile: --max-input-tokens)"
    )
