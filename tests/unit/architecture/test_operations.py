"""Operations of a request, by hand and against the formula of the paper."""

import pytest

from isocost.architecture import paper_operations, request_operations
from isocost.catalog import model_profile
from isocost.core.blocks import Attention, Block, DeltaNet, LatentAttention, Layout, SelectiveScan, StateSpace
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError


def of(mixer, prompt, output):
    layout = Layout(blocks=(Block(repeats=3, mixers=(mixer,), feed_forward=None),))
    sizes = {"heads": 1, "kv_heads": 1, "head_size": 1, "intermediate_size": 1, "vocabulary_size": 7}
    architecture = Architecture(
        name="x", layers=3, hidden_size=8, context_length=99, parameters=0, **sizes, layout=layout
    )
    return request_operations(architecture, prompt_tokens=prompt, output_tokens=output)


def test_attention_sees_each_pair_once():
    # 4 + 2 - 1 = 5 positions, 1 + 2 + 3 + 4 + 5 = 15 pairs, 2 x 2 x 4 heads x 2 FLOPs each, 3 layers
    work = of(Attention(heads=4, kv_heads=1, head_size=2), 4, 2)
    assert work.attention == 3 * 32 * 15
    assert work.layers == 2 * 3 * 160 * 5
    assert work.vocabulary == 2 * 8 * 7 * 2
    assert work.recurrence == 0
    assert work.total == work.layers + work.attention + work.vocabulary


def test_a_window_limits_the_pairs():
    # 1 + 2 + 2 + 2 + 2 = 9
    assert of(Attention(heads=4, kv_heads=1, head_size=2, window=2), 4, 2).attention == 3 * 32 * 9
    assert of(Attention(heads=4, kv_heads=1, head_size=2, window=9), 4, 2).attention == 3 * 32 * 15


def test_latent_attention_counts_its_heads_unpacked():
    mixer = LatentAttention(heads=2, query_rank=None, kv_rank=4, nope_size=3, rope_size=1, value_size=5)
    # 2 heads x 2 x (4 + 5), 3 pairs, 3 layers
    assert of(mixer, 1, 2).attention == 3 * 36 * 3


@pytest.mark.parametrize(
    ("mixer", "a_token"),
    [
        (StateSpace(heads=3, head_size=2, state_size=5), 5 * 30),
        (SelectiveScan(inner_size=16, state_size=4, step_rank=2), 5 * 64),
        (DeltaNet(key_heads=2, value_heads=4, key_size=3, value_size=5), 7 * 60),
    ],
)
def test_states_cost_the_same_for_every_token(mixer, a_token):
    work = of(mixer, 10, 1)
    assert (work.attention, work.recurrence) == (0, 3 * a_token * 10)


@pytest.mark.parametrize("name", ["openai_davinci", "anthropic", "mt_nlg", "openai_ada"])
def test_layers_of_a_gpt_are_the_paper_s_formula(name):
    # attention 4 h^2 and feed-forward 2 x 4 h^2: 12 h^2 weights a layer, two FLOPs each
    architecture = model_profile(name).architecture
    size = {"prompt_tokens": 512, "output_tokens": 16}
    assert request_operations(architecture, **size).layers == paper_operations(architecture, **size)


def test_what_the_paper_leaves_out_is_small_for_davinci():
    # 96 layers x 4 x 12288 x 527 x 528 / 2 = 656 GFLOP of scores, 16 x 2 x 12288 x 51200 = 20 GFLOP of
    # vocabulary beside 24 x 12288^2 x 96 x 527 = 183 TFLOP
    work = request_operations(
        model_profile("openai_davinci").architecture, prompt_tokens=512, output_tokens=16
    )
    assert work.attention == 96 * 4 * 12288 * 527 * 528 // 2
    assert work.vocabulary == 16 * 2 * 12288 * 51200
    assert (work.total - work.layers) / work.layers == pytest.approx(0.00369, abs=0.0001)


@pytest.mark.parametrize(("prompt", "output"), [(0, 1), (1, 0), (-5, 5)])
def test_a_request_has_tokens(prompt, output):
    with pytest.raises(InputError, match=f"at least 1 token each way, got {prompt} and {output}"):
        of(Attention(heads=1, kv_heads=1, head_size=1), prompt, output)
    with pytest.raises(InputError, match="at least 1 token each way"):
        paper_operations(
            model_profile("llama-3.1-8b").architecture, prompt_tokens=prompt, output_tokens=output
        )
