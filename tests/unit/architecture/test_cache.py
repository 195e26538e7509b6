"""What models keep of a request: the figures that papers print, and by hand."""

import pytest

from isocost.architecture import cache_size, layout_of
from isocost.catalog import model_profile
from isocost.core.blocks import (
    Attention,
    Block,
    DeltaNet,
    LatentAttention,
    Layout,
    SelectiveScan,
    StateSpace,
)
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError


def of(*mixers, repeats=1):
    blocks = tuple(Block(repeats=repeats, mixers=(mixer,), feed_forward=None) for mixer in mixers)
    sizes = {"heads": 1, "kv_heads": 1, "head_size": 1, "intermediate_size": 1, "vocabulary_size": 1}
    return cache_size(
        Architecture(
            name="x",
            layers=1,
            hidden_size=8,
            context_length=99,
            parameters=0,
            **sizes,
            layout=Layout(blocks=blocks),
        )
    )


def test_grouped_query_attention_keeps_keys_and_values_of_its_few_heads():
    assert of(Attention(heads=8, kv_heads=2, head_size=16), repeats=3).per_token == 3 * 2 * 2 * 16


def test_a_window_bounds_what_is_kept():
    size = of(
        Attention(heads=8, kv_heads=2, head_size=16), Attention(heads=8, kv_heads=2, head_size=16, window=10)
    )
    assert (size.per_token, size.windowed) == (64, ((10, 64),))
    assert size.values(4) == 8 * 64
    assert size.values(100) == 100 * 64 + 10 * 64


def test_latent_attention_keeps_one_latent_and_the_rotary_part():
    mixer = LatentAttention(heads=8, query_rank=None, kv_rank=64, nope_size=16, rope_size=8, value_size=16)
    size = of(mixer, repeats=2)
    assert (size.per_token, size.latent_per_token) == (144, 144)


@pytest.mark.parametrize(
    ("mixer", "state"),
    [
        # 3 x 2 x 5 = 30, and the last three of 6 + 10 inputs
        (StateSpace(heads=3, head_size=2, state_size=5), 30 + 48),
        (SelectiveScan(inner_size=16, state_size=4, step_rank=2), 64 + 48),
        # 4 x 3 x 5 = 60, and the last three of 12 + 20 inputs
        (DeltaNet(key_heads=2, value_heads=4, key_size=3, value_size=5), 60 + 96),
    ],
)
def test_a_state_does_not_grow(mixer, state):
    size = of(mixer)
    assert (size.per_token, size.state) == (0, state)
    assert size.values(10) == size.values(1_000_000) == state


def test_states_may_have_a_format_of_their_own():
    size = of(StateSpace(heads=3, head_size=2, state_size=5), Attention(heads=1, kv_heads=1, head_size=1))
    # 10 tokens x 2 values x 1 byte, 78 values x 4 bytes
    assert size.bytes(10, bytes_per_value=1, state_bytes_per_value=4) == 20 + 312


@pytest.mark.parametrize(
    ("name", "kilobytes"),
    [  # a token in 16 bits
        # 2 x 80 layers x 8 heads x 128 x 2 bytes: the 320 KiB commonly given for Llama 3 70B
        ("llama-3.1-70b", 327.68),
        # arXiv 2505.09343 (DeepSeek's insights into V3), table 1: 70.272 KB against 516.096 and 327.680
        ("deepseek-v3", 70.272),
        ("llama-3.1-405b", 516.096),
        ("qwen2.5-72b", 327.680),
        # 4 attention layers of 40: 2 x 4 x 8 x 128 x 2
        ("granite-4.0-h-small", 16.384),
    ],
)
def test_kilobytes_a_token(name, kilobytes):
    assert cache_size(model_profile(name).architecture).bytes(1) - cache_size(
        model_profile(name).architecture
    ).state * 2 == pytest.approx(kilobytes * 1000)


def test_jamba_at_256_thousand_tokens_keeps_the_4_gb_that_its_paper_prints():
    # arXiv 2403.19887, table 1: KV cache at 256K context in 16 bits, Jamba 4 GB, Mixtral 32 GB, Mistral 32 GB
    def gib(name):
        size = cache_size(model_profile(name).architecture)
        return (size.bytes(256 * 1024) - size.state * 2) / 2**30

    assert gib("jamba-v0.1") == 4
    assert gib("mixtral-8x7b") == 32
    assert gib("mistral-7b") == 32


def test_five_of_six_layers_of_gemma_3_see_1024_tokens():
    blocks = layout_of(model_profile("gemma-3-27b").architecture).blocks
    # 62 layers, each sixth sees all: 10
    assert {block.mixers[0].window: block.repeats for block in blocks} == {1024: 52, None: 10}


def test_every_second_layer_of_gpt_oss_sees_128_tokens():
    blocks = layout_of(model_profile("gpt-oss-20b").architecture).blocks
    assert {block.mixers[0].window: block.repeats for block in blocks} == {128: 12, None: 12}


@pytest.mark.parametrize("bad", [{"bytes_per_value": 0}, {"state_bytes_per_value": -1}])
def test_bytes_must_be_above_0(bad):
    with pytest.raises(InputError, match="bytes per value above 0"):
        of(Attention(heads=1, kv_heads=1, head_size=1)).bytes(1, **bad)


def test_a_context_is_not_negative():
    with pytest.raises(InputError, match="context_tokens must be at least 0"):
        of(Attention(heads=1, kv_heads=1, head_size=1)).bytes(-1)
