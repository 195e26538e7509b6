"""What stages that are paid by the token came to, taken together."""

from types import SimpleNamespace

import pytest

from isocost.studies.token_bill import TokenBill, bill_of

LOAD = TokenBill(price="$1", usd=0.05, counted_usd=0.02, output_tokens=4_000)
MORE = TokenBill(price="$1", usd=0.04, counted_usd=0.04, output_tokens=2_000)


def runs(*stages):
    return [SimpleNamespace(stage=name) for name in stages]


def test_stages_at_one_price_are_one_bill():
    both = bill_of({"a": LOAD, "b": MORE}, runs("a", "b", "a"))
    assert both.usd == pytest.approx(0.09)
    assert both.usd_per_million_output == pytest.approx(10.0)  # 6 cents for 6,000


def test_stages_at_several_prices_or_without_one_have_no_bill_in_common():
    other = TokenBill(price="$2", usd=0.01)
    assert bill_of({"a": LOAD, "b": other}, runs("a", "b")) is None
    assert bill_of({"a": LOAD}, runs("a", "b")) is None
    assert bill_of({}, runs("a")) is None


def test_what_is_known_in_words_only_has_no_sum():
    words = TokenBill(price="$1")
    both = bill_of({"a": LOAD, "b": words}, runs("a", "b"))
    assert both.usd is None
    assert words.usd_per_million_output is None
