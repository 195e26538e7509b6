"""The open loop against servers of known timing: sent when due, timed from when due, never held back."""

from __future__ import annotations

import heapq
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from doubles.bad_weather import END, STREAM, Close, Sleep, answer, bad_weather, token, usage
from doubles.truth_server import running_truth
from isocost.core.errors import MeasurementError
from isocost.core.load import Load, RatePiece, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Dialect, HttpTarget, open_target, resolve_address
from isocost.workload import CONSTANT, arrivals_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from doubles.bad_weather import Weather
    from doubles.truth_server import RunningTruth
    from isocost.core.observation import ClientHealth

SERVICE_S, SLOTS = 0.06, 4
SHAPE = RequestShape(16, 1)


@pytest.fixture(scope="module")
def truth() -> Iterator[RunningTruth]:
    with running_truth("--first", str(SERVICE_S), "--slots", str(SLOTS)) as running:
        yield running


def plan_of(due: Sequence[float], **changes: Any) -> RunPlan:
    given: dict[str, Any] = {
        "load": Load(rate_per_s=10.0),
        "shapes": (SHAPE,),
        "indices": tuple(range(len(due))),
        "due_s": tuple(float(each) for each in due),
        "request_timeout_s": 20.0,
    }
    return RunPlan(**(given | changes))


def carry_out(target: HttpTarget, plan: RunPlan) -> tuple[list[Observation], ClientHealth]:
    """Return what was measured, by index, and how the client fared."""
    rows: list[Observation] = []
    health = target.measure(plan, record=rows.append, stop=threading.Event())
    return sorted((row for row in rows if not row.warmup), key=lambda row: row.index), health


def first_at(rows: Sequence[Observation]) -> np.ndarray[Any, Any]:
    return np.array([row.chunk_at_s[0] for row in rows])


def due_at(rows: Sequence[Observation]) -> np.ndarray[Any, Any]:
    return np.array([row.due_at_s for row in rows])


def waits_of(due: Sequence[float], service_s: float, slots: int) -> np.ndarray[Any, Any]:
    """Simulate a line before `slots` servers of fixed service time: how long each request waits."""
    free = [0.0] * slots
    waits = []
    for instant in due:
        start = max(instant, heapq.heappop(free))
        waits.append(start - instant)
        heapq.heappush(free, start + service_s)
    return np.array(waits)


def target_of(weather: Weather) -> HttpTarget:
    return HttpTarget(address=resolve_address(weather.url), dialect=Dialect(model="m"))


def test_requests_leave_when_they_are_due(truth: RunningTruth) -> None:
    due = arrivals_within([RatePiece(40.0, 40.0, 1.5)], rng=np.random.default_rng(5))
    rows, health = carry_out(open_target(truth.url), plan_of(due, warmup=(SHAPE,) * 4))
    assert [row.outcome for row in rows] == [Outcome.OK] * len(due)
    ours = due_at(rows)
    assert ours - ours[0] == pytest.approx(due - due[0], abs=1e-6)
    delays = np.array([row.sent_at_s for row in rows]) - ours
    assert delays.min() >= 0  # never before its time
    assert np.median(delays) < 0.005  # epoll alone waits up to a millisecond too long; a busy machine more
    assert health.send_delay_p99_s == pytest.approx(np.quantile(delays, 0.99, method="inverted_cdf"))
    assert health.held_back_share == 0.0


def test_waiting_in_line_is_that_of_queueing_theory(truth: RunningTruth) -> None:
    # four slots of 60 ms each serve 66.7/s; 56/s are offered: each request waits as long as an exact
    # simulation of the same arrivals says, or longer where timers and the machine are late
    due = arrivals_within([RatePiece(56.0, 56.0, 3.0)], rng=np.random.default_rng(11))
    expected = waits_of(due, SERVICE_S, SLOTS)
    assert expected.mean() > 0.005  # there is a line to be seen
    rows, _ = carry_out(open_target(truth.url), plan_of(due))
    waited = first_at(rows) - due_at(rows) - SERVICE_S
    assert (waited - expected).min() > -0.001  # starts only move back when service and arrivals do
    # service takes a little more than 60 ms, so the real line is longer than that at 60, shorter than at 75
    assert expected.mean() < waited.mean() < waits_of(due, 1.25 * SERVICE_S, SLOTS).mean() + 0.02


def test_a_stall_is_felt_by_all_that_were_due_in_it() -> None:
    stall_s = 0.6
    due = arrivals_within([RatePiece(50.0, 50.0, 1.6)], burstiness=CONSTANT, rng=np.random.default_rng(0))
    with running_truth("--first", "0.01", "--stall-at", "0.4", "--stall-for", str(stall_s)) as server:
        target = open_target(server.url)
        rows, health = carry_out(target, plan_of(due, max_in_flight=2))
    since_due = first_at(rows) - due_at(rows)
    since_sent = first_at(rows) - np.array([row.sent_at_s for row in rows])
    # two were in flight when the server stalled; timed from when they were sent, only these two seem slow,
    # and nine tenths of all look healthy. 30 were due meanwhile: each waited for what was left of the stall
    assert (since_sent > 0.3).sum() <= 3
    assert (since_due > 0.3).sum() >= 12
    assert np.quantile(since_due, 0.9) > 5 * np.quantile(since_sent, 0.9)
    assert len(rows) == len(due)  # those held back were late, and none was dropped
    assert health.held_back_share is not None
    assert health.held_back_share > 0.1
    assert health.saturated
    assert any("since no more may be in flight" in text for text in health.limits)


def test_no_more_are_in_flight_than_may_be(truth: RunningTruth) -> None:
    rows, _ = carry_out(open_target(truth.url), plan_of([0.0] * 12, max_in_flight=3))
    sent, done = (np.array([getattr(row, name) for row in rows]) for name in ("sent_at_s", "done_at_s"))
    assert max(int(((sent <= at) & (done > at)).sum()) for at in sent) == 3
    assert sent.max() - sent.min() > 2.5 * SERVICE_S  # four rounds of three
    assert np.ptp(due_at(rows)) == 0.0


def test_a_burst_opens_as_many_connections_as_it_needs(truth: RunningTruth) -> None:
    rows, health = carry_out(open_target(truth.url), plan_of([0.1] * 60))
    assert [row.outcome for row in rows] == [Outcome.OK] * 60
    sent = np.array([row.sent_at_s for row in rows])
    assert sent.max() - rows[0].due_at_s < SERVICE_S * 60 / SLOTS / 2  # before the line was half served
    assert health.held_back_share == 0.0


def test_failures_hold_nothing_back() -> None:
    busy = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
    due = np.arange(60) * 0.01
    with bad_weather(lambda *_: [busy]) as weather:
        rows, _ = carry_out(target_of(weather), plan_of(due, max_in_flight=4))
    assert {row.http_status for row in rows} == {503}
    delays = np.array([row.sent_at_s - row.due_at_s for row in rows])
    assert np.median(delays) < 0.01  # in a closed loop pauses would take 250 ms each


def test_connections_that_the_server_closes_are_open_again_when_needed() -> None:
    last = token(finish="length") + usage(4, 2) + END
    closing = STREAM.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    due = np.arange(30) * 0.02
    with bad_weather(lambda *_: [closing, token(), last, Close()]) as weather:
        rows, _ = carry_out(target_of(weather), plan_of(due))
        assert len(weather.connections) > 40  # 16 beforehand, and one anew for each that was closed
    assert [row.outcome for row in rows] == [Outcome.OK] * 30


def test_a_server_that_dies_stops_an_open_loop_soon() -> None:
    rows: list[Observation] = []
    due = np.arange(4_000) * 0.01
    with bad_weather(lambda *_: [Sleep(0.02), *answer(2)]) as weather:
        timer = threading.Timer(0.4, weather.die)
        timer.start()
        start = time.monotonic()
        with pytest.raises(MeasurementError, match="no longer answers"):
            target_of(weather).measure(plan_of(due), record=rows.append, stop=threading.Event())
        timer.join()
    assert time.monotonic() - start < 5
    assert {row.outcome for row in rows} <= {Outcome.OK, Outcome.CUT_OFF, Outcome.REFUSED}
    assert sum(row.outcome is Outcome.OK for row in rows) > 10


def test_a_wish_to_stop_ends_it_and_nothing_more_is_sent() -> None:
    stop = threading.Event()
    rows: list[Observation] = []

    def record(row: Observation) -> None:
        rows.append(row)
        if len(rows) == 5:
            stop.set()

    with bad_weather(lambda *_: answer(2)) as weather:
        target_of(weather).measure(plan_of(np.arange(1_000) * 0.02), record=record, stop=stop)
        asked = len(weather.requests)
    assert 5 <= asked <= len(rows) < 30  # one that was cut may not have arrived yet, and is recorded
