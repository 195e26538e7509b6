from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.money import HourlyPrice
from isocost.economics.cost import (
    cost_per_million,
    cost_per_request,
    machine_seconds_per_million,
    price_draws,
)


def test_the_three_bases_are_one_cost_over_three_counts() -> None:
    # 7.20 USD/h = 0.002 USD/s. 100 output and 300 input tokens/s:
    # output 0.002 / 100 * 1e6 = 20; input 0.002 / 300 * 1e6 = 6.667; both 0.002 / 400 * 1e6 = 5
    assert cost_per_million(7.2, 100.0) == pytest.approx(20.0)
    assert cost_per_million(7.2, 300.0) == pytest.approx(20 / 3)
    assert cost_per_million(7.2, 400.0) == pytest.approx(5.0)


def test_formulas_take_arrays_and_keep_what_is_unknown() -> None:
    rates = np.array([100.0, 200.0, np.nan])
    np.testing.assert_allclose(machine_seconds_per_million(rates), [10_000.0, 5_000.0, np.nan])
    np.testing.assert_allclose(cost_per_request(3600.0, rates), [0.01, 0.005, np.nan])


def test_the_published_cost_of_a_workload() -> None:
    # METHOD 4: an A800 hour is 0.7866 USD; at 1,000 tokens/s a million tokens take 1,000 s: 0.7866 / 3.6
    assert cost_per_million(0.7866, 1000.0) == pytest.approx(0.2185)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), np.array([1.0, 0.0])])
def test_a_rate_of_nothing_is_refused(rate: Any) -> None:
    with pytest.raises(InputError) as caught:
        machine_seconds_per_million(rate)
    assert str(caught.value) == (
        f"tokens_per_second must be above 0, got {rate!r}; "
        "a deployment that yields nothing has no cost per unit"
    )


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(InputError, match=r"usd_per_hour must be at least 0, got -1.0"):
        cost_per_million(-1.0, 5.0)


def ranged(low: float | None, high: float | None, source: str = "list") -> HourlyPrice:
    return HourlyPrice(usd_per_hour=1.0, low=low, high=high, source=source, date="2026-11-21")


def test_an_exact_price_is_exact_and_a_ranged_one_uniform() -> None:
    exact = price_draws(ranged(None, None), seed=1)
    assert set(exact.samples) == {1.0}
    wide = price_draws(ranged(0.8, 1.4), seed=1)
    # uniform on [0.8, 1.4]: mean 1.1, standard deviation 0.6 / sqrt(12) = 0.173
    assert wide.value == 1.0
    assert wide.samples.mean() == pytest.approx(1.1, abs=0.01)
    assert wide.samples.std() == pytest.approx(0.1732, abs=0.005)
    assert 0.8 <= wide.samples.min() <= wide.samples.max() <= 1.4
    assert (wide.method, wide.source) == ("uniform on [0.8, 1.4]", "list, 2026-11-21")


def test_the_same_price_has_the_same_draws_and_another_has_others() -> None:
    one, same, other = (price_draws(ranged(0.8, 1.4, name), seed=1) for name in ("a", "a", "b"))
    assert (one.samples == same.samples).all()
    assert abs(np.corrcoef(one.samples, other.samples)[0, 1]) < 0.05


def test_costs_that_share_a_price_are_compared_jointly() -> None:
    # METHOD 12: a shared price of +-10 %, A 4 % cheaper than B. Each cost has 2 % noise of its own, so the
    # difference has sqrt(2) * 2 % = 2.83 %: P = Phi(4.08 / 2.83) = .92; from separate intervals .61 or so
    price = price_draws(ranged(0.9, 1.1), seed=3)
    rng = np.random.default_rng(0)
    a, b = (price.samples * mean * np.exp(0.02 * rng.normal(size=4000)) for mean in (0.96, 1.0))
    assert np.mean(a < b) == pytest.approx(0.925, abs=0.02)
    assert np.mean(a < rng.permutation(b)) < 0.75


def test_a_price_outside_its_own_range_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        price_draws(ranged(1.2, 1.4), seed=0)
    assert str(caught.value) == (
        "the price 1 USD/h lies outside its own range [1.2, 1.4]; give low <= price <= high"
    )
