"""Replicas in whole steps with their reserve, what one carries, the cheapest mix: by hand."""

import math

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.errors import InputError
from isocost.core.service_level import parse_service_level
from isocost.economics import (
    CapacityPrices,
    Reserve,
    cost_curve,
    parse_reserve,
    plan_capacity,
    replica_capacity,
    replicas_needed,
    unit_costs,
)
from isocost.economics.provision import MOST_REPLICAS
from isocost.statistics import DRAWS, Draws, generator
from isocost.workload import LoadInterval, daily_load

NOTHING = np.full(DRAWS, np.nan)


def exact(value, unit="USD/h"):
    return Draws(value=value, samples=np.full(DRAWS, value), unit=unit, kind="assumed", method="given")


def spread(value, relative, name):
    samples = value * np.exp(relative * generator(0, name).standard_normal(DRAWS))
    return Draws(value=value, samples=samples, unit="requests/s", kind="measured", method="made up", n=3)


def hours(*rates):
    """Equal parts of the day at these requests per second."""
    length = 24 / len(rates)
    return [
        LoadInterval(start_h=i * length, end_h=(i + 1) * length, requests=rate * 3600 * length)
        for i, rate in enumerate(rates)
    ]


@pytest.mark.parametrize(
    ("text", "reserve"),
    [
        ("0", Reserve()),
        ("1", Reserve(replicas=1)),
        ("N+2", Reserve(replicas=2)),
        ("n + 1", Reserve(replicas=1)),
        ("0.25", Reserve(share=0.25)),
        ("25%", Reserve(share=0.25)),
        ("100%", Reserve(share=1.0)),
    ],
)
def test_a_reserve_is_read(text, reserve):
    assert parse_reserve(text) == reserve


@pytest.mark.parametrize("text", ["", "-1", "N-1", "one", "2.5", "150%", "nan", "inf", "N+", "1+1"])
def test_a_reserve_that_is_none_is_one_sentence(text):
    with pytest.raises(InputError) as refused:
        parse_reserve(text)
    assert str(refused.value) == (
        "--reserve must be a number of replicas, such as 1 or N+1, or a share of them, such as 0.2 or 20%, "
        f"got {text!r}"
    )


def test_a_share_in_reserve_is_rounded_up_to_whole_replicas_and_none_stands_beside_none():
    # 20 % of 1, 5 and 6 are 0.2, 1 and 1.2
    assert Reserve(share=0.2).beside(np.array([0.0, 1.0, 5.0, 6.0])).tolist() == [0.0, 1.0, 1.0, 2.0]
    assert replicas_needed(5.0, 1.0, reserve=Reserve(share=0.2)) == 6


def test_at_least_one_replica_runs_even_when_nobody_asks():
    assert replicas_needed(np.array([0.0, 0.1]), 1.0).tolist() == [1.0, 1.0]
    assert replicas_needed(0.0, 1.0, least=0) == 0


def test_the_highest_rate_of_a_replica_is_that_of_the_best_level_within_the_service_levels():
    points = [
        point(load, speed, repeat=repeat, ttft={95.0: wait})
        for load, speed, wait in ((1, 320.0, 0.1), (4, 960.0, 0.4), (16, 1600.0, 2.0))
        for repeat in range(3)
    ]
    promise = (parse_service_level("ttft.p95=1s"),)
    curve = cost_curve(points, price=None, service_levels=promise)
    found = replica_capacity(curve.levels)
    # 960 tokens/s of answers of 32 tokens; three times as much goes in
    assert found.level.load.concurrency == 4
    assert found.rate.value == pytest.approx(30.0)
    assert (found.input_tokens, found.output_tokens) == (pytest.approx(96.0), pytest.approx(32.0))
    low, high = np.quantile(found.rate.samples, [0.025, 0.975])
    seconds = curve.levels[1].machine_seconds_per_million
    assert (low, high) == (
        pytest.approx(30 * seconds.value / seconds.high, rel=1e-3),
        pytest.approx(30 * seconds.value / seconds.low, rel=1e-3),
    )


def test_given_sizes_go_before_what_was_counted():
    curve = cost_curve([point(4, 960.0)], price=None)
    found = replica_capacity(curve.levels, tokens=(10.0, 64.0))
    assert (found.rate.value, found.input_tokens) == (pytest.approx(15.0), 10.0)
    with pytest.raises(InputError, match="above 0"):
        replica_capacity(curve.levels, tokens=(10.0, 0.0))


def test_no_level_within_the_service_levels_is_no_capacity():
    slow = (parse_service_level("ttft.p95=1ms"),)
    curve = cost_curve([point(4, 960.0, ttft={95.0: 0.4})], price=None, service_levels=slow)
    assert replica_capacity(curve.levels) is None


def test_without_prices_there_are_replicas_and_no_money():
    plan = plan_capacity(hours(0.5, 2.5), exact(1.0), prices=CapacityPrices(), reserve=Reserve(replicas=1))
    assert plan.mix is None
    assert [each.needed for each in plan.intervals] == [2, 4]
    assert [each.costs for each in plan.intervals] == [{}, {}]
    # 0.5 of 2 and 2.5 of 4; over the day 3.0 of 6
    assert [each.utilization for each in plan.intervals] == [pytest.approx(0.25), pytest.approx(0.625)]
    assert plan.utilization.value == pytest.approx(0.5)
    assert plan.intervals[1].headroom_per_s == pytest.approx(1.5)


def test_base_all_day_and_peaks_on_demand():
    # the second replica is needed 12 h: 24 x 1.0 all day against 12 x 1.5 on demand; the first 24 h
    prices = CapacityPrices(reserved=exact(1.0), on_demand=exact(1.5))
    mix = plan_capacity(hours(1.0, 2.0), exact(1.0), prices=prices).mix
    assert (mix.base_kind, mix.base) == ("reserved", 1)
    assert mix.cost_per_day.value == pytest.approx(24 + 18)
    assert {each.kind: each.cost_per_day.value for each in mix.alternatives} == {
        "reserved": pytest.approx(48),
        "on-demand": pytest.approx(12 * 1.5 + 12 * 3.0),
    }


def test_the_dearer_of_two_that_are_paid_all_day_is_never_taken():
    prices = CapacityPrices(owned=exact(0.8), reserved=exact(0.7))
    mix = plan_capacity(hours(1.0), exact(1.0), prices=prices).mix
    assert mix.base_kind == "reserved"
    assert [(each.kind, each.same) for each in mix.alternatives] == [("owned", False), ("reserved", True)]


def test_a_little_overflow_goes_to_the_api_and_much_does_not():
    # a request costs 0.0002; beside one full replica 0.1/s for 12 h are 4,320 requests, 0.864; a replica 12
    api = exact(0.0002, "USD/request")
    prices = CapacityPrices(on_demand=exact(1.0), api=api)
    little = plan_capacity(hours(2.0, 2.1), exact(2.0), prices=prices)
    assert [each.on_demand for each in little.intervals] == [1, 1]
    assert little.intervals[1].api_requests == pytest.approx(4320)
    assert little.mix.cost_per_day.value == pytest.approx(24 + 0.864)
    much = plan_capacity(hours(2.0, 3.9), exact(2.0), prices=prices)  # 1.9/s would be 16.4 USD
    assert [each.on_demand for each in much.intervals] == [1, 2]
    assert much.intervals[1].api_requests == 0


def test_where_nobody_asks_for_much_all_goes_to_the_api():
    prices = CapacityPrices(owned=exact(1.0), api=exact(0.0001, "USD/request"))
    plan = plan_capacity(daily_load(1000), exact(1.0), prices=prices, reserve=Reserve(replicas=1))
    assert plan.mix.cost_per_day.value == pytest.approx(0.1)
    assert (plan.mix.base, plan.intervals[0].api_requests) == (0, pytest.approx(1000))
    assert plan.utilization.value == 0.0


def test_idle_cost_is_what_is_paid_and_not_used():
    prices = CapacityPrices(on_demand=exact(2.0))
    mix = plan_capacity(hours(1.0, 2.5), exact(1.0), prices=prices, reserve=Reserve(replicas=1)).mix
    # 2 replicas of which 1 is used, 4 of which 2.5: idle 1 x 12 x 2 + 1.5 x 12 x 2
    assert mix.idle_per_day.value == pytest.approx(24 + 36)
    assert mix.cost_per_day.value == pytest.approx(12 * 2 * (2 + 4))
    assert mix.usage_per_day.value == pytest.approx(144 - 60)
    (own,) = mix.allocations
    assert (own.allocation.value, own.usage.value) == (pytest.approx(144), pytest.approx(84))


def test_replicas_are_a_distribution_where_the_rate_is_uncertain():
    rate = spread(1.0, 0.05, "rate")
    plan = plan_capacity(hours(2.9), rate, prices=CapacityPrices())
    shares = dict(plan.intervals[0].needed_shares)
    # four are needed where q < 2.9 / 3; two where q >= 1.45
    four = float((rate.samples < 2.9 / 3).mean())
    assert shares == {3: pytest.approx(1 - four), 4: pytest.approx(four)}
    assert 0.2 < four < 0.3


def test_what_runs_all_day_is_decided_before_the_world_is_known():
    rate = spread(1.0, 0.05, "rate")
    prices = CapacityPrices(reserved=exact(1.0), on_demand=exact(1.5))
    mix = plan_capacity(hours(2.9, 2.9), rate, prices=prices).mix
    four = float((rate.samples < 2.9 / 3).mean())
    assert (mix.base, dict(mix.base_shares)[3]) == (3, pytest.approx(1 - four))
    # three all day; in the worlds with four the last one is on demand, and all reserved would be cheaper
    assert mix.cost_per_day.value == pytest.approx(72)
    assert mix.cost_per_day.high == pytest.approx(72 + 36)
    assert mix.best_share == pytest.approx(1 - four)


def test_without_another_way_out_enough_run_all_day_in_each_world():
    rate = spread(1.0, 0.05, "rate")
    mix = plan_capacity(hours(2.9), rate, prices=CapacityPrices(owned=exact(1.0))).mix
    assert (mix.cost_per_day.value, mix.cost_per_day.high) == (pytest.approx(72), pytest.approx(96))
    assert mix.alternatives[0].same
    assert mix.alternatives[0].mix_cheaper is None


def test_a_choice_whose_difference_straddles_zero_cannot_be_told():
    rate = spread(1.0, 0.2, "rate")
    prices = CapacityPrices(on_demand=exact(1.0), api=exact(0.00030, "USD/request"))
    mix = plan_capacity(hours(20.0), rate, prices=prices).mix
    api = next(each for each in mix.alternatives if each.kind == "API")
    assert not api.undecided  # the mix follows the world: in none is the API alone cheaper
    assert api.extra.low >= 0
    dear = CapacityPrices(reserved=exact(1.0), api=exact(0.00029, "USD/request"))
    fixed = plan_capacity(hours(20.0), rate, prices=dear).mix
    api = next(each for each in fixed.alternatives if each.kind == "API")
    assert api.undecided
    assert 0 < api.mix_cheaper < 1


def test_without_an_interval_of_the_rate_nothing_has_one():
    rate = Draws(value=1.0, samples=NOTHING, unit="requests/s", kind="measured", method="once", n=1)
    prices = CapacityPrices(on_demand=exact(1.0), reserved=exact(1.0))
    plan = plan_capacity(hours(1.5), rate, prices=prices)
    mix = plan.mix
    assert not any(e.has_interval for e in (plan.capacity, plan.utilization, mix.cost_per_day))
    assert plan.intervals[0].needed_shares is None
    assert (mix.base_shares, mix.best_share) == (None, None)
    assert all(each.mix_cheaper is None and not each.undecided for each in mix.alternatives)


def test_unit_costs_spread_the_day():
    prices = CapacityPrices(on_demand=exact(1.0))
    mix = plan_capacity(hours(0.5), exact(1.0), prices=prices).mix
    found = unit_costs(mix, requests_per_day=43_200, input_tokens=300.0, output_tokens=100.0)
    # 24 USD; 43,200 requests; 4.32 and 17.28 million tokens; half of it used
    assert {name: each.value for name, each in found.items()} == {
        "cost_per_month": pytest.approx(24 * 365.25 / 12),
        "cost_per_request": pytest.approx(24 / 43_200),
        "cost_per_million_output_tokens": pytest.approx(24 / 4.32),
        "llm_cost_per_million_tokens": pytest.approx(24 / 17.28),
        "llm_cost_per_million_tokens_usage": pytest.approx(12 / 17.28),
    }
    alone = unit_costs(mix, requests_per_day=43_200, input_tokens=None, output_tokens=None)
    assert set(alone) == {"cost_per_month", "cost_per_request"}


def test_more_replicas_than_are_planned_one_by_one_are_refused():
    with pytest.raises(InputError, match=r"the peak takes 1,000,000 replicas, and at most 10,000"):
        plan_capacity(hours(1e6), exact(1.0), prices=CapacityPrices())
    assert plan_capacity(hours(float(MOST_REPLICAS)), exact(1.0), prices=CapacityPrices()).intervals


def test_a_day_without_requests_is_refused():
    for load in ([], hours(0.0)):
        with pytest.raises(InputError, match="at least one request"):
            plan_capacity(load, exact(1.0), prices=CapacityPrices())


def test_joint_prices_move_costs_together():
    price = spread(2.0, 0.1, "price")
    mix = plan_capacity(hours(1.0), exact(1.0), prices=CapacityPrices(on_demand=price)).mix
    low, high = np.quantile(price.samples, [0.025, 0.975])
    assert (mix.cost_per_day.low, mix.cost_per_day.high) == (
        pytest.approx(24 * low),
        pytest.approx(24 * high),
    )
    assert math.isclose(mix.cost_per_day.value, 48)
