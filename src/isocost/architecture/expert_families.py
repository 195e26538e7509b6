"""Families with experts in all or some of their layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.architecture.attention_parts import attention, latent
from isocost.architecture.family_parts import (
    dense_part,
    layer_blocks,
    layer_count,
    plain_experts,
    qwen_dense_layers,
    qwen_experts,
    windowed,
)
from isocost.core.blocks import Experts, FeedForward, Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isocost.architecture.settings import Settings
    from isocost.core.blocks import Attention, Mixer

__all__ = ["EXPERT_FAMILIES"]


def _expert_layers(
    settings: Settings, one: Attention | Mixer, experts: Experts, *, dense: Iterable[int] = ()
) -> Layout:
    """Layers with experts, those numbered in `dense` without; numbers from 0."""
    layers, plain = layer_count(settings), set(dense)
    parts = [dense_part(settings) if number in plain else experts for number in range(layers)]
    mixers: list[tuple[Mixer, ...]] = [(one,)] * layers
    if one.kind == "attention":
        mixers = [(each,) for each in windowed(settings, one)]
    return Layout(blocks=layer_blocks(mixers, parts))


def _mixtral(settings: Settings) -> Layout:
    return _expert_layers(settings, attention(settings), plain_experts(settings))


def _olmoe(settings: Settings) -> Layout:
    return _expert_layers(settings, attention(settings, query_key_norm="full"), plain_experts(settings))


def _qwen2_moe(settings: Settings) -> Layout:
    one = attention(settings, input_bias=settings.flag("qkv_bias", default=True))
    return _expert_layers(settings, one, qwen_experts(settings), dense=qwen_dense_layers(settings))


def _qwen3_moe(settings: Settings) -> Layout:
    bias = settings.flag("attention_bias")
    one = attention(settings, input_bias=bias, output_bias=bias, query_key_norm="head")
    return _expert_layers(settings, one, qwen_experts(settings), dense=qwen_dense_layers(settings))


def _deepseek_experts(settings: Settings, *, router_bias: bool) -> Experts:
    size, shared = settings.whole("moe_intermediate_size"), settings.optional("n_shared_experts")
    return Experts(
        experts=settings.whole("n_routed_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=size,
        shared_size=None if shared is None else shared * size,
        router_bias=router_bias,
    )


def _first_dense(settings: Settings) -> range:
    return range(settings.optional("first_k_dense_replace") or 0)


def _deepseek_v2(settings: Settings) -> Layout:
    experts = _deepseek_experts(settings, router_bias=False)
    return _expert_layers(settings, latent(settings), experts, dense=_first_dense(settings))


def _deepseek_v3(settings: Settings) -> Layout:
    experts = _deepseek_experts(settings, router_bias=True)
    return _expert_layers(settings, latent(settings), experts, dense=_first_dense(settings))


def _glm4_moe(settings: Settings) -> Layout:
    one = attention(
        settings,
        input_bias=settings.flag("attention_bias"),
        query_key_norm="head" if settings.flag("use_qk_norm") else None,
    )
    experts = _deepseek_experts(settings, router_bias=True)
    return _expert_layers(settings, one, experts, dense=_first_dense(settings))


def _minimax_m2(settings: Settings) -> Layout:
    one = attention(settings, query_key_norm="full" if settings.flag("use_qk_norm", default=True) else None)
    experts = Experts(
        experts=settings.whole("num_local_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=settings.whole("intermediate_size"),
        router_bias=settings.flag("use_routing_bias", default=True),
    )
    return _expert_layers(settings, one, experts)


def _gpt_oss(settings: Settings) -> Layout:
    settings = replace(settings, facts={"sliding_window_pattern": 2, **settings.facts})
    bias = settings.flag("attention_bias", default=True)
    one = replace(attention(settings, input_bias=bias, output_bias=bias), sinks=True)
    experts = Experts(
        experts=settings.whole("num_local_experts"),
        active=settings.whole("num_experts_per_tok", "experts_per_token"),
        size=settings.whole("intermediate_size"),
        bias=True,
        router_bias=True,
    )
    return _expert_layers(settings, one, experts)


def _llama4(settings: Settings) -> Layout:
    """Experts in each n-th layer, one of them shared; chunked attention but in each fourth layer."""
    layers, size = layer_count(settings), settings.whole("intermediate_size")
    step = settings.whole("interleave_moe_layer_step", default=1)
    experts = Experts(
        experts=settings.whole("num_local_experts"),
        active=settings.whole("num_experts_per_tok"),
        size=size,
        shared_size=size,
    )
    chunk, plain = (
        settings.optional("attention_chunk_size"),
        FeedForward(size=settings.whole("intermediate_size_mlp")),
    )
    one = attention(settings)
    mixers = [(replace(one, window=None if number % 4 == 0 else chunk),) for number in range(1, layers + 1)]
    parts = [plain if number % step else experts for number in range(1, layers + 1)]
    return Layout(blocks=layer_blocks(mixers, parts))


EXPERT_FAMILIES: dict[str, Callable[[Settings], Layout]] = {
    "deepseek_v2": _deepseek_v2,
    "deepseek_v3": _deepseek_v3,
    "glm4_moe": _glm4_moe,
    "gpt_oss": _gpt_oss,
    "kimi_k2": _deepseek_v3,
    "llama4_text": _llama4,
    "minimax_m2": _minimax_m2,
    "mixtral": _mixtral,
    "olmoe": _olmoe,
    "qwen2_moe": _qwen2_moe,
    "qwen3_moe": _qwen3_moe,
}
"""How to read a configuration, by its ``model_type``: families with experts."""
