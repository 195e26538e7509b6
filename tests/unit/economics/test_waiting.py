from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import latency, measured, point
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.operating_point import Latency, OperatingPoint
from isocost.core.service_level import parse_service_level
from isocost.economics import CostCurve, bounded_curve, cost_curve, waiting_cost
from isocost.statistics import Draws

PRICE = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21")  # 0.001 USD/s
RATES = {1: 50.0, 2: 90.0, 4: 150.0, 8: 200.0, 16: 220.0}


def sweep(noise: float = 0.0, *, ttft: dict[int, float] | None = None) -> list[OperatingPoint]:
    rng = np.random.default_rng(1)
    return [
        point(b, x * float(np.exp(noise * rng.normal())), repeat=i, ttft=ttft and {95.0: ttft[b]})
        for i in range(3)
        for b, x in RATES.items()
    ]


def best(curve: CostCurve) -> int | None:
    return None if curve.zone.best is None else curve.zone.best.concurrency


def codes(curve: CostCurve) -> list[str]:
    return [caution.code for caution in curve.cautions]


def test_one_level_by_hand() -> None:
    # 0.001 USD/s and 16 requests at 0.225 USD/h: 0.002 USD/s; 250 tokens/s take 4,000 s for a million
    curve = cost_curve([point(16, 250.0)], price=PRICE, waiting_usd_per_second=0.225 / 3600)
    told = curve.levels[0].waiting
    assert told is not None
    assert told.cost_per_million_tokens.value == pytest.approx(8.0)
    assert told.repeats == pytest.approx((8.0,))
    assert told.requests_inside.value == 16
    # 250 / 32 requests a second, 16 inside: 2.048 s each
    assert told.residence_s is not None
    assert told.residence_s.value == pytest.approx(2.048)
    # per request: cost alone 1.28e-4 USD and 2.048 s at 6.25e-5 USD/s as much again
    assert told.cost_per_million_tokens.value * 32e-6 == pytest.approx(1.28e-4 + 2.048 * 6.25e-5)


def test_the_zone_by_brute_force() -> None:
    points = sweep(0.02)
    for w in (0.0, 0.01, 0.05, 0.2, 1.0, 5.0, 100.0):
        curve = cost_curve(points, price=PRICE, waiting_usd_per_second=w / 3600)
        full = {
            b: (3.6 + w * b) / np.exp(np.mean([np.log(p.output_tokens_per_second.value) for p in group]))
            for b in RATES
            for group in [[p for p in points if p.load.concurrency == b]]
        }
        least = min(full.values())
        assert best(curve) == min(full, key=full.__getitem__)
        zone = [load.concurrency for load in curve.zone.levels]
        assert zone == [b for b, cost in full.items() if cost <= least * 1.05]


def test_dearer_waiting_moves_to_fewer_streams_and_has_a_premium() -> None:
    curve = cost_curve(sweep(0.01), price=PRICE, waiting_usd_per_second=1.0 / 3600)
    # (3.6 + b) / X: 1: .0920, 2: .0622, 4: .0507, 8: .0580, 16: .0891
    assert best(curve) == 4
    assert curve.zone.cheapest.concurrency == 16
    assert curve.zone.premium is not None
    assert curve.zone.premium.value == pytest.approx(220 / 150 - 1, abs=0.05)
    assert "best-at-edge" not in codes(curve)


def test_confidence_is_of_machine_and_waiting_together() -> None:
    from scipy.stats import ttest_ind

    points = [p for p in sweep(0.02) if p.load.concurrency in (4, 8)]
    curve = cost_curve(points, price=PRICE, waiting_usd_per_second=0.6 / 3600)
    logs = [
        [
            np.log((3.6 + 0.6 * b) / p.output_tokens_per_second.value)
            for p in points
            if p.load.concurrency == b
        ]
        for b in (4, 8)
    ]
    expected = 1 - ttest_ind(*logs, alternative="less").pvalue
    assert [level.probability_best for level in curve.levels] == pytest.approx(
        [expected, 1 - expected], abs=1e-5
    )


def test_service_levels_count_together_with_waiting() -> None:
    ttft = {1: 0.1, 2: 0.2, 4: 0.5, 8: 0.9, 16: 2.0}
    promise = parse_service_level("ttft.p95=300ms")
    curve = cost_curve(
        sweep(ttft=ttft), price=PRICE, service_levels=[promise], waiting_usd_per_second=0.01 / 3600
    )
    assert best(curve) == 2


def open_loop(rate: float, tokens: float, e2e: Latency | None) -> OperatingPoint:
    return replace(point(rate, tokens), e2e=e2e)


def test_rates_take_littles_law_with_the_mean() -> None:
    # 320 / 32 = 10 requests a second for 2 s: 20 inside; 0.001 + 20 * 1e-4 = 0.003 USD/s
    told = Latency(basis="requests", mean=measured(2.0, "s"))
    curve = cost_curve([open_loop(10.0, 320.0, told)], price=PRICE, waiting_usd_per_second=1e-4)
    waiting = curve.levels[0].waiting
    assert waiting is not None
    assert waiting.requests_inside.value == pytest.approx(20.0)
    assert waiting.cost_per_million_tokens.value == pytest.approx(0.003 * 1e6 / 320)
    assert not waiting.is_proxy
    assert "residence-by-median" not in codes(curve)


def test_a_median_stands_for_the_mean_and_is_marked() -> None:
    curve = cost_curve(
        [open_loop(10.0, 320.0, latency({50.0: 1.5}))], price=PRICE, waiting_usd_per_second=1e-4
    )
    waiting = curve.levels[0].waiting
    assert waiting is not None
    assert waiting.requests_inside.value == pytest.approx(15.0)
    assert waiting.is_proxy
    assert "residence-by-median" in codes(curve)
    assert "proxy" in waiting.cost_per_million_tokens.method


def test_where_nothing_tells_who_waits_there_is_no_cost_of_waiting() -> None:
    told = Latency(basis="requests", mean=measured(2.0, "s"))
    points = [open_loop(5.0, 160.0, told), open_loop(10.0, 320.0, None)]
    curve = cost_curve(points, price=PRICE, waiting_usd_per_second=1e-4)
    assert curve.levels[1].waiting is None
    assert curve.zone.best == Load(rate_per_s=5.0)
    assert "waiting-not-told" in codes(curve)
    none = cost_curve(points[1:], price=PRICE, waiting_usd_per_second=1e-4)
    assert none.waiting_usd_per_second is None
    assert none.zone.best == Load(rate_per_s=10.0)


def test_the_runs_own_count_goes_before_the_concurrency() -> None:
    counted = replace(point(16, 250.0), mean_concurrency=12.0)
    level = cost_curve([counted], price=PRICE, waiting_usd_per_second=1e-4).levels[0]
    assert level.waiting is not None
    assert level.waiting.requests_inside.value == 12.0


def test_bounds_of_partly_steady_runs_hold_for_waiting_too() -> None:
    curve = cost_curve([point(16, 250.0, spread=None)], price=PRICE, waiting_usd_per_second=0.225 / 3600)
    wide = bounded_curve(curve, {Load(concurrency=16): 0.25}).levels[0].waiting
    assert wide is not None
    assert (wide.cost_per_million_tokens.low, wide.cost_per_million_tokens.high) == pytest.approx((6.0, 8.0))


def test_a_range_of_the_price_widens_the_cost_by_its_share() -> None:
    # 1.8 to 5.4 USD/h and 3.6 USD/h of waiting: 5.4 to 9 over 250 tokens/s, 95 % of a uniform: .45 to .95
    ranged = replace(PRICE, low=1.8, high=5.4)
    level = cost_curve(
        [point(16, 250.0, spread=1e-6)], price=ranged, waiting_usd_per_second=0.225 / 3600
    ).levels[0]
    assert level.waiting is not None
    seen = level.waiting.cost_per_million_tokens
    assert seen.low == pytest.approx(4 * (1.8 + 0.025 * 3.6 + 3.6) / 3.6, rel=0.01)
    assert seen.high == pytest.approx(4 * (1.8 + 0.975 * 3.6 + 3.6) / 3.6, rel=0.01)


def test_social_marginal_cost_is_told_with_the_short_run() -> None:
    curve = cost_curve(sweep(0.005), price=PRICE, waiting_usd_per_second=1e-4)
    at = next(each for each in curve.short_run if each.concurrency == 4)
    assert at.congestion_cost is not None
    assert at.social_marginal_cost is not None
    # w (R + L R'): own wait and congestion
    expected = 1e-4 * (at.residence_s.value + at.congestion_s.value)
    assert at.social_marginal_cost.value == pytest.approx(expected)
    assert at.congestion_cost.value == pytest.approx(1e-4 * at.congestion_s.value)


def exact(value: float, unit: str) -> Draws:
    return Draws(value=value, samples=np.full(8, value), unit=unit, kind="measured", method="by hand")


def test_requests_inside_that_vary_widen_the_cost() -> None:
    points = [replace(point(16, 250.0, repeat=i), mean_concurrency=n) for i, n in enumerate((10.0, 14.0))]
    told = waiting_cost(
        points, exact(4000.0, "s/1M tokens"), exact(3.6, "USD/h"), waiting_usd_per_second=1e-4
    )
    assert told is not None
    assert told.requests_inside.value == pytest.approx(np.sqrt(140))
    assert told.cost_per_million_tokens.low is not None
    assert told.cost_per_million_tokens.low < told.cost_per_million_tokens.value


@pytest.mark.parametrize("w", [-1e-4, float("nan"), float("inf")])
def test_a_price_of_waiting_is_a_number_of_at_least_zero(w: float) -> None:
    with pytest.raises(InputError, match="the price of waiting must be at least 0 USD per hour"):
        cost_curve([point(4, 250.0)], price=PRICE, waiting_usd_per_second=w)
