"""What workloads cost under rules of sharing: by hand."""

from dataclasses import replace

import pytest

from doubles.sweeps import measured, point
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.economics import (
    TaskTokens,
    cost_curve,
    input_per_output,
    parse_sharing,
    weighted_tokens,
    workload_cost,
)

PRICE = HourlyPrice(usd_per_hour=3.6, source="given", date="2026-11-21")  # 0.001 USD/s
# the double's requests have 96 tokens in and 32 out: 3 in for each out
ALIKE = [TaskTokens(name="a", requests=10, input_tokens=960, output_tokens=320)]
TWO = [
    TaskTokens(name="read", requests=10, input_tokens=9000, output_tokens=100),
    TaskTokens(name="write", requests=5, input_tokens=100, output_tokens=900),
]


def curve(price=PRICE, **sizes):
    points = [replace(point(load, 100.0 * load), **sizes) for load in (1, 2)]
    return cost_curve(points, price=price)


@pytest.mark.parametrize("rule", ["output", "tokens", "0.25", "7"])
def test_a_workload_like_the_sweep_costs_the_same_under_every_rule(rule):
    told = workload_cost(curve(), ALIKE, parse_sharing(rule))
    # 320 output tokens at 200/s take 1.6 s, at 0.001 USD/s
    assert told.load == Load(concurrency=2)
    assert [level.time_s.value for level in told.levels] == pytest.approx([3.2, 1.6])
    assert told.levels[1].cost.value == pytest.approx(0.0016)
    assert told.tasks[0].cost_per_request.value == pytest.approx(0.00016)
    assert told.measured_ratio == pytest.approx(told.asked_ratio)


def test_the_rule_shares_a_cost_between_tasks():
    by_output = workload_cost(curve(), TWO, parse_sharing("output"))
    # 100 and 900 of 1,000 output tokens
    assert [task.share for task in by_output.tasks] == pytest.approx([0.1, 0.9])
    alike = workload_cost(curve(), TWO, parse_sharing("tokens"))
    # 9,100 and 1,000 of 10,100 tokens, at (3 + 1) x 200 tokens/s
    assert [task.share for task in alike.tasks] == pytest.approx([9100 / 10100, 1000 / 10100])
    assert alike.levels[1].time_s.value == pytest.approx(10100 / 800)
    assert sum(task.cost.value for task in alike.tasks) == pytest.approx(alike.levels[1].cost.value)


def test_prices_of_input_and_output_add_up_to_the_flow():
    told = workload_cost(curve(), TWO, parse_sharing("0.25"))
    # 200 output and 600 input tokens a second cost 0.001 USD: (200 + 0.25 x 600) weighted
    assert told.output_price.value == pytest.approx(1e6 * 0.001 / 350)
    assert told.input_price.value == pytest.approx(0.25 * told.output_price.value)
    flow = 200 * told.output_price.value + 600 * told.input_price.value
    assert flow == pytest.approx(1e6 * 0.001)


def test_prices_under_the_plain_rules_are_those_of_the_bases():
    best = curve().levels[1].cost_per_million_tokens
    assert workload_cost(curve(), TWO, parse_sharing("output")).output_price.value == pytest.approx(
        best["output"].value
    )
    assert workload_cost(curve(), TWO, parse_sharing("tokens")).output_price.value == pytest.approx(
        best["both"].value
    )


def test_without_a_price_there_is_time():
    told = workload_cost(curve(price=None), ALIKE, parse_sharing("output"))
    assert told.levels[1].time_s.value == pytest.approx(1.6)
    assert (told.levels[1].cost, told.tasks[0].cost, told.output_price) == (None, None, None)


def test_a_load_may_be_asked_for():
    told = workload_cost(curve(), ALIKE, parse_sharing("output"), load=Load(concurrency=1))
    assert told.tasks[0].machine_s.value == pytest.approx(3.2)


def test_input_that_nobody_counted_can_bear_nothing():
    blind = curve(input_tokens_per_second=None)
    assert workload_cost(blind, ALIKE, parse_sharing("output")).measured_ratio is None
    with pytest.raises(InputError, match=r"measured without counting input tokens.*share by output"):
        workload_cost(blind, ALIKE, parse_sharing("tokens"))


def test_ratio_is_of_requests_where_told_and_weighted_by_them():
    sizes = {"output_tokens_per_request": measured(10, "tokens/request")}
    one = replace(point(1, 100.0), requests=1, input_tokens_per_request=measured(20, "t"), **sizes)
    two = replace(point(2, 100.0), requests=3, input_tokens_per_request=measured(40, "t"), **sizes)
    # (1 x 2 + 3 x 4) / 4
    assert input_per_output([one, two]) == pytest.approx(3.5)
    assert input_per_output([]) is None


def test_rules():
    assert parse_sharing("output").label == "output tokens bear all"
    assert parse_sharing("tokens").label == "all tokens bear alike"
    assert weighted_tokens(100, 10, 0.5) == 60
    with pytest.raises(InputError, match="must be output, tokens, or the weight of an input token"):
        parse_sharing("fair")
    with pytest.raises(InputError, match="must be at least 0, got -1"):
        parse_sharing("-1")
    with pytest.raises(InputError, match="at least one task"):
        workload_cost(curve(), [], parse_sharing("output"))
