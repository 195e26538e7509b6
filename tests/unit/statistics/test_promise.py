"""A promise judged while requests come: errors by simulation of servers whose limit is known exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from doubles.queues import times_in_batches, times_in_line, wait_bound, waits_before_slots
from isocost.core.errors import InputError
from isocost.statistics.promise import (
    Promise,
    PromiseState,
    ends_probe,
    judge_promise,
    judge_promises,
    look_sizes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SERVERS, MOST = 120, 2000
FALSE = 0.05 + 3 * math.sqrt(0.05 * 0.95 / SERVERS)  # 5 % as stated, and three standard errors


def told(times: np.ndarray[Any, Any], bound: float) -> tuple[float, float, float]:
    """Shares of servers that passed and failed, and requests until then, as a probe of so many would tell."""
    looks, found, sizes = look_sizes(len(times)), list[str](), list[int]()
    for column in times.T:
        before: PromiseState = "cannot be told"
        for size in looks:
            state, _ = judge_promises([(Promise("", "p95", bound), column[:size])], looks=len(looks))
            if ends_probe(state, before, requests=size):
                found.append(state)
                break
            before = state
        sizes.append(size)
    return (found.count("kept") / SERVERS, found.count("broken") / SERVERS, float(np.mean(sizes)))


def batch_bound() -> float:
    """The 95th percentile of the batch server at 7 a second, from a run 50 times as long."""
    times = times_in_batches(7.0, 50_000, 4, np.random.default_rng(8))
    return float(np.quantile(times[2_000:], 0.95))


# M/M/1: T is exponential of rate 1 - L, so the bound at L is ln 20 / (1 - L)
CASES: dict[str, tuple[float, float, Callable[[float, np.random.Generator], Any]]] = {
    "M/M/1": (
        0.9,
        math.log(20) / 0.1,
        lambda rate, rng: times_in_line(rate, MOST, SERVERS, rng, fixed=False),
    ),
    "M/M/4": (3.6, wait_bound(4, 3.6), lambda rate, rng: waits_before_slots(rate, 4, MOST, SERVERS, rng)),
    "M/M/32": (
        29.0,
        wait_bound(32, 29.0),
        lambda rate, rng: waits_before_slots(rate, 32, MOST, SERVERS, rng),
    ),
    "M/D/1": (0.9, 15.0, lambda rate, rng: times_in_line(rate, MOST, SERVERS, rng, fixed=True)),
    "batches": (7.0, batch_bound(), lambda rate, rng: times_in_batches(rate, MOST, SERVERS, rng)),
}


@pytest.mark.parametrize("name", CASES)
def test_errors_a_step_away_from_the_limit_are_as_rare_as_stated(name: str) -> None:
    limit, bound, serve = CASES[name]
    passed, _, _ = told(serve(limit * 1.05, np.random.default_rng(1)), bound)
    assert passed <= FALSE
    _, failed, _ = told(serve(limit / 1.05, np.random.default_rng(2)), bound)
    assert failed <= FALSE


@pytest.mark.parametrize("name", CASES)
def test_what_is_clear_is_told_soon(name: str) -> None:
    limit, bound, serve = CASES[name]
    passed, failed, requests = told(serve(limit / 2, np.random.default_rng(3)), bound)
    assert passed > 0.9
    assert failed <= FALSE
    assert requests < 0.75 * MOST
    passed, failed, requests = told(serve(limit * 1.5, np.random.default_rng(4)), bound)
    assert failed > 0.95
    assert passed == 0
    assert requests < 0.25 * MOST


def test_a_queue_that_still_grows_does_not_pass() -> None:
    # all 400 below the bound, but rising all the time: they say nothing of later ones
    rising = np.linspace(0.0, 0.9, 400)
    state = judge_promise(Promise("", "p95", 1.0), rising, pass_error=0.025, fail_error=0.025).state
    assert state == "cannot be told"


def test_independent_requests_take_as_many_as_counting_says() -> None:
    # none of n breaks 5 %: (1 - 0.05)^n <= 0.0025 from n = 117 on, and a fifth is cut: 147
    quick = np.random.default_rng(5).uniform(0.1, 0.2, 147)
    promise = Promise("", "p95", 1.0)
    judged = [judge_promise(promise, quick[:n], pass_error=0.0025, fail_error=0.0025) for n in (140, 147)]
    assert judged[0].state == "cannot be told"
    assert judged[1].effective <= judged[1].requests == 118


def test_failures_break_a_percentile_and_leave_a_mean_alone() -> None:
    values = np.where(np.arange(400) % 4 == 0, np.inf, np.random.default_rng(6).uniform(0.1, 0.2, 400))
    broken = judge_promise(Promise("", "p95", 1.0), values, pass_error=0.01, fail_error=0.01)
    mean = judge_promise(Promise("", "mean", 1.0), values, pass_error=0.01, fail_error=0.01)
    assert (broken.state, broken.seen) == ("broken", 0.25)
    assert mean.state == "kept"
    assert mean.seen == pytest.approx(0.15, abs=0.01)


def test_a_mean_is_told_by_batches() -> None:
    values = np.random.default_rng(7).exponential(1.0, 1000)
    states = [
        judge_promise(Promise("", "mean", bound), values, pass_error=0.01, fail_error=0.01).state
        for bound in (0.7, 1.0, 1.4)
    ]
    assert states == ["broken", "cannot be told", "kept"]


def test_errors_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match=r"errors must lie in \(0, 0.5\), got 0.7 and 0.1"):
        judge_promise(Promise("", "p95", 1.0), np.ones(50), pass_error=0.7, fail_error=0.1)
