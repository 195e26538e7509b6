"""What a server tells of itself while it is measured: asked off the timed path, kept, and never required."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import MODELS, Sleep, answer, bad_weather, json_reply
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.journal import LoadStage, TargetSpec, read_runs
from isocost.measurement import Access, IdPrompts, open_target, server_watched, telemetry
from isocost.studies.measure import measure_stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from doubles.bad_weather import Step
    from isocost.core.telemetry import Reading

SHAPE = RequestShape(4, 3)


class Clock:
    """The module time, whose sleep only takes notes."""

    monotonic = staticmethod(time.monotonic)

    def __init__(self, waited: list[float]) -> None:
        self.sleep = waited.append


def exposition(text: str) -> list[Step]:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
    return [(head + text).encode()]


class Server:
    """Answers requests after 0.2 s and counts them as vLLM does; `broken`: its metrics fail from then on."""

    def __init__(self, *, sums: bool = True) -> None:
        self.ended = 0
        self.asked = 0
        self.broken = False
        self._sums = sums
        self._lock = threading.Lock()

    def __call__(self, number: int, path: str, body: Any) -> Sequence[Step]:
        if path == "/v1/models":
            return json_reply("200 OK", MODELS)
        if path == "/metrics":
            self.asked += 1
            return json_reply("500 Oops", {}) if self.broken else exposition(self._text())
        if path == "/v1/completions":
            with self._lock:
                self.ended += 1
            return [Sleep(0.2), *answer()]
        return json_reply("404 Not Found", {"error": {"message": "no such path"}})

    def _text(self) -> str:
        lines = ["vllm:num_requests_running 2", "vllm:num_requests_waiting 1"]
        if self._sums:
            lines += [
                f"vllm:request_queue_time_seconds_sum {0.5 * self.ended}",
                f"vllm:request_queue_time_seconds_count {self.ended}",
            ]
        return "\n".join(lines) + "\n"


def watched(
    server: Server, requests: int = 6, access: Access | None = None
) -> tuple[list[Reading], list[Any]]:
    """Measure so many requests, two at a time, with the server watched; return readings, requests served."""
    readings: list[Reading] = []
    rows: list[Observation] = []
    with bad_weather(server) as weather:
        target = open_target(weather.url, access=access, prompts=IdPrompts(ids=(1, 2)))
        plan = RunPlan(load=Load(concurrency=2), shapes=(SHAPE,), indices=tuple(range(requests)))
        with server_watched(target, readings.append):
            target.measure(plan, record=rows.append, stop=threading.Event())
        assert [row.outcome for row in rows] == [Outcome.OK] * requests
        return readings, weather.requests


def test_it_is_read_before_during_and_after() -> None:
    readings, _ = watched(Server())
    moments = [reading.moment for reading in readings]
    assert moments[0] == "before"
    assert moments[-1] == "after"
    assert set(moments[1:-1]) == {"during"}
    assert [reading.at_s for reading in readings] == sorted(reading.at_s for reading in readings)
    assert readings[-1].told["queue_count"] - readings[0].told["queue_count"] == 6
    assert {reading.told["running"] for reading in readings} == {2.0}


def test_no_credentials_go_to_the_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_KEY", "sk-canary-4711-never-to-be-seen")
    access = Access(api_key_env="CANARY_KEY", headers={"X-Tenant": "secret-tenant"})
    _, requests = watched(Server(), requests=2, access=access)
    asked = [headers for path, headers, _ in requests if path == "/metrics"]
    assert asked
    assert all("canary" not in str(headers) and "tenant" not in str(headers) for headers in asked)


def test_a_server_without_metrics_is_asked_once_and_left_alone() -> None:
    server = Server()
    server.broken = True
    readings, _ = watched(server)
    assert (readings, server.asked) == ([], 1)


def test_a_server_that_stops_telling_is_measured_all_the_same() -> None:
    server = Server()
    readings: list[Reading] = []
    with bad_weather(server) as weather:
        target = open_target(weather.url, prompts=IdPrompts(ids=(1, 2)))
        with server_watched(target, readings.append):
            server.broken = True
            time.sleep(0.5)
    assert [reading.moment for reading in readings] == ["before"]
    assert server.asked <= 4  # when it was opened, before, once during, after


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
GAUGE = b"vllm:num_requests_running 2\n"
HOSTILE: dict[str, list[Step]] = {
    "a line of ten megabytes": [HEAD + GAUGE + b"x" * 10_000_000],
    "lines without end": [HEAD + GAUGE, *[b"x 1\n" * 250_000] * 40],
    "a byte now and then": [HEAD + GAUGE, *[b"x", Sleep(0.2)] * 100],
    "silence": [Sleep(3.0)],
    "a body that is cut": [HEAD.replace(b"\r\n\r\n", b"\r\nContent-Length: 999\r\n\r\n") + GAUGE],
    "another place": [b"HTTP/1.1 302 Found\r\nLocation: /metrics2\r\nContent-Length: 0\r\n\r\n"],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_metrics_hold_nothing_up(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_PATIENCE_S", 0.5)
    rows: list[Observation] = []
    readings: list[Reading] = []
    server = Server()

    def turns_bad(number: int, path: str, body: Any) -> Sequence[Step]:
        return HOSTILE[what] if path == "/metrics" and server.asked >= 2 else server(number, path, body)

    with bad_weather(turns_bad) as weather:
        target = open_target(weather.url, prompts=IdPrompts(ids=(1, 2)))
        plan = RunPlan(load=Load(concurrency=2), shapes=(SHAPE,), indices=tuple(range(4)))
        began = time.monotonic()
        with server_watched(target, readings.append):
            target.measure(plan, record=rows.append, stop=threading.Event())
        took_s = time.monotonic() - began
        asked = [path for path, _, _ in weather.requests if path.startswith("/metrics")]
    assert [row.outcome for row in rows] == [Outcome.OK] * 4
    assert [reading.moment for reading in readings] == ["before"]
    assert set(asked) == {"/metrics"}
    assert took_s < 5  # twice half a second of patience beside four answers; silence alone would be 6


@pytest.mark.parametrize(("sums", "waits"), [(True, [0.25]), (False, [])])
def test_sums_are_given_time_to_be_written_and_gauges_are_not(
    sums: bool, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    with bad_weather(Server(sums=sums)) as weather:
        target = open_target(weather.url, prompts=IdPrompts(ids=(1, 2)))
        monkeypatch.setattr(telemetry, "time", Clock(waited))
        with server_watched(target, lambda _: None):
            pass
    assert waited == waits


def test_it_is_kept_with_the_segment_and_told_in_the_report(tmp_path: Path) -> None:
    with bad_weather(Server()) as weather:
        stage = LoadStage(
            target=TargetSpec(url=weather.url),
            workload="w",
            shapes=(SHAPE,),
            concurrency=(2,),
            requests_per_level=6,
            repeats=1,
        )
        assert measure_stage(tmp_path, stage)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    (segment,) = run.segments
    assert segment.facts["server_metrics"] == "read about every second"
    assert [reading.moment for reading in segment.telemetry][:: len(segment.telemetry) - 1] == [
        "before",
        "after",
    ]
    grown = segment.telemetry[-1].told["queue_sum"] - segment.telemetry[0].told["queue_sum"]
    assert grown == pytest.approx(0.5 * len(run.observations))
