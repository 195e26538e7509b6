"""A warm-up is cut where there is one, and a steady series is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from doubles.closed_loops import PROVENANCE, request, run_of
from isocost.core.errors import InputError
from isocost.statistics.settling import mser, settle, token_rates
from isocost.statistics.steady import Window, measured_rows
from isocost.statistics.window import operating_point


def by_hand(values: list[float], batch: int) -> int:
    """MSER as the papers write it: try every cut of whole batches, the last five batches apart."""
    means = [np.mean(values[i : i + batch]) for i in range(0, len(values) - batch + 1, batch)]
    scores = []
    for cut in range(len(means) - 5):
        rest = means[cut:]
        scores.append(sum((x - np.mean(rest)) ** 2 for x in rest) / len(rest) ** 2)
    return int(np.argmin(scores)) * batch


@pytest.mark.parametrize("seed", range(5))
def test_the_cut_is_that_of_trying_every_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = 5 + rng.standard_normal(203) + 4 * np.exp(-np.arange(203) / 20)
    assert mser(values).cut == by_hand(values.tolist(), 5)


def test_a_series_that_only_rises_settles_late() -> None:
    found = mser(np.arange(200.0))
    assert found.late
    assert found.ratio < 0.4


def test_a_constant_series_has_nothing_to_cut() -> None:
    assert (mser(np.ones(100)).cut, mser(np.ones(100)).ratio) == (0, 1.0)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        mser(np.ones(49))
    assert str(raised.value) == "a cut needs at least 50 values, got 49"


def slow_then_fast(slow: int, fast: int) -> list:
    """One stream: first requests of 2 s, with the first token after .5 s, then of .5 s and .125 s."""
    rows, now = [], 0.0
    for number in range(slow + fast):
        step = 0.5 if number < slow else 0.125
        wobble = 0.001 * (number % 7)  # no series of a real run is constant
        arrivals = tuple(now + wobble + step * place for place in (1, 2, 3, 4))
        rows.append(request(number, now, chunk_at_s=arrivals, done_at_s=arrivals[-1]))
        now = arrivals[-1]
    return rows


def test_a_slow_beginning_is_cut_from_window_and_latencies() -> None:
    point = operating_point(run_of(slow_then_fast(20, 200)), provenance=PROVENANCE)
    assert point.warm_up_cut is not None
    assert point.warm_up_cut.seconds == pytest.approx(20 * 2, abs=3)  # 20 requests of 2 s
    assert point.warm_up_cut.requests == pytest.approx(20, abs=5)  # in batches of 5
    assert point.output_tokens_per_second.value == pytest.approx(4 / 0.503, rel=0.02)
    assert point.ttft is not None
    assert point.ttft.percentiles[99.0].value < 0.2
    assert point.requests == 220  # all were measured


def test_fewer_than_a_hundred_requests_are_not_judged() -> None:
    point = operating_point(run_of(slow_then_fast(10, 89)), provenance=PROVENANCE)
    assert point.warm_up_cut is None


def test_a_run_that_slows_down_all_along_does_not_settle() -> None:
    rows, now = [], 0.0
    for number in range(240):
        step = 0.1 + 0.002 * number
        arrivals = tuple(now + step * place for place in (1, 2, 3, 4))
        rows.append(request(number, now, chunk_at_s=arrivals, done_at_s=arrivals[-1]))
        now = arrivals[-1]
    point = operating_point(run_of(rows), provenance=PROVENANCE)
    codes = {caution.code for caution in point.cautions}
    assert {"not-settled", "drift"} <= codes
    assert point.drift is not None


def test_rates_add_up_to_the_tokens_that_arrived() -> None:
    run = run_of(slow_then_fast(0, 120))
    ok = measured_rows(run.observations) & run.observations.ok
    edges, rates = token_rates(
        run.observations, ok, Window(0, 0.0, float(run.observations.done_at_s[-1])), 50
    )
    assert float((rates * np.diff(edges)).sum()) == pytest.approx(480)  # 120 x 4
    assert settle(run.observations, ok, Window(0, 0.0, 1.0)) is None
