"""Prices of APIs, against what genai-prices itself computes for the same tokens."""

import datetime as dt
import sys

import pytest

from isocost.catalog import api_price
from isocost.core.errors import CatalogError, MissingExtraError
from isocost.economics import api_cost

genai_prices = pytest.importorskip("genai_prices", reason="needs the extra [prices]")
DAY = dt.date(2026, 11, 21)


def theirs(name, day, *, hour=12, **tokens):
    provider, model = name.split("/", 1)
    told = genai_prices.calc_price(
        genai_prices.Usage(**tokens),
        model,
        provider_id=provider,
        genai_request_timestamp=dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC),
    )
    return float(told.total_price)


@pytest.mark.parametrize(
    "name", ["openai/gpt-5", "openai/gpt-5.4", "anthropic/claude-opus-4-6", "mistral/mistral-large-latest"]
)
@pytest.mark.parametrize("prompt", [1_000, 150_000, 300_000])
@pytest.mark.parametrize("day", [DAY, dt.date(2026, 3, 1)])
def test_dated_and_tiered_prices(name, prompt, day):
    price = api_price(name, on=day, input_tokens=float(prompt))
    cost = api_cost(price, input_tokens=float(prompt), output_tokens=700.0)
    assert cost == pytest.approx(theirs(name, day, input_tokens=prompt, output_tokens=700))


def test_cached_input():
    price = api_price("openai/gpt-5", on=DAY)
    expected = theirs("openai/gpt-5", DAY, input_tokens=1000, cache_read_tokens=400, output_tokens=100)
    assert api_cost(price, input_tokens=1000.0, output_tokens=100.0, cached_share=0.4) == pytest.approx(
        expected
    )


def test_a_price_that_differs_by_the_hour_is_averaged_over_the_day():
    name = "deepseek/deepseek-v4-flash"
    hours = [theirs(name, DAY, hour=hour, input_tokens=1000, output_tokens=100) for hour in range(24)]
    price = api_price(name, on=DAY)
    assert min(hours) < max(hours)
    assert api_cost(price, input_tokens=1000.0, output_tokens=100.0) == pytest.approx(sum(hours) / 24)
    assert "differs by the hour" in price.note


def test_what_is_unknown_of_the_cache_stays_unknown():
    assert api_price("openai/ada", on=DAY).cached_usd is None


def test_the_entry_that_was_taken_is_named():
    price = api_price("openai/gpt-4o-2024-08-06", on=DAY)
    assert price.name == "openai/gpt-4o"
    assert price.note == "openai/gpt-4o-2024-08-06 was taken for openai/gpt-4o"
    assert price.source.startswith("genai-prices ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("opnai/gpt-5", "no provider 'opnai' is known; the nearest: openai, "),
        ("openai/gpt5", "openai has no model 'gpt5'; the nearest: openai/gpt-5, "),
        ("gpt-5", "an API is named PROVIDER/MODEL, such as openai/gpt-5, got 'gpt-5'; or give the prices"),
        ("openai/", "an API is named PROVIDER/MODEL"),
        ("voyageai/voyage-3", "is not billed by input and output token; give the prices with --api-price"),
    ],
)
def test_what_is_not_known_names_what_is_near(name, expected):
    with pytest.raises(CatalogError) as told:
        api_price(name, on=DAY)
    assert expected in str(told.value)
    assert str(told.value).endswith("--api-price INPUT/OUTPUT, or a file with --prices FILE")


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "genai_prices.data_snapshot", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'isocost\[prices\]'"):
        api_price("openai/gpt-5", on=DAY)
