from __future__ import annotations

import numpy as np

from doubles.closed_loops import request, run_of, stream
from isocost.core.load import Load
from isocost.core.observation import Outcome
from isocost.statistics.steady import Window, measured_rows, steady_windows, whole_windows


def test_one_stream_is_steady_from_the_first_to_the_last_request_sent() -> None:
    run = run_of(stream(5))  # sent at 0, .5, 1, 1.5, 2
    assert steady_windows(run.observations, run.load) == (Window(0, 0.0, 2.0),)


def test_filling_and_draining_are_left_out() -> None:
    # the second stream begins at .25 and ends at 1.25; the first goes on to 2
    run = run_of([*stream(4), *stream(2, begin_s=0.25, first_index=4)], concurrency=2)
    # both are busy from .25 on; the last request sent into a full load is that of the first stream at 1.0
    assert steady_windows(run.observations, run.load) == (Window(0, 0.25, 1.0),)


def test_what_a_kill_left_unrecorded_ends_the_window() -> None:
    # two streams; the last request of the second, sent at 1.25, was never finished, so it is not there
    run = run_of([*stream(4), *stream(2, begin_s=0.25, first_index=4)], concurrency=2, finished=False)
    assert steady_windows(run.observations, run.load)[0].end_s <= 1.25


def test_cancelled_requests_are_not_measured() -> None:
    cancelled = request(4, 1.25, outcome=Outcome.CANCELLED)
    run = run_of([*stream(4), *stream(2, begin_s=0.25, first_index=5), cancelled], concurrency=2)
    assert measured_rows(run.observations).sum() == 6
    assert steady_windows(run.observations, run.load) == (Window(0, 0.25, 1.0),)


def test_warm_up_is_no_part_of_it() -> None:
    run = run_of([request(0, -1.0, warmup=True), *stream(3)])
    assert steady_windows(run.observations, run.load) == (Window(0, 0.0, 1.0),)
    assert whole_windows(run.observations) == (Window(0, 0.0, 1.5),)


def test_each_segment_has_its_own_window_on_its_own_clock() -> None:
    run = run_of(stream(3), stream(4, begin_s=1000.0))
    assert steady_windows(run.observations, run.load) == (Window(0, 0.0, 1.0), Window(1, 1000.0, 1001.5))


def test_too_few_requests_for_the_load_are_never_steady() -> None:
    run = run_of([request(0, 0.0), request(1, 0.0)], concurrency=3)
    assert steady_windows(run.observations, run.load) == ()


def test_an_offered_rate_is_steady_once_the_target_has_filled() -> None:
    run = run_of(stream(4))  # due at 0, .5, 1, 1.5, each half a second long
    assert steady_windows(run.observations, Load(rate_per_s=2.0)) == (Window(0, 0.5, 1.5),)


def test_what_was_due_counts_and_not_what_was_sent() -> None:
    late = [request(i, 0.5 * i + 0.25, due_at_s=0.5 * i) for i in range(5)]  # three quarters of a second each
    run = run_of(late)
    assert steady_windows(run.observations, Load(rate_per_s=2.0)) == (Window(0, 0.75, 2.0),)


def test_a_target_that_never_caught_up_was_never_steady() -> None:
    run = run_of([request(i, 2.0 * i, due_at_s=0.1 * i) for i in range(8)])  # one at a time, offered twenty
    assert steady_windows(run.observations, Load(rate_per_s=10.0)) == ()


def test_simultaneous_requests_fill_the_load_at_once() -> None:
    rows = [request(i, 0.5 * (i // 4)) for i in range(16)]  # four at a time, at 0, .5, 1, 1.5
    run = run_of(rows, concurrency=4)
    assert steady_windows(run.observations, run.load) == (Window(0, 0.0, 1.5),)
    assert np.isclose(steady_windows(run.observations, run.load)[0].length_s, 1.5)
