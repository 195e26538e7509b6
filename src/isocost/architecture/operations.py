"""How many floating-point operations a request takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.architecture.counting import count_parameters
from isocost.architecture.layout import layout_of
from isocost.core.blocks import Attention, DeltaNet, LatentAttention, SelectiveScan, StateSpace
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.blocks import Mixer
    from isocost.core.deployment import Architecture

__all__ = ["RequestOperations", "paper_operations", "request_operations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOperations:
    """Floating-point operations, a multiplication and an addition being two.

    Parameters
    ----------
    layers : int
        Products with the weights of layers.
    attention : int
        Scores and weighted sums of attention, over all pairs of a token and one it sees.
    recurrence : int
        Updates and readings of states in recurrent layers.
    vocabulary : int
        Products with the output matrix, for tokens that are answered.
    """

    layers: int
    attention: int
    recurrence: int
    vocabulary: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.layers + self.attention + self.recurrence + self.vocabulary


def request_operations(
    architecture: Architecture, *, prompt_tokens: int, output_tokens: int
) -> RequestOperations:
    r"""Count the operations of one request with a cache: each of :math:`p + o - 1` positions once.

    Products with layers' weights take two FLOPs for each weight a token visits. Attention is causal: position
    i sees i tokens, or its window, at :math:`2 n (d_q + d_v)` FLOPs each for n heads of sizes d_q (query) and
    d_v (value); latent attention is counted unpacked, as in training and prefill. A state takes 5 FLOPs a
    value and token in Mamba (decay, outer product, sum, reading) and 7 under the delta rule. Left out:
    norms, activations, softmax, positions, convolutions, the choice of experts.

    Parameters
    ----------
    architecture : Architecture
    prompt_tokens, output_tokens : int
        At least 1.

    Returns
    -------
    RequestOperations

    Raises
    ------
    InputError
        If a number of tokens is below 1.

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> llama = Architecture(name="Llama 3.1 8B", layers=32, hidden_size=4096, heads=32, kv_heads=8,
    ...     head_size=128, intermediate_size=14336, vocabulary_size=128256, context_length=131072,
    ...     parameters=8030261248, tied_embeddings=False)
    >>> request_operations(llama, prompt_tokens=1, output_tokens=1).vocabulary  # 2 x 4096 x 128256
    1050673152
    """
    positions = _positions(prompt_tokens, output_tokens)
    mixers = [(block.repeats, mixer) for block in layout_of(architecture).blocks for mixer in block.mixers]
    return RequestOperations(
        layers=2 * count_parameters(architecture).multiplied * positions,
        attention=sum(repeats * _attention(mixer, positions) for repeats, mixer in mixers),
        recurrence=sum(repeats * _recurrence(mixer) for repeats, mixer in mixers) * positions,
        vocabulary=2 * architecture.hidden_size * architecture.vocabulary_size * output_tokens,
    )


def paper_operations(architecture: Architecture, *, prompt_tokens: int, output_tokens: int) -> int:
    r"""Operations by the formula of arXiv 2305.02440, section 3: :math:`24 h^2 L (p + o - 1)`.

    It holds for a Transformer whose feed-forward part is four times as wide as the model, and leaves out
    attention's scores and the vocabulary.

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> gpt = Architecture(name="GPT-3", layers=96, hidden_size=12288, heads=96, kv_heads=96, head_size=128,
    ...     intermediate_size=49152, vocabulary_size=50257, context_length=2048, parameters=0)
    >>> paper_operations(gpt, prompt_tokens=1, output_tokens=1)  # 24 x 12288^2 x 96
    347892350976
    """
    return 24 * architecture.hidden_size**2 * architecture.layers * _positions(prompt_tokens, output_tokens)


def _positions(prompt_tokens: int, output_tokens: int) -> int:
    if prompt_tokens < 1 or output_tokens < 1:
        raise InputError(f"a request has at least 1 token each way, got {prompt_tokens} and {output_tokens}")
    return prompt_tokens + output_tokens - 1


def _attention(mixer: Mixer, positions: int) -> int:
    if isinstance(mixer, Attention):
        return 4 * mixer.heads * mixer.head_size * _pairs(positions, mixer.window)
    if isinstance(mixer, LatentAttention):
        size = mixer.nope_size + mixer.rope_size + mixer.value_size
        return 2 * mixer.heads * size * _pairs(positions, None)
    return 0


def _pairs(positions: int, window: int | None) -> int:
    """Pairs of a position and one that it sees: 1 + 2 + … up to the window, then the window each."""
    rising = positions if window is None else min(positions, window)
    return rising * (rising + 1) // 2 + (positions - rising) * rising


def _recurrence(mixer: Mixer) -> int:
    if isinstance(mixer, StateSpace):
        return 5 * mixer.heads * mixer.head_size * mixer.state_size
    if isinstance(mixer, SelectiveScan):
        return 5 * mixer.inner_size * mixer.state_size
    if isinstance(mixer, DeltaNet):
        return 7 * mixer.value_heads * mixer.key_size * mixer.value_size
    return 0
