"""What the recommended cost hangs on, of files as a user gives them."""

import pytest

from doubles.study_reports import runtime_only
from isocost.core.errors import InputError
from isocost.economics import hourly_cost
from isocost.studies.hourly import hourly_report
from isocost.studies.machine import find_machine, in_usd
from isocost.studies.money import MoneyTerms
from isocost.studies.sensitivity import with_sensitivity
from isocost.studies.sweeps import FileQuestion, report_files

ALONE = "concurrency,output_tokens_per_second,requests\n" + "".join(
    f"{b},{x * factor},4000\n" for b, x in ((1, 100), (16, 700), (64, 900)) for factor in (0.99, 1.0, 1.01)
)
RIVALS = """gpu,concurrency,output_tokens_per_second,ttft_p95_ms,requests,price_usd_per_hour
A,32,1000,400,4000,2
A,32,1060,380,4000,2
B,32,1360,510,4000,2.6
B,32,1330,480,4000,2.6
"""


@pytest.fixture
def asked(tmp_path):
    def ask(text, **question):
        path = tmp_path / "sweep.csv"
        path.write_text(text)
        return with_sensitivity(report_files([path], FileQuestion(**question), today="2026-11-21"))

    return ask


def test_an_owned_machine_is_questioned_part_by_part(asked):
    found = asked(ALONE, machine="2xh100-owned").sensitivity
    assert found.found.first_question.name == "utilization"
    # the tornado of utilization by the hourly cost itself, at .3 and .9, two of them, 900 tokens/s
    machine = find_machine("2xh100-owned")
    parameters = in_usd(machine.profile.parameters, machine.currency)
    utilization = found.found.first_question
    speed = 900 * (0.99 * 1.01) ** (1 / 3)
    for end, seen in zip(utilization.assumed.ends, (utilization.at_low, utilization.at_high), strict=True):
        moved = type(parameters["utilization"])(value=end, unit="1", source="", date="")
        hour = hourly_cost({**parameters, "utilization": moved}, formula="full", boundary="all-in", seed=0)
        assert seen == pytest.approx(2 * hour.total.value / 3600 * 1e6 / speed)
    names = {each.name for each in found.found.influences}
    assert {"throughput", "lifetime_years", "electricity"} <= names
    assert found.turns is None


def test_the_figure_questioned_is_the_recommended_cost(asked):
    for question in (
        {"machine": "a800-owned"},
        {"price_usd_per_hour": 2.0},
        {"machine": "2xh100-rented"},
        {},
    ):
        report = asked(ALONE, **question)
        (deployment,) = report.deployments
        best = deployment.curve.level_at(deployment.curve.zone.best)
        assert report.sensitivity.found.value == pytest.approx(best.full_cost)


def test_amounts_are_stated_in_the_currency_of_the_profile(asked):
    found = asked(ALONE, machine="a800-owned").sensitivity
    price = next(each.assumed for each in found.found.influences if each.name == "purchase_price")
    assert price == hourly_report("a800-owned").machine.profile.parameters["purchase_price"]
    assert price.unit.startswith("CNY")


def test_what_is_taken_as_exact_is_said(asked):
    plain = asked(ALONE, price_usd_per_hour=2.0).sensitivity
    assert plain.exact[0].startswith("the price, 2 USD per hour, is taken as exact")
    ranged = asked(ALONE, price_usd_per_hour=2.0, money=MoneyTerms(price_range=(1.0, 4.0))).sensitivity
    assert ranged.exact == ()
    assert [each.name for each in ranged.found.influences] == ["price", "throughput"]
    once = asked("concurrency,output_tokens_per_second\n4,100\n").sensitivity
    assert once.found.influences == ()
    assert [text.partition(",")[0] for text in once.exact] == [
        "the price is unknown",
        "the throughput has no interval and is taken as exact: repeats would tell how much it varies",
    ]


def test_the_price_of_waiting_is_taken_as_exact(asked):
    money = MoneyTerms(waiting_usd_per_hour=0.5)
    found = asked(ALONE, price_usd_per_hour=2.0, money=money).sensitivity
    assert found.exact[-1].startswith("the price of waiting, 0.5 USD per hour, is taken as exact")


def test_what_could_change_the_choice(asked):
    found = asked(RIVALS, service_levels=("ttft.p95=500ms",)).sensitivity
    told = {each.name: each for each in found.turns}
    assert set(told) == {
        "throughput of A at 32 concurrent",
        "throughput of B at 32 concurrent",
        "TTFT p95 of B",
    }
    # geometric means 1029.6 and 1344.9: B turns where its price over throughput is A's
    speed = (1000 * 1060) ** 0.5 * 2.6 / 2
    assert told["throughput of B at 32 concurrent"].at == pytest.approx(speed)
    assert not told["throughput of B at 32 concurrent"].upward
    assert told["TTFT p95 of B"].instead == "A"


def test_one_price_for_all_cannot_change_the_choice(asked):
    money = MoneyTerms(price_range=(0.1, 40.0))
    found = asked(RIVALS, price_usd_per_hour=2.0, money=money).sensitivity
    assert "price" in [each.name for each in found.found.influences]
    assert "price" not in [each.name for each in found.turns]


def test_nothing_recommended_is_a_caution(asked):
    report = asked(RIVALS, service_levels=("ttft.p95=1ms",))
    assert report.sensitivity is None
    assert report.cautions[-1].code == "sensitivity-not-told"


def test_without_load_there_is_nothing_to_question():
    with pytest.raises(InputError, match="no load was measured, so there is no cost to question"):
        with_sensitivity(runtime_only())


def test_the_range_of_the_price_can_decide_on_the_level_with_waiting(asked):
    # (p + 3 b) / X: at 3 USD/h 16 streams, at 90 all 64
    money = MoneyTerms(waiting_usd_per_hour=0.5, price_range=(3.0, 90.0))
    report = asked(ALONE, price_usd_per_hour=10.0, money=money)
    texts = {each.code: each.text for each in report.cautions}
    assert texts["waiting-against-price"].endswith("goes from 16 concurrent to 64 concurrent")
    with pytest.raises(InputError, match="--waiting-price is weighed against the price of the machine"):
        asked(ALONE, money=MoneyTerms(waiting_usd_per_hour=0.5))
