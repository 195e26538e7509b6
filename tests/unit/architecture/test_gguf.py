"""Headers of GGUF files: shapes written by hand, and the same model by its configuration."""

import math

import pytest

from isocost.architecture import architecture_from_config, architecture_from_gguf, layout_of
from isocost.core.errors import InputError

COMMON = {"block_count": 2, "embedding_length": 8, "context_length": 64, "feed_forward_length": 16}
HEADS = {"attention.head_count": 4, "attention.head_count_kv": 1}
# rows last: a matrix from 8 to 16 is (8, 16)
OUTSIDE = {"token_embd.weight": (8, 32), "output_norm.weight": (8,)}
ATTENTION = {
    "attn_norm.weight": (8,),
    "attn_q.weight": (8, 8),
    "attn_k.weight": (8, 2),
    "attn_v.weight": (8, 2),
    "attn_output.weight": (8, 8),
}
DENSE = {
    "ffn_norm.weight": (8,),
    "ffn_gate.weight": (8, 16),
    "ffn_up.weight": (8, 16),
    "ffn_down.weight": (16, 8),
}
EXPERTS = {
    "ffn_norm.weight": (8,),
    "ffn_gate_inp.weight": (8, 8),
    "ffn_gate_exps.weight": (8, 4, 8),
    "ffn_up_exps.weight": (8, 4, 8),
    "ffn_down_exps.weight": (4, 8, 8),
}
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


def read(family, *layers, facts=(), outside=()):
    own = {f"{family}.{key}": value for key, value in {**COMMON, **HEADS, **dict(facts)}.items()}
    shapes = {**OUTSIDE, **dict(outside)}
    for number, layer in enumerate(layers):
        shapes |= {f"blk.{number}.{name}": shape for name, shape in layer.items()}
    return architecture_from_gguf(
        {"general.architecture": family, **own}, shapes, name="m", origin="FILE"
    ), shapes


def same(found, **config):
    """Check that a file and a configuration describe one model, and that no weight is missed."""
    architecture, shapes = found
    assert architecture == architecture_from_config({**SMALL, **config}, name="m")
    assert architecture.parameters == sum(math.prod(shape) for shape in shapes.values())


def test_a_llama():
    same(read("llama", ATTENTION | DENSE, ATTENTION | DENSE), model_type="llama")


def test_an_output_matrix_of_its_own():
    found = read("llama", ATTENTION | DENSE, ATTENTION | DENSE, outside={"output.weight": (8, 32)})
    same(found, model_type="llama", tie_word_embeddings=False)


def test_norms_of_heads_and_biases():
    norms = {"attn_q_norm.weight": (2,), "attn_k_norm.weight": (2,)}
    same(read("qwen3", *[ATTENTION | DENSE | norms] * 2), model_type="qwen3")
    whole = {"attn_q_norm.weight": (8,), "attn_k_norm.weight": (2,)}
    same(read("olmo2", *[ATTENTION | DENSE | whole] * 2), model_type="olmo2")
    biases = {"attn_q.bias": (8,), "attn_k.bias": (2,), "attn_v.bias": (2,)}
    same(read("qwen2", *[ATTENTION | DENSE | biases] * 2), model_type="qwen2")


def test_four_norms_and_windows():
    more = {"post_attention_norm.weight": (8,), "post_ffw_norm.weight": (8,)}
    found = read("gemma2", *[ATTENTION | DENSE | more] * 2, facts={"attention.sliding_window": 16})
    same(found, model_type="gemma2", sliding_window=16)
    told = {"attention.sliding_window": 16, "attention.sliding_window_pattern": (True, False)}
    assert read("other", *[ATTENTION | DENSE | more] * 2, facts=told)[0].layout == found[0].layout


def test_a_fused_gate():
    fused = {**ATTENTION, "ffn_norm.weight": (8,), "ffn_up.weight": (8, 32), "ffn_down.weight": (16, 8)}
    same(read("phi3", fused, fused), model_type="phi3")


def test_an_old_gpt():
    bias = {
        "attn_qkv.weight": (8, 24),
        "attn_qkv.bias": (24,),
        "attn_output.weight": (8, 8),
        "attn_output.bias": (8,),
        "attn_norm.weight": (8,),
        "attn_norm.bias": (8,),
        "ffn_norm.weight": (8,),
        "ffn_norm.bias": (8,),
        "ffn_up.weight": (8, 16),
        "ffn_up.bias": (16,),
        "ffn_down.weight": (16, 8),
        "ffn_down.bias": (8,),
    }
    outside = {"output_norm.bias": (8,), "position_embd.weight": (8, 64)}
    found = read("gpt2", bias, bias, facts={"attention.head_count_kv": 4}, outside=outside)
    same(found, model_type="gpt2", num_key_value_heads=4)


def test_experts_after_a_dense_layer_and_one_that_all_share():
    shared = {"ffn_up_shexp.weight": (8, 4), "ffn_gate_shexp.weight": (8, 4), "ffn_down_shexp.weight": (4, 8)}
    corrections = {"exp_probs_b.bias": (8,)}
    found = read(
        "glm4moe",
        ATTENTION | DENSE,
        ATTENTION | EXPERTS | shared | corrections,
        facts={"expert_count": 8, "expert_used_count": 2},
    )
    experts = {
        "n_routed_experts": 8,
        "moe_intermediate_size": 4,
        "num_experts_per_tok": 2,
        "n_shared_experts": 1,
    }
    same(found, model_type="glm4_moe", first_k_dense_replace=1, **experts)


def test_latent_attention():
    latent = {
        "attn_norm.weight": (8,),
        "attn_q.weight": (8, 16),
        "attn_kv_a_mqa.weight": (8, 6),
        "attn_kv_a_norm.weight": (5,),
        "attn_kv_b.weight": (5, 20),
        "attn_output.weight": (8, 8),
    }
    facts = {
        "attention.kv_lora_rank": 5,
        "attention.key_length": 4,
        "attention.value_length": 2,
        "rope.dimension_count": 1,
        "expert_count": 8,
        "expert_used_count": 2,
    }
    sizes = {"kv_lora_rank": 5, "qk_nope_head_dim": 3, "qk_rope_head_dim": 1, "v_head_dim": 2}
    experts = {"n_routed_experts": 8, "moe_intermediate_size": 4, "num_experts_per_tok": 2}
    found = read("deepseek2", latent | EXPERTS, latent | EXPERTS, facts=facts)
    same(found, model_type="deepseek_v2", **sizes, **experts)


def test_states_beside_attention():
    # Mamba-2 with 4 heads of 4, a state of 5: 2 x 16 + 2 x 5 + 4 = 46 wide
    state = {
        "attn_norm.weight": (8,),
        "ssm_in.weight": (8, 46),
        "ssm_conv1d.weight": (4, 26),
        "ssm_conv1d.bias": (26,),
        "ssm_dt.bias": (4,),
        "ssm_a": (1, 4),
        "ssm_d": (1, 4),
        "ssm_norm.weight": (16,),
        "ssm_out.weight": (16, 8),
    }
    facts = {
        "ssm.inner_size": 16,
        "ssm.state_size": 5,
        "ssm.time_step_rank": 4,
        "ssm.group_count": 1,
        "ssm.conv_kernel": 4,
        "attention.head_count_kv": (0, 1),
    }
    found = read("granitehybrid", state | DENSE, ATTENTION | DENSE, facts=facts)
    same(
        found,
        model_type="granitemoehybrid",
        layer_types=["mamba", "attention"],
        shared_intermediate_size=16,
        mamba_n_heads=4,
        mamba_d_head=4,
        mamba_d_state=5,
    )


def test_a_scan_beside_attention():
    # Mamba-1: inner 16, a state of 4, step rank 2
    scan = {
        "attn_norm.weight": (8,),
        "ssm_in.weight": (8, 32),
        "ssm_conv1d.weight": (4, 16),
        "ssm_conv1d.bias": (16,),
        "ssm_x.weight": (16, 10),
        "ssm_dt.weight": (2, 16),
        "ssm_dt.bias": (16,),
        "ssm_dt_norm.weight": (2,),
        "ssm_b_norm.weight": (4,),
        "ssm_c_norm.weight": (4,),
        "ssm_a": (4, 16),
        "ssm_d": (16,),
        "ssm_out.weight": (16, 8),
    }
    facts = {"ssm.inner_size": 16, "ssm.state_size": 4, "ssm.time_step_rank": 2, "ssm.conv_kernel": 4}
    found = read("jamba", scan | DENSE, ATTENTION | DENSE, facts=facts)
    periods = {
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "expert_layer_period": 2,
        "expert_layer_offset": 2,
    }
    experts = {"num_experts": 2, "num_experts_per_tok": 1}
    same(found, model_type="jamba", mamba_d_state=4, mamba_dt_rank=2, **periods, **experts)


def test_tables_of_positions_and_a_layer_for_prediction_do_not_count():
    plain = read("llama", ATTENTION | DENSE, ATTENTION | DENSE)[0]
    tables = {"rope_freqs.weight": (4,), "rope_factors_long.weight": (4,)}
    found, _ = read("llama", ATTENTION | DENSE, ATTENTION | DENSE, outside=tables)
    assert found == plain
    extra = ATTENTION | DENSE | {"nextn.eh_proj.weight": (16, 8)}
    found, _ = read("llama", ATTENTION | DENSE, ATTENTION | DENSE, extra, facts={"block_count": 3})
    assert found == plain
    assert layout_of(found).blocks[0].repeats == 2


def test_weights_that_are_not_known_are_not_passed_over():
    layers = [ATTENTION | DENSE, ATTENTION | DENSE | {"strange.weight": (8, 8)}]
    with pytest.raises(InputError) as caught:
        read("llama", *layers)
    # two layers of 560 = 1,120, the embedding 256, the last norm 8; and 64 more
    assert str(caught.value) == (
        "FILE holds 1,448 weights, of which isocost can account for 1,384; the family 'llama' is built "
        "in a way it does not know"
    )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"context_length": 0}, "FILE does not tell its context_length as a whole number above 0, got 0"),
        ({"block_count": None}, "FILE does not tell its block_count as a whole number above 0, got None"),
        ({"attention.head_count": "4"}, "does not tell its attention.head_count as a whole number"),
        ({"attention.head_count": 4, "block_count": 10**9}, "block_count"),
    ],
)
def test_facts_that_are_missing_are_told(facts, sentence):
    with pytest.raises(InputError, match=sentence):
        read("llama", ATTENTION | DENSE, ATTENTION | DENSE, facts=facts)


def test_a_part_of_a_file_and_a_file_of_something_else_are_told():
    with pytest.raises(InputError, match="FILE is one of 3 parts; merge them"):
        architecture_from_gguf(
            {"general.architecture": "llama", "split.count": 3}, OUTSIDE, name="m", origin="FILE"
        )
    with pytest.raises(InputError, match="FILE holds no language model that isocost can count"):
        architecture_from_gguf({"general.architecture": "clip"}, {}, name="m", origin="FILE")
