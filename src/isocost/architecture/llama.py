"""The dimensions of a Llama-family model and the weights that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.deployment import Architecture

__all__ = ["LlamaDimensions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaDimensions:
    """What fixes the number of weights of a Llama-family Transformer.

    Parameters
    ----------
    layers, hidden_size, heads, kv_heads, head_size, intermediate_size, vocabulary_size : int
        The usual dimensions; all at least 1; heads a multiple of kv_heads (grouped-query attention).
    tied_embeddings : bool
        Whether the output matrix is the embedding matrix.

    Raises
    ------
    InputError
        If a dimension is below 1, or heads is no multiple of kv_heads.
    """

    layers: int
    hidden_size: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate_size: int
    vocabulary_size: int
    tied_embeddings: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "tied_embeddings" and not (isinstance(value, int) and value >= 1):
                raise InputError(f"{field.name} must be a whole number of at least 1, got {value!r}")
        if self.heads % self.kv_heads:
            raise InputError(
                f"heads must be a multiple of kv_heads, got {self.heads} heads and {self.kv_heads} kv_heads"
            )

    @classmethod
    def of(cls, architecture: Architecture) -> LlamaDimensions:
        """Take the dimensions out of an `architecture`."""
        return cls(**{field.name: getattr(architecture, field.name) for field in fields(cls)})
