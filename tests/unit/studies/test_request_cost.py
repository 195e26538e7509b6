import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.core.estimate import Estimate
from isocost.studies.request_cost import CostTerms, cost_aware

RUNTIME = Estimate(value=2.0, low=1.8, high=2.2, unit="s", kind="fitted", method="t")


def test_nothing_said_nothing_known():
    found = cost_aware(RUNTIME, CostTerms())
    assert (found.cost, found.energy, found.accelerator_s, found.price, found.power) == (None,) * 5


def test_accelerators_give_energy_and_their_seconds_but_no_cost():
    found = cost_aware(RUNTIME, CostTerms(accelerator="h100", count=2))
    assert found.cost is None
    assert found.accelerator_s.value == 4
    assert found.energy.value == pytest.approx(2 * 2 * 700 * 0.64)
    assert (found.energy.low, found.energy.high) == pytest.approx((1.8 * 1400 * 0.29, 2.2 * 1400 * 0.90))
    assert "h100 with one request was not measured" in found.power.source


def test_power_that_is_given_has_no_range():
    found = cost_aware(RUNTIME, CostTerms(power_w=500.0, accelerator="h100", count=2))
    assert (found.energy.value, found.energy.low) == (1000, 900)
    assert found.power.source == "given by you"


def test_a_machine_brings_its_range():
    found = cost_aware(RUNTIME, CostTerms(machine="cloud-2core"))
    assert found.cost.value == pytest.approx(2 * 0.08925 / 3600)
    assert found.cost.low == pytest.approx(1.8 * 0.0765 / 3600)


def test_a_price_of_zero_is_a_price():
    found = cost_aware(RUNTIME, CostTerms(price_per_hour=0.0, today="2026-11-21"))
    assert found.cost.value == 0
    assert found.price.date == "2026-11-21"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"accelerator": "h100"}, "--accelerator h100 does not say how many: give --count as well"),
        (
            {"price": "paper-a100-2023"},
            "paper-a100-2023 is the price of one a100-80gb: say how many with --count",
        ),
        (
            {"price": "paper-a100-2023", "accelerator": "h100", "count": 1},
            "paper-a100-2023 is the price of a100-80gb, and this is h100; give --price-per-hour",
        ),
        ({"price_per_hour": -1.0}, "--price-per-hour must be a number of at least 0, got -1.0"),
        ({"price_per_hour": float("nan")}, "--price-per-hour must be a number of at least 0, got nan"),
        (
            {"machine": "h100-rented", "accelerator": "h100", "count": 2},
            "--machine h100-rented is the price of 1 h100, and the request holds 2: --machine 2xh100-rented",
        ),
        (
            {"machine": "2xh100-rented", "accelerator": "h200", "count": 2},
            "--machine 2xh100-rented is the price of h100, and this is h200; give --price-per-hour",
        ),
        ({"count": 0}, "--count must be at least 1 accelerator, got 0"),
        ({"power_w": 0.0}, "--power-w must be above 0 watts, got 0.0"),
        (
            {"price_per_hour": 1.0, "machine": "cloud-2core"},
            "give one of --price-per-hour, --price and --machine, not several",
        ),
    ],
)
def test_what_does_not_go_is_one_sentence(terms, words):
    with pytest.raises(InputError) as error:
        cost_aware(RUNTIME, CostTerms(**terms))
    assert str(error.value) == words


def test_unknown_names_get_the_nearest():
    with pytest.raises(CatalogError, match="no accelerator named 'h10x'; the nearest"):
        cost_aware(RUNTIME, CostTerms(accelerator="h10x", count=1))
