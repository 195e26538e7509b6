"""Whether runs were in a steady state: by hand."""

from dataclasses import replace

import pytest

from doubles.sweeps import measured, point
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.operating_point import Latency
from isocost.economics import (
    Steadiness,
    bounded_curve,
    cost_curve,
    edge_shares_of,
    implied_tokens_per_request,
    offered_share,
    overload_loss,
    steadiness,
    steadiness_number,
)


def run(load, tokens_per_second, *, requests=500, e2e_s=None, statistic="mean", **more):
    """A run of which only what is named is known."""
    told = None
    if e2e_s is not None:
        value = measured(e2e_s, "s")
        mean = statistic == "mean"
        told = Latency(
            basis="requests", mean=value if mean else None, percentiles={} if mean else {50.0: value}
        )
    bare = replace(point(load, tokens_per_second), requests_per_second=None, input_tokens_per_second=None)
    return replace(bare, requests=requests, e2e=told, **more)


def test_open_loop():
    # 10/s x 5 s / 500 = 0.1; 10/s x 20 s / 500 = 0.4; 50/s x 10 s / 500 = 1
    assert steadiness(run(10.0, 320, e2e_s=5.0)).state == "steady"
    part = steadiness(run(10.0, 320, e2e_s=20.0, window_s=80.0))
    # R / D = 20 / 80
    assert (part.state, part.number, part.edge_share, part.residence) == ("partial", 0.4, 0.25, "mean")
    assert steadiness(run(50.0, 320, e2e_s=10.0)).state == "never steady"


def test_the_median_stands_for_a_mean_that_is_not_told():
    assert steadiness(run(10.0, 320, e2e_s=20.0, statistic="p50")).residence == "p50"


def test_first_token_and_the_rest_make_up_a_residence():
    # 1 s + 31 x 0.1 s = 4.1 s; 10/s x 4.1 s / 500 = 0.082
    told = run(10.0, 320, output_tokens_per_request=measured(32, "tokens/request"))
    told = replace(
        told,
        ttft=Latency(basis="requests", mean=measured(1.0, "s")),
        tpot=Latency(basis="requests", mean=measured(0.1, "s")),
    )
    assert steadiness(told).number == pytest.approx(0.082)


def test_closed_loop():
    # by Little's law s = N / M: 16 / 500, 125 / 500, 500 / 500
    states = [steadiness(run(load, 320)).state for load in (16, 125, 500)]
    assert states == ["steady", "partial", "never steady"]


def test_failed_requests_were_sent_too():
    assert steadiness(run(50, 320, requests=100, failures=400)).number == pytest.approx(0.1)


def test_more_that_ended_than_was_offered_drains_a_queue():
    def state(ended, **more):
        told = run(
            64.0, 32 * ended, requests=900, e2e_s=1.0, requests_per_second=measured(ended, "requests/s")
        )
        return steadiness(replace(told, **more), windowed=True).state

    # 1 / .95 + 2 / sqrt(900) = 1.119: 71.5 of 63.9
    assert state(84.2, offered_per_second=63.9) == "draining"
    assert [state(rate, offered_per_second=63.9) for rate in (72.0, 71.0, 63.9)] == [
        "draining",
        "steady",
        "steady",
    ]
    assert state(84.2) == "steady"  # what fell due is not told: a nominal rate proves nothing


def test_what_cannot_be_judged():
    assert steadiness(run(10.0, 320)).state == "not judged"
    assert steadiness(run(10.0, 320, requests=None, e2e_s=1.0)).state == "not judged"
    assert steadiness(run(4, 320, requests=None)).state == "not judged"


def test_overload():
    # 32 tokens a request: 320 tokens/s are 10 requests/s of 20 offered, though s is only 0.04
    told = run(20.0, 320, e2e_s=1.0, requests_per_second=measured(10.0, "requests/s"))
    assert steadiness(told).state == "overload"
    assert steadiness(replace(told, requests_per_second=None), tokens_per_request=32.0).state == "overload"
    assert steadiness(replace(told, requests_per_second=None)).state == "steady"


def test_draining_explains_a_smaller_share():
    # 500 requests at 10/s are sent within 50 s and drained within 20 s more: 500 / 70 s = 7.1/s of 10/s;
    # s = 10 x 20 / 500 = 0.4, and 1 / (1 + s) = 0.71
    told = run(10.0, 320, e2e_s=20.0, requests_per_second=measured(500 / 70, "requests/s"))
    assert steadiness(told).state == "partial"
    assert steadiness(told).edge_share == pytest.approx(20 / 70)


def test_few_requests_may_come_late_by_chance():
    # 2 of 16 requests/s less is two standard errors of 64 arrivals, and no overload; of 6,400 it is
    fewer = {"e2e_s": 0.001, "requests_per_second": measured(13.0, "requests/s")}
    assert steadiness(run(16.0, 320, requests=64, **fewer)).state == "steady"
    assert steadiness(run(16.0, 320, requests=6400, **fewer)).state == "overload"


def test_failures_are_no_overload():
    told = run(10.0, 320, requests=400, failures=100, requests_per_second=measured(8.0, "requests/s"))
    assert offered_share(told) == pytest.approx(1.0)
    assert offered_share(run(4, 320)) is None


def test_tokens_a_request_from_a_sweep():
    sweep = [run(1.0, 32), run(10.0, 318), run(50.0, 700), run(4, 999)]
    assert implied_tokens_per_request(sweep) == 32.0
    assert implied_tokens_per_request(sweep[-1:]) is None


def test_loss_in_overload():
    # 110 / 100 - 1
    best, last, rise = overload_loss([run(100.0, 100), run(50.0, 110), run(25.0, 105)])
    assert (best.label, last.label) == ("50/s", "100/s")
    assert rise == pytest.approx(0.1)
    assert overload_loss([run(50.0, 100), run(100.0, 110)]) is None
    assert overload_loss([run(50.0, 100)]) is None


def test_bounds_reach_down_to_the_share_that_was_not_filling_or_draining():
    points = [point(load, 1000.0 * load, spread=None) for load in (1, 2)]
    price = HourlyPrice(usd_per_hour=3.6, source="given", date="2026-11-21")
    curve = bounded_curve(cost_curve(points, price=price), {Load(concurrency=2): 0.25})
    free, bounded = curve.levels
    # 3.6 USD/h over 2,000 tokens/s are 0.5 USD per million; a quarter less is 0.375
    cost = bounded.cost_per_million_tokens["output"]
    assert (cost.low, cost.value, cost.high) == pytest.approx((0.375, 0.5, 0.5))
    rate = bounded.output_tokens_per_second
    assert (rate.low, rate.value, rate.high) == pytest.approx((2000, 2000, 2000 / 0.75))
    assert bounded.cost_per_request.low == pytest.approx(0.75 * bounded.cost_per_request.value)
    assert free.cost_per_million_tokens["output"].low is None
    assert bounded_curve(curve, {}) is curve


def test_bounds_take_probabilities_back():
    points = [point(load, speed, repeat=r) for load, speed in ((1, 100.0), (2, 150.0)) for r in range(2)]
    curve = cost_curve(points, price=None)
    assert curve.levels[0].probability_best is not None
    widened = bounded_curve(curve, {Load(concurrency=2): 0.1})
    assert [level.probability_best for level in widened.levels] == [None, None]
    assert curve.principles[0].judgement == "holds"
    assert {each.judgement for each in widened.principles} == {"cannot be told"}
    reason = "some levels were steady only in part, and their throughput is known within bounds only"
    assert {each.reason for each in widened.principles} == {reason}


def test_the_worst_repeat_counts():
    part = [Steadiness(state="partial", number=0.3, edge_share=share) for share in (0.1, 0.2)]
    steady = Steadiness(state="steady", number=0.01, edge_share=0.01)
    load = Load(concurrency=2)
    assert edge_shares_of([(load, part[0]), (load, part[1]), (Load(concurrency=1), steady)]) == {load: 0.2}


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (float("nan"), 1, 1)])
def test_refuses_what_is_no_number_of_a_run(wrong):
    with pytest.raises(InputError, match="must be above 0"):
        steadiness_number(*wrong)


def test_refuses_a_share_of_the_whole_run():
    curve = cost_curve([point(2, 100.0)], price=None)
    with pytest.raises(InputError, match=r"filling and draining at 2 concurrent must be in \[0, 1\), got 1"):
        bounded_curve(curve, {Load(concurrency=2): 1.0})
