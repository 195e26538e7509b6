"""Our stopwatch against a server of known timing: counts exactly, durations never too short."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from doubles.truth_server import running_truth
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import open_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doubles.truth_server import RunningTruth

FIRST_S, GAP_S = 0.05, 0.02


@pytest.fixture(scope="module")
def truth() -> Iterator[RunningTruth]:
    with running_truth("--first", str(FIRST_S), "--gap", str(GAP_S)) as running:
        yield running


def carry_out(truth: RunningTruth, plan: RunPlan) -> tuple[list[Observation], list[list[float]]]:
    target = open_target(truth.url)
    truth.forget()
    rows: list[Observation] = []
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows, truth.log()


def test_counts_are_exact(truth: RunningTruth) -> None:
    plan = RunPlan(
        load=Load(concurrency=16),
        shapes=(RequestShape(40, 8), RequestShape(7, 1)),
        indices=tuple(range(5, 85)),
        warmup=(RequestShape(3, 2),) * 16,
    )
    rows, log = carry_out(truth, plan)
    assert [row.outcome for row in rows] == [Outcome.OK] * 96  # 16 to warm up and 80
    assert sorted(row.index for row in rows if row.warmup) == list(range(16))
    assert sorted(row.index for row in rows if not row.warmup) == list(range(5, 85))
    for row in rows:
        assert len(row.chunk_at_s) == row.output_tokens == row.requested_output_tokens
        assert row.input_tokens == row.requested_input_tokens  # the server counted the ids it was sent
        assert row.counted_by == "usage"
    # a log has the time of reading and one time a token: 16 x 2 + 40 x 8 + 40 x 1 tokens
    assert sum(len(times) - 1 for times in log) == sum(len(row.chunk_at_s) for row in rows) == 392


def test_durations_are_never_too_short(truth: RunningTruth) -> None:
    plan = RunPlan(load=Load(concurrency=8), shapes=(RequestShape(10, 10),), indices=tuple(range(24)))
    rows, log = carry_out(truth, plan)
    for row in rows:
        assert row.due_at_s == row.sent_at_s
        assert row.time_to_first_token_s is not None
        assert FIRST_S < row.time_to_first_token_s < FIRST_S + 0.5
        # nine gaps follow the first token; the server never sends before 20 ms have passed since the last due
        assert row.chunk_at_s[-1] - row.chunk_at_s[0] > 9 * GAP_S - 0.04
        assert list(row.chunk_at_s) == sorted(row.chunk_at_s)
        assert row.done_at_s >= row.chunk_at_s[-1]
    ours = sum(sum(row.chunk_at_s) for row in rows) / 240
    theirs = sum(sum(times[1:]) for times in log) / 240
    assert 0 < ours - theirs < 0.05  # on one clock: no token arrives before it was sent


def test_each_stream_sends_the_next_request_at_once(truth: RunningTruth) -> None:
    plan = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(4, 3),), indices=tuple(range(8)))
    rows, _ = carry_out(truth, plan)
    pauses = [after.sent_at_s - before.done_at_s for before, after in pairwise(rows)]
    assert min(pauses) >= 0
    assert sorted(pauses)[len(pauses) // 2] < 0.01


def test_concurrency_is_held_and_never_exceeded(truth: RunningTruth) -> None:
    plan = RunPlan(load=Load(concurrency=5), shapes=(RequestShape(4, 6),), indices=tuple(range(40)))
    rows, _ = carry_out(truth, plan)
    for row in rows:
        in_flight = sum(other.sent_at_s <= row.sent_at_s < other.done_at_s for other in rows)
        assert in_flight <= 5
    busy = sum(row.done_at_s - row.sent_at_s for row in rows)
    span = max(row.done_at_s for row in rows) - min(row.sent_at_s for row in rows)
    assert busy / span > 4


def test_no_measured_request_belongs_to_the_burst_with_which_all_streams_begin(truth: RunningTruth) -> None:
    plan = RunPlan(
        load=Load(concurrency=4),
        shapes=(RequestShape(4, 2),),
        indices=(0, 1, 2, 3),
        warmup=(RequestShape(4, 2), RequestShape(4, 12), RequestShape(4, 3), RequestShape(4, 2)),
    )
    rows, _ = carry_out(truth, plan)
    first_warm = min(row.done_at_s for row in rows if row.warmup)
    last_warm = max(row.done_at_s for row in rows if row.warmup)
    began = sorted(row.sent_at_s for row in rows if not row.warmup)
    assert began[0] >= first_warm
    assert began[0] < last_warm  # the others are not kept waiting by the longest


def test_a_duration_ends_sending_and_awaits_the_rest(truth: RunningTruth) -> None:
    plan = RunPlan(load=Load(concurrency=3), shapes=(RequestShape(4, 5),), duration_s=0.5, first_index=100)
    rows, log = carry_out(truth, plan)
    start = min(row.sent_at_s for row in rows)
    assert all(row.sent_at_s < start + 0.55 for row in rows)
    assert {row.outcome for row in rows} == {Outcome.OK}
    assert sorted(row.index for row in rows) == list(range(100, 100 + len(log)))


def test_stop_cuts_what_is_in_flight_and_records_it(truth: RunningTruth) -> None:
    target = open_target(truth.url)
    rows: list[Observation] = []
    stop = threading.Event()
    plan = RunPlan(load=Load(concurrency=4), shapes=(RequestShape(4, 1000),), indices=tuple(range(50)))
    timer = threading.Timer(0.4, stop.set)
    timer.start()
    target.measure(plan, record=rows.append, stop=stop)
    timer.join()
    assert [row.outcome for row in rows] == [Outcome.CANCELLED] * 4  # the others were never sent
    assert all(row.chunk_at_s and row.done_at_s - row.sent_at_s < 5 for row in rows)


def test_the_client_reports_its_own_health(truth: RunningTruth) -> None:
    target = open_target(truth.url)
    plan = RunPlan(load=Load(concurrency=4), shapes=(RequestShape(4, 10),), indices=tuple(range(8)))
    health = target.measure(plan, record=lambda _: None, stop=threading.Event())
    assert 0 < health.cpu_share < 0.85
    assert health.loop_lag_p99_s is not None
    assert health.machine_busy_share is not None
