"""Energy of a sweep by hand: joules, boundaries, carbon, the level of least energy, and energy as money."""

from dataclasses import replace

import numpy as np
import pytest

from doubles.sweeps import point
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.service_level import ServiceLevel
from isocost.economics import (
    LoadPower,
    Surroundings,
    carbon_g,
    cost_curve,
    energy_curve,
    energy_per_token_j,
    energy_usd_per_token,
    fit_load_power,
    fixed_flow_usd,
    incremental_energy_j,
    marginal_energy_cost,
    power_within,
    with_energy_cost,
)
from isocost.statistics import DRAWS, Draws

PRICE = HourlyPrice(usd_per_hour=3.6, source="a list", date="2026-11-21")


def exact(value, unit="W", kind="measured"):
    return Draws(value=value, samples=np.full(DRAWS, np.nan), unit=unit, kind=kind, method="by hand")


def uniform(low, high, unit="W"):
    share = np.linspace(0, 1, DRAWS)
    return Draws(
        value=(low + high) / 2, samples=low + share * (high - low), unit=unit, kind="assumed", method="range"
    )


AROUND = Surroundings(host_w=exact(100.0), pue=exact(1.5, "1"))


def sweep(rates=(100.0, 300.0, 700.0, 900.0), **facts):
    return [point(load, rate, spread=None, **facts) for load, rate in zip((1, 4, 16, 64), rates, strict=True)]


def watts(*values):
    return {Load(concurrency=load): exact(value) for load, value in zip((1, 4, 16, 64), values, strict=False)}


def curve(points=None, **asked):
    return cost_curve(points or sweep(), price=PRICE, **asked)


def test_energy_and_carbon_of_a_level_at_each_boundary():
    found = energy_curve(
        curve(),
        watts(350.0, 420.0, 520.0, 560.0),
        measured_at="accelerator",
        around=AROUND,
        tokens_per_request=exact(32.0, "tokens/request"),
        grid=exact(200.0, "gCO2e/kWh"),
    )
    level = found.level_at(Load(concurrency=16))
    # 520 W over 700 tokens/s; 620 W with the host; times 1.5 in the building
    assert {name: round(each.value, 9) for name, each in level.per_token.items()} == {
        "accelerator": round(520 / 700, 9),
        "server": round(620 / 700, 9),
        "facility": round(930 / 700, 9),
    }
    # 930 W x 1e6 / 700 s = 1.329 MJ = 0.369 kWh, at 200 g each
    assert level.per_million["facility"].value == pytest.approx(930 / 700 / 3.6)
    assert level.carbon_per_million.value == pytest.approx(200 * 930 / 700 / 3.6)
    assert level.per_request["server"].value == pytest.approx(32 * 620 / 700)
    assert level.carbon_per_request.value == pytest.approx(200 * 32 * 930 / 700 / 3.6e6)
    # from 4 to 16 streams 100 W more for 400 tokens/s more
    assert level.incremental.value == pytest.approx(0.25)
    assert found.levels[0].incremental is None
    assert not level.per_token["accelerator"].has_interval  # nothing was repeated, nothing assumed


def test_no_grid_no_carbon_and_no_count_no_request():
    level = energy_curve(
        curve(), watts(350.0, 420.0, 520.0, 560.0), measured_at="accelerator", around=AROUND
    ).levels[0]
    assert level.carbon_per_million is None
    assert level.carbon_per_request is None
    assert level.per_request == {}


@pytest.mark.parametrize(
    ("measured_at", "host", "expected"),
    [
        ("accelerator", 100.0, {"accelerator": 700.0, "server": 800.0, "facility": 1200.0}),
        ("accelerator", None, {"accelerator": 700.0, "facility": 1050.0}),
        ("server", 100.0, {"server": 700.0, "facility": 1050.0}),
        ("facility", 100.0, {"facility": 700.0}),
    ],
)
def test_power_at_wider_boundaries(measured_at, host, expected):
    around = Surroundings(host_w=None if host is None else exact(host), pue=exact(1.5, "1"))
    found = power_within(exact(700.0), measured_at, around)
    assert {name: each.value for name, each in found.items()} == expected
    assert [each.basis for each in found.values()] == list(expected)


def test_a_range_of_the_surroundings_is_in_the_facility_alone():
    around = Surroundings(host_w=None, pue=uniform(1.2, 1.8, "1"))
    level = energy_curve(
        curve(), watts(350.0, 420.0, 520.0, 560.0), measured_at="accelerator", around=around
    ).levels[0]
    assert not level.per_token["accelerator"].has_interval
    assert level.per_token["accelerator"].kind == "measured"
    assert level.per_token["facility"].kind == "assumed"
    # 2.5 and 97.5 % of the uniform range: 1.215 and 1.785 times 3.5 J
    assert level.per_token["facility"].low == pytest.approx(1.215 * 3.5, rel=1e-3)
    assert level.per_token["facility"].high == pytest.approx(1.785 * 3.5, rel=1e-3)


def test_one_power_for_all_loads_is_no_evidence_of_an_optimum():
    found = energy_curve(curve(), uniform(300.0, 900.0), measured_at="accelerator", around=AROUND)
    assert (found.varies, found.best, found.premium, found.load_power) == (False, None, None, None)
    assert all(level.incremental is None for level in found.levels)
    assert found.levels[0].per_token["accelerator"].value == pytest.approx(6.0)
    assert found.levels[0].per_token["accelerator"].low == pytest.approx(3.15, rel=1e-2)


def test_least_energy_and_least_cost_may_differ():
    # 16 streams: 500 / 700 J = .714; 64: 900 / 900 J = 1; cost falls to the end
    found = energy_curve(curve(), watts(350.0, 420.0, 500.0, 900.0), measured_at="accelerator", around=AROUND)
    assert found.best == Load(concurrency=16)
    assert found.premium.value == pytest.approx(1.0 / (500 / 700) - 1)


def test_least_energy_keeps_the_service_levels():
    points = [
        replace(each, ttft=point(1, 1.0, ttft={50.0: seconds}).ttft)
        for each, seconds in zip(sweep(), (0.1, 0.2, 0.4, 2.0), strict=True)
    ]
    kept = curve(points, service_levels=[ServiceLevel(metric="ttft", statistic="p50", bound=0.3)])
    found = energy_curve(kept, watts(350.0, 420.0, 500.0, 500.0), measured_at="accelerator", around=AROUND)
    assert (kept.zone.best, found.best) == (Load(concurrency=4), Load(concurrency=4))
    assert found.premium.value == 0.0


def test_levels_without_power_have_no_energy():
    found = energy_curve(curve(), watts(350.0, 420.0), measured_at="accelerator", around=AROUND)
    assert [level.load.concurrency for level in found.levels] == [1, 4]
    assert found.level_at(Load(concurrency=64)) is None
    with pytest.raises(InputError, match="no level has a power, so no energy can be told; give --power-w W"):
        energy_curve(curve(), {}, measured_at="accelerator", around=AROUND)


def test_repeats_give_energy_an_interval():
    points = [
        point(load, rate * (1 + 0.01 * repeat), repeat=repeat, spread=None)
        for load, rate in ((1, 100.0), (4, 300.0), (16, 700.0))
        for repeat in range(3)
    ]
    level = energy_curve(
        curve(points), watts(350.0, 420.0, 520.0), measured_at="accelerator", around=AROUND
    ).levels[0]
    told = level.per_token["accelerator"]
    cost = curve(points).levels[0].machine_seconds_per_million
    # power is exact, so the interval is that of the machine-seconds times 350 W
    assert (told.low, told.high) == (pytest.approx(350e-6 * cost.low), pytest.approx(350e-6 * cost.high))


def test_line_of_power_is_that_of_least_squares():
    rates, powers = [100.0, 300.0, 700.0, 900.0, 1500.0], [350.0, 420.0, 520.0, 560.0, 640.0]
    line = fit_load_power(rates, powers)
    slope, base = np.polyfit(rates, powers, 1)
    assert (line.joules_per_token.value, line.base_w.value) == (pytest.approx(slope), pytest.approx(base))
    # the usual standard error of a slope, and Student's t with 3 degrees of freedom: 3.182
    left = np.array(powers) - base - slope * np.array(rates)
    error = np.sqrt((left**2).sum() / 3 / ((np.array(rates) - 700.0) ** 2).sum())
    assert line.slope.high - line.slope.low == pytest.approx(2 * 3.182 * error, rel=0.1)
    assert line.error == pytest.approx(np.sqrt((left**2).mean()) / np.mean(powers))


def test_intervals_of_the_slope_cover():
    rng = np.random.default_rng(7)
    rates = np.array([100.0, 300.0, 700.0, 900.0, 1500.0])
    hits = 0
    for trial in range(300):
        powers = 300 + 0.2 * rates + rng.normal(0, 15.0, 5)
        slope = fit_load_power(rates, powers, seed=trial, size=1000).slope
        hits += slope.low <= 0.2 <= slope.high
    assert 0.91 <= hits / 300 <= 0.99  # .95 with a standard error of .013


@pytest.mark.parametrize("rates", [[], [100.0], [100.0, 200.0], [100.0, 100.0, 200.0, 200.0]])
def test_two_loads_make_no_line(rates):
    assert fit_load_power(rates, [300.0 + each for each in rates]) is None


def line(base, slope):
    return LoadPower(base_w=exact(base), joules_per_token=exact(slope, "J/token"), levels=4, error=0.0)


@pytest.mark.parametrize(("measured_at", "pue"), [("accelerator", 1.5), ("server", 1.5), ("facility", 1.0)])
def test_marginal_energy_by_boundary(measured_at, pue):
    found = marginal_energy_cost(
        line(300.0, 0.2), measured_at=measured_at, pue=exact(1.5, "1"), usd_per_kwh=exact(0.1, "USD/kWh")
    )
    assert found.value == pytest.approx(0.2 * pue * 0.1 / 3.6e6)


@pytest.mark.parametrize(
    ("measured_at", "base"), [("accelerator", 300.0), ("server", 400.0), ("facility", 600.0)]
)
def test_the_same_hour_whatever_the_boundary(measured_at, base):
    """An hour without its accelerators' power, and 300 W of them at no load: 1.5 x 0.3 kWh x 0.10 USD."""
    flow = fixed_flow_usd(
        exact(3.0, "USD/h"),
        exact(0.08, "USD/h"),
        line(base, 0.2),
        measured_at=measured_at,
        around=AROUND,
        usd_per_kwh=exact(0.1, "USD/kWh"),
    )
    assert flow.value == pytest.approx((3.0 - 0.08 + 0.045) / 3600)


def test_short_run_with_energy_told_apart():
    points = sweep()
    plain = curve(points)
    flow = Draws(value=0.001, samples=np.full(DRAWS, 0.001), unit="USD/s", kind="assumed", method="given")
    found = with_energy_cost(plain, usd_per_token=2e-7, fixed_usd_per_second=flow, output_tokens=32.0)
    assert len(found.short_run) == len(plain.short_run) > 0
    for old, new in zip(plain.short_run, found.short_run, strict=True):
        # 3.6 USD/h are 0.001 USD/s: the same fixed flow, and v on top
        assert new.average_cost.value == pytest.approx(old.average_cost.value + 2e-7)
        assert (old.private_marginal_cost, new.private_marginal_cost) == (0.0, 2e-7)
    with pytest.raises(InputError, match="usd_per_token must be at least 0, got -1e-07"):
        with_energy_cost(plain, usd_per_token=-1e-7, fixed_usd_per_second=flow, output_tokens=32.0)


def test_formulas_refuse_what_cannot_be():
    with pytest.raises(InputError, match="power_w must be at least 0, got -1"):
        energy_per_token_j(-1.0, 10.0)
    with pytest.raises(InputError, match="tokens_per_second must be above 0, got 0"):
        energy_per_token_j(1.0, 0.0)
    with pytest.raises(InputError, match="grams_per_kwh must be at least 0, got -5"):
        carbon_g(1.0, -5.0)
    with pytest.raises(InputError, match="throughput and power must be above 0"):
        fit_load_power([1.0, 2.0, 3.0], [1.0, 0.0, 3.0])
    with pytest.raises(InputError, match="a power goes with each throughput, got 2 and 3"):
        fit_load_power([1.0, 2.0, 3.0], [1.0, 2.0])
    assert incremental_energy_j((300.0, 400.0), (900.0, 900.0)) is None


def test_a_kilowatt_hour_of_energy_costs_its_price():
    # a token of 3.6 MJ is a kWh
    assert energy_usd_per_token(3.6e6, 1.0, 0.09) == pytest.approx(0.09)
