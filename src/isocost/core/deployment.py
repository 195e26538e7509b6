"""What is being measured: a model architecture on hardware, under an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.blocks import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Architecture", "Deployment", "Pool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Dimensions of a decoder-only language model.

    Parameters
    ----------
    name : str
        Name of the model.
    layers, hidden_size, heads, kv_heads, head_size, intermediate_size, vocabulary_size, context_length : int
        The usual dimensions; all at least 1. Where layers differ, those of the most frequent attention and
        of the most frequent feed-forward part (of one expert, where there are experts).
    parameters : int
        Number of weights, embedding and output matrices included.
    tied_embeddings : bool
        Whether the output matrix is the embedding matrix.
    layout : Layout or None
        What each layer is made of; ``None``: as in the Llama family, fixed by the dimensions above.
    """

    name: str
    layers: int
    hidden_size: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate_size: int
    vocabulary_size: int
    context_length: int
    parameters: int
    tied_embeddings: bool = True
    layout: Layout | None = None

    @classmethod
    def from_mapping(cls, facts: Mapping[str, Any]) -> Architecture:
        """Make an architecture again of what `dataclasses.asdict`, or JSON, made of one."""
        layout = facts.get("layout")
        return cls(**{**facts, "layout": None if layout is None else Layout.from_mapping(layout)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Accelerators that run one model together.

    Parameters
    ----------
    architecture : Architecture or None
        ``None`` when only the name of the model is known.
    accelerator : str or None
        Name of the accelerator or processor; ``None`` when unknown.
    accelerators : int or None
        How many of them.
    precision : str or None
        Number format of the weights, such as ``"F16"`` or ``"Q8_0"``.
    tensor_parallel : int
        Over how many accelerators a layer is split.
    engine, engine_version : str or None
        The software that serves it.
    """

    architecture: Architecture | None = None
    accelerator: str | None = None
    accelerators: int | None = None
    precision: str | None = None
    tensor_parallel: int = 1
    engine: str | None = None
    engine_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A model as it is served: usually one pool, several when prefill and decode are apart.

    Parameters
    ----------
    name : str
        What people call it: ``"llama-8b on 2 x H100"``.
    model : str
        The name that the endpoint knows.
    pools : tuple of Pool
        At least one.
    """

    name: str
    model: str
    pools: tuple[Pool, ...] = (Pool(),)

    @property
    def parameters(self) -> int | None:
        """Number of weights of the model; ``None`` when its architecture is unknown."""
        architecture = self.pools[0].architecture
        return None if architecture is None else architecture.parameters
