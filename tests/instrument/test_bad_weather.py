"""Bad weather over real sockets: each failure is recorded by name, and disturbs no other stream."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import (
    END,
    STREAM,
    Close,
    Reset,
    Sleep,
    answer,
    bad_weather,
    json_reply,
    token,
    usage,
)
from doubles.weather_cases import CANARY, CASES, ENDLESS, STALLS, STATUSES, TIMEOUT_S
from isocost.core.errors import MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Dialect, HttpTarget, Secret, clock, resolve_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from doubles.bad_weather import Step, Weather

REQUESTS = 8
STRUCK = 2  # the request that meets the weather; the others are healthy
FIRST_SIZE = 10  # each request has a size of its own, so that server and client tell them apart
_HEAD, _FIRST, _SECOND, _LAST = answer(3)
HEALTHY = [_HEAD, _FIRST, Sleep(0.003), _SECOND, Sleep(0.003), _LAST]
LATE_S = 0.25  # a machine that is busy with much else may send or stamp that much late, never early


def target_of(weather: Weather, **options: Any) -> HttpTarget:
    return HttpTarget(address=resolve_address(weather.url), dialect=Dialect(model="m"), **options)


def measure(
    target: HttpTarget, *, requests: int, concurrency: int = 2, timeout_s: float = 0.6
) -> list[Observation]:
    rows: list[Observation] = []
    plan = RunPlan(
        load=Load(concurrency=concurrency),
        shapes=(RequestShape(4, 3),),
        indices=tuple(range(requests)),
        request_timeout_s=timeout_s,
    )
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows


def script_of_cases(number: int, path: str, body: Any) -> Sequence[Step]:
    """Do what the model's name asks for on one request, be healthy on the others."""
    struck = len(body["prompt"].split()) == FIRST_SIZE + STRUCK
    return CASES[body["model"]].steps if struck else HEALTHY


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    with bad_weather(script_of_cases) as running:
        yield running


def measure_case(weather: Weather, name: str) -> tuple[Observation, list[Observation]]:
    """Measure a case beside healthy requests; return the record of it, and of the others."""
    rows: list[Observation] = []
    plan = RunPlan(
        load=Load(concurrency=3),
        shapes=tuple(RequestShape(FIRST_SIZE + number, 3) for number in range(REQUESTS)),
        indices=tuple(range(REQUESTS)),
        request_timeout_s=TIMEOUT_S if name in STALLS else 20.0,
    )
    target = HttpTarget(
        address=resolve_address(weather.url), dialect=Dialect(model=name), api_key=Secret(CANARY)
    )
    target.measure(plan, record=rows.append, stop=threading.Event())
    rows.sort(key=lambda row: row.index)
    assert [row.index for row in rows] == list(range(REQUESTS))
    return rows[STRUCK], rows[:STRUCK] + rows[STRUCK + 1 :]


@pytest.mark.parametrize("name", CASES)
def test_each_failure_has_its_name_and_stays_alone(weather: Weather, name: str) -> None:
    case = CASES[name]
    weather.sent.clear()
    start = time.monotonic()
    struck, others = measure_case(weather, name)
    assert time.monotonic() - start < 15
    assert (struck.outcome, struck.http_status) == (case.outcome, case.status), struck.detail
    assert (struck.detail is None) == (case.detail is None)
    assert (case.detail or "") in (struck.detail or "")
    assert name not in STATUSES or struck.detail == case.detail  # these are told whole
    assert case.chunks in (None, len(struck.chunk_at_s))
    assert CANARY not in repr(struck)
    if struck.outcome is Outcome.TIMED_OUT:
        assert TIMEOUT_S <= struck.done_at_s - struck.sent_at_s < TIMEOUT_S + 3
    hold_healthy_to_the_servers_log(others, weather)


def hold_healthy_to_the_servers_log(rows: list[Observation], weather: Weather) -> None:
    """Every token is counted once, at the instant at which the server sent it."""
    logs = {len(body["prompt"].split()) - FIRST_SIZE: sent for body, sent in weather.sent}
    until = time.monotonic() + 5
    while any(len(logs[row.index]) < 4 for row in rows) and time.monotonic() < until:
        time.sleep(0.001)  # what was sent is read here before it is written down there
    for row in rows:
        assert (row.outcome, row.output_tokens) == (Outcome.OK, 3), row
        assert len(row.chunk_at_s) == 3
        _, *sent = logs[row.index]  # without the head
        for at_s, (before_s, after_s) in zip(row.chunk_at_s, sent, strict=True):
            assert before_s - 0.001 < at_s < after_s + LATE_S


@pytest.mark.parametrize("name", [*ENDLESS, "endless comments", "endless page"])
def test_memory_stays_bounded(weather: Weather, name: str) -> None:
    tracemalloc.start()
    try:
        measure_case(weather, name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # one line of 1 MiB, its copies while it is read, and pieces of 256 KiB; far less than the 10 MB sent
    assert peak < 8_000_000


def test_a_failure_slows_its_own_stream_alone(weather: Weather) -> None:
    """It is followed by a pause of its stream; the others take the remaining requests at once."""
    struck, others = measure_case(weather, "503")
    assert struck.done_at_s - struck.sent_at_s < LATE_S
    sent = sorted(row.sent_at_s for row in others)
    assert max(later - earlier for earlier, later in pairwise(sent)) < 2 * LATE_S


def test_a_connection_with_bytes_after_the_end_is_not_used_again() -> None:
    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        return CASES["bytes after the end"].steps if number == 1 else answer(2)

    with bad_weather(script) as own:
        rows = measure(target_of(own), requests=4, concurrency=1)
        assert len(own.connections) == 2
    assert [row.outcome for row in rows] == [Outcome.OK] * 4


@pytest.mark.parametrize("step_s", [-3.0, 3.0])
def test_a_step_of_the_clock_misleads_nobody(monkeypatch: pytest.MonkeyPatch, step_s: float) -> None:
    """The calendar jumps in mid-run, and with it the kernel's stamps; the machine's own is left alone."""
    begun_ns, real = time.time_ns(), clock._TIMESPEC
    steps_at_ns = begun_ns + 200_000_000

    class Stepped:
        size = real.size

        @staticmethod
        def unpack(stamp: bytes) -> tuple[int, int]:
            seconds, nanoseconds = real.unpack(stamp)
            return seconds + (int(step_s) if seconds * 10**9 + nanoseconds > steps_at_ns else 0), nanoseconds

    def offset_ns() -> int:
        return _offset_ns() + (int(step_s * 1e9) if time.time_ns() > steps_at_ns else 0)

    _offset_ns = clock._offset_ns
    monkeypatch.setattr(clock, "_TIMESPEC", Stepped)
    monkeypatch.setattr(clock, "_offset_ns", offset_ns)
    rows: list[Observation] = []
    plan = RunPlan(load=Load(concurrency=2), shapes=(RequestShape(4, 3),), duration_s=0.8)
    with bad_weather(lambda *_: HEALTHY) as weather:
        health = target_of(weather).measure(plan, record=rows.append, stop=threading.Event())
    assert health.clock_steps == 1
    assert len(rows) > 10
    for row in rows:
        instants = [row.sent_at_s, *row.chunk_at_s, row.done_at_s]
        assert instants == sorted(instants)
        assert instants[-1] - instants[0] < LATE_S + 0.1


def test_chunks_before_a_break_are_kept() -> None:
    with bad_weather(lambda *_: [STREAM, token(), token(), Reset()]) as weather:
        (row,) = measure(target_of(weather), requests=1, concurrency=1)
    assert (row.outcome, len(row.chunk_at_s), row.output_tokens, row.counted_by) == (
        Outcome.CUT_OFF,
        2,
        2,
        "chunks",
    )


def test_no_server_stops_the_run_with_what_was_seen() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = resolve_address(f"http://127.0.0.1:{port}")
    target = HttpTarget(address=address, dialect=Dialect(model="m"))
    start = time.monotonic()
    with pytest.raises(MeasurementError) as caught:
        measure(target, requests=10_000, concurrency=4)
    assert str(caught.value) == (
        f"the server at 127.0.0.1 port {port} no longer answers (no connection: Connection refused); "
        "see that it runs, then go on with: isocost run STUDY"
    )
    assert time.monotonic() - start < 3
    assert {row.outcome for row in caught.value.observations} == {Outcome.REFUSED}
    assert len(caught.value.observations) < 4 * 10


def test_a_server_that_dies_in_mid_run_stops_it_soon() -> None:
    rows: list[Observation] = []
    plan = RunPlan(
        load=Load(concurrency=4), shapes=(RequestShape(4, 3),), duration_s=30.0, request_timeout_s=20
    )
    with bad_weather(lambda *_: [Sleep(0.02), *answer(3)]) as weather:
        timer = threading.Timer(0.3, weather.die)
        timer.start()
        start = time.monotonic()
        with pytest.raises(MeasurementError, match="no longer answers"):
            target_of(weather).measure(plan, record=rows.append, stop=threading.Event())
        timer.join()
    assert time.monotonic() - start < 5
    assert {row.outcome for row in rows} == {Outcome.OK, Outcome.CUT_OFF, Outcome.REFUSED}
    assert sum(row.outcome is Outcome.CUT_OFF for row in rows) <= 4  # one a stream
    assert sum(row.outcome is Outcome.REFUSED for row in rows) <= 40


def test_a_server_that_closes_every_connection_does_not_make_us_spin() -> None:
    with bad_weather(lambda *_: [Close()]) as weather:
        with pytest.raises(MeasurementError, match="no longer answers"):
            measure(target_of(weather), requests=10_000, concurrency=2)
        assert len(weather.requests) <= 20


def test_failures_slow_a_stream_down() -> None:
    rows: list[Observation] = []
    plan = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(4, 3),), duration_s=0.5)
    with bad_weather(lambda *_: json_reply("503 No", {"error": {"message": "busy"}})) as weather:
        target_of(weather).measure(plan, record=rows.append, stop=threading.Event())
    # pauses of 50, 100, 200, 250 ms between them: at most five fit into half a second
    assert 2 <= len(rows) <= 5


def test_a_server_without_keep_alive_is_measured_whole() -> None:
    last = token(finish="length") + usage(4, 2) + END
    closing = STREAM.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with bad_weather(lambda *_: [closing, token(), last, Close()]) as weather:
        rows = measure(target_of(weather), requests=12, concurrency=3)
        assert len(weather.connections) >= 12
    assert [row.outcome for row in rows] == [Outcome.OK] * 12


def test_connections_are_used_again() -> None:
    with bad_weather(lambda *_: answer(2)) as weather:
        rows = measure(target_of(weather), requests=12, concurrency=3)
        assert len(weather.connections) == 3
    assert [row.outcome for row in rows] == [Outcome.OK] * 12


def test_an_unknown_host_is_said_at_once() -> None:
    target = HttpTarget(address=resolve_address("http://no-such-host.invalid"), dialect=Dialect(model="m"))
    with pytest.raises(MeasurementError, match=r"cannot find the host 'no-such-host\.invalid'"):
        measure(target, requests=1)


def test_an_error_of_the_recorder_ends_the_run() -> None:
    def full(_: Observation) -> None:
        raise OSError(28, "No space left on device")

    plan = RunPlan(load=Load(concurrency=2), shapes=(RequestShape(4, 2),), indices=tuple(range(50)))
    with bad_weather(lambda *_: answer(2)) as weather, pytest.raises(OSError, match="No space left"):
        target_of(weather).measure(plan, record=full, stop=threading.Event())


def test_large_prompts_are_sent_whole() -> None:
    with bad_weather(lambda *_: answer(3)) as weather:
        rows: list[Observation] = []
        plan = RunPlan(load=Load(concurrency=4), shapes=(RequestShape(400_000, 3),), indices=(0, 1, 2, 3, 4))
        target_of(weather).measure(plan, record=rows.append, stop=threading.Event())
        assert [len(body["prompt"].split()) for _, _, body in weather.requests] == [400_000] * 5
    assert [row.outcome for row in rows] == [Outcome.OK] * 5
