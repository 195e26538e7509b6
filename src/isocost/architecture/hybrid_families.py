"""Families that mix attention with recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.architecture.attention_parts import attention, delta_net, mamba1, mamba2
from isocost.architecture.family_parts import (
    dense_part,
    layer_blocks,
    layer_count,
    plain_experts,
    qwen_dense_layers,
    qwen_experts,
)
from isocost.core.blocks import Experts, FeedForward, Layout
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.architecture.settings import Settings
    from isocost.core.blocks import FeedForwardPart, Mixer

__all__ = ["HYBRID_FAMILIES"]


def _every(settings: Settings, period: str, offset: str, layers: int) -> set[int]:
    step, start = settings.whole(period), settings.facts.get(offset, 0)
    return {number for number in range(layers) if number % step == start}


def _jamba(settings: Settings) -> Layout:
    layers = layer_count(settings)
    attending = _every(settings, "attn_layer_period", "attn_layer_offset", layers)
    expert = _every(settings, "expert_layer_period", "expert_layer_offset", layers)
    experts = plain_experts(settings)
    mixers = [(attention(settings) if number in attending else mamba1(settings),) for number in range(layers)]
    return Layout(
        blocks=layer_blocks(
            mixers, [experts if number in expert else dense_part(settings) for number in range(layers)]
        )
    )


def _falcon_h1(settings: Settings) -> Layout:
    bias = settings.flag("attention_bias")
    both = (
        attention(settings, input_bias=bias, output_bias=bias),
        mamba2(settings, gate_norm=settings.flag("mamba_rms_norm")),
    )
    settings.refuse("mlp_bias", "projectors_bias", "attn_layer_indices")
    layers = layer_count(settings)
    return Layout(blocks=layer_blocks([both] * layers, [dense_part(settings)] * layers))


def _granite_hybrid(settings: Settings) -> Layout:
    layers, kinds = layer_count(settings), settings.words("layer_types")
    if kinds is None or len(kinds) != layers:
        raise InputError(f"{settings.origin} does not tell layer_types for each of its {layers} layers")
    shared, experts = settings.whole("shared_intermediate_size"), settings.optional("num_local_experts")
    part: FeedForwardPart = FeedForward(size=shared)
    if experts is not None:
        part = Experts(
            experts=experts,
            active=settings.whole("num_experts_per_tok"),
            size=settings.whole("intermediate_size"),
            shared_size=shared,
        )
    bias = settings.flag("attention_bias")
    attends, state = attention(settings, input_bias=bias, output_bias=bias), mamba2(settings)
    mixers = [(attends if kind == "attention" else state,) for kind in kinds]
    return Layout(blocks=layer_blocks(mixers, [part] * layers))


def _qwen3_next(settings: Settings) -> Layout:
    layers = layer_count(settings)
    kinds = settings.words("layer_types") or _interleaved(settings, layers)
    bias = settings.flag("attention_bias")
    gated = settings.flag("attn_output_gate", default=True)
    attends = attention(settings, input_bias=bias, output_bias=bias, query_key_norm="head", gated=gated)
    linear = delta_net(settings)
    mixers = [(linear if kind == "linear_attention" else attends,) for kind in kinds]
    if settings.optional("num_experts") is None:
        return Layout(blocks=layer_blocks(mixers, [dense_part(settings)] * layers))
    plain = qwen_dense_layers(settings)
    experts = qwen_experts(settings)
    return Layout(
        blocks=layer_blocks(
            mixers, [dense_part(settings) if number in plain else experts for number in range(layers)]
        )
    )


def _interleaved(settings: Settings, layers: int) -> tuple[str, ...]:
    step = settings.whole("full_attention_interval", default=4)
    return tuple("linear_attention" if number % step else "full_attention" for number in range(1, layers + 1))


def _nemotron_h(settings: Settings) -> Layout:
    """Each layer is one thing only: M a state space, * attention, - feed-forward, E experts."""
    settings.refuse("mlp_bias")
    pattern = _nemotron_pattern(settings)
    bias = settings.flag("attention_bias")
    made: dict[str, tuple[tuple[Mixer, ...], FeedForwardPart | None]] = {
        "M": ((mamba2(settings),), None),
        "*": ((attention(settings, input_bias=bias, output_bias=bias),), None),
    }
    if "-" in pattern:
        made["-"] = ((), dense_part(settings, gated=False))
    if "E" in pattern:
        made["E"] = ((), _nemotron_experts(settings))
    layers = [made[letter] for letter in pattern]
    return Layout(
        blocks=layer_blocks([mixers for mixers, _ in layers], [part for _, part in layers], norms=1)
    )


def _nemotron_pattern(settings: Settings) -> str:
    letters = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
    named = settings.words("layers_block_type")
    pattern = settings.text("hybrid_override_pattern")
    if pattern is None and named is not None and set(named) <= set(letters):
        return "".join(letters[name] for name in named)
    if not pattern or set(pattern) - set("M*-E"):
        raise InputError(f"{settings.origin} does not tell hybrid_override_pattern out of M, *, - and E")
    return pattern


def _nemotron_experts(settings: Settings) -> Experts:
    return Experts(
        experts=settings.whole("n_routed_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=settings.whole("moe_intermediate_size"),
        shared_size=settings.optional("moe_shared_expert_intermediate_size"),
        gated=False,
        router_bias=True,
        latent_size=settings.optional("moe_latent_size"),
    )


HYBRID_FAMILIES: dict[str, Callable[[Settings], Layout]] = {
    "falcon_h1": _falcon_h1,
    "granitemoehybrid": _granite_hybrid,
    "jamba": _jamba,
    "nemotron_h": _nemotron_h,
    "qwen3_5_moe_text": _qwen3_next,
    "qwen3_5_text": _qwen3_next,
    "qwen3_next": _qwen3_next,
}
"""How to read a configuration, by its ``model_type``: hybrids of attention and states."""
