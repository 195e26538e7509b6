"""Attention and state-space mixers out of a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from isocost.core.blocks import Attention, DeltaNet, LatentAttention, SelectiveScan, StateSpace
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.architecture.settings import Settings

__all__ = ["attention", "delta_net", "latent", "mamba1", "mamba2", "windows"]

_WINDOW_IF_ASKED = ("qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "smollm3")  # by use_sliding_window, else none
_LIMITED = {"sliding_attention": "sliding_window", "chunked_attention": "attention_chunk_size"}


def attention(
    settings: Settings,
    *,
    window: int | None = None,
    input_bias: bool = False,
    output_bias: bool = False,
    query_key_norm: Literal["head", "full"] | None = None,
    gated: bool = False,
) -> Attention:
    """Return the attention that `settings` describe, with what only the family knows.

    Raises
    ------
    InputError
        If the heads are no multiple of the key-value heads, or the head size is not told and no whole number.
    """
    heads = settings.whole("num_attention_heads", "n_head", "num_heads")
    kv_heads = settings.whole("num_key_value_heads", default=heads)
    hidden = settings.whole("hidden_size", "n_embd")
    if heads % kv_heads:
        raise InputError(
            f"{settings.origin}: {heads} attention heads are no multiple of {kv_heads} key-value heads"
        )
    size = settings.optional("head_dim", "attention_head_dim")
    if size is None and hidden % heads:
        raise InputError(
            f"{settings.origin} tells no head_dim, and {hidden} is no multiple of its {heads} heads"
        )
    return Attention(
        heads=heads,
        kv_heads=kv_heads,
        head_size=size or hidden // heads,
        window=window,
        input_bias=input_bias,
        output_bias=output_bias,
        query_key_norm=query_key_norm,
        gated=gated,
    )


def windows(settings: Settings, layers: int) -> tuple[int | None, ...]:
    """Return the attention window of each layer; ``None`` for a layer that sees all before it."""
    kinds = settings.words("layer_types")
    if kinds is not None:
        _check_length(settings, "layer_types", len(kinds), layers)
        return tuple(_window(settings, kind) for kind in kinds)
    asked = settings.flag("use_sliding_window", default=settings.text("model_type") not in _WINDOW_IF_ASKED)
    window = settings.optional("sliding_window") if asked else None
    unlimited = settings.optional("max_window_layers") or 0  # so many from the first layer on
    pattern = settings.optional("sliding_window_pattern", "_sliding_window_pattern")
    return tuple(
        None if number <= unlimited or (pattern is not None and number % pattern == 0) else window
        for number in range(1, layers + 1)
    )


def _window(settings: Settings, kind: str) -> int | None:
    return settings.whole(_LIMITED[kind]) if kind in _LIMITED else None


def _check_length(settings: Settings, name: str, length: int, layers: int) -> None:
    if length != layers:
        raise InputError(f"{settings.origin}: {name} names {length} layers, but the model has {layers}")


def latent(settings: Settings) -> LatentAttention:
    """Return the multi-head latent attention of the DeepSeek family."""
    return LatentAttention(
        heads=settings.whole("num_attention_heads"),
        query_rank=settings.optional("q_lora_rank"),
        kv_rank=settings.whole("kv_lora_rank"),
        nope_size=settings.whole("qk_nope_head_dim"),
        rope_size=settings.whole("qk_rope_head_dim"),
        value_size=settings.whole("v_head_dim"),
    )


def mamba2(settings: Settings, *, gate_norm: bool = True) -> StateSpace:
    """Return the Mamba-2 mixer, whichever of the usual names its sizes have."""
    inner = settings.optional("mamba_d_ssm") or settings.whole("hidden_size") * settings.whole(
        "mamba_expand", "expand", default=2
    )
    heads = settings.whole("mamba_n_heads", "mamba_num_heads", "num_heads")
    told = settings.facts.get("mamba_d_head", settings.facts.get("mamba_head_dim"))
    return StateSpace(
        heads=heads,
        head_size=inner // heads
        if told in (None, "auto")
        else settings.whole("mamba_d_head", "mamba_head_dim"),
        state_size=settings.whole("mamba_d_state", "ssm_state_size", "state_size"),
        groups=settings.whole("mamba_n_groups", "n_groups", default=1),
        kernel=settings.whole("mamba_d_conv", "conv_kernel", default=4),
        conv_bias=settings.flag("mamba_conv_bias", default=settings.flag("use_conv_bias", default=True)),
        projection_bias=settings.flag("mamba_proj_bias", default=settings.flag("use_bias")),
        gate_norm=gate_norm,
    )


def mamba1(settings: Settings) -> SelectiveScan:
    """Return the Mamba-1 mixer of Jamba, with its inner norms."""
    hidden = settings.whole("hidden_size")
    told = settings.facts.get("mamba_dt_rank")
    return SelectiveScan(
        inner_size=hidden * settings.whole("mamba_expand", default=2),
        state_size=settings.whole("mamba_d_state", default=16),
        step_rank=-(-hidden // 16) if told in (None, "auto") else settings.whole("mamba_dt_rank"),
        kernel=settings.whole("mamba_d_conv", default=4),
        conv_bias=settings.flag("mamba_conv_bias", default=True),
        projection_bias=settings.flag("mamba_proj_bias"),
        inner_norms=True,
    )


def delta_net(settings: Settings) -> DeltaNet:
    """Return the gated delta rule of Qwen3-Next and Qwen3.5."""
    return DeltaNet(
        key_heads=settings.whole("linear_num_key_heads"),
        value_heads=settings.whole("linear_num_value_heads"),
        key_size=settings.whole("linear_key_head_dim"),
        value_size=settings.whole("linear_value_head_dim"),
        kernel=settings.whole("linear_conv_kernel_dim", default=4),
    )
