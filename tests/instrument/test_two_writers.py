"""One writer a study: a second one is refused before it sends anything, and a killed one frees it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from doubles.kill_campaign import Verdict, judge, study_command
from doubles.truth_server import running_truth
from isocost.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from doubles.truth_server import RunningTruth


def measured(truth: RunningTruth) -> int:
    return sum(size >= 1000 for size in truth.sizes())


@pytest.fixture
def isocost(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a command in this process: it is another one than that of the first writer."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return int(ended.value.code or 0), seen.out, seen.err

    return run


def test_a_second_writer_is_refused_until_the_first_is_dead(
    tmp_path: Path, isocost: Callable[..., Any]
) -> None:
    study = tmp_path / "study"
    with running_truth("--first", "0.03", "--gap", "0.01") as truth, running_truth() as other:
        command = study_command(truth, study, tmp_path / "lengths.csv")
        first = subprocess.Popen([sys.executable, "-m", "isocost", *command], stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 30
            while measured(truth) < 16 and time.monotonic() < until:
                time.sleep(0.02)
            killed_at_s = time.monotonic()
            first.send_signal(
                signal.SIGSTOP
            )  # it holds the study for as long as we look, however slow we are
            refused = (
                f"isocost: the study {study} is in use by process {first.pid}; wait until it ends, or choose "
                "another --out\n"
            )
            for words in (["run", study], study_command(other, study, tmp_path / "lengths.csv")):
                assert isocost(*words) == (2, "", refused)
            assert measured(other) == 0
            assert first.poll() is None
        finally:
            first.kill()
            first.wait()
        assert isocost("run", study, "--quiet")[0] == 0
        verdict = Verdict()
        judge(truth, study, [killed_at_s], verdict, grace_s=0.75)
    assert verdict.answered == 300
    assert (verdict.lost, verdict.measured_twice, verdict.unfinished) == (0, 0, 0)
