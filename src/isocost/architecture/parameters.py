"""How many weights a model has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.architecture.llama import LlamaDimensions

__all__ = ["llama_parameters"]


def llama_parameters(dimensions: LlamaDimensions) -> int:
    r"""Exact number of weights of a Llama-family model: what its file holds, norms and embeddings included.

    With hidden size :math:`h`, :math:`n` heads and :math:`k` key-value heads of size :math:`d`,
    intermediate size :math:`f`, :math:`L` layers and vocabulary :math:`V`:

    .. math:: V h (1 + [\text{untied}]) + h + L (2 n d h + 2 k d h + 3 f h + 2 h)

    after the layer of Touvron et al. 2023 (arXiv 2302.13971, section 2.2: pre-normalisation with RMSNorm,
    SwiGLU, rotary positions, no biases) with grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245).

    Parameters
    ----------
    dimensions : LlamaDimensions
        The dimensions of the model.

    Returns
    -------
    int
        Number of weights.

    Examples
    --------
    >>> from isocost.architecture import LlamaDimensions
    >>> llama_parameters(LlamaDimensions(layers=32, hidden_size=4096, heads=32, kv_heads=8, head_size=128,
    ...     intermediate_size=14336, vocabulary_size=128256, tied_embeddings=False))
    8030261248
    """
    hidden = dimensions.hidden_size
    matrices = 1 if dimensions.tied_embeddings else 2
    embedding = matrices * dimensions.vocabulary_size * hidden
    return embedding + hidden + dimensions.layers * _layer_parameters(dimensions)


def _layer_parameters(dimensions: LlamaDimensions) -> int:
    hidden = dimensions.hidden_size
    attention = 2 * (dimensions.heads + dimensions.kv_heads) * dimensions.head_size * hidden
    feed_forward = 3 * dimensions.intermediate_size * hidden
    return attention + feed_forward + 2 * hidden
