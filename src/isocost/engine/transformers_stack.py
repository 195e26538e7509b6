"""The library transformers with torch as a stack in this process, ready to be measured."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.deployment import Deployment, Pool
from isocost.engine.in_process import InProcessTarget
from isocost.engine.running import processor_name
from isocost.engine.transformers_build import load_libraries
from isocost.engine.transformers_config import config_for_transformers
from isocost.engine.transformers_model import TransformersModel
from isocost.engine.transformers_settings import TransformersSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.deployment import Architecture

__all__ = ["InProcessStack", "transformers_stack"]

_DEFAULTS = TransformersSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessStack:
    """A stack in this process, and what is known of it.

    Parameters
    ----------
    target : InProcessTarget
    deployment : Deployment
    facts : mapping of str to str
        Versions, device, threads and whatever else decides its speed.
    """

    target: InProcessTarget
    deployment: Deployment
    facts: Mapping[str, str]


@contextmanager
def transformers_stack(
    architecture: Architecture,
    config: Mapping[str, Any],
    *,
    settings: TransformersSettings = _DEFAULTS,
) -> Iterator[InProcessStack]:
    """Build a model with random weights and keep it for the length of a ``with`` block.

    Parameters
    ----------
    architecture : Architecture
        What the configuration describes.
    config : mapping of str to object
        As in ``config.json``, the part for text.
    settings : TransformersSettings
        Number format, device, threads.

    Yields
    ------
    InProcessStack

    Raises
    ------
    InputError
        If transformers does not know the family or builds something else, there is no such device, or the
        model does not fit.
    MissingExtraError
        If the extra ``[transformers]`` is not installed.
    """
    torch = load_libraries().torch
    threads_before = torch.get_num_threads()
    torch.set_num_threads(settings.thread_count)
    try:
        told = {"tie_word_embeddings": architecture.tied_embeddings, **config_for_transformers(config)}
        model = TransformersModel(architecture, told, settings)
        try:
            yield InProcessStack(
                target=InProcessTarget(model=architecture.name, stack=model),
                deployment=_deployment(architecture, model),
                facts=_facts(architecture, model, settings.thread_count),
            )
        finally:
            model.close()
    finally:
        torch.set_num_threads(threads_before)


def _deployment(architecture: Architecture, model: TransformersModel) -> Deployment:
    versions = model.versions
    pool = Pool(
        architecture=architecture,
        accelerator=model.device_name or processor_name(),
        accelerators=model.accelerators,
        precision=model.precision,
        tensor_parallel=model.accelerators,
        engine="transformers",
        engine_version=f"{versions['transformers']} with torch {versions['torch']}",
    )
    name = f"{architecture.name} {model.precision} on transformers"
    return Deployment(name=name, model=architecture.name, pools=(pool,))


def _facts(architecture: Architecture, model: TransformersModel, threads: int) -> dict[str, str]:
    versions = model.versions
    cuda = {} if model.cuda_version is None else {"cuda_version": model.cuda_version}
    return {
        "engine": "transformers",
        "engine_version": versions["transformers"],
        "torch_version": versions["torch"],
        "device": str(model.device),
        "precision": model.precision,
        "threads": str(threads),
        "attention": model.attention,
        "weight_values": "random",
        "context_length": str(architecture.context_length),
        "prompts": "token ids",
        "clock": "in process: from the call to each token on the processor",
        **cuda,
    }
