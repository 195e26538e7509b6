"""What is asked of a machine, and what is answered."""

import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.economics import price_draws
from isocost.studies.hourly import HourlyQuestion, hourly_report, known_prices, machine_price


def ask(machine: str = "a800-owned", **question):
    return hourly_report(machine, HourlyQuestion(**{"changes": {}, **question}))


def test_a_change_is_exact_a_range_or_a_range_with_its_most_likely_value() -> None:
    for text, ends, value, shape in [
        ("0.6", (0.6, 0.6), 0.6, "triangular"),
        ("0.3..0.9", (0.3, 0.9), 0.6, "uniform"),
        ("0.3..0.5..0.9", (0.3, 0.9), 0.5, "triangular"),
    ]:
        used = ask(changes={"utilization": text}).machine.profile.parameters["utilization"]
        assert (used.ends, used.value, used.shape) == (ends, pytest.approx(value), shape)
        assert used.source == "given by you"


def test_a_parameter_that_is_left_out_is_said_to_be() -> None:
    whole, less = ask("h100-owned"), ask("h100-owned", changes={"staff_per_year": "none"})
    assert whole.left_out == ()
    assert less.left_out == ("staff_per_year",)
    assert less.total.value == pytest.approx(whole.total.value - whole.parts["staff"].value)


def test_both_boundaries_are_told_and_one_is_the_total() -> None:
    report = ask("h100-owned", boundary="accelerator")
    assert report.total == report.boundaries["accelerator"]
    assert report.boundaries["all-in"].value == pytest.approx(sum(p.value for p in report.parts.values()))
    assert [each.code for each in report.cautions] == ["boundaries-differ"]


def test_full_use_is_a_doubt() -> None:
    codes = [each.code for each in ask().cautions]
    assert codes == ["no-idle-hours", "boundaries-differ"]
    assert [each.code for each in ask(changes={"utilization": "0.9"}).cautions] == ["boundaries-differ"]


def test_a_ranged_rent_comes_with_its_ends() -> None:
    rents = ask().rents
    assert [(each.name, each.price.usd_per_hour) for each in rents] == [
        ("a800-rented", 4.23),
        ("a800-rented, low end", 2.82),
        ("a800-rented, high end", 5.64),
    ]


def test_a_rent_that_running_alone_exceeds_is_never_beaten() -> None:
    (rent,) = ask(rents=("0.05",)).rents
    assert rent.owning_cheaper == 0.0
    assert [(point.utilization is None or point.utilization.value > 1) for point in rent.break_evens] == [
        True
    ] * 3
    assert [point.never for point in rent.break_evens] == [1.0] * 3
    assert rent.break_evens[0].utilization is None


def test_amounts_are_shown_in_a_currency_at_the_given_rate() -> None:
    report = ask(currency="EUR", rates={"EUR": 0.5})
    assert (report.currency.per_usd, report.currency.source) == (0.5, "given by you")
    # a rate of the machine's own currency changes what its prices are in USD
    assert ask(rates={"CNY": 14.18}).total.value == pytest.approx(ask().total.value / 2)


def test_a_machine_by_the_hour_costs_its_price() -> None:
    report = ask("2xcloud-2core")
    assert (report.total.value, report.total.low, report.total.high) == pytest.approx((0.1785, 0.153, 0.2016))
    assert report.parts == {}
    assert report.price.samples is None


@pytest.mark.parametrize(
    "question", [{"changes": {"pue": "1.2"}}, {"rents": ("2",)}, {"formula": "full"}, {"sensitivity": True}]
)
def test_of_a_machine_by_the_hour_nothing_can_be_set(question: dict[str, object]) -> None:
    with pytest.raises(InputError, match="cloud-2core is rented at one price, so --"):
        ask("cloud-2core", **question)


def test_the_price_of_a_deployment_brings_its_draws() -> None:
    price = machine_price("h100-owned", seed=3)
    draws = price_draws(price, seed=99)
    assert price.samples is not None
    assert (draws.samples == price.samples).all()
    assert price.low is not None
    assert price.high is not None
    assert price.low < draws.samples.mean() < price.high
    with pytest.raises(InputError, match="brings 4000 draws and 10 are wanted"):
        price_draws(price, seed=0, size=10)


def test_the_assumption_to_question_first_is_utilization() -> None:
    found = ask("h100-owned", sensitivity=True).sensitivity
    assert found is not None
    # METHOD 11: in one trial utilization 77 %, life 13 %, purchase price 6 %, electricity .3 %
    orders = {each.name: each.total_order for each in found.influences}
    assert list(orders)[:3] == ["utilization", "lifetime_years", "purchase_price"]
    assert 0.6 < orders["utilization"] < 0.9
    assert orders["electricity"] < 0.02
    assert found.influences[0].assumed.ends == (0.3, 0.9)


def test_all_prices_are_listed_or_the_ones_asked_for() -> None:
    assert {"a800-owned", "cloud-2core"} <= {name for name, _ in known_prices()}
    ((name, price),) = known_prices(("a800-owned",))
    assert (name, round(price.usd_per_hour, 4)) == ("a800-owned", 0.7866)
    with pytest.raises(CatalogError, match="no machine named 'nope'"):
        known_prices(("nope",))
