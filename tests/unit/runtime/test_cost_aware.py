import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.core.money import HourlyPrice
from isocost.runtime import accelerator_seconds, board_power, request_cost, request_energy

RUNTIME = Estimate(
    value=2.0, low=1.5, high=3.0, unit="s", kind="published", method="t", n=13, source="a table"
)
SHARE = (0.5, 0.25, 1.0)


def ends(estimate):
    return estimate.value, estimate.low, estimate.high


def test_cost_is_runtime_times_price():
    price = HourlyPrice(usd_per_hour=36.0, source="a list", date="2023-05")  # .01 USD/s
    cost = request_cost(RUNTIME, price)
    assert ends(cost) == pytest.approx((0.02, 0.015, 0.03))
    assert (cost.unit, cost.kind, cost.n) == ("USD/request", "published", 13)
    assert cost.source == "a table; price: a list, 2023-05"


def test_a_range_of_the_price_widens_the_cost():
    price = HourlyPrice(usd_per_hour=36.0, low=18.0, high=72.0, source="a list", date="2023-05")
    cost = request_cost(RUNTIME, price)
    assert ends(cost) == pytest.approx((0.02, 0.0075, 0.06))
    assert "ends times ends" in cost.method


def test_without_an_interval_of_the_runtime_the_cost_has_none():
    bare = Estimate(value=2.0, unit="s", kind="extrapolated", method="t")
    price = HourlyPrice(usd_per_hour=36.0, low=18.0, high=72.0, source="a list", date="2023-05")
    assert ends(request_cost(bare, price)) == pytest.approx((0.02, None, None))
    assert request_cost(bare, price).kind == "extrapolated"


def test_energy_is_assumed_where_the_power_is():
    power = board_power(400.0, 8, share=SHARE, source="a guess")  # 3,200 W: 1,600 [800, 3200]
    assert ends(power) == (1600, 800, 3200)
    energy = request_energy(RUNTIME, power)
    assert ends(energy) == pytest.approx((3200, 1200, 9600))
    assert (energy.unit, energy.kind, energy.basis) == ("J/request", "assumed", "accelerators")


def test_measured_power_leaves_the_kind_of_the_runtime():
    power = Estimate(value=100.0, unit="W", kind="measured", method="meter")
    energy = request_energy(RUNTIME, power)
    assert ends(energy) == pytest.approx((200, 150, 300))
    assert energy.kind == "published"


def test_accelerator_seconds():
    assert ends(accelerator_seconds(RUNTIME, 8)) == (16, 12, 24)
    with pytest.raises(InputError) as error:
        accelerator_seconds(RUNTIME, 0)
    assert str(error.value) == "a model takes at least 1 accelerator, got 0"


@pytest.mark.parametrize(
    ("watts", "count", "share"),
    [(0.0, 1, SHARE), (400.0, 0, SHARE), (400.0, 1, (0.5, 0.6, 1.0)), (400.0, 1, (0.5, 0.0, 1.0))],
)
def test_power_out_of_range_is_refused(watts, count, share):
    with pytest.raises(InputError, match="power needs watts above 0"):
        board_power(watts, count, share=share, source="a guess")
