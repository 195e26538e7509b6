from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from doubles.sweeps import measured, point
from isocost.core.errors import InputError
from isocost.core.operating_point import Latency
from isocost.statistics.batch_means import student_quantile
from isocost.statistics.draws import summarise
from isocost.statistics.levels import pool_estimates, pool_latency, throughput_draws

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate


def test_one_repeat_keeps_its_own_interval() -> None:
    one = measured(100.0, "tokens/s", spread=0.05)
    assert pool_estimates([one]) is one


def test_repeats_give_the_t_interval_of_their_logarithms() -> None:
    # logs of 90, 100, 110 over three; t(2) = 4.303
    values = [90.0, 100.0, 110.0]
    pooled = pool_estimates([measured(value, "tokens/s", spread=0.001) for value in values])
    logs = [math.log(value) for value in values]
    mean = sum(logs) / 3
    spread = math.sqrt(sum((log - mean) ** 2 for log in logs) / 2 / 3)
    assert pooled.value == pytest.approx(math.exp(mean))
    assert pooled.high == pytest.approx(math.exp(mean + 4.3027 * spread), rel=1e-4)
    assert pooled.low == pytest.approx(math.exp(mean - 4.3027 * spread), rel=1e-4)


def test_repeats_that_agree_by_chance_are_no_surer_than_their_batches() -> None:
    # each +-10 % with 19 degrees of freedom; averaged over 4: standard error .1 / 2.093 / 2, 76 degrees
    pooled = pool_estimates([measured(100.0, "tokens/s", spread=0.1, n=20) for _ in range(4)])
    scale = 0.1 / student_quantile(0.95, 19) / 2
    assert pooled.high == pytest.approx(100 * math.exp(student_quantile(0.95, 76) * scale), rel=1e-6)


def test_repeats_without_own_intervals_still_pool() -> None:
    pooled = pool_estimates([measured(90.0, "s"), measured(110.0, "s")])
    assert pooled.has_interval
    assert pooled.n == 2


@pytest.mark.parametrize(
    ("values", "units", "message"),
    [
        ([], [], "a level needs at least one operating point"),
        ([1.0, 2.0], ["s", "ms"], "repeats of one level must have one unit"),
        (
            [1.0, 0.0],
            ["s", "s"],
            "a level needs positive values in every repeat, got one that is not above 0",
        ),
    ],
)
def test_what_cannot_be_pooled(values: list[float], units: list[str], message: str) -> None:
    estimates: list[Estimate] = [measured(v, u) for v, u in zip(values, units, strict=True)]
    with pytest.raises(InputError) as raised:
        pool_estimates(estimates)
    assert str(raised.value) == message


def test_draws_have_the_interval_of_the_pooled_estimate() -> None:
    points = [point(4, value, repeat=i) for i, value in enumerate((96.0, 100.0, 104.0))]
    draws = throughput_draws(points, rng=np.random.default_rng(1), draws=200_000)
    drawn, pooled = summarise(draws), pool_estimates([one.output_tokens_per_second for one in points])
    assert drawn.low == pytest.approx(pooled.low, rel=0.01)
    assert drawn.high == pytest.approx(pooled.high, rel=0.01)
    assert (draws.n, draws.unit, draws.kind) == (3, "tokens/s", "measured")


def test_no_interval_is_said_and_not_drawn() -> None:
    draws = throughput_draws([point(4, 100.0, spread=None)], rng=np.random.default_rng(1))
    assert np.isnan(draws.samples).all()
    estimate = summarise(draws)
    assert (estimate.value, estimate.low, estimate.high) == (100.0, None, None)


def test_latencies_are_averaged_where_every_repeat_has_them() -> None:
    points = [
        point(4, 100.0, repeat=0, ttft={50.0: 0.1, 95.0: 0.4}),
        point(4, 100.0, repeat=1, ttft={50.0: 0.4}),
    ]
    pooled = pool_latency(points)
    assert pooled["ttft.p50"].value == pytest.approx(0.2)  # sqrt(.1 * .4)
    assert "ttft.p95" not in pooled


def test_speed_for_one_user_is_the_inverse_of_time_per_token() -> None:
    tpot = Latency(basis="requests", percentiles={50.0: measured(0.02, "s", spread=0.1)})
    one = point(4, 100.0)
    speed = pool_latency([replace(one, tpot=tpot)])["user_speed.p50"]
    assert speed.value == pytest.approx(50)
    assert speed.low == pytest.approx(1 / 0.022)
    assert speed.high == pytest.approx(1 / 0.018)
    assert speed.unit == "tokens/s"


def test_intervals_of_three_repeats_cover() -> None:
    rng, hits, repetitions = np.random.default_rng(2), 0, 500
    for _ in range(repetitions):
        values = 100 * np.exp(0.03 * rng.standard_normal(3))
        pooled = pool_estimates([measured(float(value), "tokens/s", spread=0.005) for value in values])
        assert pooled.low is not None
        assert pooled.high is not None
        hits += pooled.low <= 100 <= pooled.high
    assert 0.92 <= hits / repetitions <= 0.98
