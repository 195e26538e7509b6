"""Models that the embedded engine makes up on the spot: real architectures, random weights."""

from __future__ import annotations

from types import MappingProxyType

from isocost.architecture import LlamaDimensions, llama_parameters
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError

__all__ = ["PRESETS", "custom"]

_SMALLEST_VOCABULARY = 257  # every byte, and the end of a text


def custom(dimensions: LlamaDimensions, *, name: str = "custom", context_length: int = 2048) -> Architecture:
    """Architecture of any dimensions that the embedded engine can write and serve.

    Parameters
    ----------
    dimensions : LlamaDimensions
        With hidden_size = heads x head_size, an even head_size and at least 257 tokens in the vocabulary;
        hidden_size and intermediate_size multiples of 32, the block of Q8_0.
    name : str
        Name under which it is served.
    context_length : int
        Longest prompt and answer together, in tokens; at least 1.

    Returns
    -------
    Architecture

    Raises
    ------
    InputError
        If the engine cannot build such a model.

    Examples
    --------
    >>> from isocost.architecture import LlamaDimensions
    >>> custom(LlamaDimensions(layers=2, hidden_size=64, heads=2, kv_heads=1, head_size=32,
    ...                        intermediate_size=128, vocabulary_size=512)).parameters
    106816
    """
    _check_buildable(dimensions)
    if context_length < 1:
        raise InputError(f"context_length must be at least 1 token, got {context_length}")
    return Architecture(
        name=name,
        layers=dimensions.layers,
        hidden_size=dimensions.hidden_size,
        heads=dimensions.heads,
        kv_heads=dimensions.kv_heads,
        head_size=dimensions.head_size,
        intermediate_size=dimensions.intermediate_size,
        vocabulary_size=dimensions.vocabulary_size,
        context_length=context_length,
        parameters=llama_parameters(dimensions),
        tied_embeddings=dimensions.tied_embeddings,
    )


def _check_buildable(dimensions: LlamaDimensions) -> None:
    if dimensions.hidden_size != dimensions.heads * dimensions.head_size:
        raise InputError(
            f"hidden_size must be heads x head_size for the embedded engine, got {dimensions.hidden_size} "
            f"and {dimensions.heads} x {dimensions.head_size}"
        )
    if dimensions.head_size % 2:
        raise InputError(f"head_size must be even for rotary positions, got {dimensions.head_size}")
    if dimensions.hidden_size % 32 or dimensions.intermediate_size % 32:
        raise InputError(
            "hidden_size and intermediate_size must be multiples of 32, the block of Q8_0, got "
            f"{dimensions.hidden_size} and {dimensions.intermediate_size}"
        )
    if dimensions.vocabulary_size < _SMALLEST_VOCABULARY:
        raise InputError(
            f"vocabulary_size must be at least {_SMALLEST_VOCABULARY} (every byte and the end of a text), "
            f"got {dimensions.vocabulary_size}"
        )


_TINY = LlamaDimensions(
    layers=9,
    hidden_size=384,
    heads=6,
    kv_heads=2,
    head_size=64,
    intermediate_size=1024,
    vocabulary_size=4096,
)
_SMALL = LlamaDimensions(
    layers=12,
    hidden_size=768,
    heads=12,
    kv_heads=4,
    head_size=64,
    intermediate_size=2048,
    vocabulary_size=4096,
)

PRESETS = MappingProxyType({"tiny": custom(_TINY, name="tiny"), "small": custom(_SMALL, name="small")})
"""``tiny`` with about 16 million weights and ``small`` with about 80 million, 2,048 tokens of context."""
