import pytest

from isocost.core.errors import InputError
from isocost.core.money import HourlyPrice
from isocost.studies.money import MoneyTerms, given_price, price_with_range, refuse_range, waiting_assumptions

RANGE = MoneyTerms(price_range=(2.0, 4.0))


def test_a_price_a_range_or_both():
    both = given_price(2.5, RANGE, today="2026-11-21")
    assert (both.usd_per_hour, both.low, both.high) == (2.5, 2.0, 4.0)
    alone = given_price(None, RANGE, today="2026-11-21")
    assert (alone.usd_per_hour, alone.low, alone.high) == (3.0, 2.0, 4.0)
    exact = given_price(2.5, MoneyTerms(), today="2026-11-21")
    assert (exact.usd_per_hour, exact.low, exact.high) == (2.5, None, None)
    assert given_price(None, MoneyTerms(), today="2026-11-21") is None


def test_a_price_of_zero_is_a_price():
    assert given_price(0.0, MoneyTerms(), today="2026-11-21").usd_per_hour == 0.0


def test_a_range_around_a_price_keeps_its_source():
    assumed = HourlyPrice(usd_per_hour=2.1, source="a list", date="2026-01-01")
    ranged = price_with_range(assumed, RANGE)
    assert (ranged.source, ranged.date, ranged.low) == ("a list", "2026-01-01", 2.0)
    with pytest.raises(
        InputError, match="--price-range 2:4 does not hold the price, 5 USD per hour; give LOW"
    ):
        price_with_range(HourlyPrice(usd_per_hour=5.0, source="", date=""), RANGE)


@pytest.mark.parametrize("ends", [(4.0, 2.0), (-1.0, 2.0), (1.0, float("inf")), (float("nan"), 2.0)])
def test_no_range(ends):
    with pytest.raises(InputError, match="is no range of prices; give LOW:HIGH in USD per hour"):
        MoneyTerms(price_range=ends)


def test_a_machine_has_a_range_of_its_own():
    refuse_range(MoneyTerms(), "h100-owned")
    with pytest.raises(InputError, match="the price of h100-owned comes with its own range"):
        refuse_range(RANGE, "h100-owned")


def test_the_price_of_waiting_is_an_assumption():
    terms = MoneyTerms(waiting_usd_per_hour=1.8)
    assert terms.waiting_usd_per_second == pytest.approx(0.0005)
    (told,) = waiting_assumptions(terms)
    assert told.value == "1.8 USD per hour of one request in the system"
    assert waiting_assumptions(MoneyTerms()) == ()
    with pytest.raises(InputError, match="--waiting-price must be at least 0 USD per hour of one waiting"):
        MoneyTerms(waiting_usd_per_hour=-1.0)
