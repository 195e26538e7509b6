"""A model file as the engine serves it: architecture, precision and vocabulary, read from its header."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.deployment import Architecture
from isocost.core.errors import InputError
from isocost.engine.gguf_header import read_gguf_header
from isocost.engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.engine.gguf_header import GgufHeader

__all__ = ["ModelFile", "read_model_file"]

_FAMILIES = ("llama", "qwen2", "qwen3")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """What the header of a model file tells.

    Parameters
    ----------
    path : Path
        Where the weights are.
    architecture : Architecture
        Dimensions and exact number of weights, summed over the tensors.
    precision : str
        Number format that holds most weights, such as ``"F16"``.
    vocabulary : Vocabulary
        The bytes of every token.
    """

    path: Path
    architecture: Architecture
    precision: str
    vocabulary: Vocabulary


def read_model_file(path: Path, *, name: str | None = None) -> ModelFile:
    """Read architecture, precision and vocabulary of a GGUF file, or say why it cannot be served.

    Parameters
    ----------
    path : Path
        A GGUF file of the Llama family.
    name : str, optional
        Name of the model; that of the file without its ending by default.

    Returns
    -------
    ModelFile

    Raises
    ------
    InputError
        If the file cannot be read, or holds what the engine does not serve: BF16 weights, another family
        of models, no byte-level vocabulary.
    """
    header = read_gguf_header(path)
    _check_servable(path, header)
    return ModelFile(
        path=path,
        architecture=_architecture(path, header, name or path.stem),
        precision=_precision(header),
        vocabulary=Vocabulary.of(
            header.facts["tokenizer.ggml.tokens"],
            header.facts.get("tokenizer.ggml.token_type", ()),
        ),
    )


def _check_servable(path: Path, header: GgufHeader) -> None:
    family = header.facts.get("general.architecture")
    if family not in _FAMILIES:
        raise InputError(
            f"{path} holds a model of the family {family!r}; "
            f"the embedded engine serves {', '.join(_FAMILIES)}"
        )
    if any(tensor.type == "BF16" for tensor in header.tensors):
        raise InputError(
            f"{path} holds BF16 weights, which the embedded engine cannot load; convert it to F16 or Q8_0"
        )
    kind = header.facts.get("tokenizer.ggml.model")
    if kind != "gpt2" or "tokenizer.ggml.tokens" not in header.facts:
        raise InputError(
            f"{path} has a vocabulary of kind {kind!r}; the embedded engine reads byte-level ones ('gpt2')"
        )


def _architecture(path: Path, header: GgufHeader, name: str) -> Architecture:
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    hidden, heads = _number(path, header, "embedding_length"), _number(path, header, "attention.head_count")
    return Architecture(
        name=name,
        layers=_number(path, header, "block_count"),
        hidden_size=hidden,
        heads=heads,
        kv_heads=_number(path, header, "attention.head_count_kv", heads),
        head_size=_number(path, header, "attention.key_length", hidden // max(heads, 1)),
        intermediate_size=_number(path, header, "feed_forward_length"),
        vocabulary_size=len(header.facts["tokenizer.ggml.tokens"]),
        context_length=_number(path, header, "context_length", 2048),
        parameters=sum(math.prod(shape) for shape in shapes.values()),
        tied_embeddings="output.weight" not in shapes,
    )


def _number(path: Path, header: GgufHeader, key: str, default: int | None = None) -> int:
    value: Any = header.facts.get(f"{header.facts['general.architecture']}.{key}", default)
    if not isinstance(value, int) or value < 1:
        raise InputError(f"{path} does not tell its {key} as a whole number above 0, got {value!r}")
    return value


def _precision(header: GgufHeader) -> str:
    weights: dict[str, int] = {}
    for tensor in header.tensors:
        weights[tensor.type] = weights.get(tensor.type, 0) + math.prod(tensor.shape)
    return max(weights, key=lambda kind: weights[kind])
