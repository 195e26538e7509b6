"""Lines of progress: the time left follows from the pace since this process began."""

import sys
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
