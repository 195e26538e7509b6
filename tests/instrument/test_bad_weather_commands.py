"""Bad weather as the command sees it: one sentence and status 2, nothing lost, no traceback."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import (
    END,
    MODELS,
    STREAM,
    Close,
    Forever,
    Reset,
    Sleep,
    bad_weather,
    json_reply,
    token,
    usage,
)
from doubles.weather_cases import CANARY, CASES, DONE
from isocost.cli import main
from isocost.journal import read_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from doubles.bad_weather import Step

LISTING = "{url}/v1 cannot list its models (HTTP {status}: {said}); see whether the server is ready"
DENIED = (
    "{url}/v1 refuses access (HTTP {status}: {said}); name a key that it takes with --api-key-env or "
    "--api-key-file"
)
UNLISTED = "{url}/v1 does not list its models; name the one to measure with --model"
PROBED: dict[str, tuple[list[Step], str]] = {
    **{
        name: (CASES[name].steps, sentence.replace("{status}", name[:3]).replace("{said}", said))
        for name, sentence, said in [
            ("401", DENIED, "bad key ***"),
            ("403", DENIED, "not yours"),
            ("404", UNLISTED, ""),
            ("408", LISTING, "too slow"),
            ("429 with Retry-After", LISTING, "slow down"),
            ("429 without Retry-After", LISTING, "slow down"),
            ("500", LISTING, "engine died"),
            ("502", LISTING, "upstream broke"),
            ("503", LISTING, "loading"),
            ("504", LISTING, "upstream slept"),
        ]
    },
    "redirect": (
        CASES["redirect"].steps,
        "{url}/v1 cannot list its models (HTTP 302: a redirect to http://elsewhere.example/, not followed); "
        "see whether the server is ready",
    ),
    "reset": ([Reset()], "the server at {url} closed the connection without an answer; see its log"),
    "no HTTP": (
        [b"SSH-2.0-OpenSSH\r\n", Close()],
        "what answers at {url} does not speak HTTP; check host and port",
    ),
    "a page": (json_reply("200 OK", b"<html>\xff\x1b[31m"), UNLISTED),
}


@pytest.fixture
def isocost(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return int(ended.value.code or 0), seen.out, seen.err

    return run


@pytest.mark.parametrize("name", PROBED)
def test_a_failure_while_looking_is_one_sentence(
    isocost: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps, sentence = PROBED[name]
    monkeypatch.setenv("WEATHER_KEY", CANARY)
    with bad_weather(lambda *_: steps) as weather:
        out_and_key = ("--out", tmp_path / "s", "--api-key-env", "WEATHER_KEY")
        status, out, err = isocost("measure", "load", weather.url, *out_and_key)
    assert (status, out) == (2, "")
    assert err == f"isocost: {sentence.format(url=weather.url)}\n"
    assert not (tmp_path / "s").exists()  # nothing was begun


def test_hosts_that_are_not_there_are_one_sentence(isocost: Callable[..., Any], tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{free.getsockname()[1]}"
    for url, sentence in [
        (f"http://{dead}", f"no server answers at http://{dead} (connection refused); start it, or check"),
        ("http://no-such-host.invalid", "cannot find the host 'no-such-host.invalid': "),
    ]:
        status, out, err = isocost("measure", "load", url, "--out", tmp_path / "s")
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"isocost: {sentence}")


def test_a_server_without_tls_is_one_sentence(isocost: Callable[..., Any], tmp_path: Path) -> None:
    with bad_weather(lambda *_: [Close()]) as weather:
        weather.die()  # under https even a refusal is told in the same words
        url = weather.url.replace("http://", "https://")
        status, _, err = isocost("measure", "load", url, "--out", tmp_path / "s")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith(f"isocost: no server answers at {url} (connection refused)")


def test_a_server_that_dies_in_mid_run_loses_nothing_that_was_finished(
    isocost: Callable[..., Any], tmp_path: Path
) -> None:
    """It answers probes and twelve requests, and is gone; a run of the study goes on with the rest."""
    study = tmp_path / "s"
    answered: list[int] = []

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path != "/v1/completions":
            return json_reply("200 OK", MODELS)
        size = len(body["prompt"] if isinstance(body["prompt"], list) else body["prompt"].split())
        wanted = body["max_tokens"]
        tokens = [token() for _ in range(wanted - 1)]
        if wanted == 3:
            answered.append(size)
            if len(answered) > 12:
                weather.die()
        return [STREAM, *tokens, token(finish="length") + usage(size, wanted) + DONE + END]

    sizes = ["--isl", "20", "--osl", "3", "--num-requests", "30", "--repeats", "1", "--concurrency", "2"]
    with bad_weather(script) as weather:
        status, _, err = isocost("measure", "load", weather.url, "--out", study, "--quiet", *sizes)
    assert status == 2
    assert err.count("\n") == 1
    assert "no longer answers" in err
    assert err.endswith("go on with: isocost run STUDY\n")
    (run,) = read_runs(study / "journal.sqlite")
    kept = run.observations
    assert 1 <= int((kept.ok & ~kept.warmup).sum()) <= 12


def test_a_flood_while_looking_ends(isocost: Callable[..., Any], tmp_path: Path) -> None:
    with bad_weather(
        lambda *_: [STREAM, Sleep(0), Forever(b"8000\r\n" + b"x" * 32_768 + b"\r\n")]
    ) as weather:
        status, _, err = isocost("measure", "load", weather.url, "--out", tmp_path / "s")
    assert (status, err) == (2, f"isocost: {UNLISTED.format(url=weather.url)}\n")
