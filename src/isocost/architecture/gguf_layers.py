"""What a layer of a GGUF file is made of, told by the names and shapes of its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from isocost.core.blocks import (
    Attention,
    Block,
    DeltaNet,
    Experts,
    FeedForward,
    LatentAttention,
    SelectiveScan,
    StateSpace,
)
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.blocks import FeedForwardPart, Mixer

    Facts = Mapping[str, Any]
    Shapes = Mapping[str, tuple[int, ...]]

__all__ = ["layer_block"]

_INNER_NORMS = frozenset(
    f"{name}.weight"
    for name in (
        "attn_q_norm", "attn_k_norm", "attn_q_a_norm", "attn_kv_a_norm",
        "ssm_norm", "ssm_dt_norm", "ssm_b_norm", "ssm_c_norm",
    )
)  # fmt: skip
_WINDOW_PERIODS = {"gemma2": 2, "gemma3": 6, "gpt-oss": 2}  # each so-manieth layer sees all


def layer_block(facts: Facts, shapes: Shapes, number: int, family: str) -> Block:
    """Return one layer as a block.

    Parameters
    ----------
    facts : mapping of str to object
        GGUF's, without the family's prefix.
    shapes : mapping of str to tuple of int
        Of this layer's tensors, rows last.
    number : int
        Of the layer, from 0.
    family : str
        GGUF's name of it.
    """
    norms = sum(
        tensor.endswith("norm.weight") or tensor.endswith("norm_2.weight")
        for tensor in set(shapes) - _INNER_NORMS
    )
    return Block(
        repeats=1,
        mixers=_mixers(facts, shapes, number, family),
        feed_forward=_part(facts, shapes),
        norms=norms,
    )


def _mixers(facts: Facts, shapes: Shapes, number: int, family: str) -> tuple[Mixer, ...]:
    found: list[Mixer] = []
    if "attn_kv_a_mqa.weight" in shapes:
        found.append(_latent(facts, shapes))
    elif "attn_output.weight" in shapes:
        found.append(_attention(facts, shapes, number, family))
    if "ssm_x.weight" in shapes:
        found.append(_selective_scan(facts, shapes))
    elif "ssm_beta.weight" in shapes or "ssm_ba.weight" in shapes:
        found.append(_delta_net(facts))
    elif "ssm_in.weight" in shapes:
        found.append(_state_space(facts, shapes))
    return tuple(found)


def _fact(facts: Facts, *keys: str, number: int | None = None) -> int:
    """Return the first of `keys` that is there, the entry of layer `number` where it is a list."""
    for key in keys:
        value = facts.get(key)
        if isinstance(value, tuple) and number is not None and number < len(value):
            value = value[number]
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
    raise InputError(f"the file does not tell its {keys[0]} as a whole number above 0")


def _attention(facts: Facts, shapes: Shapes, number: int, family: str) -> Attention:
    heads = _fact(facts, "attention.head_count", number=number)
    kv_heads = _fact(facts, "attention.head_count_kv", "attention.head_count", number=number)
    inner = shapes["attn_output.weight"][0]
    size = inner // heads
    queries = shapes["attn_q.weight"][-1] if "attn_q.weight" in shapes else None
    return Attention(
        heads=heads,
        kv_heads=kv_heads,
        head_size=size,
        window=_window(facts, number, family),
        input_bias="attn_q.bias" in shapes or "attn_qkv.bias" in shapes,
        output_bias="attn_output.bias" in shapes,
        query_key_norm=_norm(shapes, size),
        gated=queries == 2 * inner,
        sinks="attn_sinks.weight" in shapes,
    )


def _norm(shapes: Shapes, head_size: int) -> Literal["head", "full"] | None:
    shape = shapes.get("attn_q_norm.weight")
    if shape is None:
        return None
    return "head" if shape == (head_size,) else "full"


def _window(facts: Facts, number: int, family: str) -> int | None:
    window, pattern = facts.get("attention.sliding_window"), facts.get("attention.sliding_window_pattern")
    if not isinstance(window, int) or window < 1:
        return None
    if isinstance(pattern, tuple) and number < len(pattern):
        return window if pattern[number] else None
    period = _WINDOW_PERIODS.get(family, pattern if isinstance(pattern, int) else None)
    return None if period is not None and (number + 1) % period == 0 else window


def _latent(facts: Facts, shapes: Shapes) -> LatentAttention:
    rope = _fact(facts, "rope.dimension_count")
    return LatentAttention(
        heads=_fact(facts, "attention.head_count"),
        query_rank=shapes["attn_q_a.weight"][-1] if "attn_q_a.weight" in shapes else None,
        kv_rank=_fact(facts, "attention.kv_lora_rank"),
        nope_size=_fact(facts, "attention.key_length_mla", "attention.key_length") - rope,
        rope_size=rope,
        value_size=_fact(facts, "attention.value_length_mla", "attention.value_length"),
    )


def _selective_scan(facts: Facts, shapes: Shapes) -> SelectiveScan:
    return SelectiveScan(
        inner_size=_fact(facts, "ssm.inner_size"),
        state_size=_fact(facts, "ssm.state_size"),
        step_rank=_fact(facts, "ssm.time_step_rank"),
        kernel=_fact(facts, "ssm.conv_kernel"),
        conv_bias="ssm_conv1d.bias" in shapes,
        inner_norms="ssm_dt_norm.weight" in shapes,
    )


def _state_space(facts: Facts, shapes: Shapes) -> StateSpace:
    heads = _fact(facts, "ssm.time_step_rank")
    return StateSpace(
        heads=heads,
        head_size=_fact(facts, "ssm.inner_size") // heads,
        state_size=_fact(facts, "ssm.state_size"),
        groups=_fact(facts, "ssm.group_count"),
        kernel=_fact(facts, "ssm.conv_kernel"),
        conv_bias="ssm_conv1d.bias" in shapes,
        gate_norm="ssm_norm.weight" in shapes,
    )


def _delta_net(facts: Facts) -> DeltaNet:
    heads = _fact(facts, "ssm.time_step_rank")
    return DeltaNet(
        key_heads=_fact(facts, "ssm.group_count"),
        value_heads=heads,
        key_size=_fact(facts, "ssm.state_size"),
        value_size=_fact(facts, "ssm.inner_size") // heads,
        kernel=_fact(facts, "ssm.conv_kernel"),
    )


def _part(facts: Facts, shapes: Shapes) -> FeedForwardPart | None:
    if "ffn_gate_inp.weight" in shapes:
        return _experts(facts, shapes)
    if "ffn_down.weight" not in shapes:
        return None
    size = shapes["ffn_down.weight"][0]
    gated = "ffn_gate.weight" in shapes or shapes["ffn_up.weight"][-1] == 2 * size
    return FeedForward(size=size, gated=gated, bias="ffn_down.bias" in shapes)


def _experts(facts: Facts, shapes: Shapes) -> Experts:
    return Experts(
        experts=_fact(facts, "expert_count"),
        active=_fact(facts, "expert_used_count"),
        size=shapes["ffn_down_exps.weight"][0],
        shared_size=shapes["ffn_down_shexp.weight"][0] if "ffn_down_shexp.weight" in shapes else None,
        gated="ffn_gate_exps.weight" in shapes or "ffn_gate_up_exps.weight" in shapes,
        bias="ffn_down_exps.bias" in shapes,
        router_bias="exp_probs_b.bias" in shapes or "ffn_gate_inp.bias" in shapes,
        shared_gate="ffn_gate_inp_shexp.weight" in shapes,
    )
