"""What a layer of a language model is made of, as records: mixers, feed-forward parts, and how often."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Attention",
    "Block",
    "DeltaNet",
    "Experts",
    "FeedForward",
    "FeedForwardPart",
    "LatentAttention",
    "Layout",
    "Mixer",
    "SelectiveScan",
    "StateSpace",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Softmax attention: multi-head, grouped-query or multi-query (arXiv 2305.13245).

    Parameters
    ----------
    heads, kv_heads, head_size : int
        All at least 1; heads a multiple of kv_heads.
    window : int or None
        How many tokens a token sees at most, itself included; ``None``: all before it.
    input_bias, output_bias : bool
        Whether query, key and value, and the output, have a bias.
    query_key_norm : {"head", "full"} or None
        Norms of query and key: one of head_size each, or one over all heads each.
    gated : bool
        Whether the query matrix also yields a gate on the output, and so is twice as large.
    sinks : bool
        Whether each head has a learned sink.
    """

    heads: int
    kv_heads: int
    head_size: int
    window: int | None = None
    input_bias: bool = False
    output_bias: bool = False
    query_key_norm: Literal["head", "full"] | None = None
    gated: bool = False
    sinks: bool = False
    kind: Literal["attention"] = "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentAttention:
    """Multi-head latent attention (MLA, arXiv 2405.04434, section 2.1): it caches one latent a token.

    Parameters
    ----------
    heads : int
    query_rank : int or None
        Width of the compressed query; ``None`` where queries are not compressed.
    kv_rank : int
        Width of the cached latent.
    nope_size, rope_size, value_size : int
        Sizes of a head: the parts of query and key without and with rotary positions, and the value.
    """

    heads: int
    query_rank: int | None
    kv_rank: int
    nope_size: int
    rope_size: int
    value_size: int
    kind: Literal["latent"] = "latent"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSpace:
    """Mamba-2 mixer (arXiv 2405.21060, section 7): a state of heads x head_size x state_size.

    Parameters
    ----------
    heads, head_size, state_size, groups, kernel : int
        All at least 1; `kernel` is the width of the convolution.
    conv_bias, projection_bias, gate_norm : bool
        Whether the convolution and the projections have a bias, and the gate a norm.
    """

    heads: int
    head_size: int
    state_size: int
    groups: int = 1
    kernel: int = 4
    conv_bias: bool = True
    projection_bias: bool = False
    gate_norm: bool = True
    kind: Literal["mamba2"] = "mamba2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectiveScan:
    """Mamba-1 mixer (arXiv 2312.00752): a state of inner_size x state_size.

    Parameters
    ----------
    inner_size, state_size, step_rank, kernel : int
        All at least 1.
    conv_bias, projection_bias : bool
    inner_norms : bool
        Whether step, input and output of the state have norms (Jamba, arXiv 2403.19887, does).
    """

    inner_size: int
    state_size: int
    step_rank: int
    kernel: int = 4
    conv_bias: bool = True
    projection_bias: bool = False
    inner_norms: bool = False
    kind: Literal["mamba1"] = "mamba1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaNet:
    """Gated delta rule, a linear attention (arXiv 2412.06464).

    Its state has value_heads x key_size x value_size values.

    Parameters
    ----------
    key_heads, value_heads, key_size, value_size, kernel : int
        All at least 1.
    """

    key_heads: int
    value_heads: int
    key_size: int
    value_size: int
    kernel: int = 4
    kind: Literal["delta"] = "delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedForward:
    """Two matrices with an activation between them, or three where it is gated (SwiGLU, GeGLU).

    Parameters
    ----------
    size : int
        Width between the matrices.
    gated, bias : bool
    """

    size: int
    gated: bool = True
    bias: bool = False
    kind: Literal["dense"] = "dense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experts:
    """Mixture of experts: a router sends each token to a few of many feed-forward parts.

    Parameters
    ----------
    experts, active : int
        How many there are, and how many a token visits.
    size : int
        Width of each.
    shared_size : int or None
        Width of the part that every token visits as well, shared experts together; ``None``: there is none.
    gated, bias : bool
        As of `FeedForward`.
    router_bias : bool
        Whether the router has one number more for each expert (a bias, or DeepSeek-V3's correction).
    shared_gate : bool
        Whether a gate of its own weighs the shared part.
    latent_size : int or None
        Width to which tokens are projected before the experts, and from which after; ``None``: they are not.
    """

    experts: int
    active: int
    size: int
    shared_size: int | None = None
    gated: bool = True
    bias: bool = False
    router_bias: bool = False
    shared_gate: bool = False
    latent_size: int | None = None
    kind: Literal["experts"] = "experts"


Mixer = Attention | LatentAttention | StateSpace | SelectiveScan | DeltaNet
FeedForwardPart = FeedForward | Experts
_PARTS: dict[str, type[Any]] = {
    "attention": Attention,
    "latent": LatentAttention,
    "mamba2": StateSpace,
    "mamba1": SelectiveScan,
    "delta": DeltaNet,
    "dense": FeedForward,
    "experts": Experts,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Layers that are alike.

    Parameters
    ----------
    repeats : int
        How many; at least 1.
    mixers : tuple of Mixer
        What lets tokens see each other; several side by side in a parallel hybrid, none in a layer that is
        feed-forward only.
    feed_forward : FeedForward, Experts or None
    norms : int
        Norms of hidden size, those of query and key apart.
    """

    repeats: int
    mixers: tuple[Mixer, ...]
    feed_forward: FeedForwardPart | None
    norms: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All that a model has beyond the dimensions of the Llama family.

    Parameters
    ----------
    blocks : tuple of Block
        The layers, alike ones together: their order is not kept.
    norm_bias : bool
        Whether norms have a bias (LayerNorm) or a weight only (RMSNorm).
    learned_positions : int or None
        Rows of the table of learned positions; ``None``: positions have no weights.
    embedding_norm : bool
        Whether a norm follows the embedding.
    output_bias : bool
        Whether the output matrix has a bias.
    """

    blocks: tuple[Block, ...]
    norm_bias: bool = False
    learned_positions: int | None = None
    embedding_norm: bool = False
    output_bias: bool = False

    @classmethod
    def from_mapping(cls, facts: Mapping[str, Any]) -> Layout:
        """Make a layout again of what `dataclasses.asdict`, or JSON, made of one.

        Examples
        --------
        >>> from dataclasses import asdict
        >>> block = Block(repeats=2, mixers=(Attention(heads=8, kv_heads=2, head_size=64),),
        ...               feed_forward=FeedForward(size=1024))
        >>> Layout.from_mapping(asdict(Layout(blocks=(block,)))).blocks == (block,)
        True
        """
        blocks = tuple(_block(each) for each in facts["blocks"])
        others = {field.name: facts[field.name] for field in fields(cls) if field.name in facts}
        return cls(**{**others, "blocks": blocks})


def _block(facts: Mapping[str, Any]) -> Block:
    part = facts["feed_forward"]
    return Block(
        repeats=facts["repeats"],
        mixers=tuple(_PARTS[mixer["kind"]](**mixer) for mixer in facts["mixers"]),
        feed_forward=None if part is None else _PARTS[part["kind"]](**part),
        norms=facts["norms"],
    )
