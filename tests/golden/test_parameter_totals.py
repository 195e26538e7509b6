"""Weights of every model in the catalogue, against another library, against its maker, and against logs."""

import csv
import re
from pathlib import Path

import pytest

from isocost.architecture import count_parameters, layout_of
from isocost.catalog import model_names, model_profile

SHARED = Path(__file__).parents[3] / "shared" / "data" / "narayanan2023" / "models.csv"

# Weights of the models that transformers 5.18.0 builds from the complete configurations (torch's meta device,
# AutoModelForCausalLM; the correction of the router, which it keeps as a buffer, included).
BUILT = {
    "llama-3.1-8b": 8_030_261_248,
    "llama-3.1-70b": 70_553_706_496,
    "llama-3.1-405b": 405_853_388_800,
    "llama-3.2-1b": 1_235_814_400,
    "llama-3.2-3b": 3_212_749_824,
    "llama-2-7b": 6_738_415_616,
    "llama-4-scout": 107_769_861_120,
    "llama-4-maverick": 400_711_848_960,
    "qwen3-0.6b": 596_049_920,
    "qwen3-1.7b": 1_720_574_976,
    "qwen3-8b": 8_190_735_360,
    "qwen3-32b": 32_762_123_264,
    "qwen3-30b-a3b": 30_532_122_624,
    "qwen3-235b-a22b": 235_093_634_560,
    "qwen3-coder-480b-a35b": 480_154_875_392,
    "qwen3.5-27b": 26_895_998_464,
    "qwen3.5-35b-a3b": 34_660_610_688,
    "qwen3.5-122b-a10b": 122_111_526_912,
    "qwen3.5-397b-a17b": 396_346_350_336,
    "qwen2.5-3b": 3_085_938_688,
    "qwen2.5-7b": 7_615_616_512,
    "qwen2.5-72b": 72_706_203_648,
    "qwen1.5-moe-a2.7b": 14_315_784_192,
    "mistral-7b": 7_248_023_552,
    "mixtral-8x7b": 46_702_792_704,
    "mixtral-8x22b": 140_620_634_112,
    "ministral-3-3b": 3_429_006_336,
    "gemma-2-2b": 2_614_341_888,
    "gemma-2-9b": 9_241_705_984,
    "gemma-2-27b": 27_227_128_320,
    "gemma-3-1b": 999_885_952,
    "gemma-3-27b": 27_009_346_304,
    "phi-3.5-mini": 3_821_079_552,
    "phi-4-mini": 3_836_021_760,
    "deepseek-v2-lite": 15_706_484_224,
    "deepseek-v3": 671_026_419_200,
    "deepseek-r1": 671_026_419_200,
    "kimi-k2": 1_026_408_232_448,
    "gpt-oss-20b": 20_914_757_184,
    "gpt-oss-120b": 116_829_156_672,
    "glm-4.5": 352_797_829_024,
    "glm-4.5-air": 106_852_251_264,
    "minimax-m2.5": 228_689_764_864,
    "olmo-2-13b": 13_716_198_400,
    "smollm2-135m": 134_515_008,
    "smollm2-360m": 361_821_120,
    "smollm2-1.7b": 1_711_376_384,
    "smollm3-3b": 3_075_098_624,
    "command-r": 34_980_831_232,
    "aya-23-8b": 8_028_033_024,
    "jamba-v0.1": 51_570_323_328,
    "granite-4.0-h-small": 32_207_337_984,
    "falcon-h1-7b": 7_585_513_568,
    "nemotron-h-56b": 56_324_350_464,
    "nemotron-3-nano": 31_577_940_288,
    "nemotron-3-super": 120_668_707_840,
    "nemotron-3-ultra": 549_308_993_536,
    "gpt2": 124_439_808,
    "gpt-j-6b": 6_050_882_784,
    "gpt-neox-20b": 20_554_567_680,
    "opt-66b": 65_719_701_504,
    "bloom-176b": 176_247_271_424,
}
OPEN = [name for name in model_names() if model_profile(name).group == "open"]
UNITS = {"T": 10**12, "B": 10**9, "M": 10**6}
# the note says why: a rounded name, an encoder of images, a layer that is counted in part
FURTHEST = {
    "llama-3.1-8b": 0.005, "llama-3.1-70b": 0.008, "llama-3.1-405b": 0.003, "llama-3.2-1b": 0.005,
    "llama-4-scout": 0.012, "llama-4-maverick": 0.002, "qwen3.5-397b-a17b": 0.002, "qwen2.5-7b": 0.001,
    "kimi-k2": 0.027, "glm-4.5": 0.007, "glm-4.5-air": 0.009, "minimax-m2.5": 0.006, "olmo-2-13b": 0.06,
    "smollm2-360m": 0.006, "falcon-h1-7b": 0.09, "nemotron-3-super": 0.006, "nemotron-3-ultra": 0.002,
    "gpt-j-6b": 0.0005,
}  # fmt: skip


def published(text):
    """Return a published number and half a unit of its last digit."""
    if "," in text:
        return int(text.replace(",", "")), 0.0
    number, unit = re.fullmatch(r"([\d.]+)([TBM])", text).groups()
    decimals = len(number.partition(".")[2])
    return float(number) * UNITS[unit], 0.5 * 10**-decimals * UNITS[unit]


def test_the_catalogue_has_at_least_25_open_models_of_every_kind():
    assert len(OPEN) >= 25
    kinds = {
        part.kind
        for name in OPEN
        for block in layout_of(model_profile(name).architecture).blocks
        for part in (*block.mixers, block.feed_forward)
        if part is not None
    }
    assert kinds == {"attention", "latent", "mamba1", "mamba2", "delta", "dense", "experts"}


@pytest.mark.parametrize("name", OPEN)
def test_weights_are_those_of_the_model_that_another_library_builds(name):
    assert model_profile(name).architecture.parameters == BUILT[name]


@pytest.mark.parametrize("name", OPEN)
def test_weights_are_within_the_rounding_of_the_published_number_or_a_note_says_why(name):
    profile = model_profile(name)
    number, half = published(profile.published)
    error = abs(profile.architecture.parameters - number)
    if error > half:
        assert profile.note, f"{name}: {profile.architecture.parameters:,} against {profile.published}"
        assert error / number <= FURTHEST[name]


@pytest.mark.parametrize(
    ("name", "without", "said"),
    [  # what a token uses, in billions: all, without the input matrix, or without the output matrix too
        ("qwen3-30b-a3b", 0, 3.3), ("qwen3-235b-a22b", 0, 22), ("qwen3-coder-480b-a35b", 0, 35),
        ("mixtral-8x7b", 0, 12.9), ("mixtral-8x22b", 0, 39), ("deepseek-v3", 1, 37), ("kimi-k2", 1, 32),
        ("deepseek-v2-lite", 1, 2.4), ("gpt-oss-20b", 1, 3.6), ("gpt-oss-120b", 1, 5.1),
        ("llama-4-scout", 0, 17), ("llama-4-maverick", 0, 17), ("jamba-v0.1", 0, 12), ("minimax-m2.5", 1, 10),
        ("granite-4.0-h-small", 0, 9), ("nemotron-3-nano", 0, 3.6), ("nemotron-3-nano", 1, 3.2),
        ("glm-4.5", 2, 32), ("glm-4.5-air", 2, 12), ("qwen1.5-moe-a2.7b", 0, 2.7),
        ("qwen3.5-122b-a10b", 0, 10),
        ("qwen3.5-397b-a17b", 0, 17), ("qwen3.5-35b-a3b", 1, 3), ("nemotron-3-super", 1, 12),
        ("nemotron-3-ultra", 1, 55),
    ],
)  # fmt: skip
def test_a_token_uses_as_many_weights_as_published(name, without, said):
    count = count_parameters(model_profile(name).architecture)
    active = count.active - (count.embedding if without else 0) - (count.output if without == 2 else 0)
    unit = 0.1 if said != int(said) else 1
    assert abs(active / 1e9 - said) <= 0.56 * unit


def test_gemma_2_has_the_weights_outside_of_its_embedding_that_the_report_prints():
    # arXiv 2408.00118, table 2; its embedding has 256,128 rows, the file's 256,000
    for name, other in (
        ("gemma-2-2b", 2_024_517_888),
        ("gemma-2-9b", 8_324_201_984),
        ("gemma-2-27b", 26_047_480_320),
    ):
        count = count_parameters(model_profile(name).architecture)
        assert count.total - count.embedding == other


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data/narayanan2023")
def test_each_gpu_of_the_paper_held_as_many_weights_as_its_logs_say():
    checked = 0
    for row in csv.DictReader(SHARED.read_text(encoding="utf-8").splitlines()):
        if row["model"] not in model_names() or model_profile(row["model"]).group != "paper":
            continue
        split, hidden = int(row["tp_a100"]), int(row["hidden_size"])
        layers = int(row["layers_profiled"])
        architecture = model_profile(row["model"]).architecture
        total = architecture.parameters
        total -= (architecture.layers - layers) * layer_weights(hidden, int(row["ffn_hidden_size"]))
        # whole on each GPU: two norms (4 h) and the biases of both output matrices (2 h) a layer, the last
        # norm (2 h), 2,048 positions
        whole = layers * 6 * hidden + 2 * hidden + 2048 * hidden
        assert (total - whole) / split + whole == float(row["params_per_gpu_a100"]), row["model"]
        checked += 1
    assert checked == 12


def layer_weights(hidden, width):
    """Count one layer of Megatron's GPT: matrices 4 h^2 + 2 h f, biases 4 h + f + h, norms 4 h."""
    return 4 * hidden**2 + 2 * hidden * width + 5 * hidden + width + 4 * hidden
