"""Price files in LiteLLM's form."""

import json

import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.exchange import read_price

FILE = {
    "sample_spec": {"input_cost_per_token": "USD per token"},
    "gpt-x": {
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 8e-06,
        "cache_read_input_token_cost": 5e-07,
        "litellm_provider": "openai",
        "mode": "chat",
        "something_new": {"of": ["later", "versions"]},
    },
    "vertex/long": {
        "input_cost_per_token": 1e-06,
        "input_cost_per_token_above_200k_tokens": 3e-06,
        "input_cost_per_token_batches": 5e-07,
        "output_cost_per_token": 4e-06,
        "output_cost_per_token_above_200k_tokens": 6e-06,
    },
    "free": {"input_cost_per_token": 0, "output_cost_per_token": 0.0},
    "paint": {"output_cost_per_image": 0.04},
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(FILE))
    return path


@pytest.mark.parametrize("name", ["gpt-x", "GPT-X", "openai/gpt-x"])
def test_a_model_by_its_key_or_with_its_provider(file, name):
    price = read_price(file, name)
    assert (price.input_usd, price.output_usd, price.cached_usd) == pytest.approx((2.0, 8.0, 0.5))
    assert (price.source, price.note) == ("prices.json", "")


@pytest.mark.parametrize(
    ("prompt", "expected"), [(None, (1.0, 4.0)), (200_000, (1.0, 4.0)), (200_001, (3.0, 6.0))]
)
def test_long_prompts_cost_more_throughout(file, prompt, expected):
    price = read_price(file, "vertex/long", input_tokens=prompt)
    assert (price.input_usd, price.output_usd) == pytest.approx(expected)
    assert price.cached_usd is None
    assert price.note == "prompts longer than 200,000 tokens cost more; the tier goes by their mean length"


def test_free_is_a_price(file):
    assert read_price(file, "free").output_usd == 0.0


@pytest.mark.parametrize("name", ["anthropic/gpt-x", "gpt-y", "sample_spec", "/"])
def test_what_is_not_there_names_what_is_near(file, name):
    with pytest.raises(CatalogError, match=r"prices.json has no price of '.*'; the nearest: "):
        read_price(file, name)


def test_a_model_without_a_price_per_token(file):
    with pytest.raises(
        InputError, match="paint: no price per token; it needs input_cost_per_token and output"
    ):
        read_price(file, "paint")


def entry(cost, **more):
    return json.dumps({"gpt-x": {"input_cost_per_token": cost, "output_cost_per_token": 1, **more}})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("model,input\n", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1, 2]", "holds no object; expected an object of models"),
        ("{}", "it names no model; expected an object of models"),
        ('{"gpt-x": 3}', "'gpt-x' is no entry of a model; expected an object of models"),
        (entry("2e-6"), "a number of at least 0, got '2e-6'"),
        (entry(-1), "a number of at least 0, got -1"),
        (entry(float("nan")), "a number of at least 0, got nan"),
        (entry(True), "a number of at least 0, got True"),
        (entry(1, currency="EUR"), "prices are in EUR; give US dollars per token"),
    ],
)
def test_a_file_of_another_shape_is_one_sentence(tmp_path, content, expected):
    path = tmp_path / "prices.json"
    path.write_text(content)
    with pytest.raises(InputError) as told:
        read_price(path, "gpt-x")
    assert expected in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_price(tmp_path / "none.json", "gpt-x")
