"""Lines of progress: the time left follows from the pace since this process began."""

import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from isocost.cli import watching
from isocost.studies.measure import Progress


def progress(fraction: float) -> Progress:
    return Progress(
        stage="load", run="1 concurrent #0", done=0, total=2, requests=5, failures=0, fraction=fraction
    )


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand, in place of the module's own."""
    now = SimpleNamespace(s=100.0)
    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=lambda: now.s))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    return now


def test_the_pace_of_this_process_tells_the_time_left(clock, capsys):
    with watching.watching(quiet=False) as watch:
        watch(progress(0.5))  # half was there when this process began
        clock.s += 10
        watch(progress(0.7))  # 20 % in 10 s, so 30 % take 15 s
    first, second = capsys.readouterr().err.splitlines()
    assert first == "load: 1 concurrent #0 (5 requests)   50%"  # no pace yet, so no guess
    assert second == "load: 1 concurrent #0 (5 requests)   70%, about 15 s left"


def test_quiet_says_nothing(clock, capsys):
    with watching.watching(quiet=True) as watch:
        watch(progress(0.5))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_terminal_shows_all_there_is_to_know_whatever_its_width(columns, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    seen = replace(
        progress(0.25),
        requests=143,
        failures=42,
        tokens_per_s=1318.2,
        requests_per_s=20.53,
        time_to_first_token_s=0.0523,
        spent_usd=1.2345,
        max_cost_usd=20.0,
    )
    with watching.watching(quiet=False) as watch:
        watch(seen)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err).replace("\r", "\n").split("\n")
    shown = " ".join(line.strip() for line in lines)
    assert (
        "143 requests, 42 failed, 1,318 tokens/s, 20.5 requests/s, first token 52 ms, $1.2345 of $20" in shown
    )
    assert " 25%" in shown
    assert "left" in shown
    assert max(map(len, lines)) <= columns
    if columns >= 80:
        assert "load: 1 concurrent #0" in shown
