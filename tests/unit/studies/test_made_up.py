"""From what a user calls a model to what a stack on this machine can make up."""

import json

import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.engine import PRESETS
from isocost.studies.made_up import engine_model, model_name, transformers_model

LLAMA = {
    "model_type": "llama",
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 256,
    "vocab_size": 512,
    "max_position_embeddings": 1024,
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text(json.dumps(LLAMA))
    return tmp_path / "mine"


def test_one_configuration_for_both_stacks(folder):
    served = engine_model(str(folder / "config.json"))
    built, config = transformers_model(str(folder))
    assert (served.name, served.parameters) == ("mine", built.parameters)
    assert built.name == "mine"
    # embedding and output 2 x 512 x 128; a layer 128 x (128 + 64 + 64 + 128) + 3 x 128 x 256 + 2 x 128
    assert built.parameters == 2 * 512 * 128 + 2 * (128 * 384 + 3 * 128 * 256 + 256) + 128
    assert config == LLAMA


def test_presets_are_the_same_for_both_stacks():
    assert engine_model("small") == "small"
    assert transformers_model("small")[0] is PRESETS["small"]


def test_of_a_model_that_also_sees_the_part_for_text_is_taken(folder):
    (folder / "config.json").write_text(json.dumps({"model_type": "sees", "text_config": LLAMA}))
    assert transformers_model(str(folder))[1] == LLAMA


def test_another_family_is_measured_in_process():
    with pytest.raises(InputError) as caught:
        engine_model("gpt2")
    assert str(caught.value) == (
        "the embedded engine makes up models of the Llama family only, and GPT-2 is laid out otherwise; "
        "give its GGUF file, or measure it in process: transformers:gpt2"
    )
    assert transformers_model("gpt2")[1]["model_type"] == "gpt2"


@pytest.mark.parametrize("find", [engine_model, transformers_model])
def test_an_unknown_name_is_told_the_nearest(find):
    with pytest.raises(CatalogError, match=r"^no model named 'llama-3.1-8c'; the nearest .*llama-3\.1-8b"):
        find("llama-3.1-8c")


def test_names(folder, monkeypatch):
    assert model_name(str(folder)) == model_name(str(folder / "config.json")) == "mine"
    monkeypatch.chdir(folder)
    assert model_name("config.json") == "mine"
    assert [model_name(text) for text in ("x/a.json", "x/b.gguf", "qwen2.5-3b")] == ["a", "b", "qwen2.5-3b"]
