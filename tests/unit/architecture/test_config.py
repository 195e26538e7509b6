"""Configurations: each family at a size that can be counted by hand, and what cannot be read."""

import pytest

from isocost.architecture import architecture_from_config, count_parameters, family_names, layout_of
from isocost.core.errors import InputError

SMALL = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "head_dim": 2,
    "intermediate_size": 16,
    "vocab_size": 32,
    "max_position_embeddings": 64,
    "tie_word_embeddings": True,
}
# one layer: attention 160 and feed-forward 3 x 8 x 16 = 384; outside: embedding 256, last norm 8
PLAIN = 2 * (160 + 384) + 256 + 8


def read(**changes):
    config = {**SMALL, **changes}
    return architecture_from_config(
        {key: value for key, value in config.items() if value != "left out"}, name="m", origin="FILE"
    )


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"model_type": "llama"}, 2 * 16),  # two norms of 8 a layer
        ({"model_type": "mistral"}, 2 * 16),
        ({"model_type": "qwen2"}, 2 * (16 + 12)),  # biases 8 + 2 + 2
        ({"model_type": "qwen3"}, 2 * (16 + 4)),  # norms of a head, 2 + 2
        ({"model_type": "olmo2"}, 2 * (16 + 10)),  # norms over all heads, 8 + 2
        ({"model_type": "gemma2"}, 2 * 32),  # four norms
        ({"model_type": "gemma3_text"}, 2 * (32 + 4)),
        ({"model_type": "cohere"}, 2 * 8),  # one norm
        ({"model_type": "llama", "tie_word_embeddings": False}, 2 * 16 + 256),
        ({"model_type": "llama", "attention_bias": True, "mlp_bias": True}, 2 * (16 + 12 + 8 + 32 + 8)),
    ],
)
def test_dense_families(changes, more):
    assert read(**changes).parameters == PLAIN + more


# without gate 2 x 8 x 16 = 256, its biases 24; full attention 4 x 64 = 256, its biases 32; norms 16 each
CLASSIC = {"num_key_value_heads": "left out", "head_dim": "left out"}


@pytest.mark.parametrize(
    ("family", "total"),
    [
        ("gpt2", 2 * (256 + 24 + 256 + 32 + 32) + 256 + 16 + 64 * 8),  # 64 positions
        ("opt", 2 * (256 + 24 + 256 + 32 + 32) + 256 + 16 + 66 * 8),  # and two more
        ("bloom", 2 * (256 + 24 + 256 + 32 + 32) + 256 + 16 + 16),  # a norm after the embedding
        ("gpt_neox", 2 * (256 + 24 + 256 + 32 + 32) + 256 + 16),
        ("gptj", 2 * (256 + 24 + 256 + 16) + 256 + 16 + 32),  # no biases of attention, one norm; a bias of 32
        ("phi", 2 * (256 + 24 + 256 + 32 + 16) + 256 + 16 + 32),
        ("megatron_gpt", 2 * (256 + 24 + 256 + 32 + 32) + 256 + 16 + 64 * 8),
    ],
)
def test_families_of_2019_to_2022(family, total):
    assert read(model_type=family, **CLASSIC).parameters == total


def test_gpt_2_s_own_names_are_read():
    config = {
        "model_type": "gpt2",
        "n_embd": 8,
        "n_layer": 2,
        "n_head": 4,
        "n_positions": 64,
        "vocab_size": 32,
    }
    # n_inner is 4 x 8 = 32 where it is not told: 2 x 8 x 32 = 512, biases 40
    one = architecture_from_config(config, name="g")
    assert one.parameters == 2 * (256 + 32 + 512 + 40 + 32) + 256 + 16 + 64 * 8
    assert (one.context_length, one.tied_embeddings) == (64, True)


MIXTURE = {"num_experts_per_tok": 2}


@pytest.mark.parametrize(
    ("changes", "layers"),
    [
        # 8 experts of 384 and a router of 64
        ({"model_type": "mixtral", "num_local_experts": 8}, [160 + 16 + 3072 + 64] * 2),
        ({"model_type": "olmoe", "num_experts": 8}, [160 + 10 + 16 + 3072 + 64] * 2),
        # experts of 3 x 8 x 4 = 96; the first layer has none
        (
            {"model_type": "qwen3_moe", "num_experts": 8, "moe_intermediate_size": 4, "mlp_only_layers": [0]},
            [160 + 4 + 16 + 384, 160 + 4 + 16 + 768 + 64],
        ),
        # every second layer has experts
        (
            {
                "model_type": "qwen3_moe",
                "num_experts": 8,
                "moe_intermediate_size": 4,
                "decoder_sparse_step": 2,
            },
            [160 + 4 + 16 + 384, 160 + 4 + 16 + 768 + 64],
        ),
        # a shared expert of 3 x 8 x 5 = 120 with a gate of 8
        (
            {
                "model_type": "qwen2_moe",
                "num_experts": 8,
                "moe_intermediate_size": 4,
                "shared_expert_intermediate_size": 5,
            },
            [160 + 12 + 16 + 768 + 64 + 128] * 2,
        ),
        # GLM: corrections of 8, one shared expert of 96, biases of 12, the first layer dense
        (
            {
                "model_type": "glm4_moe",
                "n_routed_experts": 8,
                "moe_intermediate_size": 4,
                "n_shared_experts": 1,
                "first_k_dense_replace": 1,
                "attention_bias": True,
            },
            [160 + 12 + 16 + 384, 160 + 12 + 16 + 768 + 64 + 8 + 96],
        ),
        # gpt-oss: biases 12 + 8, 4 sinks, experts with biases of 32 + 8, router with 8
        (
            {"model_type": "gpt_oss", "num_local_experts": 8},
            [160 + 20 + 4 + 16 + 8 * (384 + 40) + 64 + 8] * 2,
        ),
        # MiniMax: norms over all heads, corrections
        ({"model_type": "minimax_m2", "num_local_experts": 8}, [160 + 10 + 16 + 3072 + 64 + 8] * 2),
        # Llama 4: each second layer has experts and a shared one of 384, the others 3 x 8 x 20 = 480
        (
            {
                "model_type": "llama4_text",
                "num_local_experts": 8,
                "interleave_moe_layer_step": 2,
                "intermediate_size_mlp": 20,
                "attention_chunk_size": 16,
            },
            [160 + 16 + 480, 160 + 16 + 3072 + 64 + 384],
        ),
        # DeepSeek: latent attention 8 x 4 x (3 + 1) + 8 x (5 + 1) + 5 x 4 x (3 + 2) + 4 x 2 x 8
        # = 128 + 48 + 100 + 64 and a norm of 5; two shared experts of 96
        (
            {
                "model_type": "deepseek_v2",
                "n_routed_experts": 8,
                "moe_intermediate_size": 4,
                "n_shared_experts": 2,
                "kv_lora_rank": 5,
                "q_lora_rank": None,
                "qk_nope_head_dim": 3,
                "qk_rope_head_dim": 1,
                "v_head_dim": 2,
            },
            [345 + 16 + 768 + 64 + 192] * 2,
        ),
    ],
)
def test_mixtures_of_experts(changes, layers):
    assert read(**MIXTURE, **changes).parameters == sum(layers) + 256 + 8


def test_deepseek_v3_compresses_queries_and_corrects_its_router():
    changes = {
        "model_type": "deepseek_v3",
        "n_routed_experts": 8,
        "moe_intermediate_size": 4,
        "n_shared_experts": 2,
        "kv_lora_rank": 5,
        "q_lora_rank": 3,
        "qk_nope_head_dim": 3,
        "qk_rope_head_dim": 1,
        "v_head_dim": 2,
    }
    # queries (8 + 16) x 3 = 72 in place of 128, a norm of 3, and 8 corrections a layer
    v2 = {**changes, "model_type": "deepseek_v2", "q_lora_rank": None}
    assert read(**MIXTURE, **changes).parameters == read(**MIXTURE, **v2).parameters + 2 * (72 - 128 + 3 + 8)


def test_hybrids():
    # Mamba-2 with 4 heads of 4 (2 x 8): in 8 x (32 + 10 + 4), out 128, convolution 26 x 5, 12, norm 16
    state = 368 + 128 + 130 + 12 + 16
    mamba = {"mamba_n_heads": 4, "mamba_d_state": 5, "mamba_d_head": "auto"}
    granite = read(
        model_type="granitemoehybrid", layer_types=["mamba", "attention"], shared_intermediate_size=4, **mamba
    )
    assert granite.parameters == 160 + state + 2 * (96 + 16) + 256 + 8
    # both side by side in every layer, without the state's norm
    falcon = read(model_type="falcon_h1", mamba_d_ssm=16, **mamba)
    assert falcon.parameters == 2 * (160 + state - 16 + 384 + 16) + 256 + 8
    assert [mixer.kind for mixer in layout_of(falcon).blocks[0].mixers] == ["attention", "mamba2"]


def test_jamba_has_attention_and_experts_in_some_layers():
    jamba = read(
        model_type="jamba",
        num_hidden_layers=4,
        num_experts=2,
        num_experts_per_tok=1,
        attn_layer_period=4,
        attn_layer_offset=2,
        expert_layer_period=2,
        expert_layer_offset=1,
        mamba_d_state=4,
        mamba_dt_rank=2,
    )
    # by hand in test_weights: a Mamba-1 mixer of 16 x 4 with step rank 2 has 762 weights;
    # experts 2 x 384 + 16
    assert jamba.parameters == 3 * 762 + 160 + 2 * 384 + 2 * 784 + 4 * 16 + 256 + 8


def test_nemotron_s_layers_are_one_thing_each():
    common = {
        "model_type": "nemotron_h",
        "mamba_num_heads": 4,
        "mamba_head_dim": 4,
        "ssm_state_size": 5,
        "n_routed_experts": 4,
        "num_experts_per_tok": 1,
        "moe_intermediate_size": 3,
    }
    one = read(**common, num_hidden_layers="left out", hybrid_override_pattern="M*-E")
    state, feed_forward, experts = 654, 2 * 8 * 16, 4 * 48 + 32 + 4
    assert one.parameters == state + 160 + feed_forward + experts + 4 * 8 + 256 + 8
    named = {"layers_block_type": ["mamba", "attention", "mlp", "moe"], "num_hidden_layers": "left out"}
    assert read(**common, **named).parameters == one.parameters


def test_qwen_3_5_mixes_linear_attention_in():
    linear = {
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "linear_key_head_dim": 3,
        "linear_value_head_dim": 5,
    }
    one = read(model_type="qwen3_5_text", num_hidden_layers=4, **linear)
    # by hand in test_weights: 781 for the linear mixer; gated attention 160 + 64, norms 4
    assert one.parameters == 3 * 781 + 228 + 4 * (384 + 16) + 256 + 8


def test_the_text_part_of_a_model_that_sees_is_taken():
    text = {**SMALL, "model_type": "qwen3"}
    text.pop("tie_word_embeddings")
    wrapped = {"model_type": "seer", "tie_word_embeddings": True, "text_config": text, "vision_config": {}}
    assert architecture_from_config(wrapped, name="m").parameters == read(model_type="qwen3").parameters


def test_smollm3_shares_its_embedding_where_its_file_does_not_say():
    # defaults of huggingface/transformers, configuration_smollm3.py; the model's file holds 3,075,098,624:
    # 36 x (2 x 2048 x 2048 + 2 x 2048 x 512 + 3 x 2048 x 11008 + 2 x 2048) + 128256 x 2048 + 2048
    smollm = read(
        model_type="smollm3", hidden_size=2048, num_hidden_layers=36, num_attention_heads=16,
        num_key_value_heads=4, head_dim="left out", intermediate_size=11008, vocab_size=128256,
        tie_word_embeddings="left out",
    )  # fmt: skip
    assert smollm.parameters == 3_075_098_624


def test_windows():
    def windows(**changes):
        blocks = layout_of(read(num_hidden_layers=6, **changes)).blocks
        return {block.mixers[0].window: block.repeats for block in blocks}

    assert windows(model_type="mistral", sliding_window=16) == {16: 6}
    assert windows(model_type="mistral", sliding_window=None) == {None: 6}
    assert windows(model_type="qwen2", sliding_window=16, use_sliding_window=False) == {None: 6}
    assert windows(model_type="qwen2", sliding_window=16) == {None: 6}  # only where it is asked for
    assert windows(model_type="qwen2", sliding_window=16, use_sliding_window=True, max_window_layers=4) == {
        None: 4,
        16: 2,
    }
    experts = {"num_local_experts": 2, "num_experts_per_tok": 1}
    assert windows(model_type="gpt_oss", sliding_window=16, **experts) == {16: 3, None: 3}
    assert windows(model_type="gemma2", sliding_window=16) == {16: 3, None: 3}
    assert windows(model_type="gemma3_text", sliding_window=16) == {16: 5, None: 1}
    kinds = ["sliding_attention"] * 4 + ["full_attention"] * 2
    assert windows(model_type="olmo3", sliding_window=16, layer_types=kinds) == {16: 4, None: 2}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "FILE does not tell its model_type; give a model's config.json"),
        ({"model_type": 5}, "FILE does not tell its model_type"),
        (
            {"model_type": "qwen4"},
            "FILE is of the family 'qwen4', which isocost cannot count; the nearest it knows: qwen3, qwen2, "
            "qwen3_moe",
        ),
        (
            {"model_type": "llama", "vocab_size": "left out"},
            "FILE does not tell 'vocab_size'; give a complete",
        ),
        (
            {"model_type": "llama", "hidden_size": 0},
            "FILE: hidden_size must be a whole number of at least 1, got 0",
        ),
        (
            {"model_type": "llama", "hidden_size": 8.5},
            "hidden_size must be a whole number of at least 1, got 8.5",
        ),
        ({"model_type": "llama", "hidden_size": True}, "hidden_size must be a whole number"),
        (
            {"model_type": "llama", "num_key_value_heads": 3},
            "4 attention heads are no multiple of 3 key-value heads",
        ),
        (
            {"model_type": "llama", "head_dim": None, "hidden_size": 9},
            "tells no head_dim, and 9 is no multiple of",
        ),
        (
            {"model_type": "llama", "num_hidden_layers": 10**9},
            "tells of 1000000000 layers; expected at most 10,000",
        ),
        ({"model_type": "llama", "attention_bias": "yes"}, "attention_bias must be true or false, got 'yes'"),
        (
            {"model_type": "olmo3", "layer_types": ["full_attention"]},
            "layer_types names 1 layers, but the model has 2",
        ),
        ({"model_type": "olmo3", "layer_types": "full"}, "layer_types must be a list of words, got 'full'"),
        (
            {"model_type": "opt", "word_embed_proj_dim": 4},
            "sets word_embed_proj_dim to 4, whose weights isocost",
        ),
        (
            {"model_type": "nemotron_h", "hybrid_override_pattern": "MX"},
            "does not tell hybrid_override_pattern",
        ),
        ({"model_type": "granitemoehybrid"}, "does not tell layer_types for each of its 2 layers"),
    ],
)
def test_what_cannot_be_read_is_told(changes, sentence):
    with pytest.raises(InputError) as caught:
        read(**changes)
    assert sentence in str(caught.value)


def test_families_are_listed():
    assert len(family_names()) >= 30
    assert list(family_names()) == sorted(family_names())


def test_active_weights_of_a_dense_model_are_all():
    count = count_parameters(read(model_type="llama"))
    assert count.active == count.total


def test_a_llama_needs_no_layout():
    assert read(model_type="llama").layout is None
    assert read(model_type="mistral", sliding_window=16).layout is not None
    assert read(model_type="qwen2").layout is not None
