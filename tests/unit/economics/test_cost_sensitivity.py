from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.money import HourlyPrice
from isocost.core.service_level import parse_service_level
from isocost.economics import (
    CostCurve,
    Hour,
    cost_curve,
    cost_sensitivity,
    measured_throughput,
    service_turns,
    turning_points,
)

PRICE = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21", low=1.8, high=5.4)
FAST = parse_service_level("ttft.p95=1s")
HOUR = Hour(
    assumed={
        "price": Assumed(
            value=3.6, low=1.8, high=5.4, unit="USD/h", source="given by you", date="", shape="uniform"
        )
    },
    usd_per_hour=lambda values: values["price"],
)


def curve(ttft: float = 0.5, *, name: str = "made-up", speed: float = 250.0) -> CostCurve:
    """Two levels, at half the speed and at all of it; the TTFT p95 at the faster one within 5 %."""
    points = [
        replace(point(b, x * factor, repeat=i, ttft={95.0: seconds}), deployment=name)
        for b, x, seconds in ((4, speed / 2, 0.2), (16, speed, ttft))
        for i, factor in enumerate((0.97, 1.0, 1.03))
    ]
    return cost_curve(points, price=PRICE, service_levels=[FAST])


def test_sobol_against_the_closed_form_of_a_product() -> None:
    from scipy.stats import truncnorm

    found = cost_sensitivity(curve(), HOUR)
    assert found is not None
    # 1e6 / 3600 p / X: of independent factors with means m and variances v the total is
    # (v1 + m1^2) (v2 + m2^2) - m1^2 m2^2, of which v1 m2^2 is p alone and v1 (v2 + m2^2) all that p touches
    speed = next(each.assumed for each in found.found.influences if each.name == "throughput")
    half = np.log(speed.ends[1] / speed.value)
    log = truncnorm(-1.959964, 1.959964, scale=half / 1.959964)
    mean = log.expect(lambda y: np.exp(-y))
    second = log.expect(lambda y: np.exp(-2 * y))
    m1, v1, m2, v2 = 3.6, 3.6**2 / 12, mean, second - mean**2
    total = (v1 + m1**2) * (v2 + m2**2) - (m1 * m2) ** 2
    orders = {each.name: (each.first_order, each.total_order) for each in found.found.influences}
    assert orders["price"] == pytest.approx((v1 * m2**2 / total, v1 * (v2 + m2**2) / total), abs=0.01)
    assert orders["throughput"] == pytest.approx((v2 * m1**2 / total, v2 * (v1 + m1**2) / total), abs=0.01)


def test_the_tornado_by_hand() -> None:
    found = cost_sensitivity(curve(), HOUR)
    assert found is not None
    assert (found.deployment, found.load.label, found.unit) == ("made-up", "16 concurrent", "USD/1M tokens")
    speed = (0.97 * 1.03) ** (1 / 3) * 250  # geometric mean of the repeats
    assert found.found.value == pytest.approx(3.6 / 3600 * 1e6 / speed)
    price = found.found.influences[0]
    assert (price.name, price.at_low, price.at_high) == (
        "price",
        pytest.approx(500 / speed),
        pytest.approx(1500 / speed),
    )
    other = found.found.influences[1]
    low, high = other.assumed.ends
    assert (other.at_low, other.at_high) == (pytest.approx(1000 / low), pytest.approx(1000 / high))


def test_without_a_price_machine_seconds_hang_on_throughput_alone() -> None:
    found = cost_sensitivity(curve(), None)
    assert found is not None
    assert found.unit == "s/1M tokens"
    assert [(each.name, each.total_order) for each in found.found.influences] == [("throughput", 1.0)]


def test_nothing_to_question_where_nothing_qualifies() -> None:
    strict = cost_curve([point(4, 125.0, ttft={95.0: 2.0})], price=PRICE, service_levels=[FAST])
    assert cost_sensitivity(strict, HOUR) is None


def test_a_service_level_that_decides_within_its_interval() -> None:
    # 0.98 s within 5 % of its own interval, at least: at the worse end the level at half the speed remains
    found = cost_sensitivity(curve(0.98), HOUR)
    assert found is not None
    (service,) = found.services
    assert service.decides
    assert service.if_better is not None
    assert service.if_worse is not None
    speed = (0.97 * 1.03) ** (1 / 3) * 250
    assert (service.if_better[0].concurrency, service.if_better[1]) == (16, pytest.approx(1000 / speed))
    assert (service.if_worse[0].concurrency, service.if_worse[1]) == (4, pytest.approx(2000 / speed))
    safe = cost_sensitivity(curve(0.5), HOUR)
    assert safe is not None
    assert not safe.services[0].decides


def test_throughput_without_an_interval_is_exact() -> None:
    level = cost_curve([point(4, 125.0, spread=None)], price=None).levels[0]
    assert measured_throughput(level).is_exact


def number(value: float, low: float | None = None, high: float | None = None) -> Assumed:
    return Assumed(value=value, low=low, high=high, unit="USD/h", source="test", date="", shape="uniform")


def test_turning_points_by_hand() -> None:
    # a costs p_a / 100, b 3 / 120 = .025: a is the cheaper up to p_a = 2.5
    costs = {"a": lambda v: v["price of a"] / 100, "b": lambda v: v["price of b"] / 120}
    assumed = {"price of a": number(2.0, 1.0, 4.0), "price of b": number(3.0, 2.9, 3.1)}
    (turn,) = turning_points(costs, assumed)
    assert (turn.name, turn.upward, turn.instead) == ("price of a", True, "b")
    assert turn.at == pytest.approx(2.5)
    # what both share never turns the choice
    shared = {"a": lambda v: v["price"] / 100, "b": lambda v: v["price"] / 90}
    assert turning_points(shared, {"price": number(2.0, 1.0, 4.0)}) == ()


def test_a_latency_can_turn_the_choice() -> None:
    slower, faster = curve(0.5, name="slower", speed=240.0), curve(0.99, name="faster")
    (turn,) = service_turns([slower, faster], "faster", [FAST])
    assert (turn.name, turn.at, turn.upward, turn.instead) == ("TTFT p95 of faster", 1.0, True, "slower")
    # one that does not qualify now, but would at its better end
    out = curve(1.02, name="faster")
    (turn,) = service_turns([slower, out], "slower", [FAST])
    assert (turn.name, turn.upward, turn.instead) == ("TTFT p95 of faster", False, "faster")


def test_a_log_normal_range_is_the_middle_of_its_distribution() -> None:
    from scipy.stats import truncnorm

    from isocost.statistics import quantiles_of

    assumed = Assumed(value=100.0, low=80.0, high=125.0, unit="1", source="test", date="", shape="log-normal")
    shares = np.array([0.0, 0.1, 0.5, 0.8, 1.0])
    log = truncnorm(-1.959964, 1.959964, loc=np.log(100), scale=np.log(1.25) / 1.959964)
    assert quantiles_of(assumed, shares) == pytest.approx(np.exp(log.ppf(shares)))
    with pytest.raises(InputError, match="a log-normal range needs ends above 0, got"):
        Assumed(value=1.0, low=0.0, high=2.0, unit="1", source="test", date="", shape="log-normal")
