"""What a terminal shows while a run is measured: a real run on a pseudo-terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from doubles.bad_weather import Sleep, json_reply
from doubles.billing import billing

HOSTILE = "m\x1b]0;pwned\x07\x1b[31m"


def on_a_terminal(words, *, seconds=60.0):
    """Run a command whose standard error is a terminal; return its status and what the terminal got."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40"}
    command = [sys.executable, "-m", "isocost", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as child:
        os.close(theirs)
        got, until = b"", time.monotonic() + seconds
        while time.monotonic() < until:
            if not select.select([ours], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            got += data
        child.wait(5)
    os.close(ours)
    return child.returncode, got.decode("utf-8", "replace")


def words_for(url, study, *more):
    sizes = ["--isl", "16", "--osl", "4", "--concurrency", "2", "--repeats", "1", "--num-requests", "60"]
    return ["measure", "load", url, *sizes, "--out", str(study), *more]


def test_a_terminal_shows_pace_first_token_errors_and_money(tmp_path):
    refused = json_reply("503 Service Unavailable", {"error": {"message": "busy \x1b]0;pwned\x07"}})
    prices = ["--input-usd-per-million", "1", "--output-usd-per-million", "10", "--max-cost", "0.5"]
    with billing(
        before=lambda number: [Sleep(0.03)],
        refuse=lambda number: refused if number % 12 == 11 else None,
        model=HOSTILE,
    ) as bill:
        status, got = on_a_terminal(words_for(bill.url, tmp_path, "--stage", HOSTILE, *prices))
    assert status == 0, got
    assert "2 concurrent #0" in got
    pace = r"\d+ tokens/s, [\d.]+ requests/s, first token \d+ ms,\s+\$0\.\d{4} of \$0\.5"
    assert re.search(rf"\d+ requests, \d+ failed, {pace}", got)
    assert "left" in got
    assert "5 of 60 requests failed; most often: HTTP 503" in " ".join(got.split())
    assert "pwned" in got  # the name of the stage is told, and steers nothing
    assert "\x1b]0;pwned" not in got
    assert "\x07" not in got


def test_names_and_messages_of_a_server_cannot_steer_a_terminal(tmp_path):
    refused = json_reply("400 Bad Request", {"error": {"message": "\x1b]0;pwned\x07\x9b31mno"}})
    with billing(refuse=lambda number: refused, model=HOSTILE) as bill:
        status, got = on_a_terminal(words_for(bill.url, tmp_path))
    assert status == 2
    assert "no" in got
    for escape in ("\x1b]", "\x07", "\x9b", "\x1b[31m"):
        assert escape not in got


@pytest.mark.parametrize("quiet", [False, True])
def test_elsewhere_there_are_lines_and_with_quiet_none(quiet, tmp_path):
    with billing(before=lambda number: [Sleep(0.01)]) as bill:
        words = words_for(bill.url, tmp_path, *(["--quiet"] if quiet else []))
        done = subprocess.run(
            [sys.executable, "-m", "isocost", *words], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0
    assert "\x1b" not in done.stderr
    lines = done.stderr.splitlines()
    if quiet:
        assert lines == []
    else:
        assert re.match(r"load: 2 concurrent #0 \(\d+ requests\).* \d+%", lines[0])
