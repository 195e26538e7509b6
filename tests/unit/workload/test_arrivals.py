"""When requests of an open loop are due."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.load import RatePiece
from isocost.workload import CONSTANT, arrivals_of_count, arrivals_within, coefficient_of_variation
from isocost.workload.arrivals import instants_of


def steady(rate: float, seconds: float) -> list[RatePiece]:
    return [RatePiece(rate, rate, seconds)]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_constant_arrivals_are_evenly_spaced_and_begin_at_once():
    due = arrivals_within(steady(4.0, 2.5), burstiness=CONSTANT, rng=rng())
    assert due.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25]


def test_a_ramp_of_constant_arrivals_is_the_root_of_time():
    # 0 to 2 per second within 8 s: t^2 / 8 offered by t, so request i is due at the root of 8 i
    due = arrivals_within([RatePiece(0.0, 2.0, 8.0)], burstiness=CONSTANT, rng=rng())
    assert due == pytest.approx([math.sqrt(8 * i) for i in range(8)])


def test_a_falling_ramp_ends_where_nothing_is_offered():
    # 2 to 0 per second within 8 s: 2 t - t^2 / 8 = 8 at t = 8
    assert instants_of(np.array([0.0, 7.5, 8.0]), [RatePiece(2.0, 0.0, 8.0)]) == pytest.approx(
        [0.0, 6.0, 8.0]
    )


def test_steps_follow_one_another():
    schedule = [RatePiece(1.0, 1.0, 3.0), RatePiece(4.0, 4.0, 1.0)]
    due = arrivals_within(schedule, burstiness=CONSTANT, rng=rng())
    assert due.tolist() == [0.0, 1.0, 2.0, 3.0, 3.25, 3.5, 3.75]


def test_the_requests_offered_by_each_instant_are_the_integral_of_the_rate():
    # another route: the rate is added up in steps of a millisecond
    schedule = [RatePiece(1.0, 5.0, 4.0), RatePiece(5.0, 5.0, 2.0), RatePiece(5.0, 0.0, 3.0)]
    middles = np.arange(0.0005, 9.0, 0.001)
    rates = np.interp(middles, [0.0, 4.0, 6.0, 9.0], [1.0, 5.0, 5.0, 0.0])
    offered = np.concatenate([[0.0], np.cumsum(rates) * 0.001])
    units = np.linspace(0.0, 29.0, 50)
    expected = np.interp(units, offered, np.arange(9001) * 0.001)
    assert instants_of(units, schedule) == pytest.approx(expected, abs=2e-3)


def test_so_many_requests_are_drawn_as_were_asked_for():
    due = arrivals_of_count(8.0, 5, rng=rng())
    assert len(due) == 5
    assert all(later > earlier for earlier, later in pairwise(due))


def test_single_queue_waits_are_those_of_theory():
    # Pollaczek and Khinchine: one server, S = 1 s, Poisson arrivals at .7/s wait .7 / (2 x .3) = 1.1667 s on
    # average; Lindley's recursion gives each wait from the one before
    due = arrivals_of_count(0.7, 400_000, rng=rng(3))
    steps = np.concatenate([[0.0], 1.0 - np.diff(due)])
    walk = np.cumsum(steps)
    waits = walk - np.minimum.accumulate(np.minimum(walk, 0.0))
    assert waits.mean() == pytest.approx(0.7 / 0.6, rel=0.03)


def test_burstiness_is_the_shape_of_the_gaps_as_vllm_has_it():
    assert coefficient_of_variation(4.0) == 0.5
    with pytest.raises(InputError, match=r"^burstiness must be above 0 \(1 is Poisson\), got 0$"):
        coefficient_of_variation(0)


@pytest.mark.parametrize(
    ("pieces", "sentence"),
    [
        ([], "an open loop needs at least one rate, got none"),
        (steady(1e6, 3600.0), "an open loop of 3.6e+09 requests is too long; offer at most 10,000,000"),
    ],
)
def test_what_cannot_be_drawn_is_refused(pieces, sentence):
    with pytest.raises(InputError) as caught:
        arrivals_within(pieces, rng=rng())
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("rate", "count"), [(0.0, 3), (math.inf, 3), (1.0, 0)])
def test_a_count_needs_a_rate_and_a_number(rate, count):
    with pytest.raises(InputError, match="must be"):
        arrivals_of_count(rate, count, rng=rng())


@pytest.mark.parametrize(
    ("text", "piece"),
    [("4x30", RatePiece(4.0, 4.0, 30.0)), ("0.5-16:2.5", RatePiece(0.5, 16.0, 2.5))],
)
def test_a_schedule_is_read_and_written_alike(text, piece):
    assert RatePiece.parse(text) == piece
    assert piece.label == text


@pytest.mark.parametrize("text", ["4", "4x", "1-2", "-1x3", "x", "1-2:", "4x30,5x30", "4 x 30"])
def test_another_schedule_is_refused(text):
    with pytest.raises(InputError, match="a schedule is made of steps such as 4x30"):
        RatePiece.parse(text)


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(InputError, match="above 0 at one end, got 0 to 0"):
        RatePiece.parse("0x30")
    with pytest.raises(InputError, match=r"a rate must last above 0 seconds, got 0\.0"):
        RatePiece.parse("3x0")
