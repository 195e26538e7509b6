"""How many weights a model has, all told and for one token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from isocost.architecture.layout import layout_of
from isocost.architecture.weights import Weights, block_weights

if TYPE_CHECKING:
    from isocost.core.blocks import Layout
    from isocost.core.deployment import Architecture

__all__ = ["ParameterCount", "count_parameters", "with_parameters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterCount:
    """Weights of a model.

    Parameters
    ----------
    total : int
        All weights: embedding, output matrix, norms and biases included.
    active : int
        Those that one token uses: `total` less the experts that it does not visit. The embedding counts,
        of which a token uses one row; some publishers leave it out.
    embedding : int
        Weights of the input matrix, which is the output matrix too where they are tied.
    output : int
        Weights of the output matrix and its bias; 0 where it is the input matrix.
    multiplied : int
        Weights in the matrices of layers that one token is multiplied with, at two FLOPs each.
    """

    total: int
    active: int
    embedding: int
    output: int
    multiplied: int


def count_parameters(architecture: Architecture) -> ParameterCount:
    """Count the weights of an `architecture` exactly, from its dimensions.

    Parameters
    ----------
    architecture : Architecture
        Its field ``parameters`` is not read.

    Returns
    -------
    ParameterCount
        What multi-token-prediction layers and image or audio encoders hold beside the model is not counted.

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> llama = Architecture(name="Llama 3.1 8B", layers=32, hidden_size=4096, heads=32, kv_heads=8,
    ...     head_size=128, intermediate_size=14336, vocabulary_size=128256, context_length=131072,
    ...     parameters=0, tied_embeddings=False)
    >>> count_parameters(llama).total
    8030261248
    """
    layout, hidden = layout_of(architecture), architecture.hidden_size
    layers = reduce(
        Weights.plus,
        (
            block_weights(block, hidden, norm_bias=layout.norm_bias).times(block.repeats)
            for block in layout.blocks
        ),
        Weights.dense(0, _outside(layout, hidden)),
    )
    embedding = architecture.vocabulary_size * hidden
    output = (0 if architecture.tied_embeddings else embedding) + (
        architecture.vocabulary_size if layout.output_bias else 0
    )
    return ParameterCount(
        total=layers.total + embedding + output,
        active=layers.active + embedding + output,
        embedding=embedding,
        output=output,
        multiplied=layers.multiplied,
    )


def with_parameters(architecture: Architecture) -> Architecture:
    """Return the same architecture with its field ``parameters`` counted."""
    return replace(architecture, parameters=count_parameters(architecture).total)


def _outside(layout: Layout, hidden_size: int) -> int:
    """Weights outside of layers that no token is multiplied with: the last norm, positions."""
    norms = hidden_size * (2 if layout.norm_bias else 1) * (2 if layout.embedding_norm else 1)
    return norms + (layout.learned_positions or 0) * hidden_size
