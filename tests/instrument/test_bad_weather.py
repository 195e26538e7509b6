"""Bad weather over real sockets: each failure is recorded by name, and disturbs no other stream."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import (
    END,
    STREAM,
    Close,
    Forever,
    Reset,
    Sleep,
    Step,
    answer,
    bad_weather,
    chunk,
    event,
    json_reply,
    token,
    usage,
)
from isocost.core.errors import MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Dialect, HttpTarget, Secret, resolve_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doubles.bad_weather import Weather

CANARY = "sk-canary-4711-never-to-be-seen"
JUMP = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
OLD = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
GZIP = STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
DONE = chunk(b"data: [DONE]\n\n")
WHOLE = event({"choices": [{"text": " a", "finish_reason": "length"}]})
IN_STREAM_ERROR = chunk(event({"error": {"message": "out of memory", "code": 500}}))


def error(status: str, message: str, *headers: str) -> list[Step]:
    return json_reply(status, {"error": {"message": message}}, *headers)


CASES: dict[str, tuple[list[Step], Outcome, str | None, int | None]] = {
    "401": (error("401 Unauthorized", f"bad key {CANARY}"), Outcome.HTTP_ERROR, "HTTP 401: bad key ***", 401),
    "404": (error("404 Not Found", "no model 'x'"), Outcome.HTTP_ERROR, "HTTP 404: no model 'x'", 404),
    "429 with Retry-After": (
        error("429 Too Many Requests", "slow down", "Retry-After: 7"),
        Outcome.HTTP_ERROR,
        "HTTP 429: slow down (retry after 7 s)",
        429,
    ),
    "500": (error("500 Oops", "engine died"), Outcome.HTTP_ERROR, "HTTP 500: engine died", 500),
    "503 that closes": (
        [b"HTTP/1.1 503 No\r\nConnection: close\r\n\r\nbusy\x1b[31m\nnow", Close()],
        Outcome.HTTP_ERROR,
        "HTTP 503: busy [31m now",
        503,
    ),
    "redirect": (
        [JUMP],
        Outcome.HTTP_ERROR,
        "HTTP 302: a redirect, not followed, to http://elsewhere.example/",
        302,
    ),
    "reset before the answer": ([Reset()], Outcome.CUT_OFF, "Connection reset by peer", None),
    "closed before the answer": ([Close()], Outcome.CUT_OFF, "closed before the answer ended", None),
    "reset between chunks": ([STREAM, token(), Reset()], Outcome.CUT_OFF, "Connection reset by peer", 200),
    "closed inside a chunk": (
        [STREAM, token(), token()[:20], Close()],
        Outcome.CUT_OFF,
        "closed before the answer ended",
        200,
    ),
    "truncated chunked body": ([STREAM, token(), DONE, Close()], Outcome.CUT_OFF, "closed before", 200),
    "ended without a finish reason": (
        [STREAM, token(), END],
        Outcome.CUT_OFF,
        "without a finish reason",
        200,
    ),
    "an error in the stream": (
        [STREAM, token(), IN_STREAM_ERROR, DONE, END],
        Outcome.HTTP_ERROR,
        "an error in the stream: out of memory",
        200,
    ),
    "stall before the first token": ([STREAM, Sleep(0.8)], Outcome.TIMED_OUT, "no end within 0.6 s", 200),
    "stall after the first token": (
        [STREAM, token(), Sleep(0.8)],
        Outcome.TIMED_OUT,
        "no end within 0.6 s",
        200,
    ),
    "silence": ([Sleep(0.8)], Outcome.TIMED_OUT, "no end within 0.6 s", None),
    "trickle": ([STREAM, Forever(b"1\r\n:\r\n", 0.05)], Outcome.TIMED_OUT, "no end within 0.6 s", 200),
    "endless stream": ([STREAM, Forever(token() * 50)], Outcome.PROTOCOL, "goes on after 1048 chunks", 200),
    "endless line": ([STREAM, Forever(chunk(b"x" * 60_000))], Outcome.PROTOCOL, "longer than 1048576", 200),
    "endless head": ([b"HTTP/1.1 200 OK\r\n", Forever(b"X: y\r\n" * 999)], Outcome.PROTOCOL, "65536", None),
    "no event stream": (json_reply("200 OK", {}), Outcome.PROTOCOL, "no event stream but", 200),
    "invalid JSON": ([STREAM, chunk(b"data: {oops\n\n"), DONE, END], Outcome.PROTOCOL, "no JSON", 200),
    "JSON that is no object": ([STREAM, chunk(b"data: 3\n\n"), DONE, END], Outcome.PROTOCOL, "no JSON", 200),
    "invalid UTF-8": ([STREAM, chunk(b'data: "\xff"\n\n'), DONE, END], Outcome.PROTOCOL, "no JSON", 200),
    "gzip": ([GZIP, token(finish="stop"), END], Outcome.PROTOCOL, "compressed", 200),
    "no HTTP": ([b"SSH-2.0-OpenSSH\r\n", Close()], Outcome.PROTOCOL, "status line", None),
    "a chunk of the wrong size": (
        [STREAM, b"3\r\nabcdef\r\n"],
        Outcome.PROTOCOL,
        "longer than its size",
        200,
    ),
    "HTTP/1.0 until close": ([OLD, WHOLE, Close()], Outcome.OK, None, 200),
    "until close": ([PLAIN, WHOLE, Close()], Outcome.OK, None, 200),
    "until close, reset": ([PLAIN, WHOLE, Reset()], Outcome.CUT_OFF, "Connection reset by peer", 200),
    "an empty answer": ([STREAM, usage(4, 0), DONE, END], Outcome.OK, None, 200),
    "bytes after the end": ([*answer(1)[:-1], token(finish="stop") + END + b"more"], Outcome.OK, None, 200),
    "twice [DONE], comments, keep-alives": (
        [STREAM, chunk(b": ping\n\n"), token(finish="stop"), chunk(b":\n\n"), DONE, DONE, END],
        Outcome.OK,
        None,
        200,
    ),
}


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


@pytest.mark.parametrize("name", CASES)
def test_each_failure_has_its_name_and_stays_alone(name: str) -> None:
    steps, outcome, detail, status = CASES[name]

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        return steps if number == 2 else answer(3)

    with bad_weather(script) as weather:
        start = time.monotonic()
        rows = measure(target_of(weather, api_key=Secret(CANARY)), requests=8)
        assert time.monotonic() - start < 5
    assert sorted(row.index for row in rows) == list(range(8))
    struck = [row for row in rows if row.outcome is not Outcome.OK or row.output_tokens != 3]
    assert len(struck) == 1, struck
    assert (struck[0].outcome, struck[0].http_status) == (outcome, status)
    assert detail is None if struck[0].detail is None else (detail or "") in struck[0].detail
    assert (struck[0].detail is None) == (detail is None)
    assert CANARY not in repr(rows)


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
    with bad_weather(lambda *_: error("503 No", "busy")) as weather:
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
