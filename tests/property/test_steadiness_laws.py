"""Laws of the steady state of whole runs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.sweeps import measured, point
from isocost.core.load import Load
from isocost.core.operating_point import Latency
from isocost.economics import bounded_curve, cost_curve, steadiness, steadiness_number

POSITIVE = st.floats(1e-3, 1e4)


@given(rate=POSITIVE, residence=POSITIVE, requests=st.integers(1, 10**6))
def test_more_requests_at_the_same_load_are_never_less_steady(rate, residence, requests):
    few = steadiness_number(rate, residence, requests)
    assert steadiness_number(rate, residence, 2 * requests) == pytest.approx(few / 2)
    # Little's law: as many as are in flight
    assert few * requests == pytest.approx(rate * residence)


@given(rate=st.floats(0.1, 100), residence=st.floats(0.01, 100), requests=st.integers(10, 10**5))
def test_an_ideal_run_is_never_taken_for_overloaded(rate, residence, requests):
    # requests arrive evenly and each takes as long: the last ends `residence` after it came
    length = requests / rate + residence
    made = replace(
        point(rate, 32 * requests / length),
        requests=requests,
        requests_per_second=measured(requests / length, "requests/s"),
        e2e=Latency(basis="requests", mean=measured(residence, "s")),
        window_s=length,
    )
    judged = steadiness(made)
    assert judged.state != "overload"
    if judged.state == "partial":
        # the throughput that lasts is the offered rate, and the bounds reach it
        assert requests / length / (1 - judged.edge_share) == pytest.approx(rate)


@given(speed=st.floats(1, 1e5), share=st.floats(0, 0.99))
def test_bounds_only_ever_lower_a_cost_and_raise_a_throughput(speed, share):
    curve = cost_curve([point(2, speed)], price=None)
    before = curve.levels[0]
    after = bounded_curve(curve, {Load(concurrency=2): share}).levels[0]
    assert after.machine_seconds_per_million.value == before.machine_seconds_per_million.value
    assert after.machine_seconds_per_million.high == before.machine_seconds_per_million.high
    assert after.machine_seconds_per_million.low == pytest.approx(
        before.machine_seconds_per_million.low * (1 - share)
    )
    assert after.output_tokens_per_second.low == before.output_tokens_per_second.low
    assert after.output_tokens_per_second.high >= before.output_tokens_per_second.high
