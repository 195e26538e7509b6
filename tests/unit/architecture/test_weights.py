"""Weights of each kind of part, counted by hand at sizes that can be."""

import pytest

from isocost.architecture import count_parameters
from isocost.architecture.weights import block_weights, feed_forward_weights, mixer_weights
from isocost.core.blocks import (
    Attention,
    Block,
    DeltaNet,
    Experts,
    FeedForward,
    LatentAttention,
    Layout,
    SelectiveScan,
    StateSpace,
)
from isocost.core.deployment import Architecture


@pytest.mark.parametrize(
    ("mixer", "hidden", "matrices", "others"),
    [
        # query 8 x 4 x 2, key and value 8 x 2 each, output 8 x 8: 64 + 16 + 16 + 64
        (Attention(heads=4, kv_heads=1, head_size=2), 8, 160, 0),
        # biases 8 + 2 + 2 for the inputs, 8 for the output
        (Attention(heads=4, kv_heads=1, head_size=2, input_bias=True, output_bias=True), 8, 160, 20),
        # norms of one head: 2 + 2; over all heads: 8 + 2
        (Attention(heads=4, kv_heads=1, head_size=2, query_key_norm="head"), 8, 160, 4),
        (Attention(heads=4, kv_heads=1, head_size=2, query_key_norm="full"), 8, 160, 10),
        # the gate doubles the query's 64; a sink a head
        (Attention(heads=4, kv_heads=1, head_size=2, gated=True, sinks=True), 8, 224, 4),
        # query 10 x 2 x (3 + 1) = 80, latent 10 x (4 + 1) = 50, unpacked 4 x 2 x (3 + 5) = 64,
        # output 2 x 5 x 10 = 100
        (
            LatentAttention(heads=2, query_rank=None, kv_rank=4, nope_size=3, rope_size=1, value_size=5),
            10,
            294,
            4,
        ),
        # query 10 x 6 + 6 x 8 = 108 in place of 80, and a norm of 6
        (
            LatentAttention(heads=2, query_rank=6, kv_rank=4, nope_size=3, rope_size=1, value_size=5),
            10,
            322,
            10,
        ),
        # inner 6, groups 2 x 1 x 5 = 10: in 8 x (12 + 10 + 3) = 200, out 48; convolution 16 x (4 + 1) = 80,
        # step, decay and skip 3 x 3 = 9, norm 6
        (StateSpace(heads=3, head_size=2, state_size=5), 8, 248, 95),
        # without norm 6 and the convolution's bias 16, with biases 25 + 8
        (
            StateSpace(
                heads=3, head_size=2, state_size=5, conv_bias=False, projection_bias=True, gate_norm=False
            ),
            8,
            248,
            64 + 9 + 33,
        ),
        # inner 16: in 8 x 32 = 256, to step and state 16 x (2 + 8) = 160, step 2 x 16 = 32, out 128;
        # convolution 16 x 5 = 80, step's bias 16, decay 16 x 4 = 64, skip 16; norms 2 + 4 + 4
        (SelectiveScan(inner_size=16, state_size=4, step_rank=2, inner_norms=True), 8, 576, 186),
        # keys 2 x 3 = 6, values 4 x 5 = 20: in 8 x (12 + 20 + 20 + 8) = 480, out 160; convolution
        # 32 x 4 = 128, decay and step 8, norm 5
        (DeltaNet(key_heads=2, value_heads=4, key_size=3, value_size=5), 8, 640, 141),
    ],
)
def test_weights_of_a_mixer(mixer, hidden, matrices, others):
    weights = mixer_weights(mixer, hidden)
    assert weights == (matrices + others, matrices + others, matrices)


@pytest.mark.parametrize(
    ("part", "total", "active", "multiplied"),
    [
        (FeedForward(size=20), 600, 600, 600),  # 3 x 10 x 20
        (FeedForward(size=20, gated=False, bias=True), 430, 430, 400),  # 2 x 10 x 20, biases 20 + 10
        (FeedForward(size=20, bias=True), 650, 650, 600),  # biases 40 + 10
        # experts of 3 x 10 x 4 = 120, router 10 x 8 = 80: 960 + 80; two visited: 240 + 80
        (Experts(experts=8, active=2, size=4), 1040, 320, 320),
        # a shared part of 3 x 10 x 6 = 180 and its gate of 10; the router's 8 corrections
        (
            Experts(experts=8, active=2, size=4, shared_size=6, shared_gate=True, router_bias=True),
            1238,
            518,
            510,
        ),
        # with biases 2 x 4 + 10 = 18 each
        (Experts(experts=8, active=2, size=4, bias=True), 1040 + 144, 320 + 36, 320),
        # experts of 2 x 5 x 4 = 40 behind projections of 2 x 10 x 5 = 100
        (Experts(experts=8, active=2, size=4, gated=False, latent_size=5), 320 + 80 + 100, 260, 260),
    ],
)
def test_weights_of_a_feed_forward_part(part, total, active, multiplied):
    assert feed_forward_weights(part, 10) == (total, active, multiplied)


def test_a_block_adds_its_norms_twice_as_large_with_biases():
    block = Block(repeats=7, mixers=(), feed_forward=None, norms=3)
    assert block_weights(block, 10).total == 30
    assert block_weights(block, 10, norm_bias=True).total == 60


def tiny(layout=None, **other):
    dimensions = {"layers": 2, "hidden_size": 8, "heads": 4, "kv_heads": 1, "head_size": 2}
    sizes = {"intermediate_size": 16, "vocabulary_size": 32, "context_length": 64, "parameters": 0}
    return Architecture(**{"name": "tiny", **dimensions, **sizes, "layout": layout, **other})


def test_a_model_without_layout_is_a_llama():
    # a layer: attention 160, feed-forward 3 x 8 x 16 = 384, norms 16; the embedding 32 x 8 = 256,
    # the last norm 8
    count = count_parameters(tiny(tied_embeddings=True))
    assert (count.total, count.embedding, count.output) == (2 * 560 + 256 + 8, 256, 0)
    assert count_parameters(tiny(tied_embeddings=False)).total == count.total + 256
    assert count.multiplied == 2 * (160 + 384)


def test_positions_norms_and_a_bias_outside_of_layers():
    block = Block(
        repeats=2,
        mixers=(Attention(heads=4, kv_heads=1, head_size=2),),
        feed_forward=FeedForward(size=16),
    )
    plain = count_parameters(tiny(Layout(blocks=(block,)))).total
    rich = Layout(
        blocks=(block,), norm_bias=True, learned_positions=64, embedding_norm=True, output_bias=True
    )
    # norms have biases: 2 layers x 2 x 8, the last 8; the embedding's norm 16; positions 64 x 8; bias 32
    assert count_parameters(tiny(rich)).total == plain + 32 + 8 + 16 + 512 + 32


def test_a_layout_survives_json():
    import json
    from dataclasses import asdict

    mixers = (
        Attention(heads=4, kv_heads=1, head_size=2, window=16),
        StateSpace(heads=3, head_size=2, state_size=5),
    )
    blocks = (
        Block(repeats=1, mixers=mixers, feed_forward=Experts(experts=8, active=2, size=4)),
        Block(repeats=1, mixers=(), feed_forward=FeedForward(size=9), norms=1),
    )
    architecture = tiny(Layout(blocks=blocks, learned_positions=3))
    assert Architecture.from_mapping(json.loads(json.dumps(asdict(architecture)))) == architecture


def test_an_architecture_written_before_there_were_layouts_can_be_read():
    facts = {"name": "old", "layers": 1, "hidden_size": 2, "heads": 1, "kv_heads": 1, "head_size": 2}
    sizes = {"intermediate_size": 2, "vocabulary_size": 2, "context_length": 2, "parameters": 9}
    assert Architecture.from_mapping({**facts, **sizes}).layout is None
