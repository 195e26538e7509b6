"""What a model keeps of a request while it answers: keys and values, latents, states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.architecture.layout import layout_of
from isocost.core.blocks import Attention, DeltaNet, LatentAttention, SelectiveScan, StateSpace
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.blocks import Mixer
    from isocost.core.deployment import Architecture

__all__ = ["CacheSize", "cache_size"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSize:
    """Values that a model keeps of one request.

    Parameters
    ----------
    per_token : int
        Values for each token of context in layers that see all of it.
    windowed : tuple of (int, int)
        Of layers with a window: the window in tokens, and values for each token in it.
    latent_per_token : int
        How many of `per_token` are latents (MLA), which tensor parallelism cannot split.
    state : int
        Values that do not grow with the context: states and convolutions of recurrent layers.
    """

    per_token: int
    windowed: tuple[tuple[int, int], ...] = ()
    latent_per_token: int = 0
    state: int = 0

    def values(self, context_tokens: int) -> int:
        """Values kept at a context of so many tokens, states included."""
        limited = sum(min(window, context_tokens) * values for window, values in self.windowed)
        return self.per_token * context_tokens + limited + self.state

    def bytes(
        self, context_tokens: int, *, bytes_per_value: float = 2.0, state_bytes_per_value: float | None = None
    ) -> float:
        """Bytes kept at a context of so many tokens.

        Parameters
        ----------
        context_tokens : int
            Prompt and answer so far, at least 0.
        bytes_per_value : float
            2 for BF16 or FP16, 1 for FP8; above 0.
        state_bytes_per_value : float, optional
            The same for states, which many engines keep in 4 bytes; `bytes_per_value` if left out.

        Raises
        ------
        InputError
            If a number is out of range.

        Examples
        --------
        >>> CacheSize(per_token=65536).bytes(1)
        131072.0
        """
        state_bytes = bytes_per_value if state_bytes_per_value is None else state_bytes_per_value
        if context_tokens < 0 or not bytes_per_value > 0 or not state_bytes > 0:
            raise InputError(
                "context_tokens must be at least 0 and bytes per value above 0, got "
                f"{context_tokens}, {bytes_per_value} and {state_bytes}"
            )
        growing = self.values(context_tokens) - self.state
        return growing * bytes_per_value + self.state * state_bytes


def cache_size(architecture: Architecture) -> CacheSize:
    r"""Tell what an `architecture` keeps of one request.

    A layer of grouped-query attention keeps :math:`2 k d` values a token (k key-value heads of size d), one
    of latent attention :math:`d_c + d_R` (arXiv 2405.04434, table 1), one of Mamba-2 a state of heads x head
    size x state size and the last inputs of its convolution, whatever the context.

    Parameters
    ----------
    architecture : Architecture

    Returns
    -------
    CacheSize

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> llama = Architecture(name="Llama 3.1 8B", layers=32, hidden_size=4096, heads=32, kv_heads=8,
    ...     head_size=128, intermediate_size=14336, vocabulary_size=128256, context_length=131072,
    ...     parameters=8030261248, tied_embeddings=False)
    >>> cache_size(llama).bytes(1)  # 2 x 32 layers x 8 heads x 128 x 2 bytes
    131072.0
    """
    windowed: dict[int, int] = {}
    per_token = latent = state = 0
    for block in layout_of(architecture).blocks:
        for mixer in block.mixers:
            values = block.repeats * _per_token(mixer)
            state += block.repeats * _state(mixer)
            if isinstance(mixer, Attention) and mixer.window is not None:
                windowed[mixer.window] = windowed.get(mixer.window, 0) + values
                continue
            per_token += values
            latent += values if isinstance(mixer, LatentAttention) else 0
    return CacheSize(
        per_token=per_token, windowed=tuple(sorted(windowed.items())), latent_per_token=latent, state=state
    )


def _per_token(mixer: Mixer) -> int:
    if isinstance(mixer, Attention):
        return 2 * mixer.kv_heads * mixer.head_size
    return mixer.kv_rank + mixer.rope_size if isinstance(mixer, LatentAttention) else 0


def _state(mixer: Mixer) -> int:
    """Values of the state, and of the last ``kernel - 1`` inputs of the convolution."""
    if isinstance(mixer, StateSpace):
        inner = mixer.heads * mixer.head_size
        width = inner + 2 * mixer.groups * mixer.state_size
        return inner * mixer.state_size + width * (mixer.kernel - 1)
    if isinstance(mixer, SelectiveScan):
        return mixer.inner_size * (mixer.state_size + mixer.kernel - 1)
    if isinstance(mixer, DeltaNet):
        width = 2 * mixer.key_heads * mixer.key_size + mixer.value_heads * mixer.value_size
        return mixer.value_heads * mixer.key_size * mixer.value_size + width * (mixer.kernel - 1)
    return 0
