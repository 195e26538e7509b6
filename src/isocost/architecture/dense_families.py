"""Families without experts: norms, biases and windows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.architecture.attention_parts import attention
from isocost.architecture.family_parts import dense_part, layer_blocks, windowed
from isocost.core.blocks import Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.architecture.settings import Settings
    from isocost.core.blocks import Attention, FeedForwardPart

__all__ = ["DENSE_FAMILIES"]


def _plain(
    settings: Settings, one: Attention, part: FeedForwardPart, *, norms: int = 2, norm_bias: bool = False
) -> Layout:
    """Layers with the same feed-forward part and, but for its window, the same attention."""
    mixers = [(each,) for each in windowed(settings, one)]
    return Layout(blocks=layer_blocks(mixers, [part] * len(mixers), norms=norms), norm_bias=norm_bias)


def _llama(settings: Settings) -> Layout:
    bias = settings.flag("attention_bias")
    one = attention(settings, input_bias=bias, output_bias=bias)
    return _plain(settings, one, dense_part(settings, bias=settings.flag("mlp_bias")))


def _phi3(settings: Settings) -> Layout:
    return _plain(settings, attention(settings), dense_part(settings))


def _qwen2(settings: Settings) -> Layout:
    return _plain(settings, attention(settings, input_bias=True), dense_part(settings))


def _qwen3(settings: Settings) -> Layout:
    bias = settings.flag("attention_bias")
    one = attention(settings, input_bias=bias, output_bias=bias, query_key_norm="head")
    return _plain(settings, one, dense_part(settings))


def _olmo2(settings: Settings) -> Layout:
    return _plain(settings, attention(settings, query_key_norm="full"), dense_part(settings))


def _gemma2(settings: Settings) -> Layout:
    facts = {"sliding_window_pattern": 2, **settings.facts}
    return _plain(replace(settings, facts=facts), attention(settings), dense_part(settings), norms=4)


def _gemma3(settings: Settings) -> Layout:
    facts = {"sliding_window_pattern": 6, **settings.facts}
    one = attention(settings, query_key_norm="head")
    return _plain(replace(settings, facts=facts), one, dense_part(settings), norms=4)


def _cohere(settings: Settings) -> Layout:
    bias = settings.flag("attention_bias")
    one = attention(
        settings,
        input_bias=bias,
        output_bias=bias,
        query_key_norm="full" if settings.flag("use_qk_norm") else None,
    )
    return _plain(settings, one, dense_part(settings), norms=1)


def _classic(
    settings: Settings, *, norms: int = 2, attention_bias: bool = True, gated: bool = False, bias: bool = True
) -> Layout:
    one = attention(settings, input_bias=attention_bias, output_bias=attention_bias)
    return _plain(settings, one, dense_part(settings, gated=gated, bias=bias), norms=norms, norm_bias=True)


def _gpt2(settings: Settings) -> Layout:
    return replace(_classic(settings), learned_positions=_positions(settings))


def _positions(settings: Settings) -> int:
    return settings.whole("max_position_embeddings", "n_positions")


def _opt(settings: Settings) -> Layout:
    if settings.optional("word_embed_proj_dim") not in (None, settings.whole("hidden_size")):
        settings.refuse("word_embed_proj_dim")
    return replace(_classic(settings), learned_positions=_positions(settings) + 2)


def _gptj(settings: Settings) -> Layout:
    return replace(_classic(settings, norms=1, attention_bias=False), output_bias=True)


def _phi(settings: Settings) -> Layout:
    settings.refuse("qk_layernorm")
    return replace(_classic(settings, norms=1), output_bias=True)


def _bloom(settings: Settings) -> Layout:
    return replace(_classic(settings), embedding_norm=True)


def _megatron(settings: Settings) -> Layout:
    """Read the GPT of Megatron-LM, in which arXiv 2305.02440 profiled its models."""
    return replace(_classic(settings), learned_positions=_positions(settings))


DENSE_FAMILIES: dict[str, Callable[[Settings], Layout]] = {
    "bloom": _bloom,
    "cohere": _cohere,
    "gemma": _phi3,
    "gemma2": _gemma2,
    "gemma3_text": _gemma3,
    "gpt2": _gpt2,
    "gpt_neox": _classic,
    "gptj": _gptj,
    "granite": _llama,
    "llama": _llama,
    "megatron_gpt": _megatron,
    "ministral3": _phi3,
    "mistral": _phi3,
    "olmo2": _olmo2,
    "olmo3": _olmo2,
    "opt": _opt,
    "phi": _phi,
    "phi3": _phi3,
    "qwen2": _qwen2,
    "qwen3": _qwen3,
    "smollm3": _llama,
}
"""How to read a configuration, by its ``model_type``: families without experts."""
