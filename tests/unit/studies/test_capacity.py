"""The capacity of a deployment for a day: which price is what, what is told, charges that add up."""

import csv
import io
import math
from dataclasses import replace

import pytest

from doubles.made_up_studies import deployment, write_sweep
from isocost.core.errors import CatalogError, InputError
from isocost.studies.answer import report_study
from isocost.studies.capacity import CapacityQuestion, capacity_report
from isocost.studies.capacity_charges import capacity_focus
from isocost.studies.capacity_prices import PriceTerms
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.sweeps import FileQuestion, report_files

# 100 and 200 tokens in a request and out; three repeats of three levels; the highest misses 1 s
HEAD = "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,requests,ttft_p95_s"
SWEEP = f"{HEAD}\n" + "".join(
    f"{load},{200 * rate * wobble},{100 * rate * wobble},{rate * wobble},2000,{wait}\n"
    for load, rate, wait in ((1, 0.5, 0.1), (8, 2.0, 0.5), (32, 4.0, 2.0))
    for wobble in (0.99, 1.0, 1.01)
)  # fmt: skip
HALVES = "time,requests\n00:00,43200\n12:00,129600\n"  # 1/s and 3/s
PROMISE = ("ttft.p95=1s",)
DATE = "2026-11-21"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "sweep.csv").write_text(SWEEP)
    (tmp_path / "day.csv").write_text(HALVES)
    return tmp_path


@pytest.fixture
def plan(files):
    def planning(prices=None, *, hour=None, machine=None, sweep="sweep.csv", slo=PROMISE, **asked):
        asked = {"diurnal": files / "day.csv", **asked}
        answered = report_files(
            [files / sweep],
            FileQuestion(price_usd_per_hour=hour, machine=machine, service_levels=slo),
            today=DATE,
        )
        question = CapacityQuestion(prices=PriceTerms(**(prices or {})), **asked)
        return capacity_report(answered, question, today=DATE)

    return planning


def codes(report):
    return {caution.code for caution in report.cautions}


def test_the_volume_may_come_from_the_file_and_one_that_is_given_goes_before(plan):
    assert plan().requests_per_day == 172_800
    other = plan(requests_per_day=86_400)
    assert [each.load.requests for each in other.plan.intervals] == [21_600, 64_800]
    assert "other-volume" in codes(other)
    assert "other-volume" not in codes(plan(requests_per_day=172_800))


def test_replicas_follow_the_highest_rate_within_the_service_levels(plan):
    # 2/s at 8 concurrent: 1/s takes one, 3/s two; 4/s at 32 concurrent would do, but keeps no promise
    report = plan(reserve="1")
    assert report.capacity.rate.value == pytest.approx(2.0, rel=1e-3)
    assert [each.needed for each in report.plan.intervals] == [2, 3]
    assert (report.capacity.input_tokens, report.capacity.output_tokens) == (
        pytest.approx(100.0),
        pytest.approx(200.0),
    )


def test_a_price_by_the_hour_is_on_demand(plan):
    report = plan(hour=1.5)
    assert report.known.hourly["on-demand"].usd_per_hour == 1.5
    # 12 h x 1 and 12 h x 2 replicas
    assert report.plan.mix.cost_per_day.value == pytest.approx(36 * 1.5)
    both = plan({"on_demand": "2.0"}, hour=1.5)
    assert both.known.hourly["on-demand"].usd_per_hour == 2.0


def test_an_owned_machine_is_paid_all_day_and_its_idle_hours_are_counted_once(plan):
    whole = hourly_report("h100-owned", HourlyQuestion(changes={"utilization": "1"})).total
    for report in (plan(machine="h100-owned"), plan({"owned": "h100-owned"})):
        assert report.known.hourly["owned"].usd_per_hour == pytest.approx(whole.value)
        assert report.plan.mix.cost_per_day.value == pytest.approx(48 * whole.value)
        assert report.plan.mix.cost_per_day.has_interval
    two = plan({"owned": "2xh100-owned"})
    assert two.known.hourly["owned"].usd_per_hour == pytest.approx(2 * whole.value)


def test_a_machine_by_the_hour_brings_its_range(plan):
    report = plan({"reserved": "h100-rented"})
    known = report.known.hourly["reserved"]
    assert known.low < known.usd_per_hour < known.high
    assert "reserved" in known.source
    ranged = plan({"on_demand": "1..3"}).plan.mix
    # uniform on [1, 3]: 2.5 % and 97.5 % are 1.05 and 2.95
    assert ranged.cost_per_day.value == pytest.approx(72)
    assert ranged.cost_per_day.low == pytest.approx(36 * 1.05, rel=0.02)


def test_ranges_of_two_kinds_are_drawn_apart(plan):
    prices = plan({"on_demand": "1..3", "reserved": "1..3"}).known.prices
    assert not math.isclose(prices.on_demand.samples[0], prices.reserved.samples[0])


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ({"owned": "h100-rented"}, "--owned h100-rented is a machine by the hour; give an owned one"),
        ({"reserved": "h100-owned"}, "--reserved h100-owned is a machine one owns; give it with --owned"),
        ({"on_demand": "-2"}, "--on-demand -2: give USD per hour of one replica, such as 2.5"),
        ({"on_demand": "3..1"}, "--on-demand 3..1: give USD per hour"),
        ({"on_demand": "1..2..3"}, "--on-demand 1..2..3: give USD per hour"),
        ({"on_demand": "nan"}, "--on-demand nan: give USD per hour"),
        ({"api": "1.25"}, "--api-price 1.25: give USD per million tokens as INPUT/OUTPUT"),
        ({"api": "1/2", "cached_share": 0.5}, "--cached-share 0.5 needs the price of cached input"),
        ({"api": "1/2/0.1", "cached_share": 1.5}, "--cached-share must be from 0 to 1, got 1.5"),
    ],
)
def test_a_price_that_is_none_is_one_sentence(plan, prices, told):
    with pytest.raises(InputError) as refused:
        plan(prices)
    assert str(refused.value).startswith(told)


def test_a_machine_that_nobody_knows_is_told_with_the_nearest(plan):
    with pytest.raises(CatalogError, match="no machine named 'h100-ownd'"):
        plan({"owned": "h100-ownd"})


def test_an_api_bills_the_tokens_of_a_mean_request(plan):
    report = plan({"api": "1/2/0.1", "cached_share": 0.5})
    # 50 in at 1, 50 cached at 0.1, 200 out at 2: 455 millionths
    assert report.known.prices.api.value == pytest.approx(455e-6)
    assert report.plan.mix.cost_per_day.value == pytest.approx(172_800 * 455e-6)


def test_an_api_needs_tokens(plan, files):
    (files / "few.csv").write_text(
        "concurrency,output_tokens_per_second,requests_per_second,requests\n1,200,1,400\n"
    )
    with pytest.raises(InputError, match="nobody counted the tokens of a request"):
        plan({"api": "1/2"}, sweep="few.csv", slo=())
    told = plan({"api": "1/2"}, sweep="few.csv", slo=(), tokens_per_request="100/200")
    assert told.known.prices.api.value == pytest.approx(500e-6)
    with pytest.raises(InputError, match="--tokens-per-request 100: give mean input and output tokens"):
        plan(tokens_per_request="100")


def test_nobody_counted_requests(plan, files):
    (files / "few.csv").write_text("concurrency,output_tokens_per_second,requests\n1,200,400\n")
    with pytest.raises(InputError) as refused:
        plan(sweep="few.csv", slo=())
    assert str(refused.value) == (
        "nobody counted the requests of few, so its requests per second are not known; say how long they are "
        "with --tokens-per-request IN/OUT, or give a column requests_per_second"
    )
    assert plan(sweep="few.csv", slo=(), tokens_per_request="100/200").capacity.rate.value == 1.0


def test_a_rate_that_was_kept_up_with_is_the_rate(plan, files):
    (files / "rates.csv").write_text("rate,output_tokens_per_second\n1,200\n2,400\n")
    assert plan(sweep="rates.csv", slo=()).capacity.rate.value == 2.0


def test_a_service_level_that_nothing_keeps_is_named(plan):
    with pytest.raises(InputError) as refused:
        plan(slo=("ttft.p95=1ms",))
    assert str(refused.value) == (
        "no measured level of sweep keeps TTFT p95 <= 1 ms, so there is no rate to plan with; relax it with "
        "--slo, or measure lower loads"
    )


def test_doubts_are_told(plan, files):
    flat = plan(diurnal=None, requests_per_day=170_000, slo=())
    # flat; 4/s at the highest level measured; 170,000 a day are 1.97/s of 4
    assert {"flat-day", "capacity-at-edge"} <= codes(flat)
    assert "full-replicas" not in codes(flat)
    assert not {"flat-day", "capacity-at-edge", "parts-of-hours"} & codes(plan(hour=1.0))
    assert "full-replicas" in codes(plan(diurnal=None, requests_per_day=170_000))
    (files / "day.csv").write_text("time,weight\n00:00,1\n08:30,2\n")
    assert "parts-of-hours" in codes(plan(hour=1.0, requests_per_day=1000))
    assert "parts-of-hours" not in codes(plan(requests_per_day=1000))


def test_no_volume_at_all_is_asked_for(plan):
    with pytest.raises(InputError, match="how many requests a day\\? give --requests-per-day"):
        plan(diurnal=None)


def test_one_of_several_deployments_is_named(plan, files):
    text = SWEEP.splitlines()
    both = [f"model,{text[0]}", *(f"{name},{row}" for name in ("a", "b") for row in text[1:])]
    (files / "both.csv").write_text("\n".join(both))
    assert plan(sweep="both.csv", deployment="b").deployment == "b"
    with pytest.raises(InputError, match="no deployment 'c' was measured under load; there are: a, b"):
        plan(sweep="both.csv", deployment="c")


def test_a_study_is_planned_like_a_file(tmp_path):
    folder = tmp_path / "study"
    write_sweep(folder, deployment("little"), 0.01)
    report = capacity_report(
        report_study(folder, price_usd_per_hour=1.0, today=DATE),
        CapacityQuestion(requests_per_day=1_000_000),
        today=DATE,
    )
    # two streams, 8 tokens of 10 ms each: 25 requests/s, less what streams need to begin anew
    assert 15 < report.capacity.rate.value <= 26
    needed = math.ceil(1_000_000 / 86_400 / report.capacity.rate.value)
    assert report.plan.intervals[0].needed == needed
    assert report.capacity.output_tokens == pytest.approx(8)


def charges(report, **asked):
    return list(csv.DictReader(io.StringIO(capacity_focus(report, **asked))))


def test_charges_add_up_to_the_day_and_idle_to_what_stands_idle(plan):
    report = plan(
        {"owned": "0.7", "on_demand": "1.3", "api": "1/2/0.1", "cached_share": 0.3},
        requests_per_day=1_234_567,
        reserve="20%",
    )
    rows = charges(report, day="2026-02-28")
    mix = report.plan.mix
    assert math.fsum(float(row["BilledCost"]) for row in rows) == pytest.approx(
        mix.cost_per_day.value, rel=0, abs=1e-9
    )
    assert math.fsum(float(row["x_IdleCost"]) for row in rows) == pytest.approx(
        mix.idle_per_day.value, rel=0, abs=1e-9
    )
    for row in rows:
        assert float(row["PricingQuantity"]) * float(row["ListUnitPrice"]) == pytest.approx(
            float(row["ListCost"]), rel=1e-12
        )
        assert row["EffectiveCost"] == row["BilledCost"] == row["ContractedCost"]
    assert {row["ChargePeriodStart"] for row in rows} == {"2026-02-28T00:00:00Z", "2026-02-28T12:00:00Z"}
    assert rows[-1]["ChargePeriodEnd"] == "2026-03-01T00:00:00Z"


def test_an_api_is_charged_by_kind_of_token(plan):
    rows = charges(plan({"api": "1/2/0.1", "cached_share": 0.5}))
    first = {row["ResourceName"]: row for row in rows if row["ChargePeriodStart"].endswith("T00:00:00Z")}
    # 43,200 requests of 50 in, 50 cached, 200 out
    assert {name: float(row["ConsumedQuantity"]) for name, row in first.items()} == {
        "sweep, input tokens": pytest.approx(2_160_000),
        "sweep, cached input tokens": pytest.approx(2_160_000),
        "sweep, output tokens": pytest.approx(8_640_000),
    }
    assert {row["PricingUnit"] for row in rows} == {"1000000 Tokens"}


def test_names_in_charges_are_no_formulas(plan):
    report = replace(plan(hour=1.0), deployment="=cmd|' /C calc'!A0", name="@evil")
    (row, *_) = charges(report)
    assert (row["ResourceName"][0], row["BillingAccountName"][0]) == ("'", "'")


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "20261121", ""])
def test_a_date_that_is_none_is_one_sentence(plan, day):
    with pytest.raises(InputError) as refused:
        capacity_focus(plan(hour=1.0), day=day)
    assert str(refused.value) == f"--date must be a day such as 2026-11-21, got {day!r}"


def test_charges_need_a_price(plan):
    with pytest.raises(InputError, match="charges need a price, and none is known"):
        capacity_focus(plan())
