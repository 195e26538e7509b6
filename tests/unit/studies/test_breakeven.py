"""Break-even of files of sweeps: by hand from the rows."""

import datetime as dt
from functools import cache

import numpy as np
import pytest

from isocost.core.errors import CatalogError, EstimationError, InputError
from isocost.economics import hourly_parts
from isocost.studies.break_even_question import BreakEvenQuestion
from isocost.studies.breakeven import with_break_even
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.machine import in_usd
from isocost.studies.sweeps import FileQuestion, report_files

# 200 tokens out and 800 in a request
HEAD = (
    "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,ttft_p95_ms,"
    "requests,repeat\n"
)
ROWS = [(1, 100, 40), (8, 600, 70), (32, 1600, 200), (64, 2000, 900)]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    path = tmp_path_factory.mktemp("break-even") / "sweep.csv"
    lines = [
        f"{load},{speed * scale},{4 * speed * scale},{speed * scale / 200},{ttft},800,{repeat}\n"
        for load, speed, ttft in ROWS
        for repeat, scale in enumerate((0.99, 1.0, 1.01))
    ]
    path.write_text(HEAD + "".join(lines))
    return path


@cache
def report_of(path, price, machine, slo):
    files = FileQuestion(price_usd_per_hour=price, machine=machine, service_levels=slo)
    return report_files([path], files)


def asked(path, *, slo=(), price=3.6, machine=None, **question):
    report = report_of(path, None if machine else price, machine, tuple(slo))
    return with_break_even(report, BreakEvenQuestion(**question))


def test_the_same_requests_on_both_sides(sweep):
    told = asked(sweep, api_price="0.25/1").breakeven
    # 800 x 0.25 + 200 x 1 = 400 millionths a request; 0.001 USD/s buys 2.5 requests/s of 10
    assert (told.input_tokens, told.output_tokens) == pytest.approx((800.0, 200.0))
    assert told.other_request.value == pytest.approx(400e-6)
    assert told.found.requests_per_second.value == pytest.approx(2.5)
    assert told.found.utilization.value == pytest.approx(0.25, rel=1e-4)
    assert told.found.tokens_per_second.value == pytest.approx(500.0)
    assert told.own_request.value == pytest.approx(1e-4, rel=1e-4)
    assert told.found.answer == "own"
    assert told.readings == ()
    assert told.payback is None


def test_cached_input_makes_the_api_cheaper(sweep):
    told = asked(sweep, api_price="0.25/1/0.05", cached_share=0.5).breakeven
    # 400 x 0.25 + 400 x 0.05 + 200 = 320 millionths
    assert told.found.requests_per_second.value == pytest.approx(0.001 / 320e-6)


def test_service_levels_bound_what_can_be_served(sweep):
    told = asked(sweep, api_price="0.25/1", slo=["ttft.p95=500ms"]).breakeven
    assert told.capacity.label == "32 concurrent"
    assert told.found.capacity_requests_per_second.value == pytest.approx(8.0, rel=1e-3)
    # within 50 ms one stream alone, 0.5 requests/s: full, a request costs 0.002 USD
    alone = asked(sweep, api_price="0.25/1", slo=["ttft.p95=50ms"]).breakeven
    assert (alone.found.answer, alone.found.never) == ("other", 1.0)
    assert alone.own_request.value == pytest.approx(0.002, rel=1e-3)


def test_nothing_within_the_service_levels(sweep):
    with pytest.raises(EstimationError, match=r"no level of sweep keeps TTFT p95 <= 1 ms, so nothing can be"):
        asked(sweep, api_price="0.25/1", slo=["ttft.p95=1ms"])


def test_a_load_of_a_day(sweep):
    report = asked(sweep, api_price="0.25/1", requests_per_day=1_296_000)
    at = report.breakeven.at
    # 15 requests/s take two of 10
    assert (at.replicas, at.answer) == (2, "own")
    assert at.own_per_hour.value == pytest.approx(7.2)
    assert at.other_per_hour.value == pytest.approx(15 * 3600 * 400e-6)


def test_an_owned_hour_is_paid_by_the_calendar_and_by_use(sweep):
    """The share of the capacity, by hand from the parts of the hour at full use, draw by draw."""
    told = asked(sweep, machine="2xh100-owned", api_price="0.25/1").breakeven
    profile = hourly_report("h100-owned").machine.profile
    values = {name: each.value for name, each in profile.parameters.items()}
    parts = hourly_parts({**values, "utilization": 1.0}, formula="full", boundary="all-in")
    idle = values["idle_power_w"] / 1000 * values["pue"] * values["electricity"]
    used = parts["power"] - idle
    standing = sum(parts.values()) - used
    rate = told.found.capacity_requests_per_second.value
    expected = 2 * standing / (rate * 3600 * 400e-6 - 2 * used)
    assert told.found.utilization.value == pytest.approx(expected, rel=1e-4)
    assert told.found.utilization.low < expected < told.found.utilization.high
    assert told.payback.capital.value > 2 * values["purchase_price"]


def test_the_draws_of_the_hour_are_those_behind_its_price(sweep):
    """An owned machine at utilization 1 costs the same hour here and in isocost hourly-cost, draw by draw."""
    told = asked(sweep, machine="h100-owned", api_price="0.25/1")
    whole = hourly_report("h100-owned", HourlyQuestion(changes={"utilization": "1"}))
    assert told.breakeven.found.own_full.value == pytest.approx(whole.total.value)
    assert told.breakeven.found.own_full.low == pytest.approx(whole.total.low)
    assert in_usd(whole.machine.profile.parameters, whole.currency)["utilization"].value == 1.0


def test_rent_needs_no_tokens(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("concurrency,output_tokens_per_second\n1,100\n8,600\n")
    told = asked(path, rent="6").breakeven
    assert told.found.utilization.value == pytest.approx(0.6)
    assert (told.own_request, told.found.requests_per_second) == (None, None)
    assert told.found.tokens_per_second.value == pytest.approx(360.0)


def test_a_rented_machine_by_name_brings_its_range(sweep):
    report = asked(sweep, rent="h100-rented")
    assert report.breakeven.rent.low < report.breakeven.rent.usd_per_hour < report.breakeven.rent.high
    assert report.breakeven.found.answer == "undecided"
    assert "calendar-price" in [caution.code for caution in report.cautions]


def test_the_same_machine_rented_on_both_sides_is_no_question(sweep):
    """One assumption on both sides: who pays around the clock never pays less, in no draw."""
    told = asked(sweep, machine="h100-rented", rent="h100-rented").breakeven
    assert told.found.utilization.value == 1.0
    assert (told.found.utilization.low, told.found.utilization.high) == (1.0, 1.0)


def test_without_a_price_only_the_hour_is_told(sweep):
    told = asked(sweep, price=None, api_price="0.25/1").breakeven
    assert (told.found.answer, told.surface, told.own_request) == (None, None, None)
    assert told.found.hourly_price.value == pytest.approx(10 * 3600 * 400e-6, rel=1e-4)


def test_input_that_nobody_counted_cannot_be_priced(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("concurrency,output_tokens_per_second,requests_per_second\n8,600,3\n")
    with pytest.raises(
        EstimationError, match=r"^nobody counted the input tokens of this sweep, and the API bills"
    ):
        asked(path, api_price="0.25/1")
    told = asked(path, api_price="0.25/1", input_tokens=800.0).breakeven
    assert told.other_request.value == pytest.approx(400e-6)
    free = asked(path, api_price="0/1").breakeven
    assert free.other_request.value == pytest.approx(200e-6)


def test_input_is_given_where_nobody_counted_it_and_nowhere_else(sweep, tmp_path):
    with pytest.raises(
        InputError, match="sweep was measured with its input tokens counted; leave --input-tokens"
    ):
        asked(sweep, api_price="0.25/1", input_tokens=800.0)
    path = tmp_path / "bare.csv"
    path.write_text("concurrency,output_tokens_per_second\n8,600\n")
    with pytest.raises(
        InputError, match=r"without counting requests, so how long an answer is cannot be told"
    ):
        asked(path, api_price="0.25/1", input_tokens=800.0)
    with pytest.raises(InputError, match="--requests-per-day: nobody counted the requests of this sweep"):
        asked(path, rent="6", requests_per_day=100.0)


def test_tiers_go_by_the_mean_prompt(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(
        "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second\n8,600,900000,3\n"
    )
    file = tmp_path / "prices.json"
    file.write_text(
        '{"m": {"input_cost_per_token": 1e-6, "input_cost_per_token_above_200k_tokens": 2e-6, '
        '"output_cost_per_token": 1e-6}}'
    )
    told = asked(path, against="m", prices=file)
    assert told.breakeven.token_price.input_usd == 2.0
    assert "api-price-note" in [caution.code for caution in told.cautions]


def test_a_throughput_measured_once_has_no_interval_and_says_so(tmp_path):
    path = tmp_path / "once.csv"
    path.write_text(
        "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second\n8,600,2400,3\n"
    )
    report = asked(path, api_price="0.25/1")
    assert "capacity-without-interval" in [caution.code for caution in report.cautions]
    assert {cell for row in report.breakeven.surface.cells for cell in row} == {"own", "other"}


def test_the_surface_holds_the_answer_and_the_region_where_it_flips(sweep):
    told = asked(sweep, machine="h100-owned", api_price="0.05/0.4").breakeven
    place = int(np.argmin(np.abs(np.log(told.surface.factors))))
    assert told.surface.factors[place] == pytest.approx(1.0)
    assert told.surface.line[place] == pytest.approx(told.found.utilization.value)
    low, high = told.found.utilization.low, told.found.utilization.high
    row = dict(zip(told.surface.shares, told.surface.cells[place], strict=True))
    inside = [cell for share, cell in row.items() if 1.03 * low < share < 0.97 * high]
    below = [cell for share, cell in row.items() if share < 0.97 * low]
    above = [cell for share, cell in row.items() if 1.03 * high < share < 0.95]
    assert set(inside) == {"undecided"}
    assert (set(below), set(above)) == ({"other"}, {"own"})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, "give exactly one of --against PROVIDER/MODEL, --api-price INPUT/OUTPUT and --rent"),
        ({"rent": "2", "api_price": "1/2"}, "give exactly one of"),
        ({"rent": "nan"}, "--rent must be above 0 USD per hour, got nan"),
        ({"rent": "-1"}, "--rent must be above 0 USD per hour, got -1"),
        ({"rent": "2.4 EUR"}, "give USD per hour of the whole deployment"),
        ({"rent": "2", "cached_share": 0.5}, "--cached-share is for an API"),
        ({"api_price": "1/2", "cached_share": 1.5}, "--cached-share must be between 0 and 1, got 1.5"),
        ({"api_price": "1/2", "requests_per_day": -5.0}, "--requests-per-day must be above 0, got -5.0"),
        ({"api_price": "1/2", "input_tokens": 0.0}, "--input-tokens must be above 0, got 0.0"),
        ({"api_price": "1/2", "hours_per_month": 0.0}, "--hours-per-month must be above 0 and at most 730"),
    ],
)
def test_a_bad_question_is_one_sentence(sweep, question, expected):
    with pytest.raises(InputError) as told:
        asked(sweep, **question)
    assert expected in str(told.value)


def test_an_unknown_machine_as_rent(sweep):
    with pytest.raises((InputError, CatalogError), match="--rent h101: give USD per hour"):
        asked(sweep, rent="h101")


def test_a_study_without_a_sweep_has_no_break_even():
    from doubles.study_reports import runtime_only

    with pytest.raises(EstimationError, match="no load was measured"):
        with_break_even(runtime_only(), BreakEvenQuestion(rent="2"))


@pytest.mark.parametrize(("day", "told"), [(dt.date(2100, 1, 1), True), (dt.date(2026, 3, 1), False)])
def test_the_price_of_a_day_to_come_is_a_doubt(sweep, day, told):
    pytest.importorskip("genai_prices", reason="needs the extra [prices]")
    found = asked(sweep, against="openai/gpt-5-nano", on=day)
    notes = [each.text for each in found.cautions if each.code == "api-price-note"]
    assert any("2100-01-01 is still to come" in text for text in notes) == told
