"""Models with random weights, made up for the stacks that run on this machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isocost.architecture import LlamaDimensions, text_config
from isocost.catalog import model_config
from isocost.core.errors import InputError
from isocost.engine import PRESETS, custom, llama_config
from isocost.exchange import read_model_config
from isocost.studies.models import find_model

if TYPE_CHECKING:
    from isocost.core.deployment import Architecture

__all__ = ["engine_model", "model_name", "transformers_model"]


def model_name(model: str) -> str:
    """Short name of a model: that of its file, or of the folder that has a ``config.json``.

    Examples
    --------
    >>> model_name("models/mine/config.json"), model_name("a/b.gguf"), model_name("qwen2.5-3b")
    ('mine', 'b', 'qwen2.5-3b')
    """
    path = Path(model)
    if path.name == "config.json":
        return path.absolute().parent.name
    if path.suffix in (".json", ".gguf"):
        return path.stem
    return path.absolute().name if (path / "config.json").is_file() else model


def engine_model(model: str) -> str | Architecture:
    """Return what the embedded engine can serve: a preset, a GGUF file, or an architecture to make up.

    Parameters
    ----------
    model : str
        ``tiny``, ``small``, the path of a GGUF file, a name in the catalogue, a ``config.json`` or the folder
        that has one.

    Returns
    -------
    str or Architecture

    Raises
    ------
    CatalogError
        If nothing has that name.
    InputError
        If the model is not of the Llama family, or the engine cannot build it.

    Examples
    --------
    >>> engine_model("tiny")
    'tiny'
    >>> engine_model("smollm2-135m").layers
    30
    """
    if model in PRESETS or model.endswith(".gguf"):
        return model
    found = find_model(model).architecture
    if found.layout is not None:
        raise InputError(
            f"the embedded engine makes up models of the Llama family only, and {found.name} is laid out "
            f"otherwise; give its GGUF file, or measure it in process: transformers:{model}"
        )
    dimensions = LlamaDimensions(
        layers=found.layers,
        hidden_size=found.hidden_size,
        heads=found.heads,
        kv_heads=found.kv_heads,
        head_size=found.head_size,
        intermediate_size=found.intermediate_size,
        vocabulary_size=found.vocabulary_size,
        tied_embeddings=found.tied_embeddings,
    )
    return custom(dimensions, name=model_name(model), context_length=found.context_length)


def transformers_model(model: str) -> tuple[Architecture, dict[str, Any]]:
    """Return what transformers needs to make a model up: its architecture and configuration.

    Parameters
    ----------
    model : str
        ``tiny``, ``small``, a name in the catalogue, a ``config.json``, the folder that has one, or the path
        of a GGUF file of the Llama family.

    Returns
    -------
    architecture : Architecture
    config : dict
        As in ``config.json``, the part for text.

    Raises
    ------
    CatalogError
        If nothing has that name.
    InputError
        If a file cannot be read, or holds what isocost cannot count.

    Examples
    --------
    >>> architecture, config = transformers_model("gpt2")
    >>> architecture.parameters, config["model_type"]
    (124439808, 'gpt2')
    """
    if model in PRESETS:
        return PRESETS[model], llama_config(PRESETS[model])
    architecture = replace(find_model(model).architecture, name=model_name(model))  # as the engine calls it
    path = Path(model)
    if path.suffix == ".gguf":
        return architecture, llama_config(architecture)
    if path.suffix == ".json" or (path / "config.json").is_file():
        return architecture, dict(text_config(read_model_config(path)))
    return architecture, model_config(model)
