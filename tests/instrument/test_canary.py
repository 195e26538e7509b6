"""A key is searched for in everything that a run leaves, whichever way it ends."""

from __future__ import annotations

import copy
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import STREAM, bad_weather, json_reply
from doubles.canary import ANSWER, CANARY, DRIVER, ECHO, WAYS, leaking_files, leaks, script
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.engine import child
from isocost.journal import read_runs
from isocost.measurement import Access, open_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from doubles.bad_weather import Weather

ENVIRONMENT = {**os.environ, "OUR_CANARY": CANARY}
LOOKING = [
    *(
        f"models: {name}"
        for name, steps in WAYS.items()
        if not (isinstance(steps[0], bytes) and steps[0].startswith(STREAM[:-2]))
    ),  # no list streams
    *(f"requests: {name}" for name in WAYS),
]
QUESTION = '{"question": "Which?", "choices": ["one", "two"], "answer": "B"}\n'


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    with bad_weather(script) as running:
        yield running


def load(url: str, folder: Path, *more: str) -> list[str]:
    sizes = ["--isl", "8", "--osl", str(len(WAYS)), "--concurrency", "2", "--repeats", "1"]
    key = [] if "--api-key-file" in more else ["--api-key-env", "OUR_CANARY"]
    return ["measure", "load", url, "--out", str(folder), *key, *sizes, *more]


def jobs(url: str, no_tls: str, folder: Path) -> list[dict[str, Any]]:
    """Commands that fail while they look at the server, while they measure, and before."""
    key, questions = folder.parent / "key", folder.parent / "questions.jsonl"
    key.write_text(CANARY)
    questions.write_text(QUESTION * 1)
    few = ("--num-requests", "2")
    looked = {
        name: load(f"{url}/{name.replace(' ', '_')}/v1", folder / name.replace(" ", "_"), *few)
        for name in LOOKING
    }
    study = folder / "run"
    run = load(f"{url}/run/v1", study, "--num-requests", str(4 * len(WAYS)), "--request-timeout", "5")
    asked = ["measure", "quality", f"{url}/questions/v1", "--questions", str(questions), "-q"]
    credentials = ["--api-key-file", str(key)]
    words = {
        **looked,
        "key as model": load(f"{url}/key_as_model/v1", folder / "x"),
        "many models": load(f"{url}/many_models/v1", folder / "x"),
        "TLS": load(no_tls, folder / "x"),
        "DNS": load("http://no-such-host.invalid/v1", folder / "x"),
        "no server": load("http://127.0.0.1:9/v1", folder / "x"),
        "bad option": load(f"{url}/run/v1", folder / "x", "--concurrency", "many"),
        "no folder": load(f"{url}/run/v1", Path("/dev/null/x")),
        "run": run,
        "workers": load(
            f"{url}/run/v1",
            folder / "workers",
            "--num-requests",
            str(2 * len(WAYS)),
            "--request-timeout",
            "5",
            "--executor",
            "processes",
            "--workers",
            "2",
        ),
        "report": ["report", str(study), "--price-per-hour", "1"],
        "report as JSON": ["report", str(study), "--json"],
        "go on": ["run", str(study)],
        "full disk": load(f"{url}/run/v1", folder / "full", "--num-requests", "400"),
        "questions": [*asked, "--out", str(folder / "asked"), *credentials],
        "kept answers": [*asked, "--out", str(folder / "kept"), *credentials, "--keep-answers"],
    }
    room = {"full disk": 40_000}
    return [
        {"name": name, "words": each, "folder": str(folder), "room": room.get(name)}
        for name, each in words.items()
    ]


@pytest.fixture(scope="module")
def ended(
    weather: Weather, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path, list[bytes]]:
    """Outcomes by job, the folder with all that was written, and every command line that was seen."""
    base = tmp_path_factory.mktemp("canary")
    folder = base / "studies"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_speaks_no_tls, args=(listener,), daemon=True).start()
        no_tls = f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        (base / "input.json").write_text(json.dumps(jobs(weather.url, no_tls, folder)))
        lines = _carried_out(base, folder)
    told = [json.loads(line) for line in (base / "out").read_text().splitlines()]
    return {each["name"]: each for each in told}, folder, lines


def _speaks_no_tls(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(f"{CANARY} speaks no TLS\r\n\r\n".encode())


def _carried_out(base: Path, folder: Path) -> list[bytes]:
    """Carry the jobs out; return all command lines that were seen meanwhile."""
    with (
        (base / "input.json").open() as given,
        (base / "out").open("w") as out,
        (base / "err").open("w") as err,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER], stdin=given, stdout=out, stderr=err, env=ENVIRONMENT, cwd=folder
        )
        lines: list[bytes] = []
        while process.poll() is None:
            lines += command_lines()
            time.sleep(0.1)
    assert (base / "err").read_text() == ""
    return lines


def command_lines() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found


def test_the_search_would_find_the_key() -> None:
    assert len(leaks(ECHO.encode())) > 50
    assert all(leaks(form.encode()) for form in ECHO.split(" | ") if "%25" not in form and "\\/" not in form)
    assert (
        leaks(b"a harmless text with sk-c4n4ry in it, no more") == []
    )  # ten signs are too few to search for less


@pytest.mark.parametrize(
    "name", [*LOOKING, "key as model", "many models", "TLS", "DNS", "no server", "bad option"]
)
def test_no_way_to_fail_tells_the_key(ended: Any, name: str) -> None:
    told, _, _ = ended
    seen = told[name]
    assert leaks(f"{seen['out']}{seen['err']}".encode()) == []
    assert ANSWER not in seen["out"] + seen["err"]
    if not name.endswith(("usage", "text", "reason", "coding")):  # those are no failures of a probe
        assert seen["status"] == 2, seen
    assert seen["err"].count("\n") <= 1 or seen["status"] != 2, seen["err"]
    assert "Traceback" not in seen["err"]
    assert name != "key as model" or "gives the API key back as the name of a model" in seen["err"]


@pytest.mark.parametrize(
    "name",
    [
        "run",
        "workers",
        "report",
        "report as JSON",
        "go on",
        "full disk",
        "no folder",
        "questions",
        "kept answers",
    ],
)
def test_what_a_run_prints_does_not_tell_the_key(ended: Any, name: str) -> None:
    told, _, _ = ended
    assert leaks(f"{told[name]['out']}{told[name]['err']}".encode()) == []
    assert "bug in isocost" not in told[name]["err"]
    assert told[name]["status"] == (2 if name in ("full disk", "no folder") else 0), told[name]


def test_no_file_holds_the_key(ended: Any) -> None:
    _, folder, _ = ended
    written = {path.name for path in (folder / "run").iterdir()}
    assert {"study.yaml", "assumptions.yaml", "journal.sqlite", "report.html"} <= written
    assert leaking_files(folder) == {}


def test_each_way_was_recorded(ended: Any) -> None:
    """The run above did meet what it is said to have met."""
    _, folder, _ = ended
    (run,) = read_runs(folder / "run" / "journal.sqlite")
    assert {"ok", "http_error", "protocol", "cut_off"} <= set(run.observations.outcome)
    assert "***" in (folder / "run" / "journal.sqlite").read_bytes().decode("latin-1")
    assert leaks(json.dumps(run.segments[0].facts).encode()) == []
    assert run.segments[0].telemetry[0].told == {"running": 2.0}
    (shared,) = read_runs(folder / "workers" / "journal.sqlite")
    assert {"ok", "http_error", "protocol", "cut_off"} <= set(shared.observations.outcome)
    assert "***" in run.segments[0].facts["engine_version"]


def test_answers_are_stored_only_when_asked_for(ended: Any) -> None:
    _, folder, _ = ended
    holding = [
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*")
        if path.is_file() and ANSWER.encode() in path.read_bytes()
    ]
    assert set(holding) == {"kept"}


def test_no_command_line_holds_the_key(ended: Any) -> None:
    _, _, lines = ended
    assert any(b"isocost.cli" in line for line in lines)
    assert [line for line in lines if leaks(line)] == []


def test_a_process_with_a_key_dumps_no_core(ended: Any) -> None:
    told, _, _ = ended
    assert told["run"]["core"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_key(weather: Weather, tmp_path: Path, number: int) -> None:
    words = load(f"{weather.url}/run/v1", tmp_path / "study", "--duration", "60")
    process = subprocess.Popen(
        [sys.executable, "-m", "isocost", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=tmp_path,
    )
    until = time.monotonic() + 30
    while time.monotonic() < until and not (tmp_path / "study" / "journal.sqlite-wal").exists():
        time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL), err
    assert leaks(out + err) == []
    assert (tmp_path / "study" / "journal.sqlite").is_file()
    assert leaking_files(tmp_path) == {}


def test_an_exception_in_a_recorder_tells_no_key(weather: Weather, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its text nor the variables of any frame, as tools show them that log crashes."""
    monkeypatch.setenv("OUR_CANARY", CANARY)
    target = open_target(f"{weather.url}/run/v1", access=Access(api_key_env="OUR_CANARY"))

    def record(seen: object) -> None:
        raise RuntimeError("the recorder broke")

    plan = RunPlan(
        load=Load(concurrency=2), shapes=(RequestShape(8, len(WAYS)),), indices=(0, 1), request_timeout_s=5
    )
    with pytest.raises(RuntimeError) as caught:
        target.measure(plan, record=record, stop=threading.Event())
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [each for each in shown.stack if "isocost" in Path(each.filename).parts]  # this test knows the key
    assert {each.name for each in ours} >= {"measure", "run", "_work", "carry_out"}
    assert leaks(f"{[each.locals for each in ours]} {caught.value!r}".encode()) == []
    assert leaks(f"{target!r} {target.api_key} {target.request_headers} {target.hidden}".encode()) == []
    assert leaks(repr(copy.deepcopy(target)).encode()) == []
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        pickle.dumps(target)


def test_a_child_gets_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those that are called so, nor those that look so."""
    given: dict[str, str] = {}

    class Popen:
        def __init__(self, words: Sequence[str], *, env: dict[str, str], **more: Any) -> None:
            given.update(env)

    monkeypatch.setenv("SOME_API_KEY", "of whatever form")
    monkeypatch.setenv("OTHER", "sk-of-that-form-0123456789")
    monkeypatch.setattr(child.subprocess, "Popen", Popen)
    child.start("isocost.engine.worker", {}).connection.close()
    assert "PATH" in given
    assert not {"SOME_API_KEY", "OTHER"} & set(given)


@pytest.mark.parametrize(
    "word", [f"--api-key={CANARY}", f"--api-key-env={CANARY}", f"--api-key-file={CANARY}"]
)
def test_a_key_given_by_mistake_is_not_repeated(
    word: str, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    from isocost.cli import main

    words = ["measure", "load", "http://127.0.0.1:9", "--out", str(tmp_path / "study"), word]
    monkeypatch.setattr(sys, "argv", ["isocost", *words])
    with pytest.raises(SystemExit):
        main()
    seen = capsys.readouterr()
    assert leaks((seen.out + seen.err).encode()) == []
    assert not (tmp_path / "study").exists()


def test_a_redirect_gets_neither_request_nor_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while looking, not while measuring; and proxies of the environment are not used either."""
    monkeypatch.setenv("OUR_CANARY", CANARY)
    with bad_weather(lambda *_: json_reply("404 No", {})) as elsewhere:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        jump = f"HTTP/1.1 307 Away\r\nLocation: {elsewhere.url}/v1\r\nContent-Length: 0\r\n\r\n".encode()

        def sends_away(number: int, path: str, body: Any) -> Any:
            measured = isinstance(body, dict) and body.get("max_tokens") == len(WAYS)
            return (
                [jump] if measured or path in ("/version", "/props") else script(number, f"/run{path}", body)
            )

        rows: list[Any] = []
        with bad_weather(sends_away) as server:
            target = open_target(server.url, access=Access(api_key_env="OUR_CANARY"))
            shapes = (RequestShape(8, len(WAYS)),)
            plan = RunPlan(
                load=Load(concurrency=2), shapes=shapes, indices=tuple(range(6)), request_timeout_s=5
            )
            target.measure(plan, record=rows.append, stop=threading.Event())
            sent = {path: headers.get("Authorization") for path, headers, _ in server.requests}
            assert sent["/v1/completions"] == f"Bearer {CANARY}"
        assert [row.http_status for row in rows] == [307] * 6
        assert elsewhere.requests == []
        assert elsewhere.connections == []
