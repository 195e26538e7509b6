"""Weights of the parts of a layer."""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

from isocost.core.blocks import (
    Attention,
    Block,
    DeltaNet,
    Experts,
    FeedForward,
    FeedForwardPart,
    LatentAttention,
    Mixer,
    SelectiveScan,
    StateSpace,
)

__all__ = ["Weights", "block_weights", "feed_forward_weights", "mixer_weights"]


class Weights(NamedTuple):
    """Weights of a part of a model.

    Attributes
    ----------
    total : int
        All that the file holds.
    active : int
        Those that one token uses: `total` less the experts it does not visit.
    multiplied : int
        Those of `active` that stand in matrices, at two FLOPs a token each.
    """

    total: int
    active: int
    multiplied: int

    @classmethod
    def dense(cls, matrices: int, others: int = 0) -> Weights:
        """Weights that every token uses: entries of matrices, and all others (biases, norms, …)."""
        return cls(matrices + others, matrices + others, matrices)

    def plus(self, other: Weights) -> Weights:
        """Both together."""
        return Weights(
            self.total + other.total, self.active + other.active, self.multiplied + other.multiplied
        )

    def times(self, count: int) -> Weights:
        """So many of them, all active."""
        return Weights(self.total * count, self.active * count, self.multiplied * count)


def block_weights(block: Block, hidden_size: int, *, norm_bias: bool = False) -> Weights:
    """Weights of one layer of a `block`, its norms included."""
    weights = Weights.dense(0, block.norms * hidden_size * (2 if norm_bias else 1))
    for mixer in block.mixers:
        weights = weights.plus(mixer_weights(mixer, hidden_size))
    if block.feed_forward is not None:
        weights = weights.plus(feed_forward_weights(block.feed_forward, hidden_size))
    return weights


@singledispatch
def mixer_weights(mixer: Mixer, hidden_size: int) -> Weights:
    """Weights of a `mixer` for a hidden size, its inner norms and biases included.

    Examples
    --------
    >>> mixer_weights(Attention(heads=32, kv_heads=8, head_size=128), 4096).total
    41943040
    """
    raise TypeError(f"no mixer: {mixer!r}")


@mixer_weights.register
def _attention(mixer: Attention, hidden_size: int) -> Weights:
    query, key = mixer.heads * mixer.head_size, mixer.kv_heads * mixer.head_size
    inputs = query * (2 if mixer.gated else 1) + 2 * key
    norms = {None: 0, "head": 2 * mixer.head_size, "full": query + key}[mixer.query_key_norm]
    biases = (inputs if mixer.input_bias else 0) + (hidden_size if mixer.output_bias else 0)
    sinks = mixer.heads if mixer.sinks else 0
    return Weights.dense((inputs + query) * hidden_size, biases + norms + sinks)


@mixer_weights.register
def _latent(mixer: LatentAttention, hidden_size: int) -> Weights:
    query = mixer.heads * (mixer.nope_size + mixer.rope_size)
    rank = mixer.query_rank
    queries = hidden_size * query if rank is None else (hidden_size + query) * rank
    latent = hidden_size * (mixer.kv_rank + mixer.rope_size)
    unpacked = mixer.kv_rank * mixer.heads * (mixer.nope_size + mixer.value_size)
    output = mixer.heads * mixer.value_size * hidden_size
    return Weights.dense(queries + latent + unpacked + output, mixer.kv_rank + (rank or 0))


@mixer_weights.register
def _state_space(mixer: StateSpace, hidden_size: int) -> Weights:
    inner, shared = mixer.heads * mixer.head_size, 2 * mixer.groups * mixer.state_size
    width = 2 * inner + shared + mixer.heads
    convolution = (inner + shared) * (mixer.kernel + (1 if mixer.conv_bias else 0))
    biases = width + hidden_size if mixer.projection_bias else 0
    others = convolution + biases + 3 * mixer.heads + (inner if mixer.gate_norm else 0)
    return Weights.dense((width + inner) * hidden_size, others)


@mixer_weights.register
def _selective_scan(mixer: SelectiveScan, hidden_size: int) -> Weights:
    inner, state, rank = mixer.inner_size, mixer.state_size, mixer.step_rank
    matrices = 3 * inner * hidden_size + inner * (rank + 2 * state) + rank * inner
    convolution = inner * (mixer.kernel + (1 if mixer.conv_bias else 0))
    biases = inner + (2 * inner + hidden_size if mixer.projection_bias else 0)
    norms = rank + 2 * state if mixer.inner_norms else 0
    return Weights.dense(matrices, convolution + biases + norms + inner * (state + 1))


@mixer_weights.register
def _delta_net(mixer: DeltaNet, hidden_size: int) -> Weights:
    key, value = mixer.key_heads * mixer.key_size, mixer.value_heads * mixer.value_size
    width = 2 * key + value
    matrices = (width + 2 * value + 2 * mixer.value_heads) * hidden_size
    return Weights.dense(matrices, width * mixer.kernel + 2 * mixer.value_heads + mixer.value_size)


@singledispatch
def feed_forward_weights(part: FeedForwardPart, hidden_size: int) -> Weights:
    """Weights of the feed-forward `part` of a layer, its router included.

    Examples
    --------
    >>> feed_forward_weights(FeedForward(size=14336), 4096).total
    176160768
    >>> mixtral = feed_forward_weights(Experts(experts=8, active=2, size=14336), 4096)
    >>> mixtral.total, mixtral.active
    (1409318912, 352354304)
    """
    raise TypeError(f"no feed-forward part: {part!r}")


@feed_forward_weights.register
def _feed_forward(part: FeedForward, hidden_size: int) -> Weights:
    inward = part.size * (2 if part.gated else 1)
    return Weights.dense((inward + part.size) * hidden_size, inward + hidden_size if part.bias else 0)


@feed_forward_weights.register
def _experts(part: Experts, hidden_size: int) -> Weights:
    width = hidden_size if part.latent_size is None else part.latent_size
    one = _feed_forward(FeedForward(size=part.size, gated=part.gated, bias=part.bias), width)
    visited, idle = one.times(part.active), one.total * (part.experts - part.active)
    router = Weights.dense(part.experts * hidden_size, part.experts if part.router_bias else 0)
    projections = Weights.dense(0 if part.latent_size is None else 2 * hidden_size * part.latent_size)
    always = router.plus(_shared(part, hidden_size)).plus(projections).plus(visited)
    return Weights(always.total + idle, always.active, always.multiplied)


def _shared(part: Experts, hidden_size: int) -> Weights:
    if part.shared_size is None:
        return Weights.dense(0)
    shared = _feed_forward(FeedForward(size=part.shared_size, gated=part.gated), hidden_size)
    return shared.plus(Weights.dense(hidden_size if part.shared_gate else 0))
