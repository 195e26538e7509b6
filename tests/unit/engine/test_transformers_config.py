"""Configurations as transformers takes them."""

import pytest

from isocost.architecture import architecture_from_config
from isocost.catalog import model_profile
from isocost.core.errors import InputError
from isocost.engine import PRESETS, llama_config
from isocost.engine.transformers_config import config_for_transformers


def test_what_belongs_to_stored_weights_is_left_out():
    given = {
        "model_type": "llama",
        "hidden_size": 64,
        "quantization_config": {"quant_method": "fp8"},
        "auto_map": {"AutoModel": "code.of_the_repository"},
        "eos_token_id": 2,
        "torch_dtype": "bfloat16",
    }
    assert config_for_transformers(given) == {"model_type": "llama", "hidden_size": 64}


@pytest.mark.parametrize(("family", "known_as"), [("kimi_k2", "deepseek_v3"), ("megatron_gpt", "gpt2")])
def test_families_that_transformers_has_under_another_name(family, known_as):
    given = {"model_type": family, "intermediate_size": 256}
    width = "n_inner" if known_as == "gpt2" else "intermediate_size"
    assert config_for_transformers(given).items() >= {"model_type": known_as, width: 256}.items()


def test_a_latent_query_is_none_where_the_configuration_has_none():
    assert config_for_transformers({"model_type": "deepseek_v2"})["q_lora_rank"] is None
    assert config_for_transformers({"model_type": "deepseek_v2", "q_lora_rank": 8})["q_lora_rank"] == 8


def test_a_configuration_without_family_is_refused():
    with pytest.raises(InputError) as caught:
        config_for_transformers({"hidden_size": 64})
    assert str(caught.value) == ("the configuration does not tell its model_type; give a model's config.json")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_out_of_its_configuration(name):
    """By the other way: isocost's reader of ``config.json`` counts the same weights."""
    preset = PRESETS[name]
    assert architecture_from_config(llama_config(preset), name=name) == preset


def test_dimensions_alone_do_not_tell_another_family():
    with pytest.raises(InputError, match=r"^GPT-2 is not of the Llama family"):
        llama_config(model_profile("gpt2").architecture)
