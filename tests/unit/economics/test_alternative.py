"""What the same requests cost on both sides: by hand, and by counting replicas one by one."""

import math

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.token_price import TokenPrice, parse_token_price
from isocost.economics import api_cost, break_even_share, cheaper_from, dearer_windows, own_cost

LISTED = TokenPrice(name="api", input_usd=2.0, cached_usd=0.5, output_usd=8.0, source="by hand", date="")


@pytest.mark.parametrize(
    ("cached", "expected"),
    [(0.0, 300 * 2 + 100 * 8), (0.5, 150 * 2 + 150 * 0.5 + 100 * 8), (1.0, 300 * 0.5 + 100 * 8)],
)
def test_input_cached_input_and_output_are_priced_apart(cached, expected):
    cost = api_cost(LISTED, input_tokens=300.0, output_tokens=100.0, cached_share=cached)
    assert cost == pytest.approx(expected / 1e6)


def test_a_price_of_each_request_comes_on_top():
    each = TokenPrice(name="api", input_usd=0, output_usd=1.0, request_usd=0.01, source="by hand", date="")
    assert api_cost(each, input_tokens=0.0, output_tokens=100.0) == pytest.approx(0.01 + 1e-4)


def test_cached_input_of_unknown_price_is_not_free():
    bare = TokenPrice(name="openai/x", input_usd=2.0, output_usd=8.0, source="by hand", date="")
    assert api_cost(bare, input_tokens=300.0, output_tokens=100.0) == pytest.approx(1400e-6)
    with pytest.raises(
        InputError,
        match=r"^no price of cached input is known of openai/x, so what 0.25 of the input would cost "
        r"cannot be told; give it with --api-price INPUT/OUTPUT/CACHED, or leave --cached-share out$",
    ):
        api_cost(bare, input_tokens=300.0, output_tokens=100.0, cached_share=0.25)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_of_cached_input_is_a_share(share):
    with pytest.raises(InputError, match="share of cached input must be between 0 and 1"):
        api_cost(LISTED, input_tokens=1.0, output_tokens=1.0, cached_share=share)


@pytest.mark.parametrize("text", ["1", "1/2/3/4", "a/b", "1/-2", "inf/2", "", "1,25/10", "1/2 EUR"])
def test_prices_of_another_shape_are_refused(text):
    with pytest.raises(InputError, match="give USD per million tokens as INPUT/OUTPUT"):
        parse_token_price(text)


def test_prices_below_zero_are_none():
    with pytest.raises(InputError, match=r"the price of output of api must be a number of at least 0 USD"):
        TokenPrice(name="api", input_usd=1.0, output_usd=-1.0, source="by hand", date="")


def test_arrays_go_through_the_share():
    found = break_even_share(np.array([1.0, 2.0, 1.0, 1.0]), 0.5, np.array([2.5, 0.5, 0.25, math.nan]))
    assert found[:3].tolist() == [0.5, math.inf, math.inf]
    assert math.isnan(found[3])


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.51, 0.7, 0.9, 0.97])
def test_windows_are_where_counting_replicas_says_so(share):
    """K = share and A = 1: n replicas cost n K, the other side the load itself."""
    loads = np.linspace(1.0001, 60, 60_000)
    dearer = np.array([math.ceil(load) * share for load in loads]) > loads
    inside = np.zeros_like(dearer)
    for low, high in dearer_windows(share):
        inside |= (loads > low) & (loads < high)
    assert (dearer == inside).mean() > 0.9999
    assert cheaper_from(share) == pytest.approx(max([share, *loads[dearer]]), abs=2e-3)


def test_a_dear_deployment_has_no_windows():
    assert dearer_windows(1.2) == ()
    assert cheaper_from(1.0) is None
    assert cheaper_from(math.inf) is None


def test_at_least_one_replica_stands_ready():
    found = own_cost(np.array([0.0, 1.0, 1.5, math.nan]), 2.0, 1.0)
    # 2, 2 + 1, 2 x 2 + 1.5; unknown stays unknown
    assert found[:3].tolist() == [2.0, 3.0, 5.5]
    assert math.isnan(found[3])
