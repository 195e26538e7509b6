"""What a model is made of, what it takes to answer, and which accelerators hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.architecture import (
    architecture_from_config,
    architecture_from_gguf,
    cache_size,
    count_parameters,
    least_accelerators,
    memory_need,
    paper_operations,
    request_operations,
)
from isocost.catalog import accelerator_names, accelerator_profile, model_names, model_profile
from isocost.engine.gguf_header import read_gguf_header
from isocost.exchange import read_model_config

if TYPE_CHECKING:
    from isocost.architecture import CacheSize, Holding, MemoryNeed, ParameterCount, RequestOperations
    from isocost.catalog import ModelProfile
    from isocost.core.deployment import Architecture

__all__ = ["FoundModel", "ModelQuestion", "ModelReport", "find_model", "known_models", "model_report"]

_CONTEXT = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModel:
    """A model of the catalogue or of a file.

    Parameters
    ----------
    architecture : Architecture
    source : str
        Where its dimensions come from.
    profile : ModelProfile or None
        What the catalogue says; ``None`` for a model of a file.
    """

    architecture: Architecture
    source: str
    profile: ModelProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuestion:
    """What a model is to hold and to answer.

    Parameters
    ----------
    context_tokens : int or None
        Prompt and answer of a request whose cache is to be held; ``None``: 8192, or the model's longest.
    batch : int
        Requests at a time, at least 1.
    weight_format, cache_format : str
        Names of `isocost.architecture.FORMAT_BITS`.
    headroom : float
        Share of each accelerator's memory that stays free, at least 0 and below 1.
    prompt_tokens, output_tokens : int
        Of the request whose operations are counted; at least 1.
    accelerators : tuple of str
        Names in the catalogue; all of them if empty.
    """

    context_tokens: int | None = None
    batch: int = 1
    weight_format: str = "bf16"
    cache_format: str = "bf16"
    headroom: float = 0.1
    prompt_tokens: int = 1024
    output_tokens: int = 128
    accelerators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """What follows from a model's dimensions.

    Parameters
    ----------
    model : FoundModel
    question : ModelQuestion
    parameters : ParameterCount
    cache : CacheSize
    operations : RequestOperations
        Of one request.
    paper_operations : int
        The same by the formula of arXiv 2305.02440.
    need : MemoryNeed
    holdings : tuple of Holding
        One an accelerator.
    """

    model: FoundModel
    question: ModelQuestion
    parameters: ParameterCount
    cache: CacheSize
    operations: RequestOperations
    paper_operations: int
    need: MemoryNeed
    holdings: tuple[Holding, ...]


def find_model(name: str) -> FoundModel:
    """Find a model by its name in the catalogue, or read its ``config.json`` or GGUF file.

    Parameters
    ----------
    name : str
        A name, a repository on Hugging Face that the catalogue has, a file, or a folder with ``config.json``.

    Returns
    -------
    FoundModel

    Raises
    ------
    CatalogError
        If there is neither such a file nor such a name; the nearest names are told.
    InputError
        If the file cannot be read, or holds what isocost cannot count.

    Examples
    --------
    >>> find_model("Qwen/Qwen3-8B").architecture.kv_heads
    8
    """
    path = Path(name)
    if path.suffix == ".gguf":
        return _from_gguf(path)
    if path.suffix == ".json" or (path / "config.json").is_file():
        return _from_config(path)
    profile = model_profile(name)
    return FoundModel(architecture=profile.architecture, source=profile.source, profile=profile)


def known_models() -> tuple[FoundModel, ...]:
    """Return all models of the catalogue."""
    return tuple(find_model(name) for name in model_names())


def model_report(name: str, question: ModelQuestion | None = None) -> ModelReport:
    """Work out what follows from the dimensions of one model.

    Parameters
    ----------
    name : str
        As for `find_model`.
    question : ModelQuestion, optional
        What is to be held and answered; one request of usual size if left out.

    Returns
    -------
    ModelReport

    Raises
    ------
    CatalogError
        If the model or an accelerator is unknown.
    InputError
        If a file cannot be read or a number is out of range.

    Examples
    --------
    >>> report = model_report("llama-3.1-70b", ModelQuestion(accelerators=("h100",)))
    >>> report.holdings[0].least  # 141 GB of weights and 2.7 GB of cache, 72 GB usable each
    2
    """
    asked = ModelQuestion() if question is None else question
    found = find_model(name)
    architecture, context = found.architecture, asked.context_tokens
    need = memory_need(
        architecture,
        context_tokens=min(_CONTEXT, architecture.context_length) if context is None else context,
        batch=asked.batch,
        weight_format=asked.weight_format,
        cache_format=asked.cache_format,
    )
    request = {"prompt_tokens": asked.prompt_tokens, "output_tokens": asked.output_tokens}
    return ModelReport(
        model=found,
        question=asked,
        parameters=count_parameters(architecture),
        cache=cache_size(architecture),
        operations=request_operations(architecture, **request),
        paper_operations=paper_operations(architecture, **request),
        need=need,
        holdings=tuple(
            least_accelerators(architecture, need, accelerator_profile(each), headroom=asked.headroom)
            for each in asked.accelerators or accelerator_names()
        ),
    )


def _from_gguf(path: Path) -> FoundModel:
    header = read_gguf_header(path)
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    architecture = architecture_from_gguf(
        header.facts, shapes, name=str(header.facts.get("general.name") or path.stem), origin=str(path)
    )
    return FoundModel(architecture=architecture, source=f"the header of {path}")


def _from_config(path: Path) -> FoundModel:
    config = read_model_config(path)
    architecture = architecture_from_config(config, name=_name_of(path), origin=str(path))
    return FoundModel(architecture=architecture, source=str(path))


def _name_of(path: Path) -> str:
    """Name of the folder of a ``config.json``, else of the file itself."""
    if path.is_dir():
        return path.absolute().name
    return path.absolute().parent.name if path.name == "config.json" else path.stem
