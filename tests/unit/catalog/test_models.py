import datetime as dt

import pytest

from isocost.catalog import model_names, model_profile
from isocost.core.errors import CatalogError


@pytest.mark.parametrize("name", model_names())
def test_every_model_has_a_source_and_a_date(name):
    profile = model_profile(name)
    assert profile.source
    assert dt.date.fromisoformat(profile.date) <= dt.date(2026, 12, 31)
    assert profile.group in ("open", "paper")
    assert (profile.repository is None) == (profile.group == "paper")
    assert (profile.published is None) == (profile.published_source is None)


def test_the_models_of_the_paper_are_there_under_the_names_of_its_data():
    paper = [name for name in model_names() if model_profile(name).group == "paper"]
    assert {"openai_davinci", "ai21_j1_grande", "anthropic", "mt_nlg", "yalm", "bloom", "gptj_6b"} <= set(
        paper
    )
    davinci = model_profile("openai_davinci").architecture
    # GPT-3, arXiv 2005.14165, table 2.1: 96 layers of 12288, 96 heads
    assert (davinci.layers, davinci.hidden_size, davinci.heads) == (96, 12288, 96)


@pytest.mark.parametrize("name", ["Qwen3-8B", "QWEN/QWEN3-8B", "qwen3-8b"])
def test_a_name_or_a_repository_in_any_letters(name):
    assert model_profile(name).name == "qwen3-8b"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("llama-3.1-8", "llama-3.1-8b"),
        ("deepseek", "deepseek-v3"),
        ("qwen-3-8b", "qwen3-8b"),
        ("davinci", "openai_davinci"),
        ("glm", "glm-4.5"),
    ],
)
def test_an_unknown_model_names_the_nearest(name, nearest):
    with pytest.raises(CatalogError) as caught:
        model_profile(name)
    assert str(caught.value).startswith(f"no model named {name!r}; the nearest in the catalogue: ")
    assert nearest in str(caught.value)
    assert str(caught.value).endswith("For any other give its config.json or its GGUF file")


def test_a_model_is_read_once():
    assert model_profile("gpt2") is model_profile("gpt2")
