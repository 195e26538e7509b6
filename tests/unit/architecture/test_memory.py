"""How many accelerators hold a model."""

import pytest

from isocost.architecture import bits_of, least_accelerators, memory_need
from isocost.catalog import accelerator_profile, model_profile
from isocost.core.errors import InputError

H100 = accelerator_profile("h100")


def held(name, accelerator=H100, headroom=0.1, **need):
    architecture = model_profile(name).architecture
    return least_accelerators(architecture, memory_need(architecture, **need), accelerator, headroom=headroom)


def test_weights_and_cache_add_up():
    # 8,030,261,248 x 2 bytes; 65,536 values x 2 bytes x 4096 tokens x 3 requests
    need = memory_need(model_profile("llama-3.1-8b").architecture, context_tokens=4096, batch=3)
    assert need.weights_bytes == 16_060_522_496
    assert need.cache_bytes == 131_072 * 4096 * 3
    assert need.total_bytes == need.weights_bytes + need.cache_bytes


@pytest.mark.parametrize(
    ("format_", "bits"),
    [
        ("bf16", 16), ("fp8", 8),
        ("q8_0", 34 * 8 / 32),  # a block of GGUF's Q8_0: 32 values in 34 bytes
        ("int4", 18 * 8 / 32),  # of Q4_0: 32 values in 18 bytes
        ("mxfp4", 17 * 8 / 32),  # 32 values of half a byte and a scale of one
        ("nvfp4", 9 * 8 / 16),  # 16 values of half a byte and a scale of one
    ],
)  # fmt: skip
def test_scales_count(format_, bits):
    assert bits_of(format_) == bits


def test_one_more_where_the_last_byte_does_not_fit():
    # 141.1 GB of weights, 2.68 GB of cache: 143.8 GB; two H100 hold 160 GB whole, 144 GB less a tenth
    assert held("llama-3.1-70b", context_tokens=8192).least == 2
    # ten requests: 141.1 + 26.8 = 167.9 GB
    assert held("llama-3.1-70b", context_tokens=8192, batch=10).least == 3
    # in FP8, 70.6 + 1.3 GB: one H100 without headroom
    fp8 = {"weight_format": "fp8", "cache_format": "fp8", "context_tokens": 8192}
    assert held("llama-3.1-70b", **fp8, headroom=0).least == 1


def test_known_deployments():
    # DeepSeek-V3 in FP8 (671 GB) runs on one node of 8 H200, and not of 8 H100
    v3 = {"weight_format": "fp8", "cache_format": "bf16", "context_tokens": 8192}
    assert held("deepseek-v3", accelerator_profile("h200"), **v3).tensor_parallel == 8
    assert held("deepseek-v3", H100, **v3).least > 8
    # arXiv 2508.10925: gpt-oss-120b in MXFP4 on one GPU of 80 GB
    assert held("gpt-oss-120b", weight_format="mxfp4", context_tokens=8192).tensor_parallel == 1


def test_tensor_parallel_divides_the_heads():
    # 28 heads, 15.2 GB of weights on cards of 4 GB usable: at least 4, and 4 divides 28
    small = accelerator_profile("t4")
    assert held("qwen2.5-7b", small, headroom=0.75, context_tokens=1024).tensor_parallel == 4
    # 5 would be enough of 3.2 GB, 7 is the next that divides 28
    five = held("qwen2.5-7b", small, headroom=0.8, context_tokens=1024)
    assert (five.least, five.tensor_parallel) == (5, 7)


def test_latents_are_kept_whole_on_each():
    # a cache of 512 requests x 32,768 tokens x 70,272 bytes = 1,179 GB of latents: evenly split it would take
    # some 30 H200, but each would keep all of it
    holding = held(
        "deepseek-v3", accelerator_profile("h200"), weight_format="fp8", context_tokens=32768, batch=512
    )
    assert holding.least == 15
    assert holding.tensor_parallel is None


def test_key_value_heads_are_split_until_each_has_one():
    # Llama 3.1 70B has 8 of them: 16 cards keep an eighth of the cache each, not a sixteenth.
    # 80 GB each, 0.1 free: 16 x 72 = 1,152 GB; 141 GB of weights and 375 requests of 8,192 tokens = 1,007 GB
    holding = held("llama-3.1-70b", context_tokens=8192, batch=375)
    assert holding.least == 16
    # 141.1 / n + 1,006.6 / 8 = 125.8 GB and more than 72 whatever n
    assert holding.tensor_parallel is None


@pytest.mark.parametrize(
    ("need", "sentence"),
    [
        ({"context_tokens": 0}, "context_tokens must be at least 1, got 0"),
        ({"context_tokens": 1, "batch": 0}, "batch must be at least 1, got 0"),
        ({"context_tokens": 131_073}, "Llama 3.1 8B has a context of 131072 tokens; got 131073"),
        ({"context_tokens": 1, "weight_format": "fp9"}, "no number format 'fp9'; give one of fp32, bf16"),
        ({"context_tokens": 1, "cache_format": ""}, "no number format ''"),
        ({"context_tokens": 1, "headroom": 1}, "headroom must be at least 0 and below 1, got 1"),
        ({"context_tokens": 1, "headroom": float("nan")}, "headroom must be at least 0 and below 1, got nan"),
    ],
)
def test_impossible_needs_are_told(need, sentence):
    with pytest.raises(InputError, match=sentence):
        held("llama-3.1-8b", **need)
