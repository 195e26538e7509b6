"""What several families of models have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.architecture.attention_parts import windows
from isocost.architecture.layout import grouped_blocks
from isocost.core.blocks import Block, Experts, FeedForward
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.architecture.settings import Settings
    from isocost.core.blocks import Attention, FeedForwardPart, Mixer

__all__ = [
    "dense_part",
    "layer_blocks",
    "layer_count",
    "plain_experts",
    "qwen_dense_layers",
    "qwen_experts",
    "windowed",
]


_MOST_LAYERS = 10_000


def layer_count(settings: Settings) -> int:
    """Return the number of layers, whatever the family calls them.

    Raises
    ------
    InputError
        If it is not told, or above 10,000.
    """
    named = settings.words("layers_block_type") or settings.text("hybrid_override_pattern")
    default = None if named is None else len(named)
    layers = settings.whole("num_hidden_layers", "n_layer", "num_layers", default=default)
    if layers > _MOST_LAYERS:
        raise InputError(f"{settings.origin} tells of {layers} layers; expected at most {_MOST_LAYERS:,}")
    return layers


def dense_part(settings: Settings, *, gated: bool = True, bias: bool = False) -> FeedForward:
    """Return the dense feed-forward part."""
    hidden = settings.whole("hidden_size", "n_embd")
    size = settings.whole("intermediate_size", "ffn_dim", "n_inner", default=4 * hidden)
    return FeedForward(size=size, gated=gated, bias=bias)


def windowed(settings: Settings, one: Attention) -> list[Attention]:
    """Return the attention of each layer: the same, but for its window."""
    return [replace(one, window=window) for window in windows(settings, layer_count(settings))]


def layer_blocks(
    mixers: Iterable[Sequence[Mixer]], parts: Iterable[FeedForwardPart | None], *, norms: int = 2
) -> tuple[Block, ...]:
    """Gather layers into blocks, given the mixers and the feed-forward part of each."""
    return grouped_blocks(
        Block(repeats=1, mixers=tuple(mixer), feed_forward=part, norms=norms)
        for mixer, part in zip(mixers, parts, strict=True)
    )


def plain_experts(settings: Settings) -> Experts:
    """Return experts as wide as `intermediate_size`, as in Mixtral."""
    return Experts(
        experts=settings.whole("num_local_experts", "num_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=settings.whole("intermediate_size"),
    )


def qwen_experts(settings: Settings) -> Experts:
    """Return the experts of the Qwen family."""
    shared = settings.optional("shared_expert_intermediate_size")
    return Experts(
        experts=settings.whole("num_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=settings.whole("moe_intermediate_size"),
        shared_size=shared,
        shared_gate=shared is not None,
    )


def qwen_dense_layers(settings: Settings) -> set[int]:
    """Return the numbers, from 0, of the layers without experts in the Qwen family."""
    step = settings.whole("decoder_sparse_step", default=1)
    named = settings.facts.get("mlp_only_layers")
    named = named if isinstance(named, list | tuple) else ()
    return {number for number in range(layer_count(settings)) if number in named or (number + 1) % step}
