from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import measured, point
from isocost.core.errors import EstimationError, InputError
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.operating_point import OperatingPoint
from isocost.core.service_level import ServiceLevel, parse_service_level
from isocost.economics import CostCurve, cost_curve

PRICE = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21")  # 0.001 USD/s
RANGED = replace(PRICE, low=1.8, high=5.4)
FAST = parse_service_level("ttft.p95=1s")


def five_levels(repeats: int = 3, *, noise: float = 0.01) -> list[OperatingPoint]:
    """Throughput 50, 90, 150, 200, 220 tokens/s at 1 to 16 streams; TTFT p95 0.1, 0.2, 0.5, 0.9, 2 s."""
    rows = [(1, 50.0, 0.1), (2, 90.0, 0.2), (4, 150.0, 0.5), (8, 200.0, 0.9), (16, 220.0, 2.0)]
    rng = np.random.default_rng(1)
    return [
        point(b, x * float(np.exp(noise * rng.normal())), repeat=i, ttft={50.0: t / 2, 95.0: t})
        for i in range(repeats)
        for b, x, t in rows
    ]


def codes(curve: CostCurve) -> list[str]:
    return [caution.code for caution in curve.cautions]


def concurrencies(loads: Sequence[Load]) -> list[int | None]:
    return [load.concurrency for load in loads]


def test_one_level_by_hand() -> None:
    # 0.001 USD/s at 250 tokens/s: 1e6 / 250 = 4,000 s and 4 USD per million output tokens; three times as
    # many input tokens: 4 / 3; both: 4 / 4; 32 output tokens a request: 32 * 4e-6 USD
    level = cost_curve([point(4, 250.0)], price=PRICE).levels[0]
    assert level.machine_seconds_per_million.value == pytest.approx(4000.0)
    costs = {basis: cost.value for basis, cost in level.cost_per_million_tokens.items()}
    assert costs == pytest.approx({"output": 4.0, "input": 4 / 3, "both": 1.0})
    assert level.cost_per_request is not None
    assert level.cost_per_request.value == pytest.approx(1.28e-4)
    output = level.cost_per_million_tokens["output"]
    assert (output.unit, output.basis) == ("USD/1M tokens", "output")
    assert output.source == "given by you, 2026-11-21"
    # throughput is known to 2 %, so is its inverse
    assert output.low == pytest.approx(4.0 / 1.02, rel=0.005)
    assert output.high == pytest.approx(4.0 / 0.98, rel=0.005)


def test_without_a_price_there_are_machine_seconds_and_no_money() -> None:
    curve = cost_curve(five_levels(), price=None)
    assert curve.price is None
    assert all(level.cost_per_million_tokens == {} for level in curve.levels)
    assert all(level.cost_per_request is None for level in curve.levels)
    assert curve.zone == cost_curve(five_levels(), price=PRICE).zone


def test_what_nobody_counted_has_no_cost() -> None:
    bare = replace(point(4, 250.0), input_tokens_per_second=None, requests_per_second=None)
    level = cost_curve([bare], price=PRICE).levels[0]
    assert list(level.cost_per_million_tokens) == ["output"]
    assert level.cost_per_request is None


def test_a_level_without_interval_has_a_cost_without_interval() -> None:
    level = cost_curve([point(4, 250.0, spread=None)], price=RANGED).levels[0]
    assert level.machine_seconds_per_million.value == 4000.0
    assert not level.machine_seconds_per_million.has_interval
    assert not level.cost_per_million_tokens["output"].has_interval


def test_the_range_of_the_price_widens_the_cost_and_leaves_the_zone() -> None:
    exact, ranged = (cost_curve(five_levels(), price=p, service_levels=[FAST]) for p in (PRICE, RANGED))
    output = ranged.levels[0].cost_per_million_tokens["output"]
    # 0.0005 to 0.0015 USD/s at 50 tokens/s: the middle 95 % of [10, 30]
    assert output.low == pytest.approx(10.5, rel=0.05)
    assert output.high == pytest.approx(29.5, rel=0.05)
    assert ranged.zone == exact.zone
    assert [a.probability_best for a in ranged.levels] == [a.probability_best for a in exact.levels]


def test_levels_come_by_rising_load_with_their_repeats_together() -> None:
    curve = cost_curve(five_levels()[::-1], price=None)
    assert concurrencies([level.load for level in curve.levels]) == [1, 2, 4, 8, 16]
    assert all(len(level.points) == 3 for level in curve.levels)


def test_the_zone_under_a_service_level_and_what_it_costs() -> None:
    curve = cost_curve(five_levels(noise=0.001), price=PRICE, service_levels=[FAST])
    zone = curve.zone
    assert zone.best == Load(concurrency=8)
    assert zone.cheapest == Load(concurrency=16)
    assert concurrencies(zone.levels) == [8]  # 4 concurrent costs 200/150 = 33 % more
    assert zone.premium is not None
    assert zone.premium.value == pytest.approx(0.10, abs=0.003)  # 220 / 200 - 1
    assert zone.premium.low is not None
    assert zone.premium.low < 0.10 < (zone.premium.high or 0)
    assert [level.unmet for level in curve.levels] == [(), (), (), (), (FAST,)]
    assert [level.probability_best for level in curve.levels] == pytest.approx([0, 0, 0, 1, 0], abs=1e-6)


def test_the_zone_without_service_levels_lies_at_the_edge_and_says_so() -> None:
    curve = cost_curve(five_levels(), price=PRICE, tolerance=0.15)
    assert curve.zone.best == Load(concurrency=16)
    assert concurrencies(curve.zone.levels) == [8, 16]  # 8 concurrent costs 220 / 200 = 10 % more
    assert curve.zone.premium is None
    assert all(level.unmet is None for level in curve.levels)
    assert "best-at-edge" in codes(curve)


def test_a_premium_of_nothing() -> None:
    curve = cost_curve(five_levels(), price=None, service_levels=[parse_service_level("ttft.p95=10s")])
    assert curve.zone.premium is not None
    assert (curve.zone.premium.low, curve.zone.premium.value, curve.zone.premium.high) == (0.0, 0.0, 0.0)


def test_nothing_qualifies_and_the_sharpest_obstacle_is_named() -> None:
    # nearest misses: TTFT p95 0.1 s against 20 ms is 5 times; p50 0.05 s against 40 ms is 1.25 times
    sharp, mild = parse_service_level("ttft.p95=20ms"), parse_service_level("ttft.p50=40ms")
    curve = cost_curve(five_levels(), price=PRICE, service_levels=[mild, sharp])
    assert curve.zone.best is None
    assert curve.zone.levels == ()
    assert curve.zone.premium is None
    assert curve.zone.obstacle == sharp
    assert curve.zone.cheapest == Load(concurrency=16)
    assert {level.probability_best for level in curve.levels} == {0.0}


def test_service_levels_that_exclude_each_other() -> None:
    points = [
        point(1, 50.0, ttft={50.0: 0.1}, tpot={50.0: 0.1}),
        point(2, 90.0, ttft={50.0: 0.9}, tpot={50.0: 0.01}),
    ]
    wanted = [parse_service_level("ttft=500ms"), parse_service_level("tpot=50ms")]
    curve = cost_curve(points, price=None, service_levels=wanted)
    assert curve.zone.best is None
    assert curve.zone.obstacle is None
    assert "service-levels-conflict" in codes(curve)


def test_the_speed_for_one_user_is_a_service_level() -> None:
    points = [point(1, 50.0, tpot={50.0: 0.02}), point(2, 90.0, tpot={50.0: 0.1})]  # 50 and 10 tokens/s
    curve = cost_curve(points, price=None, service_levels=[parse_service_level("user_speed=20tok/s")])
    assert curve.zone.best == Load(concurrency=1)
    slow = cost_curve(points, price=None, service_levels=[parse_service_level("user_speed=60tok/s")])
    assert slow.zone.obstacle == parse_service_level("user_speed=60tok/s")


def test_a_percentile_that_n_did_not_allow_counts_as_missed() -> None:
    few = replace(point(1, 50.0, ttft={50.0: 0.1}), requests=12)
    curve = cost_curve([few], price=None, service_levels=[FAST])
    assert curve.levels[0].unmet == (FAST,)
    assert curve.zone.best is None
    assert curve.zone.obstacle == FAST
    texts = {caution.code: caution.text for caution in curve.cautions}
    assert texts["service-level-not-judged"] == (
        "TTFT p95 <= 1 s cannot be judged at 1 concurrent and counts as missed there: "
        "p95 needs at least 20 requests in each run, one had 12"
    )


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("ttft.p75=1s", "of ttft there is only ttft.p50, ttft.p95"),
        ("ttft.mean=1s", "it was not measured"),
        ("e2e.p50=1s", "it was not measured"),
    ],
)
def test_what_was_not_kept_counts_as_missed(wanted: str, reason: str) -> None:
    level = parse_service_level(wanted)
    curve = cost_curve([point(1, 50.0, ttft={50.0: 0.1, 95.0: 0.2})], price=None, service_levels=[level])
    texts = {caution.code: caution.text for caution in curve.cautions}
    assert texts["service-level-not-judged"].endswith(f"counts as missed there: {reason}")


def test_an_unknown_number_of_requests_is_no_reason() -> None:
    unknown = replace(point(1, 50.0, ttft={50.0: 0.1}), requests=None)
    texts = {c.code: c.text for c in cost_curve([unknown], price=None, service_levels=[FAST]).cautions}
    assert texts["service-level-not-judged"].endswith("of ttft there is only ttft.p50")


def test_a_close_thing_is_a_caution() -> None:
    # TTFT p95 of 0.98 s within 5 % either way: 1 s lies inside
    curve = cost_curve([point(1, 50.0, ttft={95.0: 0.98})], price=None, service_levels=[FAST])
    assert curve.levels[0].unmet == ()
    assert "service-level-close" in codes(curve)


def test_no_repeats_give_no_probability() -> None:
    curve = cost_curve(five_levels(repeats=1), price=None)
    assert {level.probability_best for level in curve.levels} == {None}
    assert "no-repeats" in codes(curve)
    assert "no-repeats" not in codes(cost_curve(five_levels(), price=None))


@pytest.mark.parametrize(("kept", "code"), [(1, "one-level"), (3, "few-levels")])
def test_few_levels_have_no_technology_and_say_so(kept: int, code: str) -> None:
    curve = cost_curve([p for p in five_levels() if (p.load.concurrency or 0) < 2**kept], price=None)
    assert len(curve.levels) == kept
    assert curve.technology is None
    assert code in codes(curve)
    assert curve.zone.best is not None


def test_five_levels_have_a_technology() -> None:
    curve = cost_curve(five_levels(), price=None)
    assert curve.technology is not None
    # from 8 to 16 streams throughput rises 10 %, from 1 to 2 80 %: arc elasticities .14 and .85
    returns = dict(curve.technology.returns)
    assert returns[1].value > 0.7
    assert returns[16].value < 0.25


def test_offered_rates_have_costs_and_no_technology() -> None:
    curve = cost_curve([point(0.5, 16.0), point(1.0, 32.0), point(2.0, 64.0), point(4.0, 128.0)], price=PRICE)
    assert curve.technology is None
    assert "few-levels" not in codes(curve)
    assert [level.load.rate_per_s for level in curve.levels] == [0.5, 1.0, 2.0, 4.0]


def test_a_level_can_be_asked_for() -> None:
    curve = cost_curve(five_levels(), price=None)
    assert curve.level_at(Load(concurrency=4)).load.concurrency == 4


def test_a_service_level_asked_twice_counts_once() -> None:
    curve = cost_curve(five_levels(), price=None, service_levels=[FAST, FAST])
    assert curve.service_levels == (FAST,)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "a cost curve needs at least one operating point, got none; measure a load first"),
        (
            [point(1, 5.0), replace(point(1, 5.0), deployment="other")],
            "a cost curve is of one deployment, got made-up, other; make one curve each",
        ),
        (
            [point(1, 5.0), point(1.5, 5.0)],
            "a cost curve is over concurrency or over rate, not both; make one curve each",
        ),
    ],
)
def test_points_that_are_no_sweep_are_refused(points: list[OperatingPoint], message: str) -> None:
    with pytest.raises(InputError) as caught:
        cost_curve(points, price=None)
    assert str(caught.value) == message


@pytest.mark.parametrize("tolerance", [-0.1, float("nan"), float("inf")])
def test_a_tolerance_out_of_range_is_refused(tolerance: float) -> None:
    with pytest.raises(InputError) as caught:
        cost_curve(five_levels(), price=None, tolerance=tolerance)
    assert str(caught.value) == (
        f"tolerance must be a fraction of at least 0, such as 0.05, got {tolerance!r}"
    )


def test_a_level_that_yields_nothing_has_no_cost() -> None:
    idle = replace(point(4, 1.0), output_tokens_per_second=measured(0.0, "tokens/s"))
    with pytest.raises(EstimationError) as caught:
        cost_curve([idle], price=None)
    assert str(caught.value) == (
        "made-up yielded no output tokens at 4 concurrent: its cost there is unbounded; leave that level out"
    )


def test_the_same_seed_gives_the_same_curve() -> None:
    wanted: list[ServiceLevel] = [FAST]
    once, again = (cost_curve(five_levels(), price=RANGED, service_levels=wanted, seed=7) for _ in range(2))
    assert once == again


def test_a_sweep_tells_its_efficient_scale_and_its_short_run() -> None:
    # t(b) = 20 ms + 5 ms b; 32 tokens a request: at 4 concurrent R = 32 * 0.04 s, and eps = .5 makes L R' = R
    speeds = {b: b / (0.02 + 0.005 * b) for b in (1, 2, 4, 8, 16)}
    points = [point(b, x * (1 + 1e-4 * r), repeat=r) for b, x in speeds.items() for r in range(2)]
    price = HourlyPrice(usd_per_hour=3.6, source="s", date="2026-11-21")
    curve = cost_curve(points, price=price)
    assert curve.efficient_scale is not None
    assert curve.efficient_scale.load == Load(concurrency=16)
    level = next(each for each in curve.short_run if each.concurrency == 4)
    assert level.residence_s.value == pytest.approx(1.28, rel=1e-3)
    assert level.congestion_s.value == pytest.approx(1.28, rel=1e-2)
    assert level.average_cost is not None
    assert level.average_cost.value == pytest.approx(0.001 / 100, rel=1e-3)
    bare = cost_curve(points, price=None).short_run[0]
    assert bare.average_cost is None


def test_the_principles_are_judged_over_concurrency() -> None:
    # steps of 20, 22, 27, 40 and 73 ms: twice the streams add 2, 5, 13, 33 ms, a further stream ever more
    found = {each.name: each for each in cost_curve(five_levels(), price=None).principles}
    assert [each.judgement for each in found.values()] == [
        "holds",
        "does not hold",
        "holds",
        "does not hold",
    ]
    fall = found["average-cost"].effect
    assert fall is not None
    assert fall.value == pytest.approx(220 / 50, rel=0.03)


def test_over_rates_the_principles_cannot_be_told() -> None:
    rated = [replace(each, load=Load(rate_per_s=float(each.load.concurrency or 0))) for each in five_levels()]
    principles = cost_curve(rated, price=None).principles
    assert {each.judgement for each in principles} == {"cannot be told"}
    assert [each.reason for each in principles] == [
        "below capacity cost against an offered rate is price over rate, whatever the server does",
        *["it takes levels of concurrency; rates were offered"] * 3,
    ]
